// Bounds on the requests that are served at once.
#ifndef K8SNET_SERVER_SRC_FILTERS_IN_FLIGHT_H_
#define K8SNET_SERVER_SRC_FILTERS_IN_FLIGHT_H_

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

#include "src/request_context.h"

namespace k8snet::server {

// Counts requests of one pool up to a limit. Thread-safe.
class InFlightPool {
 public:
  // A place in the pool, given back when it goes.
  class Place {
   public:
    explicit Place(InFlightPool* pool) : pool_(pool) {}
    Place(Place&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();

   private:
    InFlightPool* pool_;
  };

  // 0 is no limit.
  explicit InFlightPool(std::size_t limit) : limit_(limit) {}

  // Returns a place, or nothing if all are taken.
  [[nodiscard]] std::optional<Place> Enter();

  // Places that are taken now.
  [[nodiscard]] std::size_t taken() const { return taken_.load(std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> taken_ = 0;
};

// Whether requests with this verb count as mutating.
// Source: kubernetes/apiserver pkg/server/filters/maxinflight.go, nonMutatingRequestVerbs.
[[nodiscard]] bool IsMutating(const RequestInfo& info);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_FILTERS_IN_FLIGHT_H_
