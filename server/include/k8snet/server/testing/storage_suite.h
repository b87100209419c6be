// The conformance suite of storage backends: what every Storage must hold, as tests. A backend's
// own test program names a factory:
//   INSTANTIATE_TEST_SUITE_P(Mine, StorageSuite, ::testing::Values(StorageFactory{"mine", Open}));
// and, if what one instance committed the next one holds, the same for DurableStorageSuite.
#ifndef K8SNET_SERVER_TESTING_STORAGE_SUITE_H_
#define K8SNET_SERVER_TESTING_STORAGE_SUITE_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "k8snet/server/storage.h"
#include "k8snet/server/testing/fake_clock.h"
#include "k8snet/server/testing/temporary_directory.h"

namespace k8snet::server {

// Opens a backend on `directory`, which is empty at first and the same for every call in one test.
struct StorageFactory {
  std::string name;
  std::function<Result<std::unique_ptr<Storage>>(const std::string& directory,
                                                 const StorageOptions& options)>
      open;

  friend std::ostream& operator<<(std::ostream& out, const StorageFactory& factory) {
    return out << factory.name;
  }
};

// Takes down what clients were told and what was observed, and says what does not fit together.
// Thread-safe.
class HistoryChecker {
 public:
  // A Commit of `batch` has returned `revisions`.
  void Acknowledge(const std::vector<Change>& batch, const std::vector<std::uint64_t>& revisions) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ASSERT_EQ(batch.size(), revisions.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      EXPECT_TRUE(acknowledged_.emplace(revisions[i], batch[i]).second)
          << "revision " << revisions[i] << " was given twice";
    }
  }
  void Observe(const std::vector<Record>& records) {
    const std::lock_guard<std::mutex> lock(mutex_);
    observed_.insert(observed_.end(), records.begin(), records.end());
  }

  // Checks that revisions go up by one, each change was acknowledged once and with what it said,
  // and each follows the one before it on its key. `state` is the store's at its start. Call when
  // all commits have returned.
  void Check(const OpenState& state) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::map<std::string, std::uint64_t> alive;
    for (const Record& record : state.alive) {
      alive[record.key] = record.revision;
    }
    std::uint64_t revision = state.revision;
    for (const Record& record : observed_) {
      EXPECT_EQ(record.revision, ++revision);
      EXPECT_EQ(record.previous_revision, alive[record.key]) << record.key;
      alive[record.key] = record.value == nullptr ? 0 : record.revision;
      const auto told = acknowledged_.find(record.revision);
      if (told == acknowledged_.end()) {
        ADD_FAILURE() << "revision " << record.revision << " was observed, not acknowledged";
        continue;
      }
      const Change& change = told->second;
      EXPECT_EQ(change.key, record.key);
      EXPECT_EQ(change.value, record.value);
      EXPECT_EQ(change.expected_revision.value_or(record.previous_revision),
                record.previous_revision);
    }
    EXPECT_EQ(observed_.size(), acknowledged_.size());
  }
  [[nodiscard]] std::vector<Record> observed() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return observed_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Change> acknowledged_;
  std::vector<Record> observed_;
};

class StorageSuite : public ::testing::TestWithParam<StorageFactory> {
 protected:
  void SetUp() override {
    directory_.emplace();
    Open();
  }
  void TearDown() override {
    storage_.reset();
    directory_.reset();
  }

  // Opens the backend, again if it was open, and starts to record what is observed.
  void Open(const StorageOptions& options = {}) {
    observed_.clear();
    Open(options, [this](const std::vector<Record>& records) {
      const std::lock_guard<std::mutex> lock(mutex_);
      observed_.insert(observed_.end(), records.begin(), records.end());
    });
  }
  void Open(const StorageOptions& options, Storage::Observer observer) {
    storage_.reset();
    auto opened = GetParam().open(directory_->path(), options);
    ASSERT_TRUE(opened) << opened.error().message;
    storage_ = *std::move(opened);
    auto state = storage_->Open(std::move(observer));
    ASSERT_TRUE(state) << state.error().message;
    state_ = *std::move(state);
  }

  static Change Put(const std::string& key, const std::string& value,
                    std::optional<std::uint64_t> expected = {}) {
    return {key, std::make_shared<const std::string>(value), expected};
  }
  static Change Delete(const std::string& key, std::optional<std::uint64_t> expected = {}) {
    return {key, nullptr, expected};
  }
  // Commits, and tries again if the store fails, as the backend may do at random.
  Result<std::vector<std::uint64_t>> Try(const std::vector<Change>& batch) {
    auto result = storage_->Commit(batch);
    for (int i = 0; i < 100 && !result && result.error().reason == Reason::kInternalError; ++i) {
      result = storage_->Commit(batch);
    }
    return result;
  }
  Result<std::vector<Record>> ChangesSince(std::uint64_t revision) {
    auto result = storage_->ChangesSince(revision);
    for (int i = 0; i < 100 && !result && result.error().reason == Reason::kInternalError; ++i) {
      result = storage_->ChangesSince(revision);
    }
    return result;
  }
  void Compact(std::uint64_t revision) {
    Status done = storage_->Compact(revision);
    for (int i = 0; i < 100 && !done; ++i) {
      done = storage_->Compact(revision);
    }
    EXPECT_TRUE(done);
  }
  // Commits one change that must succeed; its revision.
  std::uint64_t Commit(Change change) {
    std::vector<Change> batch;
    batch.push_back(std::move(change));
    auto result = Try(batch);
    EXPECT_TRUE(result) << result.error().message;
    return result ? result->front() : 0;
  }
  // Why a commit fails.
  Reason Refusal(const std::vector<Change>& batch) {
    auto result = Try(batch);
    EXPECT_FALSE(result);
    return result ? Reason::kUnknown : result.error().reason;
  }
  std::map<std::string, std::string> Alive() const {
    std::map<std::string, std::string> alive;
    for (const Record& record : state_.alive) {
      alive[record.key] = *record.value;
    }
    return alive;
  }

  std::optional<testing::TemporaryDirectory> directory_;
  std::unique_ptr<Storage> storage_;
  OpenState state_;
  std::mutex mutex_;
  std::vector<Record> observed_;
};

TEST_P(StorageSuite, RevisionsGrowByOneOverAllKeys) {
  EXPECT_EQ(Commit(Put("/registry/a/x", "1")), 1U);
  EXPECT_EQ(Commit(Put("/registry/b/y", "2")), 2U);
  EXPECT_EQ(Commit(Delete("/registry/a/x")), 3U);
  auto batch = Try({Put("/registry/a/x", "3"), Put("/registry/a/z", "4")});
  ASSERT_TRUE(batch);
  EXPECT_EQ(*batch, (std::vector<std::uint64_t>{4, 5}));
}

TEST_P(StorageSuite, CommitsAreObservedBeforeTheyReturn) {
  Commit(Put("/registry/a/x", "1"));
  Commit(Put("/registry/a/x", "2"));
  Commit(Delete("/registry/a/x"));
  ASSERT_EQ(observed_.size(), 3U);
  EXPECT_EQ(observed_[0].previous_revision, 0U);
  EXPECT_EQ(*observed_[1].value, "2");
  EXPECT_EQ(observed_[1].previous_revision, 1U);
  EXPECT_EQ(observed_[2].value, nullptr);
  EXPECT_EQ(observed_[2].revision, 3U);
  EXPECT_EQ(observed_[2].previous_revision, 2U);
}

TEST_P(StorageSuite, AWrongExpectedRevisionConflictsAndChangesNothing) {
  Commit(Put("/registry/a/x", "1", 0));
  EXPECT_EQ(Refusal({Put("/registry/a/x", "2", 0)}), Reason::kConflict);
  EXPECT_EQ(Refusal({Put("/registry/a/x", "2", 7)}), Reason::kConflict);
  EXPECT_EQ(Refusal({Put("/registry/a/y", "2", 1)}), Reason::kConflict);
  EXPECT_EQ(Refusal({Delete("/registry/a/x", 7)}), Reason::kConflict);
  EXPECT_EQ(Refusal({Delete("/registry/a/y")}), Reason::kConflict);
  EXPECT_EQ(observed_.size(), 1U);
  EXPECT_EQ(Commit(Put("/registry/a/x", "2", 1)), 2U);
}

TEST_P(StorageSuite, ABatchIsCommittedWholeOrNotAtAll) {
  Commit(Put("/registry/a/x", "1"));
  EXPECT_EQ(Refusal({Put("/registry/a/y", "1", 0), Put("/registry/a/x", "2", 0)}),
            Reason::kConflict);
  EXPECT_EQ(observed_.size(), 1U);
  EXPECT_EQ(Commit(Put("/registry/a/y", "1", 0)), 2U);
}

TEST_P(StorageSuite, AValueOverTheLimitIsRefused) {
  StorageOptions options;
  options.max_value_bytes = 10;
  Open(options);
  EXPECT_EQ(Refusal({Put("/registry/a/x", std::string(11, 'x'))}), Reason::kRequestEntityTooLarge);
  Commit(Put("/registry/a/x", std::string(10, 'x')));
}

TEST_P(StorageSuite, ChangesAreGivenWithWhatWasBefore) {
  Commit(Put("/registry/a/x", "1"));
  Commit(Put("/registry/a/x", "2"));
  Commit(Delete("/registry/a/x"));
  const auto changes = ChangesSince(1);
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->size(), 2U);
  EXPECT_EQ((*changes)[0].revision, 2U);
  EXPECT_EQ(*(*changes)[0].previous_value, "1");
  EXPECT_EQ((*changes)[1].value, nullptr);
  EXPECT_EQ(*(*changes)[1].previous_value, "2");
}

TEST_P(StorageSuite, CompactedChangesAreExpired) {
  for (int i = 0; i < 10; ++i) {
    Commit(Put("/registry/a/x", std::to_string(i)));
  }
  Compact(5);
  EXPECT_EQ(ChangesSince(4).error().reason, Reason::kExpired);
  const auto changes = ChangesSince(5);
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->size(), 5U);
  Compact(100);
  EXPECT_EQ(Commit(Put("/registry/a/x", "10")), 11U);
  // What comes after is not compacted, whatever was asked for before it was there.
  EXPECT_EQ(Commit(Put("/registry/a/x", "11")), 12U);
  EXPECT_EQ(ChangesSince(10)->size(), 2U);
}

TEST_P(StorageSuite, SupersededValuesAreForgottenOverEachBound) {
  struct Case {
    const char* name;
    std::chrono::seconds history_age;
    std::size_t history_records;
    std::size_t history_bytes;
    std::chrono::seconds advance;
    std::uint64_t kept_since;  // After the tenth change of a value of 100 bytes.
  };
  constexpr std::size_t kAny = 1'000'000;
  for (const Case& c :
       {Case{"none", std::chrono::seconds(60), kAny, kAny, {}, 0},
        Case{"age", std::chrono::seconds(60), kAny, kAny, std::chrono::seconds(61), 9},
        Case{"records", std::chrono::seconds(60), 4, kAny, {}, 5},
        Case{"bytes", std::chrono::seconds(60), kAny, 300, {}, 6}}) {
    SCOPED_TRACE(c.name);
    TearDown();
    SetUp();
    testing::FakeClock clock;
    StorageOptions options;
    options.clock = &clock;
    options.history_age = c.history_age;
    options.history_records = c.history_records;
    options.history_bytes = c.history_bytes;
    Open(options);
    for (int i = 0; i < 9; ++i) {
      Commit(Put("/registry/a/x", std::string(100, 'x')));
    }
    clock.Advance(c.advance);
    Commit(Put("/registry/a/x", "last"));
    const auto kept = ChangesSince(c.kept_since);
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->size(), 10 - c.kept_since);
    if (c.kept_since > 0) {
      EXPECT_EQ(ChangesSince(c.kept_since - 1).error().reason, Reason::kExpired);
    }
    storage_.reset();  // Before its clock.
  }
}

TEST_P(StorageSuite, ABatchWithoutAKeyOrWithOneTwiceIsRefused) {
  Commit(Put("/registry/a/x", "1"));
  EXPECT_EQ(Refusal({Put("", "1")}), Reason::kInternalError);
  EXPECT_EQ(Refusal({Delete("/registry/a/x"), Delete("/registry/a/x")}), Reason::kInternalError);
  EXPECT_EQ(Refusal({Put("/registry/a/y", "1"), Put("/registry/a/y", "2")}),
            Reason::kInternalError);
  EXPECT_EQ(observed_.size(), 1U);
  const auto empty = Try({});
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->empty());
  EXPECT_EQ(Commit(Put("/registry/a/x", "2")), 2U);
}

// Clients that race for a few keys, with and without expected revisions, in batches, while the
// store may fail. K8SNET_SEED repeats a run.
TEST_P(StorageSuite, ARandomHistoryHoldsTogether) {
  const char* given = std::getenv("K8SNET_SEED");
  const std::uint64_t seed =
      given == nullptr ? std::random_device()() : std::strtoull(given, nullptr, 10);
  SCOPED_TRACE("K8SNET_SEED=" + std::to_string(seed));
  for (int i = 0; i < 5; ++i) {
    Commit(Put("/registry/a/" + std::to_string(i), "start"));
  }
  HistoryChecker checker;
  Open({}, [&checker](const std::vector<Record>& records) { checker.Observe(records); });
  std::vector<std::thread> clients;
  for (std::uint64_t t = 0; t < 6; ++t) {
    clients.emplace_back([&, t] {
      std::mt19937_64 random(seed + t);
      std::map<std::string, std::uint64_t> known;
      for (int i = 0; i < 60; ++i) {
        std::vector<Change> batch;
        for (const char* key : {"/registry/a/0", "/registry/a/1", "/registry/b/2"}) {
          if (random() % 2 == 0) {
            continue;
          }
          Change change = Put(key, std::to_string(t) + ":" + std::to_string(i));
          if (random() % 4 == 0) {
            change.value = nullptr;
          }
          if (random() % 2 == 0) {
            change.expected_revision = known[key];
          }
          batch.push_back(std::move(change));
        }
        const auto result = storage_->Commit(batch);
        if (result) {
          checker.Acknowledge(batch, *result);
        }
        for (std::size_t j = 0; result && j < batch.size(); ++j) {
          known[batch[j].key] = batch[j].value == nullptr ? 0 : (*result)[j];
        }
      }
    });
  }
  for (std::thread& client : clients) {
    client.join();
  }
  checker.Check(state_);
  // The log tells the same.
  const std::vector<Record> observed = checker.observed();
  const auto changes = ChangesSince(state_.revision);
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->size(), observed.size());
  for (std::size_t i = 0; i < observed.size(); ++i) {
    EXPECT_EQ((*changes)[i].revision, observed[i].revision);
    EXPECT_EQ((*changes)[i].key, observed[i].key);
    EXPECT_EQ((*changes)[i].value, observed[i].value);
    EXPECT_EQ((*changes)[i].previous_revision, observed[i].previous_revision);
    EXPECT_EQ((*changes)[i].previous_value == nullptr, observed[i].previous_revision == 0);
  }
}

TEST_P(StorageSuite, ManyWritersLoseAndDoubleNothing) {
  constexpr int kThreads = 8;
  constexpr int kCommits = 100;
  std::vector<std::thread> threads;
  std::vector<std::vector<std::uint64_t>> revisions(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCommits; ++i) {
        auto result = Try({Put("/registry/a/" + std::to_string(t), "v")});
        if (result) {
          revisions[static_cast<std::size_t>(t)].push_back(result->front());
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  std::set<std::uint64_t> all;
  for (const auto& of_thread : revisions) {
    EXPECT_TRUE(std::is_sorted(of_thread.begin(), of_thread.end()));
    all.insert(of_thread.begin(), of_thread.end());
  }
  EXPECT_EQ(all.size(), std::size_t{kThreads} * kCommits);
  ASSERT_EQ(observed_.size(), std::size_t{kThreads} * kCommits);
  for (std::size_t i = 0; i < observed_.size(); ++i) {
    EXPECT_EQ(observed_[i].revision, i + 1);
  }
}

TEST_P(StorageSuite, OneWriterOfSeveralWinsAKey) {
  std::vector<std::thread> threads;
  std::mutex mutex;
  int won = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      const bool mine = Try({Put("/registry/a/x", "v", 0)}).has_value();
      const std::lock_guard<std::mutex> lock(mutex);
      won += mine ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(won, 1);
}

// What a backend holds besides if one instance finds what another one committed.
class DurableStorageSuite : public StorageSuite {};

TEST_P(DurableStorageSuite, WhatWasAcknowledgedIsThereAfterARestart) {
  Commit(Put("/registry/a/x", "1"));
  Commit(Put("/registry/a/y", std::string("\0b", 2)));
  Commit(Put("/registry/a/x", "2"));
  Commit(Delete("/registry/a/y"));
  Commit(Put("/registry/a/z", "3"));
  Open();
  EXPECT_EQ(state_.revision, 5U);
  EXPECT_EQ(Alive(),
            (std::map<std::string, std::string>{{"/registry/a/x", "2"}, {"/registry/a/z", "3"}}));
  ASSERT_EQ(state_.history.size(), 5U);
  EXPECT_EQ(*state_.history[3].previous_value, std::string("\0b", 2));
  EXPECT_EQ(Refusal({Put("/registry/a/x", "3", 1)}), Reason::kConflict);
  EXPECT_EQ(Commit(Put("/registry/a/x", "3", 3)), 6U);
}

TEST_P(DurableStorageSuite, TheRevisionDoesNotGoBackWhenTheLastChangeIsCompacted) {
  Commit(Put("/registry/a/x", "1"));
  Commit(Delete("/registry/a/x"));
  Compact(2);
  Open();
  EXPECT_TRUE(state_.alive.empty());
  EXPECT_EQ(Commit(Put("/registry/a/x", "2")), 3U);
}

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_TESTING_STORAGE_SUITE_H_
