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

// A client's close is seen at any time; its bytes are left for after the stream.
constexpr std::uint32_t kQuietEvents = EPOLLRDHUP;
constexpr std::uint32_t kBlockedEvents = EPOLLRDHUP | EPOLLOUT;

}  // namespace

Pump::Pump(std::chrono::milliseconds write_timeout, Release release)
    : write_timeout_(write_timeout),
      release_(std::move(release)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  K8SNET_CHECK(epoll_.valid() && event_.valid());
  epoll_event event{};
  event.events = EPOLLIN;
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
    count_ = 0;
  }
}

void Pump::Add(Connection* connection) {
  count_.fetch_add(1, std::memory_order_relaxed);
  bool first = false;
  {
    const MutexLock lock(mutex_);
    first = inbox_.empty();
    inbox_.push_back(connection);
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

void Pump::EndStreams() {
  ending_ = true;
  SignalEvent(event_.get());
}

void Pump::Run() {
  std::array<epoll_event, 256> events;
  bool ended = false;
  while (!quit_) {
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 WaitMilliseconds());
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.u64 == kEventKey) {
        ClearEvent(event_.get());
      } else {
        HandleEvent(event.data.u64, event.events);
      }
    }
    TakeInbox();
    if (woken_.exchange(false)) {
      ServeReady();
    }
    ServeMore();
    ServeTimers(Clock::now());
    if (ending_ && !std::exchange(ended, true)) {
      for (std::uint32_t i = 0; i < slots_.size(); ++i) {
        if (slots_[i].connection != nullptr) {
          slots_[i].connection->EndStream();
          Serve(i);
        }
      }
    }
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

void Pump::TakeInbox() {
  std::vector<Connection*> arrived;
  {
    const MutexLock lock(mutex_);
    arrived.swap(inbox_);
  }
  for (Connection* connection : arrived) {
    std::uint32_t index = static_cast<std::uint32_t>(slots_.size());
    if (free_.empty()) {
      slots_.emplace_back();
    } else {
      index = free_.back();
      free_.pop_back();
    }
    slots_[index].connection = connection;
    epoll_event event{};
    event.events = kQuietEvents;
    event.data.u64 = KeyOf(index);
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection->fd(), &event) != 0) {
      Free(index, Connection::Next::kClose);
      continue;
    }
    if (ending_) {
      connection->EndStream();
    }
    Serve(index);
  }
}

void Pump::ServeReady() {
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.connection != nullptr && !slot.blocked && !slot.more &&
        slot.connection->stream() != nullptr && slot.connection->stream()->ready()) {
      Serve(i);
    }
  }
}

void Pump::ServeMore() {
  const std::vector<std::uint64_t> turn = std::exchange(more_, {});
  for (const std::uint64_t key : turn) {
    if (Slot* slot = Find(key); slot != nullptr) {
      slot->more = false;
      Serve(static_cast<std::uint32_t>(key));
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
    const auto index = static_cast<std::uint32_t>(timer.key);
    if (slot->blocked) {
      Free(index, Connection::Next::kClose);
    } else {
      Serve(index);
    }
  }
}

void Pump::HandleEvent(std::uint64_t key, std::uint32_t events) {
  Slot* slot = Find(key);
  if (slot == nullptr) {
    return;
  }
  const auto index = static_cast<std::uint32_t>(key);
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    Free(index, Connection::Next::kClose);
    return;
  }
  Serve(index);
}

void Pump::Serve(std::uint32_t index) {
  Slot& slot = slots_[index];
  const Connection::Pumped pumped = slot.connection->Pump();
  if (pumped == Connection::Pumped::kDone || pumped == Connection::Pumped::kClosed) {
    Free(index, pumped == Connection::Pumped::kDone ? slot.connection->FinishStream()
                                                    : Connection::Next::kClose);
    return;
  }
  const bool blocked = pumped == Connection::Pumped::kBlocked;
  if (blocked != slot.blocked) {
    slot.blocked = blocked;
    epoll_event event{};
    event.events = blocked ? kBlockedEvents : kQuietEvents;
    event.data.u64 = KeyOf(index);
    epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, slot.connection->fd(), &event);
  }
  if (pumped == Connection::Pumped::kMore && !slot.more) {
    slot.more = true;
    more_.push_back(KeyOf(index));
  }
  SetTimer(index,
           blocked ? Clock::now() + write_timeout_ : slot.connection->stream()->next_deadline());
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

void Pump::Free(std::uint32_t index, Connection::Next next) {
  Slot& slot = slots_[index];
  Connection* connection = std::exchange(slot.connection, nullptr);
  ++slot.generation;
  slot.blocked = false;
  slot.more = false;
  slot.timer = Clock::time_point::max();
  free_.push_back(index);
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection->fd(), nullptr);
  count_.fetch_sub(1, std::memory_order_relaxed);
  release_(connection, next);
}

}  // namespace k8snet::server
