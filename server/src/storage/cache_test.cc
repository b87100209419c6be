#include "src/storage/cache.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "k8snet/server/clock.h"
#include "k8snet/server/storage.h"
#include "k8snet/server/testing/temporary_directory.h"

namespace k8snet::server {
namespace {

class CountingWaker final : public Waker {
 public:
  void Wake() override { ++count; }
  int count = 0;
};

class CacheTest : public ::testing::Test {
 protected:
  void SetUp() override { Attach({}); }

  // Starts over with an empty store and the bounds `events` of the logs.
  void Attach(const EventLogOptions& events) {
    caches_.reset();
    storage_ = NewMemoryStorage();
    caches_ = std::make_unique<Caches>(*clock_, budget_, CacheOptions{events});
    pods_ = &caches_->Add({.prefix = "/registry/pods/"});
    nodes_ = &caches_->Add({.prefix = "/registry/nodes/", .namespaced = false});
    ASSERT_TRUE(caches_->Attach(*storage_));
  }
  std::uint64_t Put(const std::string& key, const std::string& value) {
    auto result = storage_->Commit({{key, std::make_shared<const std::string>(value), {}}});
    EXPECT_TRUE(result);
    return result ? result->front() : 0;
  }
  std::uint64_t Delete(const std::string& key) {
    auto result = storage_->Commit({{key, nullptr, {}}});
    EXPECT_TRUE(result);
    return result ? result->front() : 0;
  }
  static std::vector<std::string> Keys(const Snapshot& snapshot, const std::string& prefix,
                                       const std::string& start) {
    std::vector<std::string> keys;
    for (auto it = snapshot.Seek(prefix, start); it.valid(); it.Next()) {
      keys.push_back(it.entry()->key());
    }
    return keys;
  }
  // Reads all events that are there; "+key=value", "~key=value", "-key=value", each with @revision.
  static std::string Read(EventCursor& cursor) {
    std::string out;
    for (;;) {
      const Result<EventPtr> next = cursor.Next();
      if (!next) {
        return out + " " + std::string(ReasonName(next.error().reason));
      }
      if (*next == nullptr) {
        return out;
      }
      const Event& event = **next;
      out += out.empty() ? "" : " ";
      out += event.type == EventType::kAdded ? '+' : event.type == EventType::kDeleted ? '-' : '~';
      out += std::string(event.entry->name()) + "=" + *event.entry->value() + "@" +
             std::to_string(event.revision);
    }
  }

  const std::unique_ptr<Clock> clock_ = NewSystemClock();
  EncodingBudget budget_{1 << 20};
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<Caches> caches_;
  Cache* pods_ = nullptr;
  Cache* nodes_ = nullptr;
};

TEST_F(CacheTest, AWriteIsSeenWhenItHasReturned) {
  const std::uint64_t revision = Put("/registry/pods/default/web", "1");
  const Snapshot snapshot = pods_->snapshot();
  EXPECT_EQ(snapshot.revision(), revision);
  const EntryPtr entry = snapshot.Get("/registry/pods/default/web");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(*entry->value(), "1");
  EXPECT_EQ(entry->name_space(), "default");
  EXPECT_EQ(entry->name(), "web");
  EXPECT_EQ(entry->revision(), revision);
  EXPECT_EQ(pods_->snapshot().Get("/registry/pods/default/we"), nullptr);
}

TEST_F(CacheTest, ASnapshotStaysWhatItWas) {
  Put("/registry/pods/default/a", "1");
  const Snapshot before = pods_->snapshot();
  for (int i = 0; i < 200; ++i) {
    Put("/registry/pods/default/" + std::to_string(i), "x");
  }
  Delete("/registry/pods/default/a");
  EXPECT_EQ(before.size(), 1U);
  EXPECT_NE(before.Get("/registry/pods/default/a"), nullptr);
  EXPECT_EQ(pods_->snapshot().size(), 200U);
  EXPECT_EQ(pods_->snapshot().Get("/registry/pods/default/a"), nullptr);
}

TEST_F(CacheTest, KeysComeInOrderWithinAPrefix) {
  for (const char* key : {"b/2", "a/1", "b/1", "ab/1", "b/3"}) {
    Put(std::string("/registry/pods/") + key, "x");
  }
  const Snapshot snapshot = pods_->snapshot();
  const std::string all = "/registry/pods/";
  const std::string b = all + "b/";
  EXPECT_EQ(
      Keys(snapshot, all, all),
      (std::vector<std::string>{all + "a/1", all + "ab/1", all + "b/1", all + "b/2", all + "b/3"}));
  EXPECT_EQ(Keys(snapshot, b, b + "1" + '\0'), (std::vector<std::string>{b + "2", b + "3"}));
  EXPECT_EQ(snapshot.Count(b), 3U);
  EXPECT_EQ(snapshot.Count(b, b + "2"), 2U);
  EXPECT_TRUE(Keys(snapshot, all + "c/", all + "c/").empty());
}

TEST_F(CacheTest, EveryCacheLearnsTheStoresRevision) {
  Put("/registry/pods/default/a", "1");
  const std::uint64_t revision = Put("/registry/nodes/n", "1");
  EXPECT_EQ(pods_->snapshot().revision(), revision);
  EXPECT_EQ(nodes_->snapshot().Get("/registry/nodes/n")->name_space(), "");
  Put("/registry/unknown/x", "1");
  EXPECT_EQ(caches_->revision(), revision + 1);
}

TEST_F(CacheTest, ACursorGivesEveryChangeOnceInOrder) {
  Put("/registry/pods/default/a", "1");
  auto all = pods_->Watch(1, "");
  auto one = pods_->Watch(1, "other");
  ASSERT_TRUE(all);
  ASSERT_TRUE(one);
  EXPECT_FALSE((*all)->ready());
  Put("/registry/pods/default/a", "2");
  Put("/registry/pods/other/b", "3");
  Put("/registry/nodes/n", "4");
  Delete("/registry/pods/default/a");
  EXPECT_TRUE((*all)->ready());
  EXPECT_EQ(Read(**all), "~a=2@2 +b=3@3 -a=2@5");
  EXPECT_EQ(Read(**one), "+b=3@3");
  EXPECT_FALSE((*all)->ready());
  EXPECT_EQ((*one)->progress(), 5U);
  auto past = pods_->Watch(0, "");
  ASSERT_TRUE(past);
  EXPECT_EQ(Read(**past), "+a=1@1 ~a=2@2 +b=3@3 -a=2@5");
}

TEST_F(CacheTest, ACursorFromTheFutureIsSilentUntilThen) {
  auto cursor = pods_->Watch(2, "");
  ASSERT_TRUE(cursor);
  Put("/registry/pods/default/a", "1");
  Put("/registry/pods/default/a", "2");
  Put("/registry/pods/default/a", "3");
  EXPECT_EQ(Read(**cursor), "~a=3@3");
}

TEST_F(CacheTest, ACursorThatIsReadTooLateFallsOff) {
  EventLogOptions options;
  options.min_events = 2;
  options.max_events = 4;
  Attach(options);
  auto cursor = pods_->Watch(0, "");
  ASSERT_TRUE(cursor);
  for (int i = 0; i < 10; ++i) {
    Put("/registry/pods/default/a", std::to_string(i));
  }
  EXPECT_EQ(Read(**cursor), " Expired");
  EXPECT_EQ(pods_->Watch(0, "").error().reason, Reason::kExpired);
  EXPECT_TRUE(pods_->Watch(10, ""));
}

TEST_F(CacheTest, OldStatesAreMadeFromTheEvents) {
  Put("/registry/pods/default/a", "1");
  Put("/registry/pods/default/b", "2");
  Put("/registry/pods/default/a", "3");
  Delete("/registry/pods/default/b");
  const auto at = pods_->SnapshotAt(2);
  ASSERT_TRUE(at);
  EXPECT_EQ(at->revision(), 2U);
  EXPECT_EQ(at->size(), 2U);
  EXPECT_EQ(*at->Get("/registry/pods/default/a")->value(), "1");
  const auto early = pods_->SnapshotAt(1);
  ASSERT_TRUE(early);
  EXPECT_EQ(early->size(), 1U);
}

// A random history: each of its states is found again, from the newest and after the store was
// opened again.
TEST_F(CacheTest, EveryOldStateIsWhatItWas) {
  const testing::TemporaryDirectory directory;
  const std::string path = directory.path() + "/store.db";
  std::mt19937_64 random(3);
  using Model = std::map<std::string, std::uint64_t>;
  std::vector<Model> states(1);
  const auto content = [](const Snapshot& snapshot) {
    Model model;
    for (auto it = snapshot.Seek("/registry/pods/"); it.valid(); it.Next()) {
      model[it.entry()->key()] = it.entry()->revision();
    }
    return model;
  };
  std::string events;
  for (const bool again : {false, true}) {
    SCOPED_TRACE(again);
    caches_.reset();
    storage_.reset();
    storage_ = *OpenSqliteStorage(path);
    caches_ = std::make_unique<Caches>(*clock_, budget_);
    pods_ = &caches_->Add({.prefix = "/registry/pods/"});
    ASSERT_TRUE(caches_->Attach(*storage_));
    while (states.size() < 200) {
      Model model = states.back();
      const std::string key = "/registry/pods/a/" + std::to_string(random() % 20);
      std::uint64_t revision = 0;
      if (random() % 3 == 0 && model.contains(key)) {
        revision = Delete(key);
        model.erase(key);
      } else if (random() % 5 == 0) {
        revision = Put("/registry/nodes/n", "x");
      } else {
        revision = Put(key, "x");
        model[key] = revision;
      }
      ASSERT_EQ(revision, states.size());
      states.push_back(std::move(model));
    }
    for (int i = 0; i < 400; ++i) {
      const std::uint64_t revision = random() % states.size();
      const auto at = pods_->SnapshotAt(revision);
      ASSERT_TRUE(at) << revision;
      EXPECT_EQ(at->revision(), revision);
      EXPECT_EQ(content(*at), states[revision]) << revision;
    }
    const auto cursor = pods_->Watch(0, "");
    ASSERT_TRUE(cursor);
    const std::string read = Read(**cursor);
    EXPECT_TRUE(events.empty() || read == events);
    events = read;
  }
  EXPECT_EQ(pods_->SnapshotAt(states.size()).error().reason, Reason::kTimeout);
  caches_.reset();
  storage_.reset();
}

TEST_F(CacheTest, AStateThatIsNotKeptIsExpired) {
  EventLogOptions options;
  options.min_events = 2;
  options.max_events = 3;
  Attach(options);
  for (int i = 0; i < 10; ++i) {
    Put("/registry/pods/default/a", std::to_string(i));
  }
  EXPECT_EQ(pods_->oldest_revision(), 7U);
  EXPECT_TRUE(pods_->SnapshotAt(7));
  EXPECT_EQ(pods_->SnapshotAt(6).error().reason, Reason::kExpired);
  // A resource that nobody changed is at any revision what it is now.
  EXPECT_TRUE(nodes_->SnapshotAt(1));
}

TEST_F(CacheTest, ARevisionIsWaitedFor) {
  std::thread writer([&] { Put("/registry/pods/default/a", "1"); });
  EXPECT_TRUE(caches_->WaitForRevision(1, std::chrono::seconds(10)));
  writer.join();
  const Status late = caches_->WaitForRevision(9, std::chrono::milliseconds(1));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, Reason::kTimeout);
  EXPECT_EQ(late.error().message, "Timeout: Too large resource version: 9, current: 1");
}

TEST_F(CacheTest, WakersAreWokenByEachCommit) {
  CountingWaker waker;
  caches_->Subscribe(waker);
  Put("/registry/pods/default/a", "1");
  Put("/registry/nodes/n", "1");
  caches_->Unsubscribe(waker);
  Put("/registry/nodes/n", "2");
  EXPECT_EQ(waker.count, 2);
}

TEST_F(CacheTest, EncodingsAreMadeOnceAndEvictedUnderTheBudget) {
  Put("/registry/pods/default/a", "1");
  const EntryPtr entry = pods_->snapshot().Get("/registry/pods/default/a");
  int made = 0;
  const auto make = [&] {
    ++made;
    return std::make_shared<const std::string>(1000, 'x');
  };
  EXPECT_EQ(entry->Encoding(1, make), entry->Encoding(1, make));
  EXPECT_EQ(made, 1);
  (void)entry->Encoding(2, make);
  EXPECT_EQ(made, 2);
  for (int i = 0; i < 2000; ++i) {
    const std::string key = "/registry/pods/default/" + std::to_string(i);
    Put(key, "x");
    (void)pods_->snapshot().Get(key)->Encoding(1, make);
  }
  EXPECT_LE(budget_.used_bytes(), budget_.max_bytes());
  EXPECT_GT(budget_.evictions(), 0U);
}

// Readers race with a writer: each snapshot must hold together.
TEST_F(CacheTest, ReadersSeeWholeStatesWhileOneWrites) {
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&] {
      std::uint64_t last = 0;
      while (!done.load()) {
        const Snapshot snapshot = pods_->snapshot();
        EXPECT_GE(snapshot.revision(), last);
        last = snapshot.revision();
        std::size_t count = 0;
        for (auto it = snapshot.Seek("/registry/pods/"); it.valid(); it.Next()) {
          EXPECT_LE(it.entry()->revision(), snapshot.revision());
          ++count;
        }
        EXPECT_EQ(count, snapshot.size());
      }
    });
  }
  for (int i = 0; i < 500; ++i) {
    Put("/registry/pods/default/" + std::to_string(i % 50), std::to_string(i));
    if (i % 7 == 0) {
      Delete("/registry/pods/default/" + std::to_string(i % 50));
    }
  }
  done = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
}

}  // namespace
}  // namespace k8snet::server
