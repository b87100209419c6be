#include "k8snet/server/listener.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "k8snet/apis/base/check.h"
#include "src/descriptor.h"
#include "src/http/connection.h"
#include "src/http/listening_socket.h"
#include "src/http/pump.h"
#include "src/http/tls.h"
#include "src/mutex.h"

namespace k8snet::server {
namespace {

using Clock = Connection::Clock;
using std::chrono::milliseconds;

constexpr std::uint64_t kSocketKey = 0;
constexpr std::uint64_t kEventKey = 1;
constexpr int kAcceptsPerTurn = 64;
constexpr milliseconds kStoppingSweep{5};
constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

// What a worker does: serve a connection, or answer a job.
using Work = std::variant<Connection*, PumpJob>;

// What waits for a worker. Thread-safe.
class WorkQueue {
 public:
  // Adds what `range` holds, up to `limit` of the whole queue, and returns how many it added.
  template <typename Range>
  std::size_t Push(Range&& range, std::size_t limit) {
    std::size_t added = 0;
    std::size_t wake = 0;
    {
      const MutexLock lock(mutex_);
      for (auto& item : range) {
        if (items_.size() >= limit) {
          break;
        }
        items_.emplace_back(std::move(item));
        ++added;
      }
      size_.store(items_.size(), std::memory_order_relaxed);
      wake = std::min(added, waiting_);
    }
    for (std::size_t i = 0; i < wake; ++i) {
      not_empty_.NotifyOne();
    }
    return added;
  }

  // Waits for some; nothing after Close.
  std::optional<Work> Pop() {
    const MutexLock lock(mutex_);
    while (items_.empty() && !closed_) {
      ++waiting_;
      not_empty_.Wait(mutex_);
      --waiting_;
    }
    if (closed_) {
      return std::nullopt;
    }
    std::optional<Work> work = std::move(items_.front());
    items_.pop_front();
    size_.store(items_.size(), std::memory_order_relaxed);
    return work;
  }

  void Close() {
    {
      const MutexLock lock(mutex_);
      closed_ = true;
    }
    not_empty_.NotifyAll();
  }

  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  Mutex mutex_;
  CondVar not_empty_;
  std::deque<Work> items_ K8SNET_GUARDED_BY(mutex_);
  std::size_t waiting_ K8SNET_GUARDED_BY(mutex_) = 0;
  bool closed_ K8SNET_GUARDED_BY(mutex_) = false;
  std::atomic<std::size_t> size_ = 0;
};

class ListenerImpl final : public Listener, public Waker {
 public:
  ListenerImpl(ListenerOptions options, Handler handler, SslContext tls, Descriptor socket);
  ~ListenerImpl() override { Stop(milliseconds(0)); }

  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] Waker& waker() override { return *this; }
  [[nodiscard]] ListenerStats stats() const override;
  void Stop(milliseconds grace) override;
  void Wake() override;

 private:
  // The loop's.
  void RunLoop();
  void Accept();
  void Sweep(Clock::time_point now);
  void Reap();
  [[nodiscard]] int WaitMilliseconds(Clock::time_point next_sweep) const;
  void WatchSocket(bool on);

  void RunWorker();
  void Answer(PumpJob job);
  // Takes jobs from a pump; those that find no place stay in the list.
  void Dispatch(std::vector<PumpJob>& jobs);
  void StopOnce(milliseconds grace);

  // Does what Serve asked for. The connection is then no longer the caller's.
  void Apply(Connection* connection, Connection::Next next);
  void Arm(Connection* connection, std::uint32_t events);
  // Takes a waiting connection back; false if it does not wait.
  bool Claim(Connection* connection);
  void Close(Connection* connection);
  void HandToPump(Connection* connection);

  const ListenerOptions options_;
  const Handler handler_;
  const SslContext tls_;
  Descriptor socket_;
  const std::uint16_t port_;
  const milliseconds sweep_interval_;
  Descriptor epoll_;
  Descriptor event_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> quit_ = false;
  std::once_flag stopped_;
  const ConnectionContext context_;

  std::atomic<std::size_t> connections_ = 0;
  std::atomic<std::size_t> parked_ = 0;
  std::atomic<std::size_t> next_pump_ = 0;

  WorkQueue queue_;
  std::vector<std::unique_ptr<Pump>> pumps_;

  Mutex mutex_;
  CondVar none_left_;
  std::vector<Connection*> closed_ K8SNET_GUARDED_BY(mutex_);  // For the loop to free.

  // The loop's own.
  std::vector<std::unique_ptr<Connection>> all_;
  bool socket_watched_ = false;

  std::vector<std::thread> workers_;
  std::thread loop_;
};

milliseconds SweepInterval(const ListenerOptions& options) {
  const milliseconds shortest = std::min(
      {options.header_timeout, options.body_timeout, options.write_timeout, options.idle_timeout});
  return std::clamp(shortest / 8, milliseconds(5), milliseconds(1'000));
}

ListenerImpl::ListenerImpl(ListenerOptions options, Handler handler, SslContext tls,
                           Descriptor socket)
    : options_(std::move(options)),
      handler_(std::move(handler)),
      tls_(std::move(tls)),
      socket_(std::move(socket)),
      port_(LocalPort(socket_.get())),
      sweep_interval_(SweepInterval(options_)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      context_{options_, handler_, tls_.get(), stopping_} {
  K8SNET_CHECK(epoll_.valid() && event_.valid());
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kEventKey;
  K8SNET_CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, event_.get(), &event) == 0);
  WatchSocket(true);
  for (std::size_t i = 0; i < std::max<std::size_t>(options_.pump_threads, 1); ++i) {
    pumps_.push_back(std::make_unique<Pump>(
        Pump::Hooks{[this](Connection* connection, Session::Next next) { Apply(connection, next); },
                    [this](std::vector<PumpJob>& jobs) { Dispatch(jobs); }}));
  }
  for (std::size_t i = 0; i < std::max<std::size_t>(options_.workers, 1); ++i) {
    workers_.emplace_back([this] { RunWorker(); });
  }
  loop_ = std::thread([this] { RunLoop(); });
}

ListenerStats ListenerImpl::stats() const {
  ListenerStats stats;
  stats.connections = connections_.load(std::memory_order_relaxed);
  stats.parked = parked_.load(std::memory_order_relaxed);
  for (const auto& pump : pumps_) {
    stats.streams += pump->streams();
    stats.parked += pump->idle();
  }
  return stats;
}

void ListenerImpl::Wake() {
  for (const auto& pump : pumps_) {
    pump->Wake();
  }
}

void ListenerImpl::WatchSocket(bool on) {
  if (on == socket_watched_ || !socket_.valid()) {
    return;
  }
  socket_watched_ = on;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kSocketKey;
  epoll_ctl(epoll_.get(), on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, socket_.get(), &event);
}

int ListenerImpl::WaitMilliseconds(Clock::time_point next_sweep) const {
  if (all_.empty() && socket_watched_) {
    return -1;
  }
  const auto wait = std::chrono::ceil<milliseconds>(next_sweep - Clock::now());
  return static_cast<int>(std::clamp<milliseconds::rep>(wait.count(), 0, 1'000));
}

void ListenerImpl::RunLoop() {
  std::array<epoll_event, 256> events;
  std::vector<Connection*> ready;
  Clock::time_point next_sweep = Clock::now() + sweep_interval_;
  while (!quit_) {
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 WaitMilliseconds(next_sweep));
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.u64 == kSocketKey) {
        Accept();
        continue;
      }
      if (event.data.u64 == kEventKey) {
        ClearEvent(event_.get());
        next_sweep = Clock::time_point::min();
        continue;
      }
      auto* connection = static_cast<Connection*>(event.data.ptr);
      if (!Claim(connection)) {
        continue;
      }
      if (queue_.size() + ready.size() >= options_.max_queued_requests &&
          !connection->in_handshake()) {
        Apply(connection, connection->Serve(true));
      } else {
        ready.push_back(connection);
      }
    }
    if (!ready.empty()) {
      queue_.Push(ready, kNoLimit);
      ready.clear();
    }
    Reap();
    if (const Clock::time_point now = Clock::now(); now >= next_sweep) {
      Sweep(now);
      next_sweep = now + (stopping_ ? kStoppingSweep : sweep_interval_);
    }
  }
}

void ListenerImpl::Accept() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    if (connections_.load(std::memory_order_relaxed) >= options_.max_connections) {
      WatchSocket(false);  // Until the next sweep.
      return;
    }
    Accepted accepted = AcceptOne(socket_.get());
    if (!accepted.socket.valid()) {
      if (accepted.error == EMFILE || accepted.error == ENFILE || accepted.error == ENOMEM ||
          accepted.error == ENOBUFS) {
        WatchSocket(false);
      }
      if (accepted.error == EINTR || accepted.error == ECONNABORTED) {
        continue;
      }
      return;
    }
    all_.push_back(std::make_unique<Connection>(context_, accepted.socket.Release(),
                                                std::move(accepted.peer_address)));
    Connection* connection = all_.back().get();
    connection->index = all_.size() - 1;
    connections_.fetch_add(1, std::memory_order_relaxed);
    Arm(connection, EPOLLIN);
  }
}

void ListenerImpl::Sweep(Clock::time_point now) {
  const bool stopping = stopping_;
  if (stopping) {
    WatchSocket(false);
    socket_.Close();
  } else {
    WatchSocket(true);
  }
  for (const auto& connection : all_) {
    {
      const MutexLock lock(connection->parking.mutex);
      if (!connection->parking.armed ||
          (connection->parking.deadline > now && !(stopping && connection->idle()))) {
        continue;
      }
    }
    if (Claim(connection.get())) {
      Close(connection.get());
    }
  }
  Reap();
}

void ListenerImpl::Reap() {
  std::vector<Connection*> closed;
  {
    const MutexLock lock(mutex_);
    closed.swap(closed_);
  }
  for (const Connection* connection : closed) {
    const std::size_t index = connection->index;
    all_[index].swap(all_.back());
    all_[index]->index = index;
    all_.pop_back();
  }
}

void ListenerImpl::RunWorker() {
  while (std::optional<Work> work = queue_.Pop()) {
    if (Connection** connection = std::get_if<Connection*>(&*work)) {
      Apply(*connection, (*connection)->Serve(false));
    } else {
      Answer(std::get<PumpJob>(*std::move(work)));
    }
  }
}

void ListenerImpl::Answer(PumpJob job) {
  std::optional<Response> response;
  if (!job.job.cancelled->load(std::memory_order_relaxed)) {
    response = handler_(job.job.request);
  }
  job.pump->Answer(job, std::move(response));
}

void ListenerImpl::Dispatch(std::vector<PumpJob>& jobs) {
  const std::size_t taken = queue_.Push(jobs, options_.max_queued_requests);
  jobs.erase(jobs.begin(), jobs.begin() + static_cast<std::ptrdiff_t>(taken));
}

void ListenerImpl::Apply(Connection* connection, Connection::Next next) {
  switch (next) {
    case Connection::Next::kWaitRead:
      Arm(connection, EPOLLIN | EPOLLRDHUP);
      break;
    case Connection::Next::kWaitWrite:
      Arm(connection, EPOLLOUT);
      break;
    case Connection::Next::kAgain:
      queue_.Push(std::array{connection}, kNoLimit);
      break;
    case Connection::Next::kPump:
      HandToPump(connection);
      break;
    case Connection::Next::kClose:
      Close(connection);
      break;
  }
}

void ListenerImpl::Arm(Connection* connection, std::uint32_t events) {
  Connection::Parking& parking = connection->parking;
  const MutexLock lock(parking.mutex);
  parking.armed = true;
  parking.deadline = connection->deadline();
  parking.counted = connection->idle();
  if (parking.counted) {
    parked_.fetch_add(1, std::memory_order_relaxed);
  }
  epoll_event event{};
  event.events = events | EPOLLONESHOT;
  event.data.ptr = connection;
  // It can fail for want of kernel memory only; the deadline then closes the connection.
  epoll_ctl(epoll_.get(), parking.registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, connection->fd(),
            &event);
  parking.registered = true;
}

bool ListenerImpl::Claim(Connection* connection) {
  Connection::Parking& parking = connection->parking;
  const MutexLock lock(parking.mutex);
  if (!parking.armed) {
    return false;
  }
  parking.armed = false;
  if (parking.counted) {
    parked_.fetch_sub(1, std::memory_order_relaxed);
  }
  return true;
}

void ListenerImpl::HandToPump(Connection* connection) {
  {
    const MutexLock lock(connection->parking.mutex);
    if (std::exchange(connection->parking.registered, false)) {
      epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection->fd(), nullptr);
    }
  }
  pumps_[next_pump_.fetch_add(1, std::memory_order_relaxed) % pumps_.size()]->Add(connection);
}

void ListenerImpl::Close(Connection* connection) {
  connection->Close();
  const MutexLock lock(mutex_);
  closed_.push_back(connection);
  if (connections_.fetch_sub(1, std::memory_order_relaxed) == 1) {
    none_left_.NotifyAll();
  }
}

void ListenerImpl::Stop(milliseconds grace) {
  std::call_once(stopped_, [this, grace] { StopOnce(grace); });
}

void ListenerImpl::StopOnce(milliseconds grace) {
  const Clock::time_point deadline = Clock::now() + grace;
  stopping_ = true;
  SignalEvent(event_.get());
  for (const auto& pump : pumps_) {
    pump->Finish();
  }
  {
    const MutexLock lock(mutex_);
    while (connections_ > 0 && none_left_.WaitUntil(mutex_, deadline)) {
    }
  }
  quit_ = true;
  SignalEvent(event_.get());
  queue_.Close();
  for (std::thread& worker : workers_) {
    worker.join();
  }
  loop_.join();
  for (const auto& pump : pumps_) {
    pump->Join();
  }
  // Nobody else is left: close what the grace did not suffice for.
  socket_.Close();
  for (const auto& connection : all_) {
    connection->Close();
  }
  all_.clear();
  connections_ = 0;
  parked_ = 0;
}

}  // namespace

Result<std::unique_ptr<Listener>> Listen(ListenerOptions options, Handler handler) {
  SslContext tls;
  if (!options.certificate_pem.empty() || !options.private_key_pem.empty()) {
    K8SNET_ASSIGN_OR_RETURN(tls, NewSslContext(options.certificate_pem, options.private_key_pem,
                                               options.client_ca_pem, options.http2));
  }
  K8SNET_ASSIGN_OR_RETURN(Descriptor socket, OpenListeningSocket(options.address, options.port));
  return std::unique_ptr<Listener>(std::make_unique<ListenerImpl>(
      std::move(options), std::move(handler), std::move(tls), std::move(socket)));
}

}  // namespace k8snet::server
