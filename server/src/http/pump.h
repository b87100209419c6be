// The watch pump: writes streams to their connections, a thread and an epoll set for any number.
#ifndef K8SNET_SRC_HTTP_PUMP_H_
#define K8SNET_SRC_HTTP_PUMP_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <thread>
#include <vector>

#include "src/http/connection.h"
#include "src/http/descriptor.h"
#include "src/mutex.h"

namespace k8snet::server {

// One thread with its streams. Thread-safe.
class Pump {
 public:
  // What becomes of a connection whose stream has ended (Next of FinishStream). Called from the
  // pump's thread; the connection is then no longer the pump's.
  using Release = std::function<void(Connection* connection, Connection::Next next)>;

  Pump(std::chrono::milliseconds write_timeout, Release release);
  ~Pump();
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  // Takes over a connection that has a stream.
  void Add(Connection* connection);
  // Makes the thread look at all streams. Cheap while it has yet to do so.
  void Wake();
  // Ends all streams, now and to come, with a last chunk.
  void EndStreams();
  // Ends the thread, after the last Add. Connections that still stream are owned by nobody then.
  void Join();
  [[nodiscard]] std::size_t streams() const { return count_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;

  struct Slot {
    Connection* connection = nullptr;  // Null: free.
    std::uint32_t generation = 0;      // Tells this use of the slot from earlier ones.
    bool blocked = false;
    bool more = false;  // Is in more_.
    Clock::time_point timer = Clock::time_point::max();
  };
  struct Timer {
    Clock::time_point at;
    std::uint64_t key;
    bool operator>(const Timer& other) const { return at > other.at; }
  };

  void Run();
  void TakeInbox();
  void ServeReady();
  void ServeTimers(Clock::time_point now);
  void ServeMore();
  void HandleEvent(std::uint64_t key, std::uint32_t events);
  void Serve(std::uint32_t index);
  void SetTimer(std::uint32_t index, Clock::time_point at);
  void Free(std::uint32_t index, Connection::Next next);
  [[nodiscard]] std::uint64_t KeyOf(std::uint32_t index) const;
  // Returns the slot of `key`, or null if that use of it is over.
  Slot* Find(std::uint64_t key);
  [[nodiscard]] int WaitMilliseconds() const;

  const std::chrono::milliseconds write_timeout_;
  const Release release_;
  Descriptor epoll_;
  Descriptor event_;
  std::atomic<bool> woken_ = false;
  std::atomic<bool> ending_ = false;
  std::atomic<bool> quit_ = false;
  std::atomic<std::size_t> count_ = 0;

  Mutex mutex_;
  std::vector<Connection*> inbox_ K8SNET_GUARDED_BY(mutex_);

  // The thread's own.
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint64_t> more_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;  // Old ones stay in.

  std::thread thread_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_HTTP_PUMP_H_
