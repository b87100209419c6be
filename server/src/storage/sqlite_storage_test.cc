#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "k8snet/server/storage.h"
#include "k8snet/server/testing/temporary_directory.h"
#include "src/storage/failing_disk.h"

namespace k8snet::server {
namespace {

class SqliteStorageTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string Content() const {
    std::ifstream in(path_, std::ios::binary);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
  }
  void Write(const std::string& content) const {
    std::ofstream(path_, std::ios::binary) << content;
  }
  [[nodiscard]] std::string Refusal() const {
    const auto opened = OpenSqliteStorage(path_);
    return opened ? "" : opened.error().message;
  }
  static std::vector<Change> Put(const std::string& key, std::string value) {
    std::vector<Change> batch;
    batch.push_back({key, std::make_shared<const std::string>(std::move(value)), {}});
    return batch;
  }

  const testing::TemporaryDirectory temporary_;
  const std::string& directory_ = temporary_.path();
  const std::string path_ = directory_ + "/store.db";
};

TEST_F(SqliteStorageTest, AnOpenStoreIsRefusedToOthers) {
  const auto first = OpenSqliteStorage(path_);
  ASSERT_TRUE(first);
  EXPECT_EQ(Refusal(), "store " + path_ + ": is in use by another process");
}

TEST_F(SqliteStorageTest, AStoreThatAnotherProgramReadsIsRefused) {
  ASSERT_TRUE(OpenSqliteStorage(path_));
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &reader), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(reader, "BEGIN; SELECT * FROM log", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(Refusal(), "store " + path_ + ": is in use by another process");
  sqlite3_close(reader);
  EXPECT_EQ(Refusal(), "");
}

TEST_F(SqliteStorageTest, AStoreOfANewerFormatIsRefusedAndUntouched) {
  ASSERT_TRUE(OpenSqliteStorage(path_));
  std::string content = Content();
  content[63] = 2;  // The last byte of user_version.
  Write(content);
  EXPECT_EQ(Refusal(), "store " + path_ + ": is of another format, 2, than this program's, 1");
  EXPECT_EQ(Content(), content);
}

TEST_F(SqliteStorageTest, APathThatCannotBeAStoreIsRefused) {
  EXPECT_NE(OpenSqliteStorage(directory_).error().message.find("Is a directory"),
            std::string::npos);
  EXPECT_NE(OpenSqliteStorage(directory_ + "/none/store.db").error().message.find("No such file"),
            std::string::npos);
}

TEST_F(SqliteStorageTest, AnEmptyFileAndALinkBecomeAStore) {
  Write("");
  EXPECT_EQ(Refusal(), "");
  const std::string link = directory_ + "/link.db";
  ASSERT_EQ(symlink(path_.c_str(), link.c_str()), 0);
  {
    auto storage = OpenSqliteStorage(link);
    ASSERT_TRUE(storage) << storage.error().message;
    ASSERT_TRUE((*storage)->Open(nullptr));
    ASSERT_TRUE((*storage)->Commit(Put("/registry/a/x", "1")));
  }
  auto storage = OpenSqliteStorage(path_);
  ASSERT_TRUE(storage);
  EXPECT_EQ((*storage)->Open(nullptr)->revision, 1U);
}

// A process that dies while it makes a store leaves files that must not hinder the next one.
TEST_F(SqliteStorageTest, AnUnfinishedStoreIsMadeAnew) {
  Write("");
  std::ofstream(path_ + ".new") << "half of a store";
  std::ofstream(path_ + "-wal") << "of a store that was removed";
  EXPECT_EQ(Refusal(), "");
  EXPECT_NE(access((path_ + ".new").c_str(), F_OK), 0);
}

TEST_F(SqliteStorageTest, ALogThatDoesNotHangTogetherIsRefused) {
  {
    auto storage = OpenSqliteStorage(path_);
    ASSERT_TRUE((*storage)->Open(nullptr));
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE((*storage)->Commit(Put("/registry/a/x", "1")));
    }
  }
  sqlite3* editor = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &editor), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(editor, "DELETE FROM log WHERE revision = 2", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(editor);
  EXPECT_EQ(Refusal(), "store " + path_ + ": is corrupt: revision 3 follows 2, but the log has 1");
}

TEST_F(SqliteStorageTest, AFileOfAnotherKindIsRefusedAndUntouched) {
  for (const std::string& content : {std::string("hello"), std::string(4096, 'x')}) {
    Write(content);
    EXPECT_NE(Refusal().find("not a k8snet store"), std::string::npos) << Refusal();
    EXPECT_EQ(Content(), content);
  }
}

// The head is the first page that is moved out of the write-ahead log, and tells the size that the
// file will have in the end.
TEST_F(SqliteStorageTest, AStoreWhoseProcessWasKilledWhileItMovedPagesIsWhole) {
  const std::string copy = directory_ + "/copy.db";
  {
    auto storage = OpenSqliteStorage(path_);
    ASSERT_TRUE((*storage)->Open(nullptr));
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(
          (*storage)->Commit(Put("/registry/a/" + std::to_string(i), std::string(1000, 'x'))));
    }
    std::string content = Content();
    content[28 + 2] = 1;  // 256 pages and more.
    std::ofstream(copy, std::ios::binary) << content;
    std::ofstream(copy + "-wal", std::ios::binary) << std::ifstream(path_ + "-wal").rdbuf();
  }
  auto storage = OpenSqliteStorage(copy);
  ASSERT_TRUE(storage) << storage.error().message;
  EXPECT_EQ((*storage)->Open(nullptr)->alive.size(), 100U);
}

TEST_F(SqliteStorageTest, ATruncatedStoreIsRefusedAndUntouched) {
  {
    auto storage = OpenSqliteStorage(path_);
    ASSERT_TRUE(storage);
    ASSERT_TRUE((*storage)->Open(nullptr));
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(
          (*storage)->Commit(Put("/registry/a/" + std::to_string(i), std::string(1000, 'x'))));
    }
  }
  const std::string whole = Content();
  ASSERT_GT(whole.size(), 20'000U);
  for (const std::size_t size : {whole.size() - 1, whole.size() / 2, std::size_t{50}}) {
    Write(whole.substr(0, size));
    EXPECT_NE(Refusal().find("truncated"), std::string::npos) << size << ": " << Refusal();
    EXPECT_EQ(Content(), whole.substr(0, size));
  }
}

// A child commits as fast as it can and tells what was acknowledged; it is killed at an arbitrary
// moment; what it told must be there. Old values go meanwhile, so pages are used again.
TEST_F(SqliteStorageTest, NothingAcknowledgedIsLostByAKill) {
  struct Told {
    std::uint64_t revision;
    int key;
    int value;
  };
  std::uint64_t revision = 0;
  std::map<std::string, Told> alive;
  for (int round = 0; round < 50; ++round) {
    SCOPED_TRACE(round);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      StorageOptions options;
      options.history_records = 50;
      auto storage = OpenSqliteStorage(path_, options);
      if (!storage || !(*storage)->Open(nullptr)) {
        _exit(1);
      }
      for (int i = 0;; ++i) {
        Told told{0, i % 100, round * 100'000 + i};
        std::string value = std::to_string(told.value) + ':' + std::string(500, 'x');
        auto result =
            (*storage)->Commit(Put("/registry/a/" + std::to_string(told.key), std::move(value)));
        told.revision = result ? result->front() : 0;
        if (!result || write(ends[1], &told, sizeof(told)) < 0) {
          _exit(1);
        }
      }
    }
    close(ends[1]);
    const std::uint64_t before = revision;
    Told told{};
    for (int count = 0; read(ends[0], &told, sizeof(told)) == static_cast<ssize_t>(sizeof(told));
         ++count) {
      if (count == round % 7 * 5) {
        kill(child, SIGKILL);
      }
      EXPECT_GT(told.revision, revision);
      revision = told.revision;
      alive["/registry/a/" + std::to_string(told.key)] = told;
    }
    close(ends[0]);
    waitpid(child, nullptr, 0);
    ASSERT_GT(revision, before);
    auto storage = OpenSqliteStorage(path_);
    ASSERT_TRUE(storage) << storage.error().message;
    const auto state = (*storage)->Open(nullptr);
    ASSERT_TRUE(state);
    ASSERT_GE(state->revision, revision);
    // At most the last commit was not told any more.
    EXPECT_LE(state->revision, revision + 1);
    std::map<std::string, Record> found;
    for (const Record& record : state->alive) {
      found[record.key] = record;
      // The kill may have come between a commit and the word of it.
      if (record.revision > revision) {
        alive[record.key] = {record.revision, 0, std::atoi(record.value->c_str())};
      }
    }
    for (const auto& [key, last] : alive) {
      EXPECT_EQ(found[key].revision, last.revision) << key;
      ASSERT_NE(found[key].value, nullptr) << key;
      EXPECT_EQ(std::atoi(found[key].value->c_str()), last.value) << key;
    }
    revision = state->revision;
  }
}

// One write to the disk fails, the first, the second and so on after a good start.
TEST_F(SqliteStorageTest, AFailingDiskFailsTheCommitAndNothingElse) {
  for (const FailingDisk::Fault fault :
       {FailingDisk::Fault::kFull, FailingDisk::Fault::kWrite, FailingDisk::Fault::kSync}) {
    std::uint64_t failures = 0;
    for (int nth = 0; nth < 6; ++nth) {
      SCOPED_TRACE(std::to_string(static_cast<int>(fault)) + ", " + std::to_string(nth));
      const testing::TemporaryDirectory fresh;
      const std::string path = fresh.path() + "/store.db";
      FailingDisk disk;
      auto storage = OpenSqliteStorage(path);
      ASSERT_TRUE(storage) << storage.error().message;
      std::uint64_t observed = 0;
      ASSERT_TRUE((*storage)->Open(
          [&observed](const std::vector<Record>& records) { observed = records.back().revision; }));
      ASSERT_TRUE((*storage)->Commit(Put("/registry/a/x", "1")));
      disk.Arm(fault, nth);
      const auto failed = (*storage)->Commit(Put("/registry/a/x", std::string(9000, '2')));
      disk.Disarm();
      if (failed) {
        EXPECT_EQ(observed, 2U);  // It needed fewer writes.
        continue;
      }
      ++failures;
      EXPECT_EQ(failed.error().reason, Reason::kInternalError);
      EXPECT_EQ(failed.error().message.rfind("store " + path + ": ", 0), 0U);
      EXPECT_EQ(observed, 1U);
      const auto next = (*storage)->Commit(Put("/registry/a/y", "3"));
      if (fault == FailingDisk::Fault::kSync) {
        EXPECT_FALSE(next);
        EXPECT_EQ(observed, 1U);
      } else {
        ASSERT_TRUE(next) << next.error().message;
        EXPECT_EQ(next->front(), 2U);
      }
      storage->reset();
      storage = OpenSqliteStorage(path);
      ASSERT_TRUE(storage) << storage.error().message;
      const auto state = (*storage)->Open(nullptr);
      ASSERT_FALSE(state->alive.empty());
      EXPECT_EQ(state->alive[0].key, "/registry/a/x");
      if (fault != FailingDisk::Fault::kSync) {
        EXPECT_EQ(*state->alive[0].value, "1");
        EXPECT_EQ(state->revision, 2U);
      }
    }
    EXPECT_GT(failures, 0U);
  }
}

// A disk that fails now and then over a long time, also while pages move from the write-ahead log.
TEST_F(SqliteStorageTest, AnUnreliableDiskLosesNothingAcknowledged) {
  std::mt19937_64 random(7);
  FailingDisk disk;
  StorageOptions options;
  options.history_records = 20;
  auto storage = OpenSqliteStorage(path_, options);
  ASSERT_TRUE(storage);
  ASSERT_TRUE((*storage)->Open(nullptr));
  std::map<std::string, std::pair<std::uint64_t, std::string>> alive;
  std::uint64_t revision = 0;
  int failures = 0;
  for (int i = 0; i < 1500; ++i) {
    const std::string key = "/registry/a/" + std::to_string(random() % 30);
    const std::string value = std::to_string(i) + ':' + std::string(random() % 9000, 'x');
    if (random() % 4 == 0) {
      disk.Arm(random() % 2 == 0 ? FailingDisk::Fault::kFull : FailingDisk::Fault::kWrite,
               static_cast<int>(random() % 12));
    }
    const auto result = (*storage)->Commit(Put(key, value));
    disk.Disarm();
    if (result) {
      ASSERT_EQ(result->front(), revision + 1);
      revision = result->front();
      alive[key] = {revision, value};
    } else {
      ++failures;
    }
  }
  EXPECT_GT(failures, 100);
  storage->reset();
  storage = OpenSqliteStorage(path_, options);
  ASSERT_TRUE(storage) << storage.error().message;
  const auto state = (*storage)->Open(nullptr);
  EXPECT_EQ(state->revision, revision);
  ASSERT_EQ(state->alive.size(), alive.size());
  for (const Record& record : state->alive) {
    EXPECT_EQ(record.revision, alive[record.key].first);
    EXPECT_EQ(*record.value, alive[record.key].second);
  }
}

}  // namespace
}  // namespace k8snet::server
