// The watch pump: drives the sessions that stream, a thread and an epoll set for any number.
#ifndef K8SNET_SRC_HTTP_PUMP_H_
#define K8SNET_SRC_HTTP_PUMP_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <thread>
#include <vector>

#include "src/descriptor.h"
#include "src/http/connection.h"
#include "src/http/session.h"
#include "src/mutex.h"

namespace k8snet::server {

class Pump;

// A session's job with the way back to it.
struct PumpJob {
  Pump* pump = nullptr;
  std::uint64_t key = 0;
  Job job;
};

// One thread with its sessions. Thread-safe.
class Pump {
 public:
  struct Hooks {
    // What becomes of a connection that streams no more: kAgain or kClose. It is then no longer the
    // pump's.
    std::function<void(Connection* connection, Session::Next next)> release;
    // Takes jobs to the workers, each of which is then to be given to Answer; what is left in the
    // list found no place.
    std::function<void(std::vector<PumpJob>& jobs)> dispatch;
  };

  // The hooks are called from the pump's thread.
  explicit Pump(Hooks hooks);
  ~Pump();
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  // Takes over a connection whose session is to be pumped.
  void Add(Connection* connection);
  // Takes the answer to a job; nothing if it was cancelled.
  void Answer(const PumpJob& job, std::optional<Response> response);
  // Makes the thread look at all streams. Cheap while it has yet to do so.
  void Wake();
  // Ends all streams, now and to come.
  void Finish();
  // Ends the thread, after the last Add. Connections that it still has are owned by nobody then.
  void Join();
  [[nodiscard]] std::size_t streams() const { return streams_.load(std::memory_order_relaxed); }
  // How many connections have neither a stream nor a request.
  [[nodiscard]] std::size_t idle() const { return idle_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;

  struct Slot {
    Connection* connection = nullptr;  // Null: free.
    std::uint32_t generation = 0;      // Tells this use of the slot from earlier ones.
    std::uint32_t events = 0;          // What epoll looks for.
    std::size_t streams = 0;           // As counted.
    bool idle = false;                 // As counted.
    bool more = false;                 // Is in more_.
    Clock::time_point timer = Clock::time_point::max();
  };
  struct Timer {
    Clock::time_point at;
    std::uint64_t key;
    bool operator>(const Timer& other) const { return at > other.at; }
  };
  struct Arrived {
    std::uint64_t key;
    std::int32_t stream;
    std::optional<Response> response;
  };

  void Run();
  void TakeArrived();
  void TakeConnections(const std::vector<Connection*>& connections);
  void TakeAnswers(std::vector<Arrived>& answers);
  void ServeWoken();
  void ServeTimers(Clock::time_point now);
  void ServeMore();
  void DispatchJobs();
  void HandleEvent(std::uint64_t key, std::uint32_t events);
  void Serve(std::uint32_t index, bool readable);
  void Count(Slot& slot, std::size_t streams, bool idle);
  void SetTimer(std::uint32_t index, Clock::time_point at);
  void Free(std::uint32_t index, Session::Next next);
  [[nodiscard]] std::uint64_t KeyOf(std::uint32_t index) const;
  // Returns the slot of `key`, or null if that use of it is over.
  Slot* Find(std::uint64_t key);
  [[nodiscard]] int WaitMilliseconds() const;

  const Hooks hooks_;
  Descriptor epoll_;
  Descriptor event_;
  std::atomic<bool> woken_ = false;
  std::atomic<bool> finishing_ = false;
  std::atomic<bool> quit_ = false;
  std::atomic<std::size_t> streams_ = 0;
  std::atomic<std::size_t> idle_ = 0;

  Mutex mutex_;
  std::vector<Connection*> inbox_ K8SNET_GUARDED_BY(mutex_);
  std::vector<Arrived> answers_ K8SNET_GUARDED_BY(mutex_);

  // The thread's own.
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint64_t> more_;
  std::vector<Job> session_jobs_;
  std::vector<PumpJob> jobs_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;  // Old ones stay in.

  std::thread thread_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_HTTP_PUMP_H_
