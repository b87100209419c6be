#include "k8snet/server/listener.h"

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/http/test_client.h"

namespace k8snet::server {
namespace {

using std::chrono::milliseconds;
using testing::Client;
using ::testing::HasSubstr;
using testing::Identity;
using testing::MakeIdentity;
using testing::NewClientContext;
using testing::Reply;

Bytes ToBytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

const Identity& ServerIdentity() {
  static const Identity* const identity = new Identity(MakeIdentity({.common_name = "server"}));
  return *identity;
}

// Events that any number of streams read from the start, as watches do of the ring.
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

class LogStream final : public Stream {
 public:
  LogStream(EventLog& log, std::atomic<int>& alive, std::chrono::steady_clock::time_point deadline)
      : log_(log), alive_(alive), deadline_(deadline) {
    ++alive_;
  }
  ~LogStream() override { --alive_; }

  State Pull(std::size_t budget_bytes, std::vector<Bytes>& out) override {
    if (std::chrono::steady_clock::now() >= deadline_) {
      return State::kEnd;
    }
    std::size_t size = 0;
    while (Bytes event = log_.At(position_)) {
      ++position_;
      size += event->size();
      out.push_back(std::move(event));
      if (size >= budget_bytes) {
        return State::kMore;
      }
    }
    return log_.ended() ? State::kEnd : State::kIdle;
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

// A listener with a handler for all tests:
//   /watch          a stream of `events`
//   /watch?timeout  the same, ending after 50 ms
//   /big            8 MiB in 1,000 pieces
//   /block          answers when `released`
//   else            method, target, peer's name and body
class ListenerTest : public ::testing::Test {
 protected:
  void Start(ListenerOptions options, bool tls = false) {
    options.address = "127.0.0.1";
    if (tls) {
      options.certificate_pem = ServerIdentity().certificate_pem;
      options.private_key_pem = ServerIdentity().key_pem;
      client_tls_ = NewClientContext();
    }
    auto listener = Listen(options, [this](Request& request) { return Handle(request); });
    ASSERT_TRUE(listener.has_value()) << listener.error().message;
    listener_ = *std::move(listener);
  }
  void TearDown() override {
    Release();
    listener_.reset();
    EXPECT_EQ(alive_, 0);
  }

  Response Handle(Request& request) {
    ++handled_;
    Response response;
    if (request.target.starts_with("/watch")) {
      response.stream = std::make_unique<LogStream>(
          events_, alive_,
          request.target == "/watch?timeout" ? std::chrono::steady_clock::now() + milliseconds(50)
                                             : std::chrono::steady_clock::time_point::max());
      return response;
    }
    if (request.target == "/big") {
      static const Bytes piece = ToBytes(std::string(8192, 'x') + "\n");
      response.body.assign(1000, piece);
      return response;
    }
    if (request.target == "/block") {
      std::unique_lock lock(mutex_);
      released_condition_.wait(lock, [this] { return released_; });
    }
    if (request.body_too_large) {
      response.status = 413;
      response.body = {ToBytes("too large")};
      return response;
    }
    response.headers.Add("X-Seen", std::to_string(request.headers.items().size()));
    std::string name = "-";
    if (request.peer_certificate) {
      name = request.peer_certificate->common_name +
             (request.peer_certificate->verified ? " verified" : " unverified");
      for (const std::string& organization : request.peer_certificate->organizations) {
        name += " " + organization;
      }
    }
    response.body = {ToBytes(request.method + " "), ToBytes(request.target + " " + name + " "),
                     nullptr, ToBytes(request.body)};
    return response;
  }

  void Release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    released_condition_.notify_all();
  }

  Client Connect() { return Client(listener_->port(), client_tls_.get()); }

  template <typename Condition>
  static bool Eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) {
        return false;
      }
      std::this_thread::sleep_for(milliseconds(1));
    }
    return true;
  }

  EventLog events_;
  std::atomic<int> alive_ = 0;
  std::atomic<int> handled_ = 0;
  std::mutex mutex_;
  std::condition_variable released_condition_;
  bool released_ = false;
  SslContext client_tls_;
  std::unique_ptr<Listener> listener_;
};

TEST_F(ListenerTest, KeepsConnectionsAlive) {
  for (const bool tls : {false, true}) {
    SCOPED_TRACE(tls);
    Start({}, tls);
    Client client = Connect();
    ASSERT_TRUE(client.connected());
    for (int i = 0; i < 3; ++i) {
      const Reply reply = client.Get("/a?b=%2F");
      EXPECT_EQ(reply.status, 200);
      EXPECT_EQ(reply.body, "GET /a?b=%2F - ");
      EXPECT_TRUE(reply.HasLine("Content-Length: 15")) << reply.head;
      EXPECT_THAT(reply.head, HasSubstr("\r\nDate: "));
      EXPECT_TRUE(Eventually([this] { return listener_->stats().parked == 1; }));
    }
    EXPECT_EQ(listener_->stats().connections, 1U);
  }
}

TEST_F(ListenerTest, StreamsEvents) {
  for (const bool tls : {false, true}) {
    SCOPED_TRACE(tls);
    Start({}, tls);
    Client client = Connect();
    client.Send("GET /watch HTTP/1.1\r\nHost: a\r\n\r\n");
    const Reply head = client.ReadHead();
    EXPECT_EQ(head.status, 200);
    EXPECT_TRUE(head.HasLine("Transfer-Encoding: chunked"));
    events_.Append("one");
    listener_->waker().Wake();
    EXPECT_EQ(client.ReadChunk(), "one");
    events_.Clear();
    listener_.reset();
    EXPECT_EQ(client.ReadChunk(), "");
    EXPECT_TRUE(client.chunk_is_good());
    EXPECT_TRUE(client.AtEnd());
  }
}

}  // namespace
}  // namespace k8snet::server
