#include "src/storage/encodings.h"

#include <algorithm>
#include <optional>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {
namespace {

// What one encoding costs besides its bytes: string, control block and heap headers. Sets add
// theirs only once, which is in here too.
constexpr std::size_t kOverheadBytes = 160;

}  // namespace

EncodingBudget::~EncodingBudget() {
  const MutexLock lock(mutex_);
  K8SNET_CHECK(clock_.empty());
}

void EncodingBudget::Add(const Encodings& owner, EncodingKey key, const Bytes& bytes) {
  const std::size_t cost = bytes->size() + kOverheadBytes;
  // What would push out much of the rest is cheaper to make again.
  if (cost > max_bytes_ / 4) {
    return;
  }
  const MutexLock lock(mutex_);
  auto set = std::make_unique<Encodings::Set>();
  const bool listed = owner.set_.Read([&set](const Encodings::Set* old) {
    if (old != nullptr) {
      set->items = old->items;
      set->charged_bytes = old->charged_bytes;
      set->position = old->position;
      set->used = true;
    }
    return old != nullptr;
  });
  if (std::ranges::any_of(set->items, [key](const auto& item) { return item.first == key; })) {
    return;  // Another thread was first.
  }
  // Room is made before, and not at the cost of this owner: it is in use.
  std::size_t used = used_bytes_.load(std::memory_order_relaxed);
  std::size_t left = 2 * clock_.size();
  while (used + cost > max_bytes_ && left > 0) {
    --left;
    if (hand_ == clock_.end()) {
      hand_ = clock_.begin();
    }
    const Encodings* candidate = *hand_;
    std::size_t charged = 0;
    const bool spared =
        candidate == &owner || candidate->set_.Read([&charged](const Encodings::Set* old) {
          if (old == nullptr) {
            return false;
          }
          charged = old->charged_bytes;
          return old->used.exchange(false, std::memory_order_relaxed);
        });
    if (spared) {
      ++hand_;
      continue;
    }
    hand_ = clock_.erase(hand_);
    candidate->set_.Store(nullptr);
    used -= charged;
    evictions_.fetch_add(1, std::memory_order_relaxed);
  }
  if (used + cost <= max_bytes_) {
    used += cost;
    set->items.emplace_back(key, bytes);
    set->charged_bytes += cost;
    if (!listed) {
      // Behind the hand, so that it is looked at last.
      set->position = clock_.insert(hand_, &owner);
    }
    owner.set_.Store(std::move(set));
  }
  used_bytes_.store(used, std::memory_order_relaxed);
}

void EncodingBudget::Remove(const Encodings& owner) {
  const MutexLock lock(mutex_);
  std::optional<Clock::iterator> position;
  std::size_t charged = 0;
  owner.set_.Read([&](const Encodings::Set* set) {
    if (set != nullptr) {
      position = set->position;
      charged = set->charged_bytes;
    }
    return 0;
  });
  if (!position) {
    return;
  }
  if (hand_ == *position) {
    ++hand_;
  }
  clock_.erase(*position);
  used_bytes_.fetch_sub(charged, std::memory_order_relaxed);
}

Encodings::~Encodings() {
  if (set_.has_value()) {
    budget_.Remove(*this);
  }
}

Bytes Encodings::Find(EncodingKey key) const {
  return set_.Read([key](const Set* set) -> Bytes {
    if (set != nullptr) {
      for (const auto& [item_key, bytes] : set->items) {
        if (item_key == key) {
          if (!set->used.load(std::memory_order_relaxed)) {
            set->used.store(true, std::memory_order_relaxed);
          }
          return bytes;
        }
      }
    }
    return nullptr;
  });
}

Bytes Encodings::Get(EncodingKey key, const std::function<Bytes()>& make) const {
  if (Bytes kept = Find(key); kept != nullptr) {
    return kept;
  }
  Bytes made = make();
  if (made != nullptr) {
    budget_.Add(*this, key, made);
  }
  return made;
}

}  // namespace k8snet::server
