#include "k8snet/server/storage.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "k8snet/server/testing/storage_suite.h"

namespace k8snet::server {
namespace {

const StorageFactory kMemory{"memory", [](const std::string&, const StorageOptions& options) {
                               return Result<std::unique_ptr<Storage>>(NewMemoryStorage(options));
                             }};
const StorageFactory kSqlite{"sqlite",
                             [](const std::string& directory, const StorageOptions& options) {
                               return OpenSqliteStorage(directory + "/store.db", options);
                             }};

const auto kName = [](const auto& test) { return test.param.name; };
INSTANTIATE_TEST_SUITE_P(Backends, StorageSuite, ::testing::Values(kMemory, kSqlite), kName);
INSTANTIATE_TEST_SUITE_P(Backends, DurableStorageSuite, ::testing::Values(kSqlite), kName);

class SqliteStorageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "k8snet-sqlite-XXXXXX";
    ASSERT_NE(mkdtemp(directory_.data()), nullptr);
    path_ = directory_ + "/store.db";
  }
  void TearDown() override { ASSERT_EQ(std::system(("rm -rf '" + directory_ + "'").c_str()), 0); }

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

  std::string directory_;
  std::string path_;
};

TEST_F(SqliteStorageTest, AnOpenStoreIsRefusedToOthers) {
  const auto first = OpenSqliteStorage(path_);
  ASSERT_TRUE(first);
  EXPECT_EQ(Refusal(), "store " + path_ + ": is in use by another process");
}

TEST_F(SqliteStorageTest, AFileOfAnotherKindIsRefusedAndUntouched) {
  for (const std::string& content : {std::string("hello"), std::string(4096, 'x')}) {
    Write(content);
    EXPECT_NE(Refusal().find("not a k8snet store"), std::string::npos) << Refusal();
    EXPECT_EQ(Content(), content);
  }
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

// A child commits as fast as it can and tells each revision when it is acknowledged; it is killed
// at an arbitrary moment; what it told must be there.
TEST_F(SqliteStorageTest, NothingAcknowledgedIsLostByAKill) {
  std::uint64_t told_before = 0;
  for (int round = 0; round < 50; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto storage = OpenSqliteStorage(path_);
      if (!storage || !(*storage)->Open(nullptr)) {
        _exit(1);
      }
      for (int i = 0;; ++i) {
        auto result = (*storage)->Commit(
            Put("/registry/a/" + std::to_string(i % 100), std::string(500, 'x')));
        if (!result || write(ends[1], &result->front(), sizeof(std::uint64_t)) < 0) {
          _exit(1);
        }
      }
    }
    close(ends[1]);
    std::uint64_t told = told_before;
    for (int i = 0; i < 1 + round % 7 * 5; ++i) {
      ASSERT_EQ(read(ends[0], &told, sizeof(told)), static_cast<ssize_t>(sizeof(told)));
    }
    kill(child, SIGKILL);
    while (read(ends[0], &told, sizeof(told)) == static_cast<ssize_t>(sizeof(told))) {
    }
    close(ends[0]);
    waitpid(child, nullptr, 0);
    ASSERT_GT(told, told_before);
    auto storage = OpenSqliteStorage(path_);
    ASSERT_TRUE(storage) << storage.error().message;
    const auto state = (*storage)->Open(nullptr);
    ASSERT_TRUE(state);
    ASSERT_GE(state->revision, told);
    told_before = state->revision;
  }
}

}  // namespace
}  // namespace k8snet::server
