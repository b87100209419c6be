// Which numbers of a range are given out: those of cluster addresses and of node ports. Nothing is
// kept here; what is taken, the caller knows.
// Source: kubernetes/kubernetes pkg/registry/core/service/{ipallocator,portallocator}.
#ifndef K8SNET_SERVER_SRC_REGISTRY_ALLOCATORS_H_
#define K8SNET_SERVER_SRC_REGISTRY_ALLOCATORS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "k8snet/server/clock.h"
#include "k8snet/validation/ip.h"

namespace k8snet::server {

// Numbers from 0 to `size` - 1. The first `offset` of them are given to who asks for none in
// particular only when all others are taken, so that those who ask for one find it free there.
struct NumberBands {
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
};

// Returns some number that is not taken, searched from a random one on; nothing if all are.
// Cost: a call of `taken` for each number looked at, which are few while many are free.
[[nodiscard]] std::optional<std::uint64_t> PickFree(
    const NumberBands& bands, Random& random,
    const std::function<bool(std::uint64_t number)>& taken);

// The addresses of a network that services can have: all but its own and, of IPv4, the last.
// Thread-safe: immutable once constructed.
class AddressRange {
 public:
  // `network` has a prefix of at least 64 bits if it is IPv6.
  explicit AddressRange(const validation::Cidr& network);

  // "IPv4" or "IPv6".
  [[nodiscard]] std::string_view family() const { return network_.ip.v4 ? "IPv4" : "IPv6"; }
  [[nodiscard]] std::string text() const { return network_.ToString(); }
  // Returns the text of the network's own address, which stands for one that is not taken.
  [[nodiscard]] std::string placeholder() const { return network_.network().ToString(); }

  // Whether `ip` can be given to a service.
  [[nodiscard]] bool Holds(const validation::Ip& ip) const;
  // Returns the address with this number, counted from 0.
  [[nodiscard]] validation::Ip At(std::uint64_t number) const;
  [[nodiscard]] const NumberBands& bands() const { return bands_; }

 private:
  validation::Cidr network_;
  NumberBands bands_;
};

// The ports of the nodes. Thread-safe: immutable once constructed.
class PortRange {
 public:
  // `last` is included.
  PortRange(std::int64_t first, std::int64_t last);

  // Returns "30000-32767".
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool Holds(std::int64_t port) const { return port >= first_ && port <= last_; }
  [[nodiscard]] std::int32_t At(std::uint64_t number) const {
    return static_cast<std::int32_t>(first_ + static_cast<std::int64_t>(number));
  }
  [[nodiscard]] const NumberBands& bands() const { return bands_; }

 private:
  std::int64_t first_;
  std::int64_t last_;
  NumberBands bands_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_ALLOCATORS_H_
