#include "src/http/http1.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace k8snet::server::http1 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using State = RequestReader::State;

// What comes out of bytes: requests as "METHOD target body", then the refusal's status if any.
struct Outcome {
  std::vector<std::string> requests;
  int refused = 0;
  std::string detail;
  State end = State::kIdle;

  bool operator==(const Outcome&) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  for (const std::string& request : outcome.requests) {
    *out << request << "\n";
  }
  *out << outcome.refused << " " << outcome.detail << " " << static_cast<int>(outcome.end);
}

Outcome ReadAll(std::string_view bytes, std::size_t step, ReaderLimits limits = {}) {
  RequestReader reader(limits);
  Outcome outcome;
  while (true) {
    const State state = reader.Advance();
    if (state == State::kRequest) {
      const bool unread = reader.has_unread_body();
      Request request = reader.TakeRequest();
      outcome.requests.push_back(request.method + " " + request.target + " " +
                                 (request.body_too_large ? "(too large)" : request.body));
      if (unread) {
        outcome.end = state;
        return outcome;
      }
      reader.Finish();
      continue;
    }
    outcome.end = state;
    if (state == State::kRefused) {
      outcome.refused = reader.refusal().status;
      outcome.detail = reader.refusal().detail;
      return outcome;
    }
    if (bytes.empty()) {
      return outcome;
    }
    reader.Append(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
  }
}

TEST(RequestReader, ReadsRequestsHoweverTheyAreCut) {
  const std::string bytes =
      "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
      "\r\n"
      "POST /b?x=%2f HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
      "PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;name=value\r\nhello\r\n0c\r\n, beautiful \r\n5 \r\nworld\r\n0\r\nTrailer: x\r\n\r\n"
      "DELETE http://host:1/d HTTP/1.0\nHost: a\n\n"
      "POST /e HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /f";
  const Outcome expected{
      {"GET /a ", "POST /b?x=%2f hello", "PUT /c hello, beautiful world", "DELETE /d ", "POST /e "},
      0,
      "",
      State::kHead};
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    EXPECT_EQ(ReadAll(bytes, step), expected) << step;
  }
}

TEST(RequestReader, RefusesWhatIsNoRequest) {
  const struct {
    std::string bytes;
    int status;
    std::string detail;
  } cases[] = {
      {"GET\r\n\r\n", 400, ""},
      {"GET /\r\n\r\n", 400, ""},
      {"\x16\x03\x01\x02\n\r\n", 400, ""},
      {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "invalid method"},
      {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "invalid method"},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed HTTP version"},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400, "malformed HTTP version"},
      {"GET / http/1.1\r\nHost: a\r\n\r\n", 400, "malformed HTTP version"},
      {"GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400, "malformed HTTP version"},
      {"PRI * HTTP/2.0\r\n\r\n", 505, "unsupported protocol version"},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "unsupported protocol version"},
      {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""},
      {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""},
      {"GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""},
      {"GET ftp://a/x HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""},
      {"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""},
      {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""},
      {"GET /a%2 HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""},
      {std::string("GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n", 30), 400, ""},
      {"GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""},
      {"GET / HTTP/1.1\r\n\r\n", 400, "missing required Host header"},
      {"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400, "too many Host headers"},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "malformed Host header"},
      {"GET / HTTP/1.1\r\nHost: a\r\nbare\r\n\r\n", 400, ""},
      {"GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", 400, "invalid header name"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX : x\r\n\r\n", 400, "invalid header name"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX\x80: x\r\n\r\n", 400, "invalid header name"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: x\r\n folded: y\r\n\r\n", 400, "invalid header name"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400, "invalid header value"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\x7f\r\n\r\n", 400, "invalid header value"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400, "bad Content-Length"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400, "bad Content-Length"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", 400, "bad Content-Length"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400, "bad Content-Length"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", 400, "bad Content-Length"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n", 400, "bad Content-Length"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n", 400,
       "bad Content-Length"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400,
       "bad Content-Length"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400,
       "bad Content-Length"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400,
       "bad Transfer-Encoding"},
      {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
       "bad Transfer-Encoding"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501,
       "unsupported transfer encoding"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
       "chunked\r\n\r\n",
       501, "unsupported transfer encoding"},
      {"POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417, ""},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.bytes);
    for (const std::size_t step : {std::size_t{1}, test.bytes.size()}) {
      const Outcome outcome = ReadAll(test.bytes, step);
      EXPECT_EQ(outcome.refused, test.status);
      EXPECT_EQ(outcome.detail, test.detail);
      EXPECT_TRUE(outcome.requests.empty());
    }
  }
}

TEST(RequestReader, RefusesMalformedChunks) {
  const std::string bodies[] = {
      "\r\n",
      "x\r\n",
      "-1\r\na\r\n",
      "+1\r\na\r\n",
      "0x1\r\na\r\n",
      "1\na\r\n",
      "1\r\nab\r\n",
      "1\r\na\n",
      "1 1\r\na\r\n",
      "00000000000000001\r\na\r\n",
      ";x\r\na\r\n",
      "0\r\nbare\r\n",
      "0\r\na: b\n\r\n",
      "0\r\n: b\r\n",
      "1;" + std::string(5000, 'x') + "\r\na\r\n",
  };
  for (const std::string& body : bodies) {
    SCOPED_TRACE(body);
    const std::string bytes =
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
    for (const std::size_t step : {std::size_t{1}, bytes.size()}) {
      const Outcome outcome = ReadAll(bytes, step);
      EXPECT_EQ(outcome.refused, 400);
      EXPECT_EQ(outcome.detail, "malformed chunked encoding");
    }
  }
}

TEST(RequestReader, RefusesChunksThatAreMostlyFraming) {
  std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i) {
    bytes += "1;" + std::string(1000, 'x') + "\r\na\r\n";
  }
  EXPECT_EQ(ReadAll(bytes, 100).refused, 400);
}

TEST(RequestReader, AcceptsManySmallChunks) {
  std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 10'000; ++i) {
    bytes += "1\r\na\r\n";
  }
  bytes += "0\r\n\r\n";
  EXPECT_THAT(ReadAll(bytes, 1000).requests, ElementsAre("POST / " + std::string(10'000, 'a')));
}

TEST(RequestReader, BoundsHeads) {
  const ReaderLimits limits{.max_header_bytes = 200, .max_body_bytes = 10};
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const std::size_t room = 200 - start.size() - 4;
  EXPECT_EQ(ReadAll(start + std::string(room, 'x') + "\r\n\r\n", 7, limits).requests.size(), 1U);
  EXPECT_EQ(ReadAll(start + std::string(room + 1, 'x') + "\r\n\r\n", 7, limits).refused, 431);
  EXPECT_EQ(ReadAll(start + std::string(room + 1, 'x') + "\r\n\r\n", 999, limits).refused, 431);
  EXPECT_EQ(ReadAll(std::string(201, 'x'), 7, limits).refused, 431);
}

TEST(RequestReader, BoundsBodies) {
  const ReaderLimits limits{.max_header_bytes = 200, .max_body_bytes = 10};
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
  const struct {
    std::string bytes;
    std::string request;
  } cases[] = {
      {"Content-Length: 10\r\n\r\n0123456789", "POST / 0123456789"},
      {"Content-Length: 11\r\n\r\n", "POST / (too large)"},
      {"Content-Length: 9223372036854775807\r\n\r\n", "POST / (too large)"},
      {"Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n",
       "POST / 0123456789"},
      {"Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n6\r\n5", "POST / (too large)"},
      {"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n", "POST / (too large)"},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.bytes);
    for (const std::size_t step : {std::size_t{1}, std::size_t{999}}) {
      EXPECT_THAT(ReadAll(head + test.bytes, step, limits).requests, ElementsAre(test.request));
    }
  }
}

TEST(RequestReader, GivesHeadersAsReceived) {
  RequestReader reader({});
  reader.Append("GET / HTTP/1.1\r\nhOsT: a\r\nB: 2\r\nA:\t1 \r\nEmpty:\r\nb: %41 \xc3\xa9\r\n\r\n");
  ASSERT_EQ(reader.Advance(), State::kRequest);
  EXPECT_THAT(reader.TakeRequest().headers.items(),
              ElementsAre(Pair("hOsT", "a"), Pair("B", "2"), Pair("A", "1"), Pair("Empty", ""),
                          Pair("b", "%41 \xc3\xa9")));
}

TEST(RequestReader, KnowsWhetherTheConnectionStays) {
  const struct {
    std::string version;
    std::string header;
    bool keep_alive;
  } cases[] = {
      {"1.1", "", true},
      {"1.1", "Connection: close\r\n", false},
      {"1.1", "Connection: Keep-Alive, Close\r\n", false},
      {"1.1", "Connection: x\r\nConnection: CLOSE\r\n", false},
      {"1.1", "Connection: closed\r\n", true},
      {"1.0", "", false},
      {"1.0", "Connection: keep-alive\r\n", true},
      {"1.0", "Connection: keep-alive, close\r\n", false},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.version + test.header);
    RequestReader reader({});
    reader.Append("GET / HTTP/" + test.version + "\r\nHost: a\r\n" + test.header + "\r\n");
    ASSERT_EQ(reader.Advance(), State::kRequest);
    EXPECT_EQ(reader.head().keep_alive, test.keep_alive);
  }
}

TEST(RequestReader, AsksOnceForABodyThatIsHeldBack) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n";
  RequestReader reader({});
  reader.Append(head + "Content-Length: 2\r\n\r\n");
  EXPECT_EQ(reader.Advance(), State::kBody);
  EXPECT_TRUE(reader.TakeContinue());
  EXPECT_FALSE(reader.TakeContinue());

  RequestReader impatient({});
  impatient.Append(head + "Content-Length: 2\r\n\r\na");
  EXPECT_EQ(impatient.Advance(), State::kBody);
  EXPECT_FALSE(impatient.TakeContinue());

  RequestReader too_large({.max_body_bytes = 1});
  too_large.Append(head + "Content-Length: 2\r\n\r\n");
  EXPECT_EQ(too_large.Advance(), State::kRequest);
  EXPECT_FALSE(too_large.TakeContinue());
  EXPECT_TRUE(too_large.has_unread_body());
}

TEST(FormatHead, WritesWhatTheHandlerSaysAndWhatTheTransportDecides) {
  Headers headers;
  headers.Add("Content-Type", "text/plain");
  headers.Add("Warning", "one");
  headers.Add("Warning", "two\r\nX-Evil: 1");
  headers.Add("content-length", "7");
  headers.Add("Connection", "upgrade");
  headers.Add("Bad Name", "x");
  const std::string head = FormatHead(404, headers, {.close = true, .content_length = 3});
  EXPECT_THAT(head, ::testing::MatchesRegex(
                        "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nWarning: one\r\n"
                        "Warning: two  X-Evil: 1\r\nDate: [A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z]"
                        "[a-z] 20[0-9][0-9] [0-9:]* GMT\r\nContent-Length: 3\r\n"
                        "Connection: close\r\n\r\n"));
  EXPECT_THAT(FormatHead(299, {}, {.minor_version = 0, .chunked = true}),
              HasSubstr("HTTP/1.0 299 status code 299\r\n"));
}

TEST(FormatRefusal, ReadsAsGosServer) {
  EXPECT_EQ(FormatRefusal({400, "missing required Host header"}),
            "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Connection: close\r\n\r\n400 Bad Request: missing required Host header");
  EXPECT_EQ(FormatRefusal({431, ""}),
            "HTTP/1.1 431 Request Header Fields Too Large\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
            "431 Request Header Fields Too Large");
}

TEST(Headers, ComparesNamesWithoutCase) {
  Headers headers;
  headers.Add("Accept", "a");
  headers.Add("X", "b");
  headers.Add("ACCEPT", "c");
  EXPECT_EQ(*headers.Find("accept"), "a");
  EXPECT_EQ(headers.Find("accep"), nullptr);
  EXPECT_THAT(headers.All("accept"), ElementsAre("a", "c"));
  headers.Set("accept", "d");
  EXPECT_THAT(headers.items(), ElementsAre(Pair("X", "b"), Pair("accept", "d")));
  headers.Remove("x");
  EXPECT_EQ(headers.items().size(), 1U);
}

}  // namespace
}  // namespace k8snet::server::http1
