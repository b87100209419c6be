// The recent changes of one resource, and cursors into them.
#ifndef K8SNET_SRC_STORAGE_EVENT_LOG_H_
#define K8SNET_SRC_STORAGE_EVENT_LOG_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/clock.h"
#include "src/mutex.h"
#include "src/storage/entry.h"

namespace k8snet::server {

// Bounds of one log. An event goes when it is over `max_events` or `max_bytes`, or when it is older
// than `max_age` and more than `min_events` are kept.
// Source: kubernetes/apiserver pkg/storage/cacher/watch_cache.go, which keeps 75 s and 100 to
// 102,400 events. Differs: here old states are made from the events too, hence upstream's 5 minutes
// of storage history.
struct EventLogOptions {
  std::chrono::seconds max_age{300};
  std::size_t min_events = 100;
  std::size_t max_events = 102'400;
  // Of superseded values, which the log alone keeps alive, and of its own memory.
  std::size_t max_bytes = std::size_t{64} << 20;
};

struct EventLogStats {
  std::size_t events = 0;
  std::size_t bytes = 0;
  std::uint64_t appended = 0;  // Since the start.
};

class EventLog;

// A place in a log: what a watch is while it waits. A few words; holds no event and is no queue, so
// one that is never read costs nothing. The log may go before it. Not thread-safe, but ready()
// may be called from any thread.
class EventCursor {
 public:
  ~EventCursor();
  EventCursor(const EventCursor&) = delete;
  EventCursor& operator=(const EventCursor&) = delete;

  // Returns the next event, or null if there is none now.
  // Errors: kExpired, from now on: the next event is no longer kept, since this was read too late.
  [[nodiscard]] Result<EventPtr> Next();

  // Whether Next would return an event or an error. Cheap: two atomic reads. May be true for a
  // moment before Next returns the event, never false once the Commit that made it has returned.
  [[nodiscard]] bool ready() const;

  // Returns the newest revision of which it is sure that Next has returned everything up to it:
  // what a bookmark may say. At least that of the last event returned,
  // and never less than before unless the cursor has fallen off.
  [[nodiscard]] std::uint64_t progress() const;

 private:
  friend class EventLog;

  // The events of one namespace, or of all.
  struct Scope {
    std::string name_space;
    std::deque<EventPtr> events;            // Guarded by the log's mutex.
    std::atomic<std::uint64_t> newest{0};   // Revision of the last event that came.
    std::atomic<std::uint64_t> dropped{0};  // Revision of the last event that went.
  };

  EventCursor(std::shared_ptr<EventLog> log, std::shared_ptr<Scope> scope, std::uint64_t revision);

  const std::shared_ptr<EventLog> log_;
  std::shared_ptr<Scope> scope_;
  // The events up to this revision were returned, or not wanted.
  std::atomic<std::uint64_t> revision_;
};

// The changes of one resource in order of revisions, and per namespace which of them are its.
// Thread-safe; Append and Load from one thread at a time.
class EventLog : public std::enable_shared_from_this<EventLog> {
 public:
  // Events with a revision over `*published` are not shown yet. `clock` outlives this.
  EventLog(const Clock& clock, const EventLogOptions& options,
           std::shared_ptr<const std::atomic<std::uint64_t>> published);

  // Says from which revision on the log has all changes. Before the first Append.
  void Start(std::uint64_t revision);
  // Adds an event, later than all before, and drops what is over the bounds.
  void Append(EventPtr event);

  // As Cache::Watch.
  [[nodiscard]] Result<std::unique_ptr<EventCursor>> Watch(std::uint64_t revision,
                                                           std::string_view name_space);
  // Returns the events over `after` up to `until`, newest first.
  // Errors: kExpired, some of them are not kept.
  [[nodiscard]] Result<std::vector<EventPtr>> Backwards(std::uint64_t after, std::uint64_t until);

  // All events with a revision over this one are kept.
  [[nodiscard]] std::uint64_t oldest_revision() const { return all_->dropped.load(); }
  [[nodiscard]] EventLogStats stats() const;

 private:
  friend class EventCursor;

  using Scope = EventCursor::Scope;

  // What the log must know to drop an event, in the order of all_.events.
  struct Stored {
    std::chrono::steady_clock::time_point at;
    std::size_t bytes = 0;
    std::shared_ptr<Scope> scope;  // Its namespace's; null for cluster-scoped objects.
  };

  [[nodiscard]] std::shared_ptr<Scope> GetScope(std::string_view name_space)
      K8SNET_REQUIRES(mutex_);
  // Gives a reference to a scope back, and drops the scope if nothing needs it any more.
  void Release(std::shared_ptr<Scope> scope) K8SNET_REQUIRES(mutex_);
  void DropOldest() K8SNET_REQUIRES(mutex_);

  const Clock& clock_;
  const EventLogOptions options_;
  const std::shared_ptr<const std::atomic<std::uint64_t>> published_;
  const std::shared_ptr<Scope> all_ = std::make_shared<Scope>();

  mutable Mutex mutex_;
  std::deque<Stored> stored_ K8SNET_GUARDED_BY(mutex_);
  std::size_t bytes_ K8SNET_GUARDED_BY(mutex_) = 0;
  std::uint64_t appended_ K8SNET_GUARDED_BY(mutex_) = 0;
  // Those with events or cursors.
  std::map<std::string, std::shared_ptr<Scope>, std::less<>> scopes_ K8SNET_GUARDED_BY(mutex_);
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_STORAGE_EVENT_LOG_H_
