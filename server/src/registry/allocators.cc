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
  return std::max<std::uint64_t>(range.ip.v4 ? last - std::min<std::uint64_t>(last, 1) : last, 1);
}

std::uint64_t AddressCount(const Cidr& range) {
  const int host_bits = range.bits() - range.prefix;
  return host_bits >= 63 ? std::uint64_t{1} << 63U : std::uint64_t{1} << host_bits;
}

}  // namespace

bool NumberPool::Take(std::uint64_t number) {
  const MutexLock lock(mutex_);
  return taken_.insert(number).second;
}

std::optional<std::uint64_t> NumberPool::TakeAny() {
  const MutexLock lock(mutex_);
  if (taken_.size() >= size_) {
    return std::nullopt;
  }
  const std::optional<std::uint64_t> upper = TakeAnyOf(offset_, size_);
  return upper ? upper : TakeAnyOf(0, offset_);
}

std::optional<std::uint64_t> NumberPool::TakeAnyOf(std::uint64_t first, std::uint64_t last) {
  if (first >= last) {
    return std::nullopt;
  }
  const std::uint64_t count = last - first;
  std::uint64_t at = random_.Below(count);
  // More steps than there are taken numbers must meet a free one.
  const std::uint64_t steps = std::min<std::uint64_t>(count, taken_.size() + 1);
  for (std::uint64_t step = 0; step < steps; ++step) {
    if (taken_.insert(first + at).second) {
      return first + at;
    }
    at = at + 1 == count ? 0 : at + 1;
  }
  return std::nullopt;
}

bool NumberPool::Has(std::uint64_t number) const {
  const MutexLock lock(mutex_);
  return taken_.count(number) != 0;
}

void NumberPool::Release(std::uint64_t number) {
  const MutexLock lock(mutex_);
  taken_.erase(number);
}

IpAllocator::IpAllocator(Cidr range, Random& random)
    : range_(range), pool_(Usable(range), StaticBand(AddressCount(range), 16, 256), random) {}

std::optional<std::uint64_t> IpAllocator::NumberOf(const Ip& ip) const {
  if (!range_.Contains(ip)) {
    return std::nullopt;
  }
  const std::uint64_t distance = Low(ip) - Low(range_.network());
  if (distance == 0 || distance > pool_.size()) {
    return std::nullopt;
  }
  return distance - 1;
}

bool IpAllocator::Take(const Ip& ip) {
  const auto number = NumberOf(ip);
  return number && pool_.Take(*number);
}

std::optional<std::string> IpAllocator::TakeAny() {
  const auto number = pool_.TakeAny();
  if (!number) {
    return std::nullopt;
  }
  Ip ip = range_.network();
  std::uint64_t value = Low(ip) + *number + 1;
  for (std::size_t i = ip.bytes.size(); i-- > (ip.v4 ? 12U : 8U); value >>= 8U) {
    ip.bytes[i] = static_cast<std::uint8_t>(value & 0xFFU);
  }
  return ip.ToString();
}

void IpAllocator::Release(const Ip& ip) {
  if (const auto number = NumberOf(ip)) {
    pool_.Release(*number);
  }
}

PortAllocator::PortAllocator(std::int64_t first, std::int64_t last, Random& random)
    : first_(first),
      last_(last),
      pool_(static_cast<std::uint64_t>(last - first + 1),
            StaticBand(static_cast<std::uint64_t>(last - first + 1), 32, 128), random) {}

std::string PortAllocator::range() const {
  return std::to_string(first_) + "-" + std::to_string(last_);
}

std::optional<std::int32_t> PortAllocator::TakeAny() {
  const auto number = pool_.TakeAny();
  if (!number) {
    return std::nullopt;
  }
  return static_cast<std::int32_t>(first_ + static_cast<std::int64_t>(*number));
}

void PortAllocator::Release(std::int64_t port) {
  if (Holds(port)) {
    pool_.Release(Number(port));
  }
}

}  // namespace k8snet::server
