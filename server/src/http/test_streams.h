// Streams of events, for the tests of the listener.
#ifndef K8SNET_SRC_HTTP_TEST_STREAMS_H_
#define K8SNET_SRC_HTTP_TEST_STREAMS_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "k8snet/server/http.h"

namespace k8snet::server::testing {

inline Bytes ToBytes(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

// Events that any number of streams read from the start, as watches do of the ring. Thread-safe.
class EventLog {
 public:
  void Append(std::string event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(ToBytes(std::move(event)));
    size_.store(events_.size(), std::memory_order_release);
  }
  void Clear() {
    const std::lock_guard lock(mutex_);
    events_.clear();
    size_ = 0;
  }
  void End() { ended_ = true; }
  [[nodiscard]] bool HasAfter(std::size_t position) const {
    return size_.load(std::memory_order_acquire) > position || ended_;
  }
  [[nodiscard]] bool ended() const { return ended_; }
  Bytes At(std::size_t position) {
    const std::lock_guard lock(mutex_);
    return position < events_.size() ? events_[position] : nullptr;
  }

 private:
  std::mutex mutex_;
  std::vector<Bytes> events_;
  std::atomic<std::size_t> size_ = 0;
  std::atomic<bool> ended_ = false;
};

// Reads a log to its end, or until a deadline; counted in `alive` as long as it lives.
class LogStream final : public Stream {
 public:
  LogStream(EventLog& log, std::atomic<int>& alive, std::chrono::steady_clock::time_point deadline)
      : log_(log), alive_(alive), deadline_(deadline) {
    ++alive_;
  }
  ~LogStream() override { --alive_; }

  State Pull(std::size_t budget_bytes, std::vector<Bytes>& out) override {
    std::size_t size = 0;
    while (Bytes event = log_.At(position_)) {
      ++position_;
      size += event->size();
      out.push_back(std::move(event));
      if (size >= budget_bytes) {
        return State::kMore;
      }
    }
    return log_.ended() || std::chrono::steady_clock::now() >= deadline_ ? State::kEnd
                                                                         : State::kIdle;
  }
  [[nodiscard]] std::chrono::steady_clock::time_point next_deadline() const override {
    return deadline_;
  }
  [[nodiscard]] bool ready() const override { return log_.HasAfter(position_); }

 private:
  EventLog& log_;
  std::atomic<int>& alive_;
  const std::chrono::steady_clock::time_point deadline_;
  std::size_t position_ = 0;
};

}  // namespace k8snet::server::testing

#endif  // K8SNET_SRC_HTTP_TEST_STREAMS_H_
