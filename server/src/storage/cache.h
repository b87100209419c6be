// What every read is served from: the objects of each resource as persistent snapshots, and their
// changes as a log that watches are cursors into.
//
// Caches holds one Cache per resource and feeds them from a Storage. The way of a write is
// Storage::Commit -> observer -> all caches updated and published in one step -> Commit returns, so
// whatever reads after a write has returned sees it.
#ifndef K8SNET_SRC_STORAGE_CACHE_H_
#define K8SNET_SRC_STORAGE_CACHE_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/http.h"
#include "k8snet/server/storage.h"
#include "src/mutex.h"
#include "src/storage/atomic_shared.h"
#include "src/storage/encodings.h"
#include "src/storage/entry.h"
#include "src/storage/entry_tree.h"
#include "src/storage/event_log.h"
#include "src/wakers.h"

namespace k8snet::server {

// What a cache is to know of its resource.
struct CacheConfig {
  // Of the keys, with both slashes: "/registry/ingress/". None is a prefix of another one's.
  std::string prefix;
  // Keys are <prefix><namespace>/<name>, else <prefix><name>.
  bool namespaced = true;
  // Takes what selectors look at out of a stored value. Called once per change, by the committing
  // thread; no attributes for what cannot be read. Null: none at all.
  std::function<Attributes(std::string_view value)> attributes;
};

// Bounds of what caches keep besides the objects that are alive.
struct CacheOptions {
  EventLogOptions events;  // Of each cache.
};

// The state of one resource at one revision. Cheap to copy; keeps what it shows alive.
// Thread-safe: immutable once constructed.
class Snapshot {
 public:
  Snapshot() = default;  // Empty, at revision 0.
  Snapshot(EntryTree tree, std::uint64_t revision) : tree_(std::move(tree)), revision_(revision) {}

  // All changes up to this revision are in, none after. It is the store's: it may be that of a
  // change to another resource.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }
  [[nodiscard]] std::size_t size() const { return tree_.size(); }

  // Returns the entry of a whole key ("/registry/ingress/default/web"), or null.
  // Cost: some 100 ns with 5,000 entries.
  [[nodiscard]] EntryPtr Get(std::string_view key) const { return tree_.Get(key); }

  // Iterates in order of keys from the first key that is not less than `start`, to the end of the
  // resource; `prefix` ends it earlier, at the first key that does not start with it. Exclusive of
  // a key is `start` = key + '\0', as in continue tokens. The iterator needs the snapshot alive.
  //   for (auto it = snapshot.Seek(prefix, start); it.valid(); it.Next()) Use(it.entry());
  [[nodiscard]] EntryTree::Iterator Seek(std::string_view prefix, std::string_view start) const {
    return tree_.Seek(prefix, start);
  }
  [[nodiscard]] EntryTree::Iterator Seek(std::string_view prefix) const {
    return tree_.Seek(prefix, prefix);
  }

  // Returns how many keys start with `prefix` and are not less than `start`, without visiting them.
  [[nodiscard]] std::size_t Count(std::string_view prefix, std::string_view start) const {
    return tree_.Count(prefix, start);
  }
  [[nodiscard]] std::size_t Count(std::string_view prefix) const {
    return tree_.Count(prefix, prefix);
  }

 private:
  friend class Cache;

  EntryTree tree_;
  std::uint64_t revision_ = 0;
};

class Caches;

// The objects and the recent changes of one resource. Made by Caches::Add. Thread-safe.
class Cache {
 public:
  ~Cache();
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  [[nodiscard]] const std::string& prefix() const { return config_.prefix; }

  // Returns the newest state. Takes no lock. Cost: some 50 ns.
  [[nodiscard]] Snapshot snapshot() const;

  // Returns the state at exactly `revision`, for paging and resourceVersionMatch=Exact. It is made
  // from the newest by taking back the events since, and kept for the next page.
  // Errors: kExpired, `revision` is before oldest_revision(); kTimeout, it is still to come (as
  //         Caches::WaitForRevision, which is to be called before).
  [[nodiscard]] Result<Snapshot> SnapshotAt(std::uint64_t revision);

  // Returns a cursor that gives every event with a revision over `revision`, of one namespace or,
  // if `name_space` is empty, of all. A revision that is still to come is fine: the cursor is
  // silent until then.
  // Errors: kExpired, the events after `revision` are not all kept.
  [[nodiscard]] Result<std::unique_ptr<EventCursor>> Watch(std::uint64_t revision,
                                                           std::string_view name_space);

  // The earliest revision that SnapshotAt and Watch can start from.
  [[nodiscard]] std::uint64_t oldest_revision() const { return log_->oldest_revision(); }

  // Changes this resource had since the start, for metrics.
  [[nodiscard]] EventLogStats event_stats() const { return log_->stats(); }

 private:
  friend class Caches;

  Cache(Caches& caches, std::size_t index, CacheConfig config, const EventLogOptions& options);
  [[nodiscard]] EntryPtr MakeEntry(const std::string& key, std::uint64_t revision,
                                   const Bytes& value) const;
  // Fills an empty cache with the records of `state` that are its own.
  void Load(const OpenState& state);
  // Applies a record of this resource to the writer's tree and to the log.
  void Apply(const Record& record);
  void Keep(std::uint64_t revision, EntryTree tree);

  struct Kept {
    std::uint64_t revision = 0;
    EntryTree tree;
    std::chrono::steady_clock::time_point used;
  };

  Caches& caches_;
  const std::size_t index_;
  const CacheConfig config_;
  EntryTree tree_;  // The writer's, ahead of the published one within Caches::Apply alone.
  std::size_t changes_since_kept_ = 0;  // The writer's.
  const std::shared_ptr<EventLog> log_;
  Mutex kept_mutex_;
  // Old trees by revision, ascending: regular ones, so that SnapshotAt never takes back many
  // events, and those that pages asked for.
  std::vector<Kept> kept_ K8SNET_GUARDED_BY(kept_mutex_);
};

// All caches of a server, and the revision that they share. Thread-safe, but for what is said of
// set-up.
class Caches {
 public:
  // `clock` and `budget` outlive this.
  Caches(const Clock& clock, EncodingBudget& budget, CacheOptions options = {});
  ~Caches();
  Caches(const Caches&) = delete;
  Caches& operator=(const Caches&) = delete;

  // Set-up: adds the cache of a resource. Before Attach. Lifetime: that of this.
  Cache& Add(CacheConfig config);

  // Set-up: opens `storage`, fills the caches with what it holds and follows it from then on. Once,
  // and before anything is committed.
  // This must outlive the storage's last Commit. Keys that no cache has the prefix of are ignored.
  // Errors: those of Storage::Open.
  [[nodiscard]] Status Attach(Storage& storage);

  // The newest revision that is published: every cache has all changes up to it.
  [[nodiscard]] std::uint64_t revision() const { return *revision_; }

  // Waits until revision() is at least `revision`.
  // Errors: kTimeout, it was not within `timeout`, with upstream's message, cause and retry time.
  // Source: kubernetes/apiserver pkg/storage/errors.go, NewTooLargeResourceVersionError.
  [[nodiscard]] Status WaitForRevision(std::uint64_t revision, std::chrono::milliseconds timeout);

  // Wakes `waker` after each commit, until Unsubscribe. When Unsubscribe has returned, no call of
  // it is under way or to come. Not from within a Wake.
  void Subscribe(Waker& waker) { wakers_.Add(waker); }
  void Unsubscribe(Waker& waker) { wakers_.Remove(waker); }

 private:
  friend class Cache;

  // What is published in one step.
  struct State {
    std::uint64_t revision = 0;
    std::vector<EntryTree> trees;  // By Cache::index_.
  };

  [[nodiscard]] Cache* Find(std::string_view key) const;
  void Apply(const std::vector<Record>& records);
  void Publish(std::uint64_t revision);

  const Clock& clock_;
  EncodingBudget& budget_;
  const CacheOptions options_;
  std::vector<std::unique_ptr<Cache>> caches_;
  AtomicShared<State> state_;
  // Stored after state_; shared with the logs, which show no event of a later revision.
  const std::shared_ptr<std::atomic<std::uint64_t>> revision_;

  std::atomic<int> waiting_{0};
  Mutex wait_mutex_;
  CondVar advanced_;
  Wakers wakers_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_STORAGE_CACHE_H_
