// The listener with clients of HTTP/2 and WebSockets: what takes sockets, threads and a clock.
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/server/listener.h"
#include "src/http/http2_test_peer.h"
#include "src/http/test_client.h"
#include "src/http/test_streams.h"

namespace k8snet::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Client;
using testing::EventLog;
using ::testing::HasSubstr;
using testing::Http2Client;
using testing::Http2Peer;
using testing::LogStream;
using testing::MakeIdentity;
using testing::NewClientContext;
using testing::NewHttp2ClientContext;
using testing::Reply;
using testing::ToBytes;

// A listener with a handler for all tests:
//   /watch...   a stream of `events_`; ?timeout ends it after 50 ms, ?binary sends length prefixes
//   /big        8 MiB in 1,000 pieces
//   /block      answers when released
//   /append     adds an event first
//   else        method, target, protocol and body
class ListenerHttp2Test : public ::testing::Test {
 protected:
  void Start(ListenerOptions options = {}) {
    static const testing::Identity* const identity =
        new testing::Identity(MakeIdentity({.common_name = "server"}));
    options.address = "127.0.0.1";
    options.certificate_pem = identity->certificate_pem;
    options.private_key_pem = identity->key_pem;
    tls_ = NewHttp2ClientContext();
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
      const auto end = request.target == "/watch?timeout"
                           ? std::chrono::steady_clock::now() + milliseconds(50)
                           : std::chrono::steady_clock::time_point::max();
      response.stream = std::make_unique<LogStream>(events_, alive_, end);
      if (request.wants_websocket) {
        response.websocket = request.target == "/watch?binary" ? WebSocketMessages::kLengthPrefixed
                                                               : WebSocketMessages::kLines;
      }
      return response;
    }
    if (request.target == "/big") {
      static const Bytes piece = ToBytes(std::string(8192, 'x') + "\n");
      response.body.assign(1000, piece);
      return response;
    }
    if (request.target == "/append") {
      Append("x");
    }
    if (request.target == "/block") {
      ++blocked_;
      std::unique_lock lock(mutex_);
      released_condition_.wait(lock, [this] { return released_; });
      --blocked_;
    }
    response.body = {ToBytes(request.method + " " + request.target +
                             (request.http2 ? " h2 " : " h1 ") + request.body)};
    return response;
  }

  void Release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    released_condition_.notify_all();
  }
  void Append(const std::string& event) {
    events_.Append(event);
    listener_->waker().Wake();
  }
  Http2Client Connect() { return Http2Client(listener_->port(), tls_.get()); }

  template <typename Condition>
  static bool Eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) {
        return false;
      }
      std::this_thread::sleep_for(milliseconds(1));
    }
    return true;
  }
  static int Threads() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("Threads:")) {
        return std::stoi(line.substr(8));
      }
    }
    return 0;
  }

  EventLog events_;
  std::atomic<int> alive_ = 0;
  std::atomic<int> handled_ = 0;
  std::atomic<int> blocked_ = 0;
  std::mutex mutex_;
  std::condition_variable released_condition_;
  bool released_ = false;
  SslContext tls_;
  std::unique_ptr<Listener> listener_;
};

TEST_F(ListenerHttp2Test, ServesBothProtocolsOnOnePort) {
  Start();
  Http2Client client = Connect();
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.Get("/a").body, "GET /a h2 ");
  const std::int32_t id = client.peer.Request(
      {{":method", "POST"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/b"}},
      std::string(300'000, 'x'));
  EXPECT_EQ(client.Await(id).body, "POST /b h2 " + std::string(300'000, 'x'));
  const SslContext tls = NewClientContext();
  Client old(listener_->port(), tls.get());
  EXPECT_EQ(old.Get("/c").body, "GET /c h1 ");
  EXPECT_TRUE(Eventually(
      [&] { return listener_->stats().parked == 2 && listener_->stats().connections == 2; }));
}

TEST_F(ListenerHttp2Test, SendsLargeBodies) {
  Start();
  Http2Client client = Connect();
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(client.peer.Get("/big"));
  }
  for (const std::int32_t id : ids) {
    const Http2Peer::Answer& answer = client.Await(id);
    EXPECT_EQ(answer.body.size(), 8'193'000U);
    EXPECT_EQ(answer.Get("content-length"), "8193000");
    EXPECT_EQ(answer.error, 0U);
  }
}

TEST_F(ListenerHttp2Test, CarriesManyWatchesAndRequestsOnOneConnection) {
  constexpr std::size_t kWatches = 500;
  Start();
  Http2Client client = Connect();
  EXPECT_EQ(client.Get("/").status, 200);
  const int threads = Threads();
  std::vector<std::int32_t> ids;
  for (std::size_t i = 0; i < kWatches; ++i) {
    ids.push_back(client.peer.Get("/watch"));
  }
  auto& answers = client.peer.answers;
  ASSERT_TRUE(client.Run([&] { return answers[ids.back()].status == 200; }));
  EXPECT_TRUE(Eventually([&] { return listener_->stats().streams == kWatches; }));
  EXPECT_EQ(listener_->stats().parked, 0U);
  EXPECT_EQ(Threads(), threads);
  std::string want;
  for (int i = 0; i < 10; ++i) {
    Append("event " + std::to_string(i) + "\n");
    want += "event " + std::to_string(i) + "\n";
    EXPECT_EQ(client.Get("/beside").status, 200);
  }
  for (const std::int32_t id : ids) {
    EXPECT_TRUE(client.Run([&] { return answers[id].body.size() >= want.size(); }));
    EXPECT_EQ(answers[id].body, want);
    EXPECT_FALSE(answers[id].closed);
  }
  for (std::size_t i = 0; i < kWatches / 2; ++i) {
    client.peer.Reset(ids[i]);
  }
  client.Flush();
  EXPECT_TRUE(Eventually([&] { return listener_->stats().streams == kWatches / 2; }));
  EXPECT_EQ(client.Await(client.peer.Get("/watch?timeout")).error, 0U);
}

TEST_F(ListenerHttp2Test, SendsEventsThatComeTogetherWithAnAnswer) {
  Start();
  Http2Client client = Connect();
  const std::int32_t watch = client.peer.Get("/watch");
  ASSERT_TRUE(client.Run([&] { return client.peer.answers[watch].status == 200; }));
  for (std::size_t i = 1; i <= 1000; ++i) {
    ASSERT_EQ(client.Get("/append").status, 200);
    ASSERT_TRUE(client.Run([&] { return client.peer.answers[watch].body.size() == i; })) << i;
  }
}

TEST_F(ListenerHttp2Test, IsNotHeldUpByHandlersThatBlock) {
  ListenerOptions options;
  options.workers = 3;
  Start(options);
  Http2Client client = Connect();
  const std::int32_t first = client.peer.Get("/block");
  const std::int32_t second = client.peer.Get("/block");
  client.Flush();
  EXPECT_TRUE(Eventually([&] { return blocked_ == 2; }));
  EXPECT_EQ(client.Get("/").status, 200);
  client.peer.Ping();
  EXPECT_TRUE(client.Run([&] { return client.peer.pongs == 1; }));
  Release();
  EXPECT_EQ(client.Await(first).status, 200);
  EXPECT_EQ(client.Await(second).status, 200);
}

TEST_F(ListenerHttp2Test, DropsRequestsThatWereCancelled) {
  ListenerOptions options;
  options.workers = 1;
  Start(options);
  Http2Client client = Connect();
  const std::int32_t first = client.peer.Get("/block");
  client.Flush();
  EXPECT_TRUE(Eventually([&] { return blocked_ == 1; }));
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 50; ++i) {
    ids.push_back(client.peer.Get("/"));
  }
  client.peer.Ping();
  EXPECT_TRUE(client.Run([&] { return client.peer.pongs == 1; }));
  for (const std::int32_t id : ids) {
    client.peer.Reset(id);
  }
  client.peer.Ping();
  EXPECT_TRUE(client.Run([&] { return client.peer.pongs == 2; }));
  Release();
  EXPECT_EQ(client.Await(first).status, 200);
  EXPECT_EQ(client.Get("/").status, 200);
  EXPECT_EQ(handled_, 2);
}

TEST_F(ListenerHttp2Test, AnswersTooManyRequestsWhenTheQueueIsFull) {
  ListenerOptions options;
  options.workers = 1;
  options.max_queued_requests = 2;
  Start(options);
  Http2Client client = Connect();
  const std::int32_t first = client.peer.Get("/block");
  client.Flush();
  EXPECT_TRUE(Eventually([&] { return blocked_ == 1; }));
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(client.peer.Get("/"));
  }
  for (int i = 2; i < 5; ++i) {
    const Http2Peer::Answer& answer = client.Await(ids[static_cast<std::size_t>(i)]);
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.Get("retry-after"), "1");
  }
  Release();
  EXPECT_EQ(client.Await(first).status, 200);
  EXPECT_EQ(client.Await(ids[0]).status, 200);
  EXPECT_EQ(client.Await(ids[1]).status, 200);
}

TEST_F(ListenerHttp2Test, IsNotDisturbedByClientsThatDoNotRead) {
  ListenerOptions options;
  options.write_timeout = milliseconds(300);
  Start(options);
  // One whose stream's window is shut, one that reads nothing at all.
  Http2Client stuck(listener_->port(), tls_.get(), {.window_bytes = 10, .reads = false});
  const std::int32_t small = stuck.peer.Get("/watch");
  EXPECT_TRUE(stuck.Run([&] { return stuck.peer.answers[small].status == 200; }));
  Http2Client deaf(listener_->port(), tls_.get(), {.window_bytes = 1U << 30U}, 4096);
  deaf.peer.Get("/big");
  deaf.peer.Get("/watch");
  deaf.Flush();
  EXPECT_TRUE(Eventually([&] { return listener_->stats().streams == 2; }));
  Http2Client client = Connect();
  const std::int32_t watch = client.peer.Get("/watch");
  std::size_t size = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string event(10'000, 'x');
    size += event.size();
    Append(event);
    EXPECT_TRUE(client.Run([&] { return client.peer.answers[watch].body.size() >= size; }));
  }
  EXPECT_EQ(stuck.Await(small).error, NGHTTP2_CANCEL);
  EXPECT_EQ(stuck.peer.answers[small].body.size(), 10U);
  EXPECT_EQ(stuck.Get("/").status, 200);  // The connection stands.
  EXPECT_TRUE(Eventually([&] { return listener_->stats().connections == 2; }));
  EXPECT_EQ(listener_->stats().streams, 1U);
}

TEST_F(ListenerHttp2Test, ClosesIdleAndSilentConnections) {
  ListenerOptions options;
  options.idle_timeout = milliseconds(100);
  options.header_timeout = milliseconds(100);
  Start(options);
  {
    Http2Client idle = Connect();
    EXPECT_EQ(idle.Get("/").status, 200);
    EXPECT_TRUE(idle.AtEnd());
    EXPECT_THAT(idle.peer.goaways, ::testing::ElementsAre(0U));
    Http2Client silent = Connect();
    EXPECT_TRUE(silent.AtEnd());
    Http2Client other = Connect();
    other.SendRaw("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(other.AtEnd());
  }
  EXPECT_TRUE(Eventually([&] { return listener_->stats().connections == 0; }));
}

TEST_F(ListenerHttp2Test, NoticesThatTheClientLeft) {
  Start();
  {
    Http2Client client = Connect();
    const std::int32_t id = client.peer.Get("/watch");
    EXPECT_TRUE(client.Run([&] { return client.peer.answers[id].status == 200; }));
    client.peer.Get("/block");
    client.Flush();
    EXPECT_TRUE(Eventually([&] { return blocked_ == 1 && alive_ == 1; }));
  }
  EXPECT_TRUE(Eventually([&] { return alive_ == 0 && listener_->stats().connections == 0; }));
  Release();
  EXPECT_TRUE(Eventually([&] { return blocked_ == 0; }));
}

TEST_F(ListenerHttp2Test, StopEndsStreamsAndLetsRequestsFinish) {
  Start();
  Http2Client client = Connect();
  Http2Client idle = Connect();
  EXPECT_EQ(idle.Get("/").status, 200);
  const std::int32_t watch = client.peer.Get("/watch");
  const std::int32_t request = client.peer.Get("/block");
  client.Flush();
  EXPECT_TRUE(Eventually([&] { return blocked_ == 1 && listener_->stats().streams == 1; }));
  std::thread stopper([&] { listener_->Stop(seconds(10)); });
  EXPECT_EQ(client.Await(watch).error, 0U);
  EXPECT_TRUE(idle.AtEnd());
  Release();
  EXPECT_EQ(client.Await(request).status, 200);
  EXPECT_TRUE(client.AtEnd());
  stopper.join();
  EXPECT_EQ(listener_->stats().connections, 0U);
}

TEST_F(ListenerHttp2Test, StopsAtAnyMoment) {
  for (int round = 0; round < 20; ++round) {
    Start();
    std::atomic<bool> stopped = false;
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&] {
        while (!stopped) {
          Http2Client client = Connect();
          client.peer.Get("/watch");
          client.peer.Get("/big");
          if (client.connected()) {
            client.Get("/");
          }
        }
      });
    }
    std::thread waker([&] {
      while (!stopped) {
        listener_->waker().Wake();
      }
    });
    std::this_thread::sleep_for(milliseconds(round));
    listener_->Stop(milliseconds(round % 2 == 0 ? 0 : 1'000));
    stopped = true;
    for (std::thread& client : clients) {
      client.join();
    }
    waker.join();
    listener_.reset();
    EXPECT_EQ(alive_, 0);
  }
}

// A client's frame, masked.
std::string ClientFrame(unsigned first_byte, std::string_view payload) {
  std::string frame(1, static_cast<char>(first_byte));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80U | payload.size());
  } else {
    frame += static_cast<char>(0x80U | 126U);
    frame += static_cast<char>(payload.size() >> 8U);
    frame += static_cast<char>(payload.size() & 0xFFU);
  }
  const std::string_view mask = "mask";
  frame += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame += static_cast<char>(payload[i] ^ mask[i % 4]);
  }
  return frame;
}

std::string Upgrade(const std::string& target, const std::string& more = "") {
  return "GET " + target +
         " HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
         more + "\r\n";
}

// Reads exactly `size` bytes, fewer at the end.
std::string ReadBytes(Client& client, std::string& rest, std::size_t size) {
  while (rest.size() < size) {
    const std::string some = client.ReadSome();
    if (some.empty()) {
      break;
    }
    rest += some;
  }
  std::string bytes = rest.substr(0, size);
  rest.erase(0, size);
  return bytes;
}

class ListenerWebSocketTest : public ListenerHttp2Test {
 protected:
  Client ConnectOld() {
    old_tls_ = NewClientContext();
    return Client(listener_->port(), old_tls_.get());
  }
  SslContext old_tls_;
};

TEST_F(ListenerWebSocketTest, SendsEventsAsMessages) {
  Start();
  Client client = ConnectOld();
  Append("one\n");
  client.Send(Upgrade("/watch", "Sec-WebSocket-Protocol: base64.binary.k8s.io\r\n"));
  const Reply reply = client.ReadHead();
  EXPECT_EQ(reply.head,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "Sec-WebSocket-Protocol: base64.binary.k8s.io\r\n\r\n");
  std::string rest;
  EXPECT_EQ(ReadBytes(client, rest, 6), "\x81\x04one\n");
  Append(std::string(300, 'x') + "\n");
  EXPECT_EQ(ReadBytes(client, rest, 305),
            std::string("\x81\x7e\x01\x2d", 4) + std::string(300, 'x') + "\n");
  Append(std::string(70'000, 'y') + "\n");
  EXPECT_EQ(ReadBytes(client, rest, 70'011),
            std::string("\x81\x7f\0\0\0\0\0\x01\x11\x71", 10) + std::string(70'000, 'y') + "\n");
  // What the client says is read and ignored, but for control frames.
  client.Send(ClientFrame(0x01, "he") + ClientFrame(0x80, "llo") + ClientFrame(0x82, "") +
              ClientFrame(0x81, std::string(1000, 'x')) + ClientFrame(0x8A, "unasked"));
  client.Send(ClientFrame(0x89, "ping"));
  EXPECT_EQ(ReadBytes(client, rest, 6), "\x8a\x04ping");
  client.Send(ClientFrame(0x88, std::string("\x03\xe8", 2) + "bye"));
  EXPECT_EQ(ReadBytes(client, rest, 4), "\x88\x02\x03\xe8");
  EXPECT_TRUE(client.AtEnd());
  EXPECT_TRUE(Eventually([&] { return alive_ == 0; }));
}

TEST_F(ListenerWebSocketTest, SendsBinaryMessagesWithoutTheirLength) {
  Start();
  Client client = ConnectOld();
  client.Send(Upgrade("/watch?binary") + ClientFrame(0x89, "early"));
  EXPECT_EQ(client.ReadHead().status, 101);
  std::string rest;
  EXPECT_EQ(ReadBytes(client, rest, 7),
            "\x8a\x05"
            "early");
  Append(std::string("\0\0\0\3abc", 7));
  EXPECT_EQ(ReadBytes(client, rest, 5),
            "\x82\x03"
            "abc");
}

TEST_F(ListenerWebSocketTest, SaysWhyItEnds) {
  Start();
  Client client = ConnectOld();
  client.Send(Upgrade("/watch?timeout"));
  EXPECT_EQ(client.ReadHead().status, 101);
  std::string rest;
  EXPECT_EQ(ReadBytes(client, rest, 4), "\x88\x02\x03\xe8");
  client.Send(ClientFrame(0x88, "\x03\xe8"));
  EXPECT_TRUE(client.AtEnd());
  Client other = ConnectOld();
  other.Send(Upgrade("/watch"));
  EXPECT_EQ(other.ReadHead().status, 101);
  listener_->Stop(seconds(10));
  EXPECT_EQ(ReadBytes(other, rest, 4), "\x88\x02\x03\xe9");
}

TEST_F(ListenerWebSocketTest, ClosesForWhatIsNoFrame) {
  Start();
  for (const std::string& bytes :
       {std::string("\x81\x02hi"), ClientFrame(0xC1, "a"), ClientFrame(0x83, "a"),
        ClientFrame(0x09, "a"), ClientFrame(0x89, std::string(126, 'a')), ClientFrame(0x80, "a"),
        ClientFrame(0x01, "a") + ClientFrame(0x81, "a"), ClientFrame(0x88, "a"),
        std::string("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10) + "mask"}) {
    SCOPED_TRACE(::testing::PrintToString(bytes));
    Client client = ConnectOld();
    client.Send(Upgrade("/watch"));
    EXPECT_EQ(client.ReadHead().status, 101);
    client.Send(bytes);
    std::string rest;
    EXPECT_EQ(ReadBytes(client, rest, 4), "\x88\x02\x03\xea");
    EXPECT_TRUE(client.AtEnd());
  }
}

TEST_F(ListenerWebSocketTest, RefusesHandshakesThatAreNone) {
  Start();
  struct Case {
    std::string request;
    int status;
    std::string text;
  };
  const std::string head = "GET /watch HTTP/1.1\r\nHost: a\r\n";
  for (const Case& c : std::vector<Case>{
           {head + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: YQ==\r\n"
                   "Sec-WebSocket-Version: 8\r\n\r\n",
            400, "Sec-WebSocket-Version: 13"},
           {head + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
            400, "mismatch"},
           {Upgrade("/watch", "Sec-WebSocket-Protocol: a, b\r\n"), 400, "Protocol"},
           {head + "Connection: close\r\nUpgrade: websocket\r\n\r\n", 200, "chunked"},
           {head + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 200, "chunked"},
           {Upgrade("/"), 200, "GET / h1 "}}) {
    SCOPED_TRACE(c.request);
    Client client = ConnectOld();
    client.Send(c.request);
    Reply reply = client.ReadHead();
    EXPECT_EQ(reply.status, c.status);
    if (reply.head.find("chunked") == std::string::npos) {
      reply.head += client.ReadSome();
    }
    EXPECT_THAT(reply.head, HasSubstr(c.text));
  }
  EXPECT_TRUE(Eventually([&] { return alive_ == 0; }));
}

TEST_F(ListenerWebSocketTest, IsNotDisturbedByPingsThatNobodyReads) {
  ListenerOptions options;
  options.write_timeout = milliseconds(300);
  Start(options);
  Client deaf = ConnectOld();
  deaf.Send(Upgrade("/watch"));
  EXPECT_EQ(deaf.ReadHead().status, 101);
  Append(std::string(20'000'000, 'x') + "\n");
  std::string pings;
  for (int i = 0; i < 100; ++i) {
    pings += ClientFrame(0x89, std::string(125, 'x'));
  }
  for (int i = 0; i < 100 && deaf.Send(pings); ++i) {
  }
  EXPECT_TRUE(Eventually([&] { return listener_->stats().connections == 0; }));
}

}  // namespace
}  // namespace k8snet::server
