#include "src/storage/event_log.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "k8snet/server/testing/fake_clock.h"

namespace k8snet::server {
namespace {

class EventLogTest : public ::testing::Test {
 protected:
  void Start(const EventLogOptions& options) {
    log_ = std::make_shared<EventLog>(clock_, options, published_);
    log_->Start(0);
    published_->store(0);
  }
  EntryPtr Entry(const std::string& name_space, std::uint64_t revision, std::size_t size) {
    return std::make_shared<const server::Entry>("/r/" + name_space + "/name", 3, true, revision,
                                                 std::make_shared<const std::string>(size, 'x'),
                                                 Attributes(), budget_);
  }
  // Appends a change of the one object in `name_space`, which replaces `size` bytes.
  void Append(std::uint64_t revision, const std::string& name_space, std::size_t size = 1) {
    log_->Append(std::make_shared<const Event>(EventType::kModified, revision,
                                               Entry(name_space, revision, size),
                                               Entry(name_space, revision - 1, size), budget_));
  }
  void Publish(std::uint64_t revision) { published_->store(revision); }
  std::uint64_t Next(EventCursor& cursor) {
    const auto event = cursor.Next();
    EXPECT_TRUE(event);
    return event && *event != nullptr ? (*event)->revision : 0;
  }

  testing::FakeClock clock_;
  EncodingBudget budget_{1000};
  const std::shared_ptr<std::atomic<std::uint64_t>> published_ =
      std::make_shared<std::atomic<std::uint64_t>>(0);
  std::shared_ptr<EventLog> log_;
};

TEST_F(EventLogTest, NothingIsShownBeforeItsRevisionIsPublished) {
  Start({});
  const auto cursor = *log_->Watch(0, "");
  Append(1, "a");
  EXPECT_EQ(Next(*cursor), 0U);
  EXPECT_EQ(cursor->progress(), 0U);
  Publish(1);
  EXPECT_TRUE(cursor->ready());
  EXPECT_EQ(cursor->progress(), 0U);
  EXPECT_EQ(Next(*cursor), 1U);
  EXPECT_EQ(cursor->progress(), 1U);
  Publish(5);  // Of other resources.
  EXPECT_FALSE(cursor->ready());
  EXPECT_EQ(cursor->progress(), 5U);
}

TEST_F(EventLogTest, OldEventsGoOverEachBound) {
  struct Case {
    const char* name;
    EventLogOptions options;
    std::uint64_t oldest;  // After 20 events of 1,000 bytes, one a second.
  };
  for (const Case& c : {
           Case{"none", {.min_events = 2}, 0},
           Case{"age", {.max_age = std::chrono::seconds(5), .min_events = 2}, 14},
           Case{"young enough", {.max_age = std::chrono::seconds(5), .min_events = 15}, 5},
           Case{"number", {.min_events = 2, .max_events = 7}, 13},
           Case{"bytes", {.min_events = 2, .max_bytes = 5000}, 17},
       }) {
    SCOPED_TRACE(c.name);
    Start(c.options);
    for (std::uint64_t i = 1; i <= 20; ++i) {
      clock_.Advance(std::chrono::seconds(1));
      Append(i, "a", 1000);
    }
    EXPECT_EQ(log_->oldest_revision(), c.oldest);
    EXPECT_EQ(log_->stats().events, 20 - c.oldest);
    EXPECT_EQ(log_->stats().appended, 20U);
    EXPECT_TRUE(log_->Watch(c.oldest, ""));
    if (c.oldest > 0) {
      EXPECT_EQ(log_->Watch(c.oldest - 1, "").error().reason, Reason::kExpired);
      EXPECT_EQ(log_->Backwards(c.oldest - 1, 20).error().reason, Reason::kExpired);
    }
  }
}

TEST_F(EventLogTest, ACursorOfAQuietNamespaceDoesNotFallOff) {
  Start({.min_events = 2, .max_events = 5});
  const auto quiet = *log_->Watch(0, "quiet");
  const auto all = *log_->Watch(0, "");
  for (std::uint64_t i = 1; i <= 50; ++i) {
    Append(i, "busy");
  }
  Publish(50);
  EXPECT_FALSE(quiet->ready());
  EXPECT_EQ(Next(*quiet), 0U);
  EXPECT_EQ(quiet->progress(), 50U);
  EXPECT_EQ(all->Next().error().reason, Reason::kExpired);
  EXPECT_EQ(all->Next().error().reason, Reason::kExpired);
  EXPECT_EQ(all->progress(), 0U);
  Append(51, "quiet");
  Publish(51);
  EXPECT_TRUE(quiet->ready());
  EXPECT_EQ(Next(*quiet), 51U);
  Append(52, "quiet");
  for (std::uint64_t i = 53; i <= 60; ++i) {
    Append(i, "busy");
  }
  Publish(60);
  EXPECT_EQ(quiet->Next().error().reason, Reason::kExpired);
}

TEST_F(EventLogTest, ACursorOutlivesItsLog) {
  Start({});
  const auto cursor = *log_->Watch(0, "a");
  Append(1, "a");
  Publish(1);
  log_.reset();
  EXPECT_EQ(Next(*cursor), 1U);
}

// What a bookmark says may be resumed from: no event at or before it is still to come.
TEST_F(EventLogTest, CursorsRaceWithTheWriter) {
  constexpr std::uint64_t kEvents = 20'000;
  Start({});
  std::vector<std::thread> readers;
  for (const char* name_space : {"", "0", "1", "absent"}) {
    readers.emplace_back([this, name_space = std::string(name_space)] {
      const auto cursor = *log_->Watch(0, name_space);
      std::uint64_t last = 0;
      std::uint64_t count = 0;
      while (last < kEvents) {
        const std::uint64_t progress = cursor->progress();
        ASSERT_GE(progress, last);
        last = progress;
        while (const std::uint64_t revision = Next(*cursor)) {
          ASSERT_GT(revision, last);
          last = revision;
          ++count;
        }
      }
      const std::uint64_t expected = name_space.empty()       ? kEvents
                                     : name_space == "absent" ? 0
                                                              : kEvents / 2;
      EXPECT_EQ(count, expected);
    });
  }
  for (std::uint64_t i = 1; i <= kEvents; ++i) {
    Append(i, std::to_string(i % 2));
    Publish(i);
  }
  for (std::thread& reader : readers) {
    reader.join();
  }
}

}  // namespace
}  // namespace k8snet::server
