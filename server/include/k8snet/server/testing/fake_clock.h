// A clock that stands still until told, and random bytes that repeat: for tests.
#ifndef K8SNET_SERVER_TESTING_FAKE_CLOCK_H_
#define K8SNET_SERVER_TESTING_FAKE_CLOCK_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <random>
#include <span>

#include "k8snet/server/clock.h"

namespace k8snet::server::testing {

// Starts at 2026-01-02T03:04:05Z and moves by Advance alone. Thread-safe.
class FakeClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point Now() const override {
    return std::chrono::system_clock::time_point(std::chrono::seconds(1'767'323'045)) + elapsed();
  }
  [[nodiscard]] std::chrono::steady_clock::time_point SteadyNow() const override {
    return std::chrono::steady_clock::time_point(std::chrono::hours(1)) + elapsed();
  }
  void Advance(std::chrono::nanoseconds by) { elapsed_ns_.fetch_add(by.count()); }

 private:
  [[nodiscard]] std::chrono::nanoseconds elapsed() const {
    return std::chrono::nanoseconds(elapsed_ns_.load());
  }
  std::atomic<std::int64_t> elapsed_ns_{0};
};

// The same bytes for the same seed on every machine. Thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void Fill(std::span<std::uint8_t> bytes) override {
    const std::lock_guard lock(mutex_);
    for (std::uint8_t& byte : bytes) {
      byte = static_cast<std::uint8_t>(engine_());
    }
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

}  // namespace k8snet::server::testing

#endif  // K8SNET_SERVER_TESTING_FAKE_CLOCK_H_
