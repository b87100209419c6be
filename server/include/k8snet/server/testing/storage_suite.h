// The conformance suite of storage backends: what every Storage must hold, as tests. A backend's
// own test program names a factory:
//   INSTANTIATE_TEST_SUITE_P(Mine, StorageSuite, ::testing::Values(StorageFactory{"mine", Open}));
// and, if what one instance committed the next one holds, the same for DurableStorageSuite.
#ifndef K8SNET_SERVER_TESTING_STORAGE_SUITE_H_
#define K8SNET_SERVER_TESTING_STORAGE_SUITE_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "k8snet/server/storage.h"

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

class StorageSuite : public ::testing::TestWithParam<StorageFactory> {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "k8snet-storage-XXXXXX";
    ASSERT_NE(mkdtemp(directory_.data()), nullptr);
    Open();
  }
  void TearDown() override {
    storage_.reset();
    ASSERT_EQ(std::system(("rm -rf '" + directory_ + "'").c_str()), 0);
  }

  // Opens the backend, again if it was open, and starts to record what is observed.
  void Open(const StorageOptions& options = {}) {
    storage_.reset();
    observed_.clear();
    auto opened = GetParam().open(directory_, options);
    ASSERT_TRUE(opened) << opened.error().message;
    storage_ = *std::move(opened);
    auto state = storage_->Open([this](const std::vector<Record>& records) {
      const std::lock_guard<std::mutex> lock(mutex_);
      observed_.insert(observed_.end(), records.begin(), records.end());
    });
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
  // Commits one change that must succeed; its revision.
  std::uint64_t Commit(Change change) {
    std::vector<Change> batch;
    batch.push_back(std::move(change));
    auto result = storage_->Commit(std::move(batch));
    EXPECT_TRUE(result) << result.error().message;
    return result ? result->front() : 0;
  }
  // Why a commit fails.
  Reason Refusal(std::vector<Change> batch) {
    auto result = storage_->Commit(std::move(batch));
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

  std::string directory_;
  std::unique_ptr<Storage> storage_;
  OpenState state_;
  std::mutex mutex_;
  std::vector<Record> observed_;
};

TEST_P(StorageSuite, RevisionsGrowByOneOverAllKeys) {
  EXPECT_EQ(Commit(Put("/registry/a/x", "1")), 1U);
  EXPECT_EQ(Commit(Put("/registry/b/y", "2")), 2U);
  EXPECT_EQ(Commit(Delete("/registry/a/x")), 3U);
  auto batch = storage_->Commit({Put("/registry/a/x", "3"), Put("/registry/a/z", "4")});
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
  const auto changes = storage_->ChangesSince(1);
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
  ASSERT_TRUE(storage_->Compact(5));
  EXPECT_EQ(storage_->ChangesSince(4).error().reason, Reason::kExpired);
  const auto changes = storage_->ChangesSince(5);
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->size(), 5U);
  ASSERT_TRUE(storage_->Compact(100));
  EXPECT_EQ(Commit(Put("/registry/a/x", "10")), 11U);
}

TEST_P(StorageSuite, ManyWritersLoseAndDoubleNothing) {
  constexpr int kThreads = 8;
  constexpr int kCommits = 100;
  std::vector<std::thread> threads;
  std::vector<std::vector<std::uint64_t>> revisions(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCommits; ++i) {
        auto result = storage_->Commit({Put("/registry/a/" + std::to_string(t), "v")});
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
      const bool mine = storage_->Commit({Put("/registry/a/x", "v", 0)}).has_value();
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
  ASSERT_TRUE(storage_->Compact(2));
  Open();
  EXPECT_TRUE(state_.alive.empty());
  EXPECT_EQ(Commit(Put("/registry/a/x", "2")), 3U);
}

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_TESTING_STORAGE_SUITE_H_
