#include "src/http/pump.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {
namespace {

constexpr std::uint64_t kEventKey = ~std::uint64_t{0};

// A client's close is seen at any time; bytes that the session does not ask for stay where they
// are.
std::uint32_t EventsOf(const Session& session) {
  return EPOLLRDHUP | (session.wants_read() ? EPOLLIN : 0U) |
         (session.wants_write() ? EPOLLOUT : 0U);
}

}  // namespace

Pump::Pump(Hooks hooks)
    : hooks_(std::move(hooks)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  K8SNET_CHECK(epoll_.valid() && event_.valid());
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // Each signal wakes once; the count is never read.
  event.data.u64 = kEventKey;
  K8SNET_CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, event_.get(), &event) == 0);
  thread_ = std::thread([this] { Run(); });
}

Pump::~Pump() { Join(); }

void Pump::Join() {
  if (thread_.joinable()) {
    quit_ = true;
    SignalEvent(event_.get());
    thread_.join();
    streams_ = 0;
    idle_ = 0;
  }
}

void Pump::Add(Connection* connection) {
  bool first = false;
  {
    const MutexLock lock(mutex_);
    first = inbox_.empty() && answers_.empty();
    inbox_.push_back(connection);
  }
  if (first) {
    SignalEvent(event_.get());
  }
}

void Pump::Answer(const PumpJob& job, std::optional<Response> response) {
  bool first = false;
  {
    const MutexLock lock(mutex_);
    first = inbox_.empty() && answers_.empty();
    answers_.push_back({job.key, job.job.stream, std::move(response)});
  }
  if (first) {
    SignalEvent(event_.get());
  }
}

void Pump::Wake() {
  if (!woken_.exchange(true)) {
    SignalEvent(event_.get());
  }
}

void Pump::Finish() {
  finishing_ = true;
  SignalEvent(event_.get());
}

void Pump::Run() {
  std::array<epoll_event, 256> events;
  bool finished = false;
  while (!quit_) {
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 WaitMilliseconds());
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.u64 != kEventKey) {
        HandleEvent(event.data.u64, event.events);
      }
    }
    TakeArrived();
    if (woken_.exchange(false)) {
      ServeWoken();
    }
    ServeMore();
    ServeTimers(Clock::now());
    if (finishing_ && !std::exchange(finished, true)) {
      for (std::uint32_t i = 0; i < slots_.size(); ++i) {
        if (slots_[i].connection != nullptr) {
          slots_[i].connection->session().Finish();
          Serve(i, false);
        }
      }
    }
    DispatchJobs();
  }
}

int Pump::WaitMilliseconds() const {
  if (!more_.empty()) {
    return 0;
  }
  if (timers_.empty()) {
    return -1;
  }
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(timers_.top().at - Clock::now());
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(wait.count(), 0, 60'000));
}

std::uint64_t Pump::KeyOf(std::uint32_t index) const {
  return (std::uint64_t{slots_[index].generation} << 32) | index;
}

Pump::Slot* Pump::Find(std::uint64_t key) {
  Slot& slot = slots_[static_cast<std::uint32_t>(key)];
  return slot.connection != nullptr && slot.generation == key >> 32 ? &slot : nullptr;
}

void Pump::TakeArrived() {
  std::vector<Connection*> connections;
  std::vector<Arrived> answers;
  {
    const MutexLock lock(mutex_);
    connections.swap(inbox_);
    answers.swap(answers_);
  }
  TakeConnections(connections);
  TakeAnswers(answers);
}

void Pump::TakeConnections(const std::vector<Connection*>& connections) {
  for (Connection* connection : connections) {
    std::uint32_t index = static_cast<std::uint32_t>(slots_.size());
    if (free_.empty()) {
      slots_.emplace_back();
    } else {
      index = free_.back();
      free_.pop_back();
    }
    Slot& slot = slots_[index];
    Session& session = connection->session();
    slot.connection = connection;
    slot.events = EventsOf(session);
    epoll_event event{};
    event.events = slot.events;
    event.data.u64 = KeyOf(index);
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection->fd(), &event) != 0) {
      Free(index, Session::Next::kClose);
      continue;
    }
    if (finishing_) {
      session.Finish();
    }
    Serve(index, false);
  }
}

void Pump::TakeAnswers(std::vector<Arrived>& answers) {
  // A session that has several is pumped once.
  for (Arrived& answer : answers) {
    if (Slot* slot = Find(answer.key); slot != nullptr) {
      slot->connection->session().Answer(answer.stream, std::move(answer.response));
      if (!slot->more) {
        slot->more = true;
        more_.push_back(answer.key);
      }
    }
  }
}

void Pump::ServeWoken() {
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    // A session must be woken in any case: its turn alone would not look at streams that wait.
    if (slot.connection != nullptr && slot.connection->session().Woken() && !slot.more) {
      Serve(i, false);
    }
  }
}

void Pump::ServeMore() {
  const std::vector<std::uint64_t> turn = std::exchange(more_, {});
  for (const std::uint64_t key : turn) {
    if (Slot* slot = Find(key); slot != nullptr) {
      slot->more = false;
      Serve(static_cast<std::uint32_t>(key), false);
    }
  }
}

void Pump::ServeTimers(Clock::time_point now) {
  while (!timers_.empty() && timers_.top().at <= now) {
    const Timer timer = timers_.top();
    timers_.pop();
    Slot* slot = Find(timer.key);
    if (slot == nullptr || slot->timer != timer.at) {
      continue;
    }
    slot->timer = Clock::time_point::max();
    Serve(static_cast<std::uint32_t>(timer.key), false);
  }
}

void Pump::DispatchJobs() {
  if (jobs_.empty()) {
    return;
  }
  hooks_.dispatch(jobs_);
  for (const PumpJob& refused : jobs_) {
    if (Slot* slot = Find(refused.key); slot != nullptr) {
      slot->connection->session().Answer(refused.job.stream, OverloadedResponse());
      if (!slot->more) {
        slot->more = true;
        more_.push_back(refused.key);
      }
    }
  }
  jobs_.clear();
}

void Pump::HandleEvent(std::uint64_t key, std::uint32_t events) {
  Slot* slot = Find(key);
  if (slot == nullptr) {
    return;
  }
  const auto index = static_cast<std::uint32_t>(key);
  const bool reads = slot->connection->session().wants_read();
  // What was sent before the end is still read by who reads.
  if ((events & (EPOLLHUP | EPOLLERR)) != 0 || ((events & EPOLLRDHUP) != 0 && !reads)) {
    Free(index, Session::Next::kClose);
    return;
  }
  Serve(index, (events & (EPOLLIN | EPOLLRDHUP)) != 0);
}

void Pump::Serve(std::uint32_t index, bool readable) {
  Slot& slot = slots_[index];
  Session& session = slot.connection->session();
  const Session::Pumped pumped = session.Pump(readable, session_jobs_);
  for (Job& job : session_jobs_) {
    jobs_.push_back({this, KeyOf(index), std::move(job)});
  }
  session_jobs_.clear();
  if (pumped == Session::Pumped::kLeave || pumped == Session::Pumped::kClose) {
    Free(index, pumped == Session::Pumped::kLeave ? Session::Next::kAgain : Session::Next::kClose);
    return;
  }
  if (const std::uint32_t events = EventsOf(session); events != slot.events) {
    slot.events = events;
    epoll_event event{};
    event.events = events;
    event.data.u64 = KeyOf(index);
    epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, slot.connection->fd(), &event);
  }
  if (pumped == Session::Pumped::kMore && !slot.more) {
    slot.more = true;
    more_.push_back(KeyOf(index));
  }
  Count(slot, session.streams(), session.idle());
  SetTimer(index, session.deadline());
}

void Pump::Count(Slot& slot, std::size_t streams, bool idle) {
  if (streams != slot.streams) {
    streams_.fetch_add(streams - slot.streams, std::memory_order_relaxed);
    slot.streams = streams;
  }
  if (idle != slot.idle) {
    idle_.fetch_add(idle ? 1 : ~std::size_t{0}, std::memory_order_relaxed);
    slot.idle = idle;
  }
}

void Pump::SetTimer(std::uint32_t index, Clock::time_point at) {
  Slot& slot = slots_[index];
  if (slot.timer == at) {
    return;
  }
  slot.timer = at;
  if (at == Clock::time_point::max()) {
    return;
  }
  // Timers that were changed stay in the queue; when they are most of it, it is made anew.
  if (timers_.size() > 2 * slots_.size() + 1024) {
    timers_ = {};
    for (std::uint32_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].connection != nullptr && slots_[i].timer != Clock::time_point::max()) {
        timers_.push({slots_[i].timer, KeyOf(i)});
      }
    }
    return;
  }
  timers_.push({at, KeyOf(index)});
}

void Pump::Free(std::uint32_t index, Session::Next next) {
  Slot& slot = slots_[index];
  Connection* connection = std::exchange(slot.connection, nullptr);
  ++slot.generation;
  slot.more = false;
  slot.timer = Clock::time_point::max();
  Count(slot, 0, false);
  free_.push_back(index);
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection->fd(), nullptr);
  hooks_.release(connection, next);
}

}  // namespace k8snet::server
