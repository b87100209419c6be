#include "k8snet/server/listener.h"

#include <sys/resource.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
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

#include "src/http/test_client.h"
#include "src/http/test_streams.h"

namespace k8snet::server {
namespace {

using std::chrono::milliseconds;
using testing::Client;
using testing::EventLog;
using ::testing::HasSubstr;
using testing::Identity;
using testing::LogStream;
using testing::MakeIdentity;
using testing::NewClientContext;
using testing::Reply;
using testing::ToBytes;

const Identity& ServerIdentity() {
  static const Identity* const identity = new Identity(MakeIdentity({.common_name = "server"}));
  return *identity;
}

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
    client_tls_.reset();
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

TEST_F(ListenerTest, ServesPipelinedRequestsInOrder) {
  for (const bool tls : {false, true}) {
    SCOPED_TRACE(tls);
    Start({}, tls);
    Client client = Connect();
    std::string requests;
    for (int i = 0; i < 100; ++i) {
      requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }
    client.Send(requests);
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(client.Read().body, "GET /" + std::to_string(i) + " - ");
    }
  }
}

TEST_F(ListenerTest, ReadsBodies) {
  for (const bool tls : {false, true}) {
    SCOPED_TRACE(tls);
    Start({}, tls);
    Client client = Connect();
    const std::string large(1'000'000, 'x');
    client.Send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + large);
    EXPECT_TRUE(client.Read().body == "POST /a - " + large);
    client.Send("POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nF4240\r\n" +
                large + "\r\n2\r\nyz\r\n0\r\n\r\n");
    EXPECT_TRUE(client.Read().body == "POST /b - " + large + "yz");
  }
}

TEST_F(ListenerTest, ContinuesWhenAsked) {
  Start({});
  Client client = Connect();
  client.Send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.ReadHead().status, 100);
  client.Send("ab");
  EXPECT_EQ(client.Read().body, "POST / - ab");
}

TEST_F(ListenerTest, AnswersBodiesThatAreTooLargeThenCloses) {
  for (const bool tls : {false, true}) {
    SCOPED_TRACE(tls);
    Start({.max_body_bytes = 100'000}, tls);
    const std::string heads[] = {
        "Expect: 100-continue\r\nContent-Length: 100001\r\n\r\n",
        "Content-Length: 4000000\r\n\r\n" + std::string(4'000'000, 'x'),
        "Transfer-Encoding: chunked\r\n\r\n3D0900\r\n" + std::string(4'000'000, 'x'),
    };
    for (const std::string& head : heads) {
      SCOPED_TRACE(head.substr(0, 60));
      Client client = Connect();
      client.Send("POST / HTTP/1.1\r\nHost: a\r\n" + head);
      const Reply reply = client.Read();
      EXPECT_EQ(reply.status, 413);
      EXPECT_EQ(reply.body, "too large");
      EXPECT_TRUE(reply.HasLine("Connection: close"));
      EXPECT_TRUE(client.AtEnd());
    }
  }
}

TEST_F(ListenerTest, RefusesWhatIsNotHttp) {
  Start({.max_header_bytes = 1000});
  const struct {
    std::string bytes;
    int status;
    std::string body;
  } cases[] = {
      {"rubbish\r\n\r\n", 400, "400 Bad Request"},
      {"GET / HTTP/1.1\r\n\r\n", 400, "400 Bad Request: missing required Host header"},
      {"GET / HTTP/1.1\r\nX: " + std::string(5000, 'x'), 431,
       "431 Request Header Fields Too Large"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400,
       "400 Bad Request: malformed chunked encoding"},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.bytes.substr(0, 60));
    Client client = Connect();
    client.Send(test.bytes);
    const Reply reply = client.Read();
    EXPECT_EQ(reply.status, test.status);
    EXPECT_EQ(reply.body, test.body);
    EXPECT_TRUE(client.AtEnd());
  }
  EXPECT_EQ(handled_, 0);
}

TEST_F(ListenerTest, TellsPlainClientsOfTheTlsPort) {
  Start({}, true);
  Client client(listener_->port());
  client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const Reply reply = client.Read();
  EXPECT_EQ(reply.head, "HTTP/1.0 400 Bad Request\r\n\r\n");
  EXPECT_EQ(reply.body, "Client sent an HTTP request to an HTTPS server.\n");
}

TEST_F(ListenerTest, DropsWhatIsNeitherTlsNorHttp) {
  Start({}, true);
  Client client(listener_->port());
  client.Send(std::string(100, '\x7f'));
  client.Read();
  EXPECT_TRUE(Eventually([this] { return listener_->stats().connections == 0; }));
  EXPECT_EQ(Connect().Get("/").status, 200);
}

TEST_F(ListenerTest, ClosesAsAsked) {
  Start({});
  const struct {
    std::string request;
    std::string line;  // Of the response.
    bool closes;
  } cases[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "Connection: close", true},
      {"GET / HTTP/1.0\r\n\r\n", "Connection: close", true},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "Connection: keep-alive", false},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.request);
    Client client = Connect();
    client.Send(test.request);
    const Reply reply = client.Read();
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(reply.HasLine(test.line)) << reply.head;
    if (test.closes) {
      EXPECT_TRUE(client.AtEnd());
    } else {
      EXPECT_EQ(client.Get("/").status, 200);
    }
  }
}

TEST_F(ListenerTest, SendsNoBodyToHead) {
  Start({});
  Client client = Connect();
  client.Send("HEAD /big HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(client.Read(true).HasLine("Content-Length: 8193000"));
  client.Send("HEAD /watch HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.Read(true).status, 200);
  EXPECT_EQ(client.Get("/").body, "GET / - ");
}

TEST_F(ListenerTest, SendsLargeBodies) {
  for (const bool tls : {false, true}) {
    SCOPED_TRACE(tls);
    Start({}, tls);
    Client client = Connect();
    for (int i = 0; i < 2; ++i) {
      const Reply reply = client.Get("/big");
      ASSERT_EQ(reply.body.size(), 8'193'000U);
      for (std::size_t at = 0; at < reply.body.size(); ++at) {
        ASSERT_EQ(reply.body[at], at % 8193 == 8192 ? '\n' : 'x') << at;
      }
    }
  }
}

TEST_F(ListenerTest, ReportsClientCertificates) {
  const Identity ca = MakeIdentity({.common_name = "ca", .is_ca = true});
  const Identity known = MakeIdentity({.common_name = "ann", .organizations = {"a", "b"}}, &ca);
  const Identity expired = MakeIdentity({.common_name = "old", .valid_seconds = -60}, &ca);
  const Identity unknown = MakeIdentity({.common_name = "eve", .organizations = {"a"}});
  Start({.client_ca_pem = ca.certificate_pem}, true);
  const struct {
    const Identity* identity;
    std::string name;
  } cases[] = {
      {&known, "ann verified a b"},
      {&expired, "old unverified"},
      {&unknown, "eve unverified a"},
      {nullptr, "-"},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.name);
    client_tls_ = NewClientContext(test.identity);
    Client client = Connect();
    ASSERT_TRUE(client.connected());
    EXPECT_EQ(client.Get("/").body, "GET / " + test.name + " ");
    // A resumed session stands for the same client.
    const std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> session(
        SSL_get1_session(client.ssl()), SSL_SESSION_free);
    Client again(listener_->port(), client_tls_.get(), 0, session.get());
    EXPECT_EQ(SSL_session_reused(again.ssl()), 1);
    EXPECT_EQ(again.Get("/").body, "GET / " + test.name + " ");
  }
}

TEST_F(ListenerTest, AgreesOnHttp11WithoutHttp2) {
  ListenerOptions options;
  options.http2 = false;
  Start(options, true);
  static constexpr std::array<unsigned char, 12> kBoth = {2,   'h', '2', 8,   'h', 't',
                                                          't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(client_tls_.get(), kBoth.data(), kBoth.size());
  Client client = Connect();
  ASSERT_TRUE(client.connected());
  const unsigned char* chosen = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(client.ssl(), &chosen, &size);
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(chosen), size), "http/1.1");
  SSL_CTX_set_alpn_protos(client_tls_.get(), kBoth.data(), 3);
  EXPECT_FALSE(Connect().connected());
}

TEST_F(ListenerTest, RefusesOldTls) {
  Start({}, true);
  SSL_CTX_set_security_level(client_tls_.get(), 0);
  SSL_CTX_set_max_proto_version(client_tls_.get(), TLS1_1_VERSION);
  EXPECT_FALSE(Connect().connected());
  SSL_CTX_set_max_proto_version(client_tls_.get(), TLS1_2_VERSION);
  EXPECT_EQ(Connect().Get("/").status, 200);
}

TEST_F(ListenerTest, IsNotDisturbedByClientsThatDribble) {
  for (const bool tls : {false, true}) {
    SCOPED_TRACE(tls);
    Start({.workers = 1}, tls);
    std::vector<Client> silent;
    for (int i = 0; i < 20; ++i) {
      silent.emplace_back(listener_->port());  // With TLS: stuck in the handshake.
      silent.back().Send(tls ? std::string_view("\x16\x03\x01", 3) : "GET /");
    }
    Client slow = Connect();
    Client client = Connect();
    const std::string request = "GET /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab";
    for (const char byte : request) {
      slow.Send({&byte, 1});
      ASSERT_EQ(client.Get("/").status, 200);
    }
    EXPECT_EQ(slow.Read().body, "GET /slow - ab");
  }
}

TEST_F(ListenerTest, IsNotDisturbedByClientsThatDoNotRead) {
  for (const bool tls : {false, true}) {
    SCOPED_TRACE(tls);
    Start({.workers = 1}, tls);
    std::vector<Client> deaf;
    for (int i = 0; i < 20; ++i) {
      deaf.emplace_back(listener_->port(), client_tls_.get(), 4096);
      deaf.back().Send(i % 2 == 0 ? "GET /big HTTP/1.1\r\nHost: a\r\n\r\n"
                                  : "GET /watch HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    EXPECT_TRUE(Eventually([this] { return listener_->stats().streams == 10; }));
    Client watch = Connect();
    watch.Send("GET /watch HTTP/1.1\r\nHost: a\r\n\r\n");
    watch.ReadHead();
    Client client = Connect();
    for (int i = 0; i < 100; ++i) {
      events_.Append(std::string(100'000, static_cast<char>('a' + i % 26)));
      listener_->waker().Wake();
      ASSERT_EQ(client.Get("/").status, 200);
      std::string received;
      while (received.size() < 100'000) {
        received += watch.ReadChunk();
        ASSERT_TRUE(watch.chunk_is_good());
      }
      ASSERT_EQ(received, std::string(100'000, static_cast<char>('a' + i % 26)));
    }
    // They are served when they read at last.
    EXPECT_EQ(deaf[0].Read().body.size(), 8'193'000U);
    EXPECT_EQ(deaf[1].ReadHead().status, 200);
    std::size_t received = 0;
    while (received < 10'000'000) {
      const std::string chunk = deaf[1].ReadChunk();
      ASSERT_FALSE(chunk.empty());
      received += chunk.size();
    }
    EXPECT_EQ(received, 10'000'000U);
    events_.Clear();
  }
}

TEST_F(ListenerTest, ClosesConnectionsThatTakeTooLong) {
  const milliseconds brief(60);
  const struct {
    std::string name;
    ListenerOptions options;
    std::string bytes;
    bool tls;
    int receive_buffer;
  } cases[] = {
      {"handshake", {.header_timeout = brief}, "\x16", true, 0},
      {"head", {.header_timeout = brief}, "GET / HT", false, 0},
      {"body",
       {.body_timeout = brief},
       "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx",
       false,
       0},
      {"idle", {.idle_timeout = brief}, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", false, 0},
      {"write", {.write_timeout = brief}, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n", false, 4096},
      {"stream", {.write_timeout = brief}, "GET /watch HTTP/1.1\r\nHost: a\r\n\r\n", false, 4096},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.name);
    if (test.name == "stream") {
      for (int i = 0; i < 100; ++i) {
        events_.Append(std::string(100'000, 'x'));
      }
    }
    Start(test.options, test.tls);
    Client client(listener_->port(), nullptr, test.receive_buffer);
    client.Send(test.bytes);
    EXPECT_TRUE(Eventually([this] { return listener_->stats().connections == 1; }));
    EXPECT_TRUE(Eventually([this] { return listener_->stats().connections == 0; }));
    EXPECT_EQ(listener_->stats().parked, 0U);
  }
}

TEST_F(ListenerTest, AnswersTooManyRequestsWhenTheQueueIsFull) {
  Start({.workers = 1, .max_queued_requests = 2}, true);
  Client blocked = Connect();
  std::vector<Client> queued;
  queued.push_back(Connect());
  queued.push_back(Connect());
  Client refused = Connect();
  // Handshakes wait in the queue too.
  EXPECT_TRUE(Eventually([this] { return listener_->stats().parked == 4; }));
  EXPECT_EQ(refused.Get("/").status, 200);
  EXPECT_TRUE(Eventually([this] { return listener_->stats().parked == 4; }));
  blocked.Send("GET /block HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(Eventually([this] { return handled_ == 2; }));
  for (Client& client : queued) {
    client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  EXPECT_TRUE(Eventually([this] { return listener_->stats().parked == 1; }));
  for (int i = 0; i < 2; ++i) {
    const Reply reply = refused.Get("/");
    EXPECT_EQ(reply.status, 429);
    EXPECT_EQ(reply.body, "Too many requests, please try again later.\n");
    EXPECT_TRUE(reply.HasLine("Retry-After: 1"));
    EXPECT_TRUE(reply.HasLine("Content-Type: text/plain; charset=utf-8"));
  }
  EXPECT_EQ(handled_, 2);
  Release();
  EXPECT_EQ(blocked.Read().status, 200);
  for (Client& client : queued) {
    EXPECT_EQ(client.Read().status, 200);
  }
  // Answered connections pass the queue once more, to look for a next request.
  EXPECT_TRUE(Eventually([this] { return listener_->stats().parked == 4; }));
  EXPECT_EQ(refused.Get("/").status, 200);
}

TEST_F(ListenerTest, AcceptsNoMoreThanItMay) {
  Start({.max_connections = 2, .idle_timeout = milliseconds(400)});
  Client first = Connect();
  EXPECT_EQ(first.Get("/").status, 200);
  {
    Client second = Connect();
    EXPECT_EQ(second.Get("/").status, 200);
    Client third = Connect();
    third.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_FALSE(third.Readable(30));
    EXPECT_EQ(listener_->stats().connections, 2U);
    // The kernel holds it until one of the others goes.
    EXPECT_EQ(third.Read().status, 200);
  }
}

TEST_F(ListenerTest, NoticesThatAStreamsClientLeft) {
  for (const bool tls : {false, true}) {
    SCOPED_TRACE(tls);
    Start({}, tls);
    {
      Client client = Connect();
      client.Send("GET /watch HTTP/1.1\r\nHost: a\r\n\r\n");
      EXPECT_EQ(client.ReadHead().status, 200);
      EXPECT_TRUE(Eventually([this] { return listener_->stats().streams == 1; }));
      EXPECT_EQ(alive_, 1);
    }
    EXPECT_TRUE(Eventually([this] { return alive_ == 0 && listener_->stats().connections == 0; }));
    EXPECT_EQ(listener_->stats().streams, 0U);
  }
}

TEST_F(ListenerTest, ReusesAConnectionAfterItsStream) {
  for (const bool tls : {false, true}) {
    SCOPED_TRACE(tls);
    Start({}, tls);
    Client client = Connect();
    events_.Append("one");
    for (int i = 0; i < 3; ++i) {
      // The second request is read with the first and waits for the stream's end.
      client.Send(
          "GET /watch?timeout HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
      const Reply watched = client.Read();
      EXPECT_EQ(watched.status, 200);
      EXPECT_EQ(watched.body, "one");
      EXPECT_EQ(client.Read().body, "GET / - ");
    }
    events_.Clear();
  }
}

TEST_F(ListenerTest, StreamsUnframedToHttp10) {
  Start({});
  Client client = Connect();
  events_.Append("one");
  client.Send("GET /watch?timeout HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const Reply reply = client.Read();
  EXPECT_TRUE(reply.HasLine("Connection: close"));
  EXPECT_FALSE(reply.HasLine("Transfer-Encoding: chunked"));
  EXPECT_EQ(reply.body, "one");
}

TEST_F(ListenerTest, EndsStreamsWhenTheyEnd) {
  Start({.pump_threads = 3});
  std::vector<Client> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(Connect());
    clients.back().Send("GET /watch HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(clients.back().ReadHead().status, 200);
  }
  events_.Append("last");
  events_.End();
  listener_->waker().Wake();
  for (Client& client : clients) {
    EXPECT_EQ(client.ReadChunk(), "last");
    EXPECT_EQ(client.ReadChunk(), "");
    EXPECT_TRUE(client.chunk_is_good());
  }
  EXPECT_TRUE(Eventually([this] { return listener_->stats().parked == 10; }));
}

// Returns how many threads this process has.
int CountThreads() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("Threads:")) {
      return std::stoi(line.substr(8));
    }
  }
  return 0;
}

TEST_F(ListenerTest, HoldsThousandsOfConnectionsAndStreamsWithoutThreads) {
  constexpr std::size_t kClients = 2000;
  constexpr int kEvents = 5;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  ASSERT_GE(files.rlim_cur, 2 * kClients + 100);
  Start({}, true);
  const int threads = CountThreads();
  std::vector<Client> clients;
  clients.reserve(kClients);
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.push_back(Connect());
    ASSERT_TRUE(clients.back().connected());
  }
  EXPECT_TRUE(Eventually([this] { return listener_->stats().parked == kClients; }));
  EXPECT_EQ(CountThreads(), threads);
  EXPECT_EQ(Connect().Get("/").status, 200);
  for (Client& client : clients) {
    client.Send("GET /watch HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  for (Client& client : clients) {
    ASSERT_EQ(client.ReadHead().status, 200);
  }
  EXPECT_TRUE(Eventually([this] { return listener_->stats().streams == kClients; }));
  EXPECT_EQ(CountThreads(), threads);
  EXPECT_EQ(Connect().Get("/").status, 200);
  std::string expected;
  for (int i = 0; i < kEvents; ++i) {
    expected += "event " + std::to_string(i) + "\n";
    events_.Append("event " + std::to_string(i) + "\n");
    listener_->waker().Wake();
  }
  for (Client& client : clients) {
    std::string received;
    while (received.size() < expected.size()) {
      received += client.ReadChunk();
      ASSERT_TRUE(client.chunk_is_good());
    }
    ASSERT_EQ(received, expected);
  }
  listener_->Stop(std::chrono::seconds(10));
  for (Client& client : clients) {
    ASSERT_EQ(client.ReadChunk(), "");
    ASSERT_TRUE(client.chunk_is_good());
    ASSERT_TRUE(client.AtEnd());
  }
}

TEST_F(ListenerTest, StopLetsRequestsInFlightFinish) {
  Start({}, true);
  Client idle = Connect();
  EXPECT_EQ(idle.Get("/").status, 200);
  Client busy = Connect();
  busy.Send("GET /block HTTP/1.1\r\nHost: a\r\n\r\n");
  Client uploading = Connect();
  uploading.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
  Client watching = Connect();
  watching.Send("GET /watch HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(watching.ReadHead().status, 200);
  EXPECT_TRUE(Eventually([this] { return handled_ == 3; }));
  std::thread stopper([this] { listener_->Stop(std::chrono::seconds(20)); });
  EXPECT_TRUE(idle.AtEnd());
  EXPECT_EQ(watching.ReadChunk(), "");
  EXPECT_TRUE(watching.chunk_is_good());
  EXPECT_TRUE(watching.AtEnd());
  EXPECT_FALSE(Connect().connected());
  uploading.Send("b");
  const Reply uploaded = uploading.Read();
  EXPECT_EQ(uploaded.body, "POST / - ab");
  EXPECT_TRUE(uploaded.HasLine("Connection: close"));
  Release();
  EXPECT_EQ(busy.Read().status, 200);
  EXPECT_TRUE(busy.AtEnd());
  stopper.join();
  EXPECT_EQ(listener_->stats().connections, 0U);
}

TEST_F(ListenerTest, StopClosesWhatOutlastsTheGrace) {
  Start({});
  events_.Append(std::string(10'000'000, 'x'));
  Client watching(listener_->port(), nullptr, 4096);
  watching.Send("GET /watch HTTP/1.1\r\nHost: a\r\n\r\n");
  Client uploading = Connect();
  uploading.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
  EXPECT_TRUE(Eventually([this] { return listener_->stats().streams == 1; }));
  listener_->Stop(milliseconds(20));
  listener_->Stop(milliseconds(20));
  EXPECT_EQ(alive_, 0);
  EXPECT_TRUE(uploading.AtEnd());
  EXPECT_EQ(listener_->stats().connections, 0U);
}

TEST_F(ListenerTest, StopsAtAnyMoment) {
  for (int round = 0; round < 10; ++round) {
    SCOPED_TRACE(round);
    Start({.pump_threads = 2}, round % 2 == 0);
    std::atomic<bool> stopped = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([this, i, &stopped] {
        while (!stopped) {
          Client client = Connect();
          client.Send(i % 2 == 0 ? "GET /watch HTTP/1.1\r\nHost: a\r\n\r\n"
                                 : "GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
          if (i % 2 == 0) {
            client.ReadChunk();
          } else {
            client.Read();
          }
          client.Get("/");
        }
      });
    }
    EXPECT_TRUE(Eventually([this, round] { return handled_ > 20 * (round + 1); }));
    for (int i = 0; i < round; ++i) {
      events_.Append("event");
      listener_->waker().Wake();
    }
    listener_->Stop(milliseconds(round));
    stopped = true;
    for (std::thread& thread : threads) {
      thread.join();
    }
    EXPECT_EQ(alive_, 0);
    EXPECT_EQ(listener_->stats().connections, 0U);
    EXPECT_EQ(listener_->stats().parked, 0U);
    EXPECT_EQ(listener_->stats().streams, 0U);
    events_.Clear();
  }
}

TEST_F(ListenerTest, SaysWhatIsWrong) {
  const Handler handler = [](Request&) { return Response{}; };
  Start({});
  const std::string& certificate = ServerIdentity().certificate_pem;
  const std::string& key = ServerIdentity().key_pem;
  const std::string other_key = MakeIdentity({.common_name = "other"}).key_pem;
  const struct {
    ListenerOptions options;
    std::string message;
  } cases[] = {
      {{.address = "nonsense", .port = 1}, "cannot listen on nonsense:1: not an IP address"},
      {{.address = "127.0.0.1", .port = listener_->port()},
       "cannot listen on 127.0.0.1:" + std::to_string(listener_->port()) +
           ": bind: Address already in use"},
      {{.certificate_pem = "x", .private_key_pem = key},
       "cannot use the serving certificate: no start line"},
      {{.certificate_pem = certificate}, "cannot use the serving certificate's private key"},
      {{.certificate_pem = certificate, .private_key_pem = other_key},
       "cannot use the serving certificate's private key: key values mismatch"},
      {{.certificate_pem = certificate, .private_key_pem = key, .client_ca_pem = "x"},
       "no certificate in the client CA bundle: no start line"},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.message);
    const auto listener = Listen(test.options, handler);
    ASSERT_FALSE(listener.has_value());
    EXPECT_EQ(listener.error().reason, Reason::kInternalError);
    EXPECT_THAT(listener.error().message, ::testing::StartsWith(test.message));
  }
}

TEST_F(ListenerTest, ListensOnBothFamilies) {
  auto listener = Listen({}, [](Request& request) {
    Response response;
    response.body = {ToBytes(request.peer_address)};
    return response;
  });
  ASSERT_TRUE(listener.has_value()) << listener.error().message;
  Client client((*listener)->port());
  EXPECT_THAT(client.Get("/").body, ::testing::MatchesRegex("127\\.0\\.0\\.1:[0-9]+"));
}

}  // namespace
}  // namespace k8snet::server
