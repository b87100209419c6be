#include "src/registry/allocators.h"

#include <algorithm>
#include <limits>

namespace k8snet::server {
namespace {

using validation::Cidr;
using validation::Ip;

// How many of `size` numbers are kept for those who ask for one: none of a small range, else a
// share within bounds.
std::uint64_t StaticBand(std::uint64_t size, std::uint64_t share, std::uint64_t most) {
  constexpr std::uint64_t kLeast = 16;
  return size <= kLeast ? 0 : std::min(std::max(size / share, kLeast), most);
}

// The host part of `ip`, as far as it fits: the low 32 or 64 bits.
std::uint64_t Low(const Ip& ip) {
  std::uint64_t value = 0;
  for (std::size_t i = ip.v4 ? 12 : 8; i < ip.bytes.size(); ++i) {
    value = value << 8U | ip.bytes[i];
  }
  return value;
}

// How many addresses follow the network's own and can be given out: IPv4 keeps the last one, the
// broadcast address, to itself.
std::uint64_t Usable(const Cidr& range) {
  const int host_bits = range.bits() - range.prefix;
  const std::uint64_t last = host_bits >= 64 ? std::numeric_limits<std::uint64_t>::max()
                                             : (std::uint64_t{1} << host_bits) - 1;
  return range.ip.v4 ? last - std::min<std::uint64_t>(last, 1) : last;
}

std::uint64_t AddressCount(const Cidr& range) {
  const int host_bits = range.bits() - range.prefix;
  return host_bits >= 63 ? std::uint64_t{1} << 63U : std::uint64_t{1} << host_bits;
}

// Returns some number of [first, last) that is not taken.
std::optional<std::uint64_t> PickFreeOf(std::uint64_t first, std::uint64_t last, Random& random,
                                        const std::function<bool(std::uint64_t)>& taken) {
  if (first >= last) {
    return std::nullopt;
  }
  const std::uint64_t count = last - first;
  std::uint64_t at = random.Below(count);
  for (std::uint64_t step = 0; step < count; ++step) {
    if (!taken(first + at)) {
      return first + at;
    }
    at = at + 1 == count ? 0 : at + 1;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> PickFree(const NumberBands& bands, Random& random,
                                      const std::function<bool(std::uint64_t number)>& taken) {
  const std::optional<std::uint64_t> upper = PickFreeOf(bands.offset, bands.size, random, taken);
  return upper ? upper : PickFreeOf(0, std::min(bands.offset, bands.size), random, taken);
}

AddressRange::AddressRange(const Cidr& network)
    : network_(network), bands_{Usable(network), StaticBand(AddressCount(network), 16, 256)} {}

bool AddressRange::Holds(const Ip& ip) const {
  if (!network_.Contains(ip)) {
    return false;
  }
  const std::uint64_t distance = Low(ip) - Low(network_.network());
  return distance != 0 && distance <= bands_.size;
}

Ip AddressRange::At(std::uint64_t number) const {
  Ip ip = network_.network();
  std::uint64_t value = Low(ip) + number + 1;
  for (std::size_t i = ip.bytes.size(); i-- > (ip.v4 ? 12U : 8U); value >>= 8U) {
    ip.bytes[i] = static_cast<std::uint8_t>(value & 0xFFU);
  }
  return ip;
}

PortRange::PortRange(std::int64_t first, std::int64_t last)
    : first_(first),
      last_(last),
      bands_{static_cast<std::uint64_t>(last - first + 1),
             StaticBand(static_cast<std::uint64_t>(last - first + 1), 32, 128)} {}

std::string PortRange::text() const { return std::to_string(first_) + "-" + std::to_string(last_); }

}  // namespace k8snet::server
