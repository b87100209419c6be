#include "src/filters/in_flight.h"

namespace k8snet::server {

InFlightPool::Place::~Place() {
  if (pool_ != nullptr) {
    pool_->taken_.fetch_sub(1, std::memory_order_relaxed);
  }
}

std::optional<InFlightPool::Place> InFlightPool::Enter() {
  if (taken_.fetch_add(1, std::memory_order_relaxed) >= limit_ && limit_ != 0) {
    taken_.fetch_sub(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  return Place(this);
}

bool IsMutating(const RequestInfo& info) {
  return info.verb != "get" && info.verb != "list" && info.verb != "watch";
}

}  // namespace k8snet::server
