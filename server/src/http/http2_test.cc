#include "src/http/http2.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/http/http2_test_peer.h"

namespace k8snet::server::http2 {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using testing::Fields;
using testing::Frame;
using testing::GetFields;
using testing::Http2Peer;
using ::testing::IsEmpty;
using testing::PlainHead;
using testing::Preface;

Bytes ToBytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

Response ToResponse(std::string text) {
  Response response;
  response.headers.Add("Content-Type", "text/plain");
  response.body.push_back(ToBytes(std::move(text)));
  return response;
}

// A stream that a test feeds.
struct Feed {
  std::vector<Bytes> pieces;
  bool end = false;
  int pulls = 0;
  bool alive = true;
  Time deadline = Time::max();
};

class FedStream final : public Stream {
 public:
  explicit FedStream(Feed& feed) : feed_(feed) {}
  ~FedStream() override { feed_.alive = false; }
  State Pull(std::size_t /*budget_bytes*/, std::vector<Bytes>& out) override {
    ++feed_.pulls;
    for (Bytes& piece : std::exchange(feed_.pieces, {})) {
      out.push_back(std::move(piece));
    }
    return feed_.end ? State::kEnd : State::kIdle;
  }
  [[nodiscard]] Time next_deadline() const override { return feed_.deadline; }
  [[nodiscard]] bool ready() const override { return feed_.end || !feed_.pieces.empty(); }

 private:
  Feed& feed_;
};

Response ToStream(Feed& feed) {
  Response response;
  response.stream = std::make_unique<FedStream>(feed);
  return response;
}

// An endpoint and what a client sends to it, at times of the test's own.
class EndpointTest : public ::testing::Test {
 protected:
  EndpointTest() {
    options_.max_streams = 10;
    options_.max_header_bytes = 4096;
    options_.max_body_bytes = 1000;
    options_.max_pending_body_bytes = 3000;
  }

  void Start() { endpoint_.emplace(options_, now_); }
  // Moves the time and does what is due.
  void Pass(milliseconds time) {
    now_ += time;
    endpoint_->Tick(now_);
  }
  // What the endpoint sends now.
  std::string Output() {
    std::string text;
    OutQueue out;
    while (true) {
      endpoint_->Send(out, 1000, now_);
      if (out.empty()) {
        return text;
      }
      while (!out.empty()) {
        std::array<char, 4096> scratch;
        const std::string_view some = out.Gather(scratch);
        text += some;
        out.Consume(some.size());
      }
    }
  }
  void Receive(std::string_view bytes) {
    endpoint_->Receive(bytes, now_);
    for (Job& job : endpoint_->TakeRequests()) {
      jobs_.push_back(std::move(job));
    }
  }
  // Passes bytes between `peer_` and the endpoint until both are silent.
  void Exchange() {
    while (true) {
      const std::string sent = peer_.Output();
      Receive(sent);
      const std::string answered = Output();
      EXPECT_TRUE(peer_.Input(answered));
      if (sent.empty() && answered.empty()) {
        return;
      }
    }
  }
  // Answers the oldest request.
  void Respond(Response response) {
    ASSERT_FALSE(jobs_.empty());
    endpoint_->Respond(jobs_.front().stream, std::move(response), now_);
    jobs_.erase(jobs_.begin());
    Exchange();
  }
  // Whether the bytes that the endpoint sends end the connection with `code`.
  bool EndsWith(std::uint32_t code) {
    const std::string out = Output();
    const auto byte = [&out](std::size_t i) {
      return std::size_t{static_cast<unsigned char>(out[i])};
    };
    bool says = false;
    for (std::size_t i = 0; i + 9 <= out.size();) {
      const std::size_t size = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
      says = byte(i + 3) == NGHTTP2_GOAWAY && byte(i + 16) == code;
      i += 9 + size;
    }
    return says && endpoint_->finished();
  }

  ListenerOptions options_;
  Time now_ = Time() + seconds(1000);
  std::optional<Endpoint> endpoint_;
  Http2Peer peer_;
  std::vector<Job> jobs_;
};

TEST_F(EndpointTest, TakesRequestsAndSendsResponses) {
  Start();
  const std::int32_t id = peer_.Request({{":method", "POST"},
                                         {":scheme", "https"},
                                         {":authority", "example.com:6443"},
                                         {":path", "/a%20b?c=d"},
                                         {"content-type", "application/json"},
                                         {"x-remote-group", "one"},
                                         {"x-remote-group", "two"}},
                                        "the body");
  Exchange();
  ASSERT_EQ(jobs_.size(), 1U);
  const Request& request = jobs_[0].request;
  EXPECT_TRUE(request.http2);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/a%20b?c=d");
  EXPECT_EQ(request.body, "the body");
  EXPECT_EQ(*request.headers.Find("Host"), "example.com:6443");
  EXPECT_THAT(request.headers.All("X-Remote-Group"), ElementsAre("one", "two"));
  EXPECT_EQ(request.received_at, now_);
  Response response = ToResponse("yes");
  response.status = 201;
  response.headers.Add("Audit-Id", "1");
  response.headers.Add("Connection", "keep-alive");
  response.headers.Add("Bad Name", "2");
  response.headers.Add("X-Lines", "a\r\nb");
  response.body.push_back(nullptr);
  response.body.push_back(ToBytes("!"));
  Respond(std::move(response));
  const Http2Peer::Answer& answer = peer_.answers[id];
  EXPECT_TRUE(answer.closed);
  EXPECT_EQ(answer.error, 0U);
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, "yes!");
  EXPECT_EQ(answer.Get("content-type"), "text/plain");
  EXPECT_EQ(answer.Get("content-length"), "4");
  EXPECT_EQ(answer.Get("audit-id"), "1");
  EXPECT_EQ(answer.Get("x-lines"), "a  b");
  EXPECT_NE(answer.Get("date"), "");
  EXPECT_EQ(answer.fields.size(), 5U);
  EXPECT_TRUE(endpoint_->idle());
  EXPECT_FALSE(endpoint_->finished());
}

TEST_F(EndpointTest, AnnouncesItsLimits) {
  Start();
  Exchange();
  EXPECT_EQ(peer_.Setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS), 10U);
  EXPECT_EQ(peer_.Setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE), 4096U + 320U);
  EXPECT_EQ(peer_.Setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE), 256U * 1024);
}

TEST_F(EndpointTest, AnswersInAnyOrder) {
  Start();
  const std::int32_t first = peer_.Get("/1");
  const std::int32_t second = peer_.Get("/2");
  Exchange();
  ASSERT_EQ(jobs_.size(), 2U);
  endpoint_->Respond(second, ToResponse("two"), now_);
  Exchange();
  EXPECT_EQ(peer_.answers[second].body, "two");
  EXPECT_FALSE(peer_.answers[first].closed);
  endpoint_->Respond(first, ToResponse("one"), now_);
  Exchange();
  EXPECT_EQ(peer_.answers[first].body, "one");
}

TEST_F(EndpointTest, SendsNoBodyWhereThereIsNone) {
  struct Case {
    std::string method;
    int status;
    std::string length;
  };
  for (const Case& c : std::vector<Case>{
           {"HEAD", 200, "4"}, {"GET", 204, ""}, {"GET", 304, ""}, {"GET", 200, "4"}}) {
    SCOPED_TRACE(c.method + std::to_string(c.status));
    Start();
    Http2Peer peer;
    Fields fields = GetFields("/");
    fields[0].second = c.method;
    const std::int32_t id = peer.Request(fields);
    Receive(peer.Output());
    Response response = ToResponse("body");
    response.status = c.status;
    endpoint_->Respond(id, std::move(response), now_);
    EXPECT_TRUE(peer.Input(Output()));
    EXPECT_TRUE(peer.answers[id].closed);
    EXPECT_EQ(peer.answers[id].status, c.status);
    EXPECT_EQ(peer.answers[id].Get("content-length"), c.length);
    EXPECT_EQ(peer.answers[id].body, c.method == "GET" && c.status == 200 ? "body" : "");
  }
}

TEST_F(EndpointTest, SendsStreamsAsTheyGrow) {
  Start();
  Feed feed;
  const std::int32_t id = peer_.Get("/watch");
  Exchange();
  Respond(ToStream(feed));
  EXPECT_EQ(peer_.answers[id].status, 200);
  EXPECT_EQ(endpoint_->pulled_streams(), 1U);
  const int pulls = feed.pulls;
  EXPECT_FALSE(endpoint_->Wake(now_));
  Exchange();
  EXPECT_EQ(feed.pulls, pulls);
  feed.pieces = {ToBytes("one\n"), ToBytes("two\n")};
  EXPECT_TRUE(endpoint_->Wake(now_));
  Exchange();
  EXPECT_EQ(peer_.answers[id].body, "one\ntwo\n");
  feed.pieces = {ToBytes("three\n")};
  feed.end = true;
  EXPECT_TRUE(endpoint_->Wake(now_));
  Exchange();
  EXPECT_EQ(peer_.answers[id].body, "one\ntwo\nthree\n");
  EXPECT_TRUE(peer_.answers[id].closed);
  EXPECT_EQ(peer_.answers[id].error, 0U);
  EXPECT_FALSE(feed.alive);
}

TEST_F(EndpointTest, PullsStreamsAtTheirDeadline) {
  Start();
  Feed feed;
  feed.deadline = now_ + seconds(30);
  const std::int32_t id = peer_.Get("/watch");
  Exchange();
  Respond(ToStream(feed));
  EXPECT_EQ(endpoint_->deadline(), feed.deadline);
  feed.end = true;
  Pass(seconds(29));
  Exchange();
  EXPECT_FALSE(peer_.answers[id].closed);
  Pass(seconds(1));
  Exchange();
  EXPECT_TRUE(peer_.answers[id].closed);
}

TEST_F(EndpointTest, PullsNothingForAClosedWindow) {
  Start();
  Http2Peer peer({.window_bytes = 10, .reads = false});
  Feed stuck;
  Feed free;
  const std::int32_t first = peer.Get("/1");
  Receive(peer.Output());
  endpoint_->Respond(first, ToStream(stuck), now_);
  EXPECT_TRUE(peer.Input(Output()));
  stuck.pieces = {ToBytes("0123456789abcdef")};
  EXPECT_TRUE(endpoint_->Wake(now_));
  EXPECT_TRUE(peer.Input(Output()));
  EXPECT_EQ(peer.answers[first].body, "0123456789");
  const int pulls = stuck.pulls;
  for (int i = 0; i < 5; ++i) {
    stuck.pieces.push_back(ToBytes("more"));
    EXPECT_FALSE(endpoint_->Wake(now_));
    EXPECT_EQ(Output(), "");
  }
  EXPECT_EQ(stuck.pulls, pulls);
  // Another stream is not disturbed.
  const std::int32_t second = peer.Get("/2");
  Receive(peer.Output());
  endpoint_->Respond(second, ToStream(free), now_);
  EXPECT_TRUE(peer.Input(Output()));
  free.pieces = {ToBytes("x")};
  EXPECT_TRUE(endpoint_->Wake(now_));
  EXPECT_TRUE(peer.Input(Output()));
  EXPECT_EQ(peer.answers[second].body, "x");
  // The client takes more.
  peer.Consume(first, 10);
  Receive(peer.Output());
  EXPECT_TRUE(peer.Input(Output()));
  EXPECT_EQ(peer.answers[first].body, "0123456789abcdefmore");
}

TEST_F(EndpointTest, ResetsStreamsThatTakeNothingForTooLong) {
  Start();
  Http2Peer peer({.window_bytes = 0, .reads = false});
  Feed feed;
  const std::int32_t id = peer.Get("/1");
  const std::int32_t idle = peer.Get("/2");
  Receive(peer.Output());
  endpoint_->Respond(id, ToResponse("never"), now_);
  endpoint_->Respond(idle, ToStream(feed), now_);
  peer.Input(Output());
  Pass(options_.write_timeout - milliseconds(1));
  peer.Input(Output());
  EXPECT_FALSE(peer.answers[id].closed);
  Pass(milliseconds(1));
  peer.Input(Output());
  EXPECT_TRUE(peer.answers[id].closed);
  EXPECT_EQ(peer.answers[id].error, NGHTTP2_CANCEL);
  // A stream that has nothing to send may wait.
  EXPECT_FALSE(peer.answers[idle].closed);
  feed.pieces = {ToBytes("x")};
  Pass(options_.write_timeout);
  peer.Input(Output());
  EXPECT_EQ(peer.answers[idle].error, NGHTTP2_CANCEL);
  EXPECT_FALSE(feed.alive);
}

TEST_F(EndpointTest, ResetsRequestsThatAreNone) {
  struct Case {
    std::string name;
    Fields fields;
  };
  const std::vector<Case> cases = {
      {"no path", {{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}}},
      {"no method", {{":path", "/"}, {":scheme", "https"}, {":authority", "a"}}},
      {"relative path",
       {{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "a"}}},
      {"bad escape",
       {{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/%zz"}}},
      {"asterisk",
       {{":method", "OPTIONS"}, {":scheme", "https"}, {":authority", "a"}, {":path", "*"}}},
      {"tunnel", {{":method", "CONNECT"}, {":authority", "a"}}},
      {"capital letters",
       {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"X-Remote-User", "root"}}},
      {"line end", {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"a", "b\r\nc: d"}}},
      {"connection",
       {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"connection", "close"}}},
      {"pseudo field late", {{":method", "GET"}, {":scheme", "https"}, {"a", "b"}, {":path", "/"}}},
      {"two paths", {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {":path", "/b"}}},
      {"unknown pseudo field",
       {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {":user", "root"}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Start();
    Receive(Preface() + Frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_STREAM | NGHTTP2_FLAG_END_HEADERS,
                              1, PlainHead(c.fields)));
    EXPECT_THAT(jobs_, IsEmpty());
    const std::string out = Output();
    EXPECT_EQ(out.substr(out.size() - 13), Frame(NGHTTP2_RST_STREAM, 0, 1, {"\0\0\0\1", 4}));
    EXPECT_TRUE(endpoint_->idle());
  }
}

TEST_F(EndpointTest, EndsConnectionsThatBreakTheProtocol) {
  struct Case {
    std::string name;
    std::string bytes;
    std::uint32_t code;
  };
  const std::string head = PlainHead(GetFields("/"));
  const std::vector<Case> cases = {
      {"stream of the server", Frame(NGHTTP2_HEADERS, 5, 2, head), NGHTTP2_PROTOCOL_ERROR},
      {"data of no stream", Frame(NGHTTP2_DATA, 0, 1, "x"), NGHTTP2_PROTOCOL_ERROR},
      {"frame in a header section",
       Frame(NGHTTP2_HEADERS, 1, 1, head) + Frame(NGHTTP2_PING, 0, 0, "12345678"),
       NGHTTP2_PROTOCOL_ERROR},
      {"bad compression", Frame(NGHTTP2_HEADERS, 5, 1, "\xff\xff\xff\xff\xff\xff"),
       NGHTTP2_COMPRESSION_ERROR},
      {"short ping", Frame(NGHTTP2_PING, 0, 0, "1"), NGHTTP2_FRAME_SIZE_ERROR},
      {"long frame", std::string("\xff\xff\xff\0\0\0\0\0\1", 9), NGHTTP2_FRAME_SIZE_ERROR},
      {"push", Frame(NGHTTP2_PUSH_PROMISE, 4, 1, std::string(4, '\0')), NGHTTP2_PROTOCOL_ERROR},
      {"overflowing window", Frame(NGHTTP2_WINDOW_UPDATE, 0, 0, std::string("\x7f\xff\xff\xff", 4)),
       NGHTTP2_FLOW_CONTROL_ERROR},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Start();
    Receive(Preface());
    Receive(c.bytes);
    EXPECT_TRUE(EndsWith(c.code));
    EXPECT_THAT(jobs_, IsEmpty());
  }
  Start();
  Receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(endpoint_->finished());
}

TEST_F(EndpointTest, BoundsHeads) {
  Start();
  Fields fields = GetFields("/");
  fields.emplace_back("a", std::string(4096, 'x'));
  const std::int32_t id = peer_.Request(fields, "body");
  Exchange();
  EXPECT_THAT(jobs_, IsEmpty());
  EXPECT_EQ(peer_.answers[id].status, 431);
  EXPECT_EQ(peer_.answers[id].body,
            "<h1>HTTP Error 431</h1><p>Request Header Field(s) Too Large</p>");
  EXPECT_TRUE(peer_.answers[id].closed);
  // The connection is of use after it.
  peer_.Get("/");
  Exchange();
  EXPECT_EQ(jobs_.size(), 1U);
  // Many small fields count for more than their bytes.
  fields = GetFields("/");
  fields.resize(4 + 4096 / 33, {"a", ""});
  const std::int32_t many = peer_.Request(fields);
  Exchange();
  EXPECT_EQ(peer_.answers[many].status, 431);
}

TEST_F(EndpointTest, EndsConnectionsWithEndlessHeads) {
  const std::string piece = PlainHead({{"a", std::string(4000, 'x')}});
  const auto flood = [&](const std::string& payload, int frames) {
    Start();
    Receive(Preface() + Frame(NGHTTP2_HEADERS, 0, 1, PlainHead(GetFields("/"))));
    for (int i = 0; i < frames; ++i) {
      Receive(Frame(NGHTTP2_CONTINUATION, 0, 1, payload));
    }
  };
  flood(piece, 10);
  EXPECT_TRUE(EndsWith(NGHTTP2_ENHANCE_YOUR_CALM));
  flood("", 100);
  Output();
  EXPECT_TRUE(endpoint_->finished());
  // A head that does not go on.
  flood("", 1);
  Pass(options_.header_timeout);
  EXPECT_TRUE(EndsWith(NGHTTP2_ENHANCE_YOUR_CALM));
  // No head at all, not even the preface.
  Start();
  Receive(Preface().substr(0, 20));
  Pass(options_.header_timeout);
  EXPECT_TRUE(EndsWith(NGHTTP2_ENHANCE_YOUR_CALM));
}

TEST_F(EndpointTest, BoundsBodies) {
  Start();
  const std::int32_t fits = peer_.Request(GetFields("/"), std::string(1000, 'x'));
  Exchange();
  ASSERT_EQ(jobs_.size(), 1U);
  EXPECT_EQ(jobs_[0].request.body.size(), 1000U);
  Respond(ToResponse("yes"));
  EXPECT_EQ(peer_.answers[fits].status, 200);
  // The rest is not waited for, and not read.
  const std::int32_t id = peer_.Request(GetFields("/"), std::string(5'000'000, 'x'), false);
  Exchange();
  ASSERT_EQ(jobs_.size(), 1U);
  EXPECT_TRUE(jobs_[0].request.body_too_large);
  EXPECT_EQ(jobs_[0].request.body, "");
  EXPECT_EQ(endpoint_->pending_body_bytes(), 0U);
  Response response = ToResponse("no");
  response.status = 413;
  Respond(std::move(response));
  EXPECT_EQ(peer_.answers[id].status, 413);
  EXPECT_EQ(peer_.answers[id].body, "no");
  EXPECT_TRUE(peer_.answers[id].closed);
  EXPECT_EQ(peer_.answers[id].error, 0U);
}

TEST_F(EndpointTest, BoundsBodiesTogether) {
  options_.max_streams = 100;
  options_.max_body_bytes = 2 << 20;
  options_.max_pending_body_bytes = 1 << 20;
  Start();
  // Nobody completes; the client may fill the connection's window once, not more.
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 40; ++i) {
    ids.push_back(peer_.Request(GetFields("/"), std::string(1'900'000, 'x'), false));
  }
  Exchange();
  EXPECT_THAT(jobs_, IsEmpty());
  EXPECT_LE(endpoint_->pending_body_bytes(), (1U << 20U) + 25U * 1024 * 1024);
  EXPECT_GE(endpoint_->pending_body_bytes(), 25U * 1024 * 1024);
  // Time frees what they hold, and others are served.
  Pass(options_.body_timeout);
  Exchange();
  EXPECT_EQ(endpoint_->pending_body_bytes(), 0U);
  EXPECT_EQ(peer_.answers[ids[0]].error, NGHTTP2_CANCEL);
  peer_.Request(GetFields("/"), std::string(1'000'000, 'x'));
  Exchange();
  ASSERT_EQ(jobs_.size(), 1U);
  EXPECT_EQ(jobs_[0].request.body.size(), 1'000'000U);
}

TEST_F(EndpointTest, ContinuesWhenAsked) {
  Start();
  Fields fields = GetFields("/");
  fields[0].second = "POST";
  fields.emplace_back("expect", "100-continue");
  const std::int32_t id = peer_.Request(fields, "", false);
  Exchange();
  EXPECT_EQ(peer_.answers[id].interim, 100);
  peer_.SendBody(id, "body", true);
  Exchange();
  ASSERT_EQ(jobs_.size(), 1U);
  EXPECT_EQ(jobs_[0].request.body, "body");
}

TEST_F(EndpointTest, ReadsOverTrailers) {
  Start();
  Receive(Preface() +
          Frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 1, PlainHead(GetFields("/"))) +
          Frame(NGHTTP2_DATA, 0, 1, "body") +
          Frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_STREAM | NGHTTP2_FLAG_END_HEADERS, 1,
                PlainHead({{"x-remote-user", "root"}})));
  ASSERT_EQ(jobs_.size(), 1U);
  EXPECT_EQ(jobs_[0].request.body, "body");
  EXPECT_EQ(jobs_[0].request.headers.Find("X-Remote-User"), nullptr);
}

TEST_F(EndpointTest, RefusesStreamsBeyondTheLimit) {
  Start();
  std::string bytes = Preface();
  for (std::uint32_t i = 0; i < 11; ++i) {
    bytes += Frame(NGHTTP2_HEADERS, 5, 2 * i + 1, PlainHead(GetFields("/")));
  }
  Receive(bytes);
  EXPECT_EQ(jobs_.size(), 10U);
}

TEST_F(EndpointTest, ForgetsHeadsThatWereRefused) {
  const auto get = [](std::uint32_t id, const Fields& more) {
    Fields fields = GetFields("/");
    fields.insert(fields.end(), more.begin(), more.end());
    return Frame(NGHTTP2_HEADERS, 5, id, PlainHead(fields));
  };
  std::string beyond;
  for (std::uint32_t i = 0; i < 11; ++i) {
    beyond += get(2 * i + 1, {});
  }
  for (const std::string& bytes : {beyond, get(1, {{"connection", "close"}}), get(1, {{"A", "b"}}),
                                   get(1, {{"a", "\n"}}), get(1, {{":path", "/"}})}) {
    Start();
    Receive(Preface() + bytes);
    Output();
    Pass(options_.header_timeout);
    EXPECT_EQ(Output(), "");
    EXPECT_FALSE(endpoint_->finished());
    jobs_.clear();
  }
}

TEST_F(EndpointTest, CancelsWhatTheClientNoLongerWantsAndServesNoMoreMeanwhile) {
  Start();
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 10; ++i) {
    ids.push_back(peer_.Get("/"));
  }
  Exchange();
  for (const std::int32_t id : ids) {
    peer_.Reset(id);
  }
  Exchange();
  ASSERT_EQ(jobs_.size(), 10U);
  for (const Job& job : jobs_) {
    EXPECT_TRUE(job.cancelled->load());
  }
  // The workers are still at these.
  const std::int32_t refused = peer_.Get("/");
  Exchange();
  EXPECT_EQ(jobs_.size(), 10U);
  EXPECT_EQ(peer_.answers[refused].error, NGHTTP2_REFUSED_STREAM);
  for (const Job& job : jobs_) {
    endpoint_->Respond(job.stream, std::nullopt, now_);
  }
  jobs_.clear();
  peer_.Get("/");
  Exchange();
  EXPECT_EQ(jobs_.size(), 1U);
}

TEST_F(EndpointTest, EndsConnectionsThatResetRapidly) {
  Start();
  Receive(Preface());
  const std::string head = PlainHead(GetFields("/"));
  int sent = 0;
  for (; sent < 5'000 && !endpoint_->finished(); ++sent) {
    const auto id = static_cast<std::uint32_t>(2 * sent + 1);
    Receive(Frame(NGHTTP2_HEADERS, 5, id, head) +
            Frame(NGHTTP2_RST_STREAM, 0, id, {"\0\0\0\x08", 4}));
    for (const Job& job : std::exchange(jobs_, {})) {
      endpoint_->Respond(job.stream, std::nullopt, now_);
    }
    if (sent == 1'000) {
      EXPECT_TRUE(EndsWith(NGHTTP2_ENHANCE_YOUR_CALM));
    } else {
      Output();
    }
  }
  EXPECT_EQ(sent, 1'001);
  // The same by windows that overflow, so that the server is who resets.
  Start();
  Receive(Preface());
  for (sent = 0; sent < 5'000 && !endpoint_->finished(); ++sent) {
    const auto id = static_cast<std::uint32_t>(2 * sent + 1);
    Receive(Frame(NGHTTP2_HEADERS, 5, id, head) +
            Frame(NGHTTP2_WINDOW_UPDATE, 0, id, {"\x7f\xff\xff\xff", 4}));
    for (const Job& job : std::exchange(jobs_, {})) {
      endpoint_->Respond(job.stream, std::nullopt, now_);
    }
    Output();
  }
  EXPECT_LT(sent, 1'010);
}

TEST_F(EndpointTest, LetsClientsEndStreamsThatWereAnswered) {
  Start();
  for (int i = 0; i < 3'000; ++i) {
    Feed feed;
    const std::int32_t id = peer_.Get("/watch");
    Exchange();
    Respond(ToStream(feed));
    peer_.Reset(id);
    Exchange();
    EXPECT_FALSE(feed.alive);
  }
  EXPECT_THAT(peer_.goaways, IsEmpty());
}

TEST_F(EndpointTest, EndsConnectionsThatFlood) {
  struct Case {
    std::string name;
    std::string frame;
    bool reads;  // The client takes what is answered.
  };
  const std::string open = Frame(NGHTTP2_HEADERS, 4, 1, PlainHead(GetFields("/")));
  const std::vector<Case> cases = {
      {"ping", Frame(NGHTTP2_PING, 0, 0, "12345678"), true},
      {"ping, not read", Frame(NGHTTP2_PING, 0, 0, "12345678"), false},
      {"settings", Frame(NGHTTP2_SETTINGS, 0, 0, ""), true},
      {"settings, not read", Frame(NGHTTP2_SETTINGS, 0, 0, ""), false},
      {"empty data", Frame(NGHTTP2_DATA, 0, 1, ""), true},
      {"small data", Frame(NGHTTP2_DATA, NGHTTP2_FLAG_PADDED, 1, std::string("\1\0", 2)), true},
      {"priority", Frame(NGHTTP2_PRIORITY, 0, 1, std::string("\0\0\0\0\0", 5)), true},
      {"window", Frame(NGHTTP2_WINDOW_UPDATE, 0, 0, std::string("\0\0\0\1", 4)), true},
      {"reset of what is closed", Frame(NGHTTP2_RST_STREAM, 0, 1, {"\0\0\0\x08", 4}), true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Start();
    Receive(Preface() + open);
    int sent = 0;
    bool ended = false;
    for (; sent < 20'000 && !ended; ++sent) {
      Receive(c.frame);
      if (c.reads) {
        ended = EndsWith(NGHTTP2_ENHANCE_YOUR_CALM);
      }
    }
    EXPECT_TRUE(ended || EndsWith(NGHTTP2_ENHANCE_YOUR_CALM));
    EXPECT_GT(sent, 9'000);
  }
}

TEST_F(EndpointTest, LetsClientsSayWhatTheyHaveRead) {
  Start();
  const std::int32_t id = peer_.Get("/");
  Exchange();
  Response response;
  response.body.assign(20'000, ToBytes(std::string(1000, 'x')));
  endpoint_->Respond(id, std::move(response), now_);
  std::string received;
  for (int i = 0; i < 60'000 && received.size() < 20'000'000; ++i) {
    Receive(Frame(NGHTTP2_WINDOW_UPDATE, 0, 0, std::string("\0\0\2\0", 4)) +
            Frame(NGHTTP2_WINDOW_UPDATE, 0, static_cast<std::uint32_t>(id),
                  std::string("\0\0\2\0", 4)));
    received += Output();
  }
  EXPECT_GT(received.size(), 20'000'000U);
}

TEST_F(EndpointTest, GoesAwayAsAsked) {
  Start();
  const std::int32_t first = peer_.Get("/1");
  const std::int32_t second = peer_.Get("/2");
  Exchange();
  Response response = ToResponse("bye");
  response.close = true;
  endpoint_->Respond(first, std::move(response), now_);
  // This one crosses the announcement.
  const std::int32_t late = peer_.Get("/3");
  Exchange();
  EXPECT_EQ(peer_.answers[first].body, "bye");
  EXPECT_THAT(peer_.goaways, ElementsAre(0U));
  Pass(milliseconds(0));
  Exchange();
  EXPECT_THAT(peer_.goaways, ElementsAre(0U, 0U));
  EXPECT_EQ(peer_.last_stream, late);
  ASSERT_EQ(jobs_.size(), 3U);
  endpoint_->Respond(second, ToResponse("two"), now_);
  Exchange();
  EXPECT_FALSE(endpoint_->finished());
  endpoint_->Respond(late, ToResponse("three"), now_);
  Exchange();
  EXPECT_EQ(peer_.answers[second].body, "two");
  EXPECT_EQ(peer_.answers[late].body, "three");
  EXPECT_TRUE(endpoint_->finished());
}

TEST_F(EndpointTest, GoesAwayFromClientsThatAcknowledgeNothing) {
  Start();
  Receive(Preface() + Frame(NGHTTP2_HEADERS, 5, 1, PlainHead(GetFields("/"))));
  Output();
  endpoint_->GoAway(now_);
  EXPECT_NE(Output(), "");
  Pass(seconds(1));
  endpoint_->Respond(1, ToResponse("yes"), now_);
  EXPECT_NE(Output(), "");
  EXPECT_TRUE(endpoint_->finished());
}

TEST_F(EndpointTest, EndsStreamsWhenItFinishes) {
  Start();
  Feed feed;
  Feed late;
  const std::int32_t watch = peer_.Get("/watch");
  const std::int32_t request = peer_.Get("/");
  const std::int32_t other = peer_.Get("/watch");
  Exchange();
  Respond(ToStream(feed));
  endpoint_->Finish(now_);
  Exchange();
  EXPECT_TRUE(peer_.answers[watch].closed);
  EXPECT_EQ(peer_.answers[watch].error, 0U);
  EXPECT_FALSE(feed.alive);
  Respond(ToResponse("yes"));
  EXPECT_EQ(peer_.answers[request].body, "yes");
  Respond(ToStream(late));
  EXPECT_TRUE(peer_.answers[other].closed);
  EXPECT_EQ(peer_.answers[other].status, 200);
  Pass(seconds(1));
  Exchange();
  EXPECT_TRUE(endpoint_->finished());
}

TEST_F(EndpointTest, LeavesIdleConnections) {
  Start();
  peer_.Get("/");
  Exchange();
  Pass(options_.idle_timeout);
  Exchange();
  EXPECT_THAT(peer_.goaways, IsEmpty());
  Respond(ToResponse("yes"));
  Pass(options_.idle_timeout - milliseconds(1));
  Exchange();
  EXPECT_THAT(peer_.goaways, IsEmpty());
  Pass(milliseconds(1));
  Exchange();
  EXPECT_THAT(peer_.goaways, ElementsAre(0U));
  EXPECT_TRUE(endpoint_->finished());
}

TEST_F(EndpointTest, AnswersPingsWhileRequestsAreServed) {
  Start();
  peer_.Get("/");
  peer_.Ping();
  Exchange();
  EXPECT_EQ(peer_.pongs, 1);
}

}  // namespace
}  // namespace k8snet::server::http2
