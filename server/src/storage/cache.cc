#include "src/storage/cache.h"

#include <algorithm>
#include <unordered_map>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {
namespace {

// Every so many changes of a resource its tree is kept, so that an old state is never further away
// than this many events.
constexpr std::size_t kChangesBetweenKept = 4096;
// Of one resource, those that pages asked for included.
constexpr std::size_t kMaxKept = 64;

Error TooLargeRevision(std::uint64_t wanted, std::uint64_t current) {
  ErrorDetails details;
  details.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  details.retry_after_seconds = 1;
  return Error(Reason::kTimeout,
               "Timeout: Too large resource version: " + std::to_string(wanted) +
                   ", current: " + std::to_string(current),
               std::move(details));
}

}  // namespace

Cache::Cache(Caches& caches, std::size_t index, CacheConfig config, const EventLogOptions& options)
    : caches_(caches),
      index_(index),
      config_(std::move(config)),
      log_(std::make_shared<EventLog>(caches.clock_, options, caches.revision_)) {}

Cache::~Cache() = default;

Snapshot Cache::snapshot() const {
  return caches_.state_.Read([this](const Caches::State* state) {
    return state == nullptr ? Snapshot() : Snapshot(state->trees[index_], state->revision);
  });
}

Result<Snapshot> Cache::SnapshotAt(std::uint64_t revision) {
  Snapshot newest = snapshot();
  if (revision > newest.revision()) {
    return TooLargeRevision(revision, newest.revision());
  }
  EntryTree tree = newest.tree_;
  std::uint64_t base = newest.revision();
  {
    const MutexLock lock(kept_mutex_);
    const auto it = std::ranges::lower_bound(kept_, revision, {}, &Kept::revision);
    if (it != kept_.end() && it->revision < base) {
      it->used = caches_.clock_.SteadyNow();
      tree = it->tree;
      base = it->revision;
    }
  }
  Result<std::vector<EventPtr>> events = log_->Backwards(revision, base);
  if (!events) {
    return Error(Reason::kExpired, "The resourceVersion for the provided list is too old.");
  }
  if (events->empty()) {
    return Snapshot(std::move(tree), revision);
  }
  for (const EventPtr& event : *events) {
    tree =
        event->previous == nullptr ? tree.Without(event->entry->key()) : tree.With(event->previous);
  }
  Keep(revision, tree);
  return Snapshot(std::move(tree), revision);
}

Result<std::unique_ptr<EventCursor>> Cache::Watch(std::uint64_t revision,
                                                  std::string_view name_space) {
  return log_->Watch(revision, name_space);
}

EntryPtr Cache::MakeEntry(const std::string& key, std::uint64_t revision,
                          const Bytes& value) const {
  return std::make_shared<const Entry>(
      key, config_.prefix.size(), config_.namespaced, revision, value,
      config_.attributes == nullptr ? Attributes() : config_.attributes(*value), caches_.budget_);
}

void Cache::Load(const OpenState& state) {
  const auto mine = [this](const Record& record) { return record.key.starts_with(config_.prefix); };
  // Keys are in order, so those with the prefix are neighbours.
  std::vector<EntryPtr> alive;
  auto it = std::ranges::lower_bound(state.alive, config_.prefix, {}, &Record::key);
  for (; it != state.alive.end() && mine(*it); ++it) {
    alive.push_back(MakeEntry(it->key, it->revision, it->value));
  }
  tree_ = EntryTree(std::move(alive));

  log_->Start(state.compacted_revision);
  std::unordered_map<std::string_view, EntryPtr> latest;
  for (const Record& record : state.history) {
    if (!mine(record)) {
      continue;
    }
    EntryPtr& entry = latest[record.key];
    EntryPtr previous = std::move(entry);
    if (record.previous_value == nullptr) {
      previous = nullptr;
    } else if (previous == nullptr) {
      previous = MakeEntry(record.key, record.previous_revision, record.previous_value);
    }
    if (record.value != nullptr) {
      EntryPtr now = tree_.Get(record.key);
      entry = now != nullptr && now->revision() == record.revision
                  ? std::move(now)
                  : MakeEntry(record.key, record.revision, record.value);
      log_->Append(std::make_shared<const Event>(
          previous == nullptr ? EventType::kAdded : EventType::kModified, record.revision, entry,
          previous, caches_.budget_));
    } else if (previous != nullptr) {
      entry = nullptr;
      log_->Append(std::make_shared<const Event>(EventType::kDeleted, record.revision, previous,
                                                 previous, caches_.budget_));
    }
  }
}

void Cache::Apply(const Record& record) {
  EntryPtr previous = tree_.Get(record.key);
  if (record.value != nullptr) {
    EntryPtr entry = MakeEntry(record.key, record.revision, record.value);
    tree_ = tree_.With(entry);
    log_->Append(std::make_shared<const Event>(
        previous == nullptr ? EventType::kAdded : EventType::kModified, record.revision,
        std::move(entry), previous, caches_.budget_));
  } else {
    K8SNET_CHECK(previous != nullptr);
    tree_ = tree_.Without(record.key);
    log_->Append(std::make_shared<const Event>(EventType::kDeleted, record.revision, previous,
                                               previous, caches_.budget_));
  }
  if (++changes_since_kept_ >= kChangesBetweenKept) {
    changes_since_kept_ = 0;
    Keep(record.revision, tree_);
  }
}

void Cache::Keep(std::uint64_t revision, EntryTree tree) {
  const auto now = caches_.clock_.SteadyNow();
  std::vector<Kept> dropped;  // Destroyed after the lock is given back.
  const MutexLock lock(kept_mutex_);
  const std::uint64_t oldest = log_->oldest_revision();
  const auto first = std::ranges::lower_bound(kept_, oldest, {}, &Kept::revision);
  std::move(kept_.begin(), first, std::back_inserter(dropped));
  kept_.erase(kept_.begin(), first);
  if (kept_.size() >= kMaxKept) {
    const auto least = std::ranges::min_element(kept_, {}, &Kept::used);
    dropped.push_back(std::move(*least));
    kept_.erase(least);
  }
  const auto at = std::ranges::lower_bound(kept_, revision, {}, &Kept::revision);
  if (at == kept_.end() || at->revision != revision) {
    kept_.insert(at, {revision, std::move(tree), now});
  }
}

Caches::Caches(const Clock& clock, EncodingBudget& budget, CacheOptions options)
    : clock_(clock),
      budget_(budget),
      options_(options),
      revision_(std::make_shared<std::atomic<std::uint64_t>>(0)) {}

Caches::~Caches() = default;

Cache& Caches::Add(CacheConfig config) {
  for (const auto& cache : caches_) {
    K8SNET_CHECK(!cache->prefix().starts_with(config.prefix) &&
                 !config.prefix.starts_with(cache->prefix()));
  }
  caches_.push_back(
      std::unique_ptr<Cache>(new Cache(*this, caches_.size(), std::move(config), options_.events)));
  return *caches_.back();
}

Status Caches::Attach(Storage& storage) {
  Result<OpenState> state =
      storage.Open([this](const std::vector<Record>& records) { Apply(records); });
  if (!state) {
    return std::move(state).error();
  }
  for (const auto& cache : caches_) {
    cache->Load(*state);
  }
  Publish(state->revision);
  return {};
}

Status Caches::WaitForRevision(std::uint64_t revision, std::chrono::milliseconds timeout) {
  if (this->revision() >= revision) {
    return {};
  }
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const MutexLock lock(wait_mutex_);
  waiting_.fetch_add(1);
  bool in_time = true;
  while (in_time && this->revision() < revision) {
    in_time = advanced_.WaitUntil(wait_mutex_, deadline);
  }
  waiting_.fetch_sub(1);
  const std::uint64_t current = this->revision();
  if (current < revision) {
    return TooLargeRevision(revision, current);
  }
  return {};
}

Cache* Caches::Find(std::string_view key) const {
  for (const auto& cache : caches_) {
    if (key.starts_with(cache->prefix())) {
      return cache.get();
    }
  }
  return nullptr;
}

void Caches::Apply(const std::vector<Record>& records) {
  if (records.empty()) {
    return;
  }
  for (const Record& record : records) {
    if (Cache* cache = Find(record.key); cache != nullptr) {
      cache->Apply(record);
    }
  }
  Publish(records.back().revision);
}

void Caches::Publish(std::uint64_t revision) {
  auto state = std::make_unique<State>();
  state->revision = revision;
  state->trees.reserve(caches_.size());
  for (const auto& cache : caches_) {
    state->trees.push_back(cache->tree_);
  }
  state_.Store(std::move(state));
  revision_->store(revision);
  if (waiting_.load() > 0) {
    const MutexLock lock(wait_mutex_);
    advanced_.NotifyAll();
  }
  wakers_.Wake();
}

}  // namespace k8snet::server
