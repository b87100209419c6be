#include "src/openapi/content.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr sys_seconds kModified =
    sys_days(std::chrono::year(2026) / 11 / 25) + std::chrono::seconds(7 * 3600 + 42 * 60 + 43);

// Status, then the headers that say something, then the body.
std::string Serve(const std::string& method,
                  std::vector<std::pair<std::string, std::string>> headers) {
  Request request;
  request.method = method;
  for (auto& [name, value] : headers) {
    request.headers.Add(std::move(name), std::move(value));
  }
  Content content;
  content.etag = "\"T\"";
  content.modified = kModified;
  content.size = 10;
  content.load = [] { return std::make_shared<const std::string>("0123456789"); };
  content.load_gzip = [] { return std::make_shared<const std::string>("(packed)"); };
  Headers own;
  own.Add("Content-Type", "a/b");
  own.Add("Vary", "Accept");
  const Response response = ServeContent(request, std::move(own), content);
  std::string out = std::to_string(response.status);
  for (const char* name : {"Content-Range", "Content-Encoding", "Last-Modified"}) {
    if (const std::string* value = response.headers.Find(name)) {
      out += " [" + *value + "]";
    }
  }
  EXPECT_EQ(*response.headers.Find("Vary"), "Accept");
  for (const Bytes& part : response.body) {
    out += " " + *part;
  }
  return out;
}

TEST(ServeContent, HonoursConditionsAndRanges) {
  const std::string date = "Wed, 25 Nov 2026 07:42:43 GMT";
  const std::string modified = " [" + date + "]";
  const std::string whole = "200" + modified + " 0123456789";
  const std::string late = "Thu, 26 Nov 2026 07:42:43 GMT";
  const std::string early = "Tue, 24 Nov 2026 07:42:43 GMT";
  const struct {
    const char* method;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string expected;
  } cases[] = {
      {"GET", {}, whole},
      {"DELETE", {}, whole},
      {"GET", {{"Accept-Encoding", "gzip"}}, "200 [gzip]" + modified + " (packed)"},
      {"HEAD", {{"Accept-Encoding", "gzip"}}, whole},
      {"GET", {{"If-None-Match", "\"T\""}}, "304"},
      {"HEAD", {{"If-None-Match", "W/\"T\""}}, "304"},
      {"GET", {{"If-None-Match", "\"x\", \"T\""}}, "304"},
      {"GET", {{"If-None-Match", "*"}}, "304"},
      {"GET", {{"If-None-Match", "\"x\""}}, whole},
      {"GET", {{"If-None-Match", "T"}}, whole},
      {"GET", {{"If-None-Match", "\"x\""}, {"If-Modified-Since", late}}, whole},
      {"POST", {{"If-None-Match", "\"T\""}}, "412" + modified},
      {"GET", {{"If-Match", "\"T\""}}, whole},
      {"GET", {{"If-Match", "W/\"T\""}}, "412" + modified},
      {"GET", {{"If-Match", "\"x\""}}, "412" + modified},
      {"GET", {{"If-Modified-Since", date}}, "304"},
      {"GET", {{"If-Modified-Since", late}}, "304"},
      {"GET", {{"If-Modified-Since", early}}, whole},
      {"POST", {{"If-Modified-Since", late}}, whole},
      {"GET", {{"If-Modified-Since", "yesterday"}}, whole},
      {"GET", {{"If-Unmodified-Since", early}}, "412" + modified},
      {"GET", {{"If-Unmodified-Since", date}}, whole},
      {"GET", {{"Range", "bytes=2-4"}}, "206 [bytes 2-4/10]" + modified + " 234"},
      {"GET", {{"Range", "bytes=8-"}}, "206 [bytes 8-9/10]" + modified + " 89"},
      {"GET", {{"Range", "bytes=8-99"}}, "206 [bytes 8-9/10]" + modified + " 89"},
      {"GET", {{"Range", "bytes=-3"}}, "206 [bytes 7-9/10]" + modified + " 789"},
      {"GET",
       {{"Range", "bytes=0-1"}, {"Accept-Encoding", "gzip"}},
       "206 [bytes 0-1/10]" + modified + " 01"},
      {"GET", {{"Range", "bytes=0-1,4-5"}}, whole},
      {"GET", {{"Range", "bytes=10-"}}, "416 [bytes */10] invalid range: failed to overlap\n"},
      {"GET", {{"Range", "bytes=4-2"}}, "416 invalid range\n"},
      {"GET", {{"Range", "bytes=x-"}}, "416 invalid range\n"},
      {"GET", {{"Range", "bytes=99999999999999999999-"}}, "416 invalid range\n"},
      {"GET", {{"Range", "lines=1-2"}}, "416 invalid range\n"},
      {"GET",
       {{"Range", "bytes=0-1"}, {"If-Range", "\"T\""}},
       "206 [bytes 0-1/10]" + modified + " 01"},
      {"GET",
       {{"Range", "bytes=0-1"}, {"If-Range", date}},
       "206 [bytes 0-1/10]" + modified + " 01"},
      {"GET", {{"Range", "bytes=0-1"}, {"If-Range", "\"x\""}}, whole},
  };
  for (const auto& test : cases) {
    std::string what = test.method;
    for (const auto& [name, value] : test.headers) {
      what += " " + name + ": " + value;
    }
    SCOPED_TRACE(what);
    EXPECT_EQ(Serve(test.method, test.headers), test.expected);
  }
}

TEST(HttpDate, IsReadAsItIsWritten) {
  EXPECT_EQ(HttpDate(kModified, "GMT"), "Wed, 25 Nov 2026 07:42:43 GMT");
  EXPECT_EQ(ParseHttpDate("Wed, 25 Nov 2026 07:42:43 GMT"), kModified);
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"),
            sys_seconds(std::chrono::seconds(784111777)));
  EXPECT_EQ(HttpDate(*ParseHttpDate("Sun, 06 Nov 0756 08:49:37 GMT"), "GMT").substr(5),
            "06 Nov 0756 08:49:37 GMT");
  for (const char* bad : {"", "Wed, 25 Nov 2026 07:42:43 UTC", "Wed, 31 Feb 2026 07:42:43 GMT",
                          "Wed, 25 Foo 2026 07:42:43 GMT", "Wed, 25 Nov 2026 24:42:43 GMT",
                          "Wednesday, 25-Nov-26 07:42:43 GMT", "Wed, -5 Nov 2026 07:42:43 GMT"}) {
    EXPECT_EQ(ParseHttpDate(bad), std::nullopt) << bad;
  }
}

TEST(TakesGzip, ReadsTheHeader) {
  for (const char* good : {"gzip", "deflate, gzip", "gzip;q=0.1", " gzip ;q=1, br"}) {
    EXPECT_TRUE(TakesGzip(good)) << good;
  }
  for (const char* bad : {"", "*", "identity", "gzip;q=0", "gzip;q=0.0", "x-gzip", "gzipped"}) {
    EXPECT_FALSE(TakesGzip(bad)) << bad;
  }
}

}  // namespace
}  // namespace k8snet::server
