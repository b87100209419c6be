// Who has which cluster address and node port. Kept in memory; filled from the stored services when
// the server starts.
// Source: kubernetes/kubernetes pkg/registry/core/service/{ipallocator,portallocator}.
#ifndef K8SNET_SERVER_SRC_REGISTRY_ALLOCATORS_H_
#define K8SNET_SERVER_SRC_REGISTRY_ALLOCATORS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "k8snet/server/clock.h"
#include "k8snet/validation/ip.h"
#include "src/mutex.h"

namespace k8snet::server {

// Numbers from 0 to `size` - 1. The first `offset` of them are given without being asked for only
// when all others are taken, so that those who ask for a number find one there. Thread-safe.
class NumberPool {
 public:
  // `random` outlives this. `size` is not 0.
  NumberPool(std::uint64_t size, std::uint64_t offset, Random& random)
      : size_(size), offset_(offset), random_(random) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }
  // Takes `number`; returns whether it was free.
  [[nodiscard]] bool Take(std::uint64_t number);
  // Takes some free number; nothing if all are taken.
  [[nodiscard]] std::optional<std::uint64_t> TakeAny();
  [[nodiscard]] bool Has(std::uint64_t number) const;
  void Release(std::uint64_t number);

 private:
  // Takes some free number of [first, last).
  [[nodiscard]] std::optional<std::uint64_t> TakeAnyOf(std::uint64_t first, std::uint64_t last)
      K8SNET_REQUIRES(mutex_);

  const std::uint64_t size_;
  const std::uint64_t offset_;
  Random& random_;
  mutable Mutex mutex_;
  std::unordered_set<std::uint64_t> taken_ K8SNET_GUARDED_BY(mutex_);
};

// The addresses of one network. Thread-safe.
class IpAllocator {
 public:
  // `range` has a prefix of at least 64 bits if it is IPv6. `random` outlives this.
  IpAllocator(validation::Cidr range, Random& random);

  // "IPv4" or "IPv6".
  [[nodiscard]] std::string_view family() const { return range_.ip.v4 ? "IPv4" : "IPv6"; }
  [[nodiscard]] std::string range() const { return range_.ToString(); }
  // Returns the text of the network's own address, which stands for one that is not taken.
  [[nodiscard]] std::string placeholder() const { return range_.network().ToString(); }

  // Whether `ip` can be given to a service.
  [[nodiscard]] bool Holds(const validation::Ip& ip) const { return NumberOf(ip).has_value(); }
  // Takes `ip`, which Holds; returns whether it was free.
  [[nodiscard]] bool Take(const validation::Ip& ip);
  // Takes some free address and returns its text; nothing if all are taken.
  [[nodiscard]] std::optional<std::string> TakeAny();
  // Does nothing for an address that is not of the range.
  void Release(const validation::Ip& ip);

 private:
  [[nodiscard]] std::optional<std::uint64_t> NumberOf(const validation::Ip& ip) const;

  const validation::Cidr range_;
  NumberPool pool_;
};

// The ports of the nodes. Thread-safe.
class PortAllocator {
 public:
  // `last` is included; `random` outlives this.
  PortAllocator(std::int64_t first, std::int64_t last, Random& random);

  // Returns "30000-32767".
  [[nodiscard]] std::string range() const;
  [[nodiscard]] bool Holds(std::int64_t port) const { return port >= first_ && port <= last_; }
  [[nodiscard]] bool Has(std::int64_t port) const { return Holds(port) && pool_.Has(Number(port)); }
  // Takes `port`, which Holds; returns whether it was free.
  [[nodiscard]] bool Take(std::int64_t port) { return pool_.Take(Number(port)); }
  // Takes some free port; nothing if all are taken.
  [[nodiscard]] std::optional<std::int32_t> TakeAny();
  // Does nothing for a port that is not of the range.
  void Release(std::int64_t port);

 private:
  [[nodiscard]] std::uint64_t Number(std::int64_t port) const {
    return static_cast<std::uint64_t>(port - first_);
  }

  const std::int64_t first_;
  const std::int64_t last_;
  NumberPool pool_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_ALLOCATORS_H_
