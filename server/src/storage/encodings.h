// Encodings of one object, made on first use and kept under one budget of bytes for the process.
#ifndef K8SNET_SRC_STORAGE_ENCODINGS_H_
#define K8SNET_SRC_STORAGE_ENCODINGS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <utility>
#include <vector>

#include "k8snet/server/http.h"
#include "src/mutex.h"
#include "src/storage/atomic_shared.h"

namespace k8snet::server {

// Which encoding: version, format and framing, packed by whoever encodes; equal numbers must mean
// equal bytes for one object.
using EncodingKey = std::uint32_t;

class Encodings;

// Counts the bytes of all encodings and evicts those not used lately (clock with a second chance)
// when there are more than `max_bytes`. Outlives all Encodings that use it. Thread-safe.
class EncodingBudget {
 public:
  explicit EncodingBudget(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  ~EncodingBudget();
  EncodingBudget(const EncodingBudget&) = delete;
  EncodingBudget& operator=(const EncodingBudget&) = delete;

  // Bytes held now: never over `max_bytes`, allocation overhead included by estimate.
  [[nodiscard]] std::size_t used_bytes() const { return used_bytes_.load(); }
  [[nodiscard]] std::size_t max_bytes() const { return max_bytes_; }
  // Encodings dropped to make room, since the start.
  [[nodiscard]] std::uint64_t evictions() const { return evictions_.load(); }

 private:
  friend class Encodings;
  using Clock = std::list<const Encodings*>;

  // Adds `bytes` under `key` to `owner` and evicts others for it. Does nothing if they are too
  // large to be worth it.
  void Add(const Encodings& owner, EncodingKey key, const Bytes& bytes);
  void Remove(const Encodings& owner);

  const std::size_t max_bytes_;
  std::atomic<std::size_t> used_bytes_{0};
  std::atomic<std::uint64_t> evictions_{0};
  Mutex mutex_;
  Clock clock_ K8SNET_GUARDED_BY(mutex_);
  // The next to be looked at.
  Clock::iterator hand_ K8SNET_GUARDED_BY(mutex_) = clock_.end();
};

// The encodings of one object or event. Costs 16 bytes while there are none. Thread-safe.
class Encodings {
 public:
  explicit Encodings(EncodingBudget& budget) : budget_(budget) {}
  ~Encodings();
  Encodings(const Encodings&) = delete;
  Encodings& operator=(const Encodings&) = delete;

  // Returns the bytes kept under `key`, or calls `make`, keeps what it returns and returns that.
  // Never null unless `make` returns null, which is not kept. Reads of kept bytes take no lock and
  // wait for nobody. No lock is held while `make` runs; threads that come at once may each run it.
  [[nodiscard]] Bytes Get(EncodingKey key, const std::function<Bytes()>& make) const;

  // Returns the bytes kept under `key`, or null.
  [[nodiscard]] Bytes Find(EncodingKey key) const;

 private:
  friend class EncodingBudget;

  struct Set {
    std::vector<std::pair<EncodingKey, Bytes>> items;
    std::size_t charged_bytes = 0;
    std::list<const Encodings*>::iterator position;  // Guarded by the budget's mutex.
    mutable std::atomic<bool> used{false};           // Again, since the clock's hand was here.
  };

  EncodingBudget& budget_;
  mutable AtomicShared<Set> set_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_STORAGE_ENCODINGS_H_
