// Time and randomness, passed in: nothing else in the server reads either.
#ifndef K8SNET_SERVER_CLOCK_H_
#define K8SNET_SERVER_CLOCK_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

namespace k8snet::server {

// Tells the time. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // UTC, for what clients see: creationTimestamp, managedFields, bookmarks of time in logs. May
  // jump.
  [[nodiscard]] virtual std::chrono::system_clock::time_point Now() const = 0;
  // Never goes back, for deadlines and ages.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point SteadyNow() const = 0;
};

// Gives bytes that nobody can guess: uids, name suffixes, jitter, serial numbers. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void Fill(std::span<std::uint8_t> bytes) = 0;

  // Returns 64 uniformly distributed bits.
  [[nodiscard]] std::uint64_t Next();
  // Returns a number from 0 to `bound` - 1, each as likely as the others. `bound` is not 0.
  [[nodiscard]] std::uint64_t Below(std::uint64_t bound);
};

// Returns the clock of the machine.
[[nodiscard]] std::unique_ptr<Clock> NewSystemClock();

// Returns the generator of the operating system.
[[nodiscard]] std::unique_ptr<Random> NewSystemRandom();

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_CLOCK_H_
