#include "k8snet/server/clock.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {
namespace {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point Now() const override {
    return std::chrono::system_clock::now();
  }
  [[nodiscard]] std::chrono::steady_clock::time_point SteadyNow() const override {
    return std::chrono::steady_clock::now();
  }
};

class SystemRandom final : public Random {
 public:
  void Fill(std::span<std::uint8_t> bytes) override {
    while (!bytes.empty()) {
      const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
      if (got < 0) {
        K8SNET_CHECK(errno == EINTR);
        continue;
      }
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
  }
};

}  // namespace

std::uint64_t Random::Next() {
  std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
  Fill(bytes);
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

std::uint64_t Random::Below(std::uint64_t bound) {
  K8SNET_CHECK(bound > 0);
  // Values under 2^64 mod `bound` would make the low results likelier.
  const std::uint64_t skip = (0 - bound) % bound;
  std::uint64_t value = Next();
  while (value < skip) {
    value = Next();
  }
  return value % bound;
}

std::unique_ptr<Clock> NewSystemClock() { return std::make_unique<SystemClock>(); }

std::unique_ptr<Random> NewSystemRandom() { return std::make_unique<SystemRandom>(); }

}  // namespace k8snet::server
