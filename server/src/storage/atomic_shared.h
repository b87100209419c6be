// A shared pointer that readers copy without a lock while a writer replaces it.
#ifndef K8SNET_SRC_STORAGE_ATOMIC_SHARED_H_
#define K8SNET_SRC_STORAGE_ATOMIC_SHARED_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {

// Holds a value that is replaced whole. Readers announce themselves in the upper 16 bits of the
// word that holds the pointer, so one atomic step both reads it and keeps it alive; whoever
// leaves a replaced value last deletes it. std::atomic<std::shared_ptr> would do the same with a
// spinning lock in today's standard libraries.
//
// Needs pointers of 48 bits, which is what x86-64 and AArch64 give to programs, and at most 65,535
// threads in Read at once. Thread-safe.
template <typename T>
class AtomicShared {
 public:
  AtomicShared() = default;
  ~AtomicShared() { Store(nullptr); }
  AtomicShared(const AtomicShared&) = delete;
  AtomicShared& operator=(const AtomicShared&) = delete;

  // Replaces the value; null empties. Readers of the old one are not waited for.
  void Store(std::unique_ptr<T> value) {
    Holder* holder = value == nullptr ? nullptr : new Holder{std::move(value)};
    const auto bits = reinterpret_cast<std::uintptr_t>(holder);
    K8SNET_CHECK((bits & ~kPointer) == 0);
    const std::uint64_t old = word_.exchange(bits, std::memory_order_acq_rel);
    if (Holder* replaced = pointer(old); replaced != nullptr) {
      const auto readers = static_cast<std::int64_t>(old >> kShift);
      if (replaced->readers.fetch_add(readers, std::memory_order_acq_rel) + readers == 0) {
        delete replaced;
      }
    }
  }

  [[nodiscard]] bool has_value() const {
    return pointer(word_.load(std::memory_order_acquire)) != nullptr;
  }

  // Returns what `read` returns for the value now held, a `const T*`, which is null if there is
  // none. `read` must be short and must not keep the pointer.
  template <typename F>
  auto Read(F&& read) const {
    std::uint64_t word = word_.load(std::memory_order_acquire);
    do {
      if (pointer(word) == nullptr) {
        return read(static_cast<const T*>(nullptr));
      }
    } while (!word_.compare_exchange_weak(word, word + kOne, std::memory_order_acquire));
    word += kOne;
    Holder* const holder = pointer(word);
    auto result = read(static_cast<const T*>(holder->value.get()));
    while (true) {
      if (pointer(word) != holder) {
        // Replaced meanwhile: Store moved our count from the word to the holder.
        if (holder->readers.fetch_sub(1, std::memory_order_acq_rel) == 1) {
          delete holder;
        }
        return result;
      }
      if (word_.compare_exchange_weak(word, word - kOne, std::memory_order_release,
                                      std::memory_order_relaxed)) {
        return result;
      }
    }
  }

 private:
  struct Holder {
    std::unique_ptr<T> value;
    // Readers counted by a Store that replaced this, less those that have left since.
    std::atomic<std::int64_t> readers{0};
  };

  static constexpr int kShift = 48;
  static constexpr std::uint64_t kOne = std::uint64_t{1} << kShift;
  static constexpr std::uint64_t kPointer = kOne - 1;

  static Holder* pointer(std::uint64_t word) {
    return reinterpret_cast<Holder*>(static_cast<std::uintptr_t>(word & kPointer));
  }

  mutable std::atomic<std::uint64_t> word_{0};
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_STORAGE_ATOMIC_SHARED_H_
