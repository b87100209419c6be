#include "src/storage/event_log.h"

#include <algorithm>
#include <utility>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {
namespace {

// What an event costs besides the value that it replaced: itself, its place in two queues and the
// entry around that value.
constexpr std::size_t kOverheadBytes = 400;

// Returns the first of `events` whose revision is over `revision`. Cursors are mostly near the end.
std::deque<EventPtr>::const_iterator FirstAfter(const std::deque<EventPtr>& events,
                                                std::uint64_t revision) {
  auto it = events.end();
  for (int steps = 0; steps < 4; ++steps) {
    if (it == events.begin() || (*std::prev(it))->revision <= revision) {
      return it;
    }
    --it;
  }
  return std::partition_point(events.begin(), it,
                              [revision](const EventPtr& e) { return e->revision <= revision; });
}

Error TooOld() {
  return Error(Reason::kExpired, "The resourceVersion for the provided watch is too old.");
}

}  // namespace

EventCursor::EventCursor(std::shared_ptr<EventLog> log, std::shared_ptr<Scope> scope,
                         std::uint64_t revision)
    : log_(std::move(log)), scope_(std::move(scope)), revision_(revision) {}

EventCursor::~EventCursor() {
  const MutexLock lock(log_->mutex_);
  log_->Release(std::move(scope_));
}

Result<EventPtr> EventCursor::Next() {
  const std::uint64_t seen = revision_.load(std::memory_order_relaxed);
  if (scope_->newest.load(std::memory_order_acquire) <= seen) {
    return EventPtr();
  }
  EventPtr event;
  {
    const MutexLock lock(log_->mutex_);
    if (scope_->dropped.load(std::memory_order_relaxed) > seen) {
      return TooOld();
    }
    const auto it = FirstAfter(scope_->events, seen);
    if (it == scope_->events.end() || (*it)->revision > log_->published_->load()) {
      return EventPtr();
    }
    event = *it;
  }
  revision_.store(event->revision, std::memory_order_relaxed);
  return event;
}

bool EventCursor::ready() const {
  return scope_->newest.load(std::memory_order_acquire) > revision_.load(std::memory_order_relaxed);
}

std::uint64_t EventCursor::progress() const {
  // Events are in the log before their revision is published, so what is not in the log now is over
  // `published`.
  const std::uint64_t published = log_->published_->load();
  const std::uint64_t seen = revision_.load(std::memory_order_relaxed);
  if (published <= seen || scope_->newest.load(std::memory_order_acquire) <= seen) {
    return std::max(published, seen);
  }
  const MutexLock lock(log_->mutex_);
  if (scope_->dropped.load(std::memory_order_relaxed) > seen) {
    return seen;
  }
  const auto it = FirstAfter(scope_->events, seen);
  if (it != scope_->events.end() && (*it)->revision <= published) {
    return (*it)->revision - 1;
  }
  return published;
}

EventLog::EventLog(const Clock& clock, const EventLogOptions& options,
                   std::shared_ptr<const std::atomic<std::uint64_t>> published)
    : clock_(clock), options_(options), published_(std::move(published)) {}

void EventLog::Start(std::uint64_t revision) {
  const MutexLock lock(mutex_);
  K8SNET_CHECK(all_->events.empty());
  all_->dropped.store(revision);
  all_->newest.store(revision);
}

void EventLog::Append(EventPtr event) {
  const auto now = clock_.SteadyNow();
  const MutexLock lock(mutex_);
  K8SNET_CHECK(event->revision > all_->newest.load(std::memory_order_relaxed));
  Stored stored;
  stored.at = now;
  stored.bytes =
      kOverheadBytes + (event->previous == nullptr ? 0 : event->previous->value()->size());
  if (const std::string_view name_space = event->entry->name_space(); !name_space.empty()) {
    stored.scope = GetScope(name_space);
    stored.scope->events.push_back(event);
    stored.scope->newest.store(event->revision, std::memory_order_release);
  }
  const std::uint64_t revision = event->revision;
  bytes_ += stored.bytes;
  ++appended_;
  stored_.push_back(std::move(stored));
  all_->events.push_back(std::move(event));
  all_->newest.store(revision, std::memory_order_release);
  while (stored_.size() > options_.max_events || bytes_ > options_.max_bytes ||
         (stored_.size() > options_.min_events && stored_.front().at + options_.max_age < now)) {
    DropOldest();
  }
}

void EventLog::DropOldest() {
  Stored stored = std::move(stored_.front());
  stored_.pop_front();
  bytes_ -= stored.bytes;
  const std::uint64_t revision = all_->events.front()->revision;
  all_->events.pop_front();
  all_->dropped.store(revision);
  if (stored.scope != nullptr) {
    stored.scope->events.pop_front();
    stored.scope->dropped.store(revision);
    Release(std::move(stored.scope));
  }
}

std::shared_ptr<EventLog::Scope> EventLog::GetScope(std::string_view name_space) {
  auto it = scopes_.find(name_space);
  if (it == scopes_.end()) {
    it = scopes_.emplace(name_space, std::make_shared<Scope>()).first;
    it->second->name_space = name_space;
  }
  return it->second;
}

void EventLog::Release(std::shared_ptr<Scope> scope) {
  // Two references are left if only the map and this one need it. All are made and given back
  // under the mutex.
  if (scope != all_ && scope.use_count() == 2) {
    scopes_.erase(scope->name_space);
  }
}

Result<std::unique_ptr<EventCursor>> EventLog::Watch(std::uint64_t revision,
                                                     std::string_view name_space) {
  const MutexLock lock(mutex_);
  if (revision < all_->dropped.load()) {
    return TooOld();
  }
  std::shared_ptr<Scope> scope = name_space.empty() ? all_ : GetScope(name_space);
  return std::unique_ptr<EventCursor>(
      new EventCursor(shared_from_this(), std::move(scope), revision));
}

Result<std::vector<EventPtr>> EventLog::Backwards(std::uint64_t after, std::uint64_t until) {
  const MutexLock lock(mutex_);
  if (after < all_->dropped.load()) {
    return TooOld();
  }
  std::vector<EventPtr> found;
  for (auto it = FirstAfter(all_->events, until); it != all_->events.begin();) {
    --it;
    if ((*it)->revision <= after) {
      break;
    }
    found.push_back(*it);
  }
  return found;
}

EventLogStats EventLog::stats() const {
  const MutexLock lock(mutex_);
  return {stored_.size(), bytes_, appended_};
}

}  // namespace k8snet::server
