#include "src/filters/chain.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FixedClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point Now() const override { return {}; }
  [[nodiscard]] std::chrono::steady_clock::time_point SteadyNow() const override { return steady; }
  std::chrono::steady_clock::time_point steady;
};

class CountingRandom final : public Random {
 public:
  void Fill(std::span<std::uint8_t> bytes) override {
    std::generate(bytes.begin(), bytes.end(), [this] { return next_++; });
  }

 private:
  std::uint8_t next_ = 0;
};

class FakeAuthenticator final : public Authenticator {
 public:
  Result<std::optional<UserInfo>> Authenticate(const Request&) override { return answer; }
  Result<std::optional<UserInfo>> answer = std::optional<UserInfo>({"jane", "", {"dev"}, {}});
};

class FakeAuthorizer final : public Authorizer {
 public:
  Result<Decision> Authorize(const UserInfo&, const RequestInfo&) override { return answer; }
  Result<Decision> answer = Decision{true, ""};
};

class FakeApi final : public ApiHandler {
 public:
  Response Handle(RequestContext& context, Request& request) override {
    return handle(context, request);
  }
  [[nodiscard]] std::vector<std::string> paths() const override { return {"/apis", "/api"}; }
  std::function<Response(RequestContext&, Request&)> handle = [](RequestContext&, Request&) {
    return Response();
  };
};

class RecordingLogger final : public Logger {
 public:
  [[nodiscard]] bool enabled(LogLevel) const override { return true; }
  void Log(LogLevel level, std::string_view message, std::span<const LogPairView> pairs) override {
    std::string line = level == LogLevel::kError ? "error " : "";
    line += message;
    for (const LogPairView& pair : pairs) {
      if (pair.key == "verb" || pair.key == "err") {
        line += " ";
        line += std::get<std::string_view>(pair.value);
      } else if (pair.key == "resp") {
        line += " " + std::to_string(std::get<std::int64_t>(pair.value));
      }
    }
    lines.push_back(line);
  }
  std::vector<std::string> lines;
};

class ChainTest : public ::testing::Test {
 protected:
  Response Send(const std::string& method, const std::string& target) {
    Request request;
    request.method = method;
    request.target = target;
    return chain().Handle(request);
  }
  Chain& chain() {
    if (!chain_) {
      chain_.emplace(ChainParts{authenticator_, authorizer_, api_, health_, logger_, clock_,
                                random_, metrics_},
                     options_);
    }
    return *chain_;
  }
  static std::string Body(const Response& response) {
    std::string body;
    for (const Bytes& bytes : response.body) {
      body += *bytes;
    }
    return body;
  }
  static std::string Header(const Response& response, std::string_view name) {
    const std::string* value = response.headers.Find(name);
    return value == nullptr ? "-" : *value;
  }

  Metrics* metrics_ = nullptr;
  FakeAuthenticator authenticator_;
  FakeAuthorizer authorizer_;
  FakeApi api_;
  bool broken_ = false;
  Health health_{{
      {"ping", false, [] { return Status(); }},
      {"store", false,
       [this] { return broken_ ? Status(Error(Reason::kInternalError, "gone")) : Status(); }},
      {"last", true, [] { return Status(); }},
  }};
  RecordingLogger logger_;
  FixedClock clock_;
  CountingRandom random_;
  ChainOptions options_;
  std::optional<Chain> chain_;
};

TEST_F(ChainTest, HandsTheContextToTheApi) {
  api_.handle = [&](RequestContext& context, Request& request) {
    EXPECT_EQ(context.user.name, "jane");
    EXPECT_EQ(context.info.verb, "list");
    EXPECT_EQ(context.query.Get("limit"), "5");
    EXPECT_EQ(context.deadline - request.received_at, std::chrono::seconds(3));
    EXPECT_FALSE(context.stop.stop_requested());
    EXPECT_EQ(request.headers.Find("Authorization"), nullptr);
    context.warnings.Add("careful");
    Response response;
    response.status = 201;
    return response;
  };
  Request request;
  request.method = "GET";
  request.target = "/apis/networking.k8s.io/v1/ingresses?limit=5&timeout=3s";
  request.headers.Add("Authorization", "Bearer secret");
  const Response response = chain().Handle(request);
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(Header(response, "Audit-Id"), "00010203-0405-4607-8809-0a0b0c0d0e0f");
  EXPECT_EQ(Header(response, "Cache-Control"), "no-cache, private");
  EXPECT_EQ(Header(response, "Warning"), "299 - \"careful\"");
  EXPECT_THAT(logger_.lines, ElementsAre("HTTP list 201"));
}

TEST_F(ChainTest, KeepsWhatTheClientAndTheHandlerSay) {
  api_.handle = [](RequestContext&, Request&) {
    Response response;
    response.headers.Add("Cache-Control", "public");
    return response;
  };
  Request request;
  request.method = "GET";
  request.target = "/api";
  request.headers.Add("audit-id", "mine");
  const Response response = chain().Handle(request);
  EXPECT_EQ(Header(response, "Audit-Id"), "mine");
  EXPECT_EQ(Header(response, "Cache-Control"), "public");
}

TEST_F(ChainTest, AnswersInTheOrderOfTheFilters) {
  authenticator_.answer = Error(Reason::kUnauthorized, "bad token");
  authorizer_.answer = Decision{false, "never"};
  const Response special = Send("GET", "/api/v1/watch?a=<b>");
  EXPECT_EQ(special.status, 500);
  EXPECT_EQ(
      Body(special),
      "Internal Server Error: \"/api/v1/watch?a=&lt;b&gt;\": failed to create RequestInfo: unable "
      "to determine kind and namespace from url, /api/v1/watch?a=&lt;b&gt;\n");
  EXPECT_EQ(Header(special, "Cache-Control"), "-");
  EXPECT_EQ(Header(special, "X-Content-Type-Options"), "nosniff");
  const Response timeout = Send("GET", "/version?timeout=5");
  EXPECT_EQ(timeout.status, 400);
  EXPECT_THAT(Body(timeout), HasSubstr("invalid timeout specified in the request URL - time: "
                                       "missing unit in duration \\\"5\\\""));
  const Response unauthorized = Send("GET", "/nowhere");
  EXPECT_EQ(unauthorized.status, 401);
  EXPECT_EQ(Body(unauthorized),
            R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)"
            R"("message":"Unauthorized","reason":"Unauthorized","code":401})"
            "\n");
  authenticator_.answer = std::optional<UserInfo>({"jane", "", {}, {}});
  EXPECT_EQ(Send("GET", "/nowhere").status, 403);
  authorizer_.answer = Decision{true, ""};
  const Response nowhere = Send("GET", "/nowhere");
  EXPECT_EQ(nowhere.status, 404);
  EXPECT_EQ(Body(nowhere), "404 page not found\n");
  EXPECT_EQ(Header(nowhere, "Content-Type"), "text/plain; charset=utf-8");
}

TEST_F(ChainTest, SaysWhyARequestIsForbidden) {
  authenticator_.answer = std::optional<UserInfo>({"user<1>", "", {}, {}});
  const struct {
    const char* method;
    const char* target;
    const char* reason;
    const char* message;
    const char* details;
  } cases[] = {
      {"GET", "/apis/networking.k8s.io/v1/namespaces/d/ingresses/x", "",
       R"(ingresses.networking.k8s.io \"x\" is forbidden: User \"user\u0026lt;1\u0026gt;\" cannot get resource \"ingresses\" in API group \"networking.k8s.io\" in the namespace \"d\")",
       R"({"name":"x","group":"networking.k8s.io","kind":"ingresses"})"},
      {"GET", "/apis/networking.k8s.io/v1/ingresses", "no role",
       R"(ingresses.networking.k8s.io is forbidden: User \"user\u0026lt;1\u0026gt;\" cannot list resource \"ingresses\" in API group \"networking.k8s.io\" at the cluster scope: no role)",
       R"({"group":"networking.k8s.io","kind":"ingresses"})"},
      {"PUT", "/api/v1/namespaces/d/services/s/status", "",
       R"(services \"s\" is forbidden: User \"user\u0026lt;1\u0026gt;\" cannot update resource \"services/status\" in API group \"\" in the namespace \"d\")",
       R"({"name":"s","kind":"services"})"},
      {"OPTIONS", "/api/v1/services", "",
       R"(services is forbidden: User \"user\u0026lt;1\u0026gt;\" cannot  resource \"services\" in API group \"\" at the cluster scope)",
       R"({"kind":"services"})"},
      {"POST", "/metrics", "",
       R"(forbidden: User \"user\u0026lt;1\u0026gt;\" cannot post path \"/metrics\")", "{}"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.target);
    authorizer_.answer = Decision{false, c.reason};
    const Response response = Send(c.method, c.target);
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(Header(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_THAT(Body(response), HasSubstr(std::string("\"message\":\"") + c.message + "\""));
    EXPECT_THAT(Body(response), HasSubstr(std::string("\"details\":") + c.details));
  }
}

TEST_F(ChainTest, AnswersFailuresOfTheAuthorizerWith500) {
  authorizer_.answer = Error(Reason::kInternalError, "a < b");
  const Response response = Send("GET", "/api/v1/services");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(Body(response), "Internal Server Error: \"/api/v1/services\": a &lt; b\n");
}

TEST_F(ChainTest, TurnsExceptionsInto500) {
  api_.handle = [](RequestContext&, Request&) -> Response { throw std::runtime_error("oops"); };
  const Response response = Send("GET", "/api/v1/services");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(Body(response),
            "This request caused apiserver to panic. Look in the logs for details.\n");
  EXPECT_THAT(logger_.lines, ElementsAre("error Handler threw oops", "HTTP list 500"));
  api_.handle = [](RequestContext&, Request&) -> Response { throw 7; };  // NOLINT
  EXPECT_EQ(Send("GET", "/api/v1/services").status, 500);
}

TEST_F(ChainTest, BoundsRequestsInFlight) {
  options_.max_requests_in_flight = 1;
  options_.max_mutating_requests_in_flight = 1;
  std::vector<int> inner;
  api_.handle = [&](RequestContext&, Request& request) {
    if (request.method == "GET" && inner.empty()) {
      const Response refused = Send("GET", "/healthz");
      EXPECT_EQ(Body(refused), "Too many requests, please try again later.\n");
      EXPECT_EQ(Header(refused, "Retry-After"), "1");
      inner.push_back(refused.status);
      inner.push_back(Send("POST", "/api/v1/namespaces/a/services").status);
      inner.push_back(Send("GET", "/api/v1/services?watch=1").status);
      authenticator_.answer = std::optional<UserInfo>({"admin", "", {"system:masters"}, {}});
      inner.push_back(Send("GET", "/healthz").status);
    }
    return Response();
  };
  EXPECT_EQ(Send("GET", "/api/v1/services").status, 200);
  EXPECT_THAT(inner, ElementsAre(429, 200, 200, 200));
  EXPECT_EQ(Send("GET", "/healthz").status, 200);
}

TEST_F(ChainTest, AnswersWhatTookTooLongWith504) {
  api_.handle = [this](RequestContext&, Request&) {
    clock_.steady += std::chrono::seconds(2);
    return Response();
  };
  EXPECT_EQ(Send("GET", "/api").status, 200);
  clock_.steady = {};
  const Response late = Send("GET", "/api?timeout=2s");
  EXPECT_EQ(late.status, 504);
  EXPECT_EQ(Header(late, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(Body(late),
            R"({"metadata":{},"status":"Failure","message":"Timeout: request did not complete )"
            R"(within the allotted timeout","reason":"Timeout","details":{},"code":504})"
            "\n");
  clock_.steady = {};
  EXPECT_EQ(Send("GET", "/apis/a/v1/b?watch=1&timeout=2s").status, 200);
}

TEST_F(ChainTest, AnswersErrorsInTheFormThatIsAccepted) {
  Request request;
  request.method = "GET";
  request.target = "/api";
  request.headers.Add("Accept", "application/yaml");
  authorizer_.answer = Decision{false, ""};
  const Response response = chain().Handle(request);
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(Header(response, "Content-Type"), "application/yaml");
  EXPECT_THAT(Body(response), ::testing::HasSubstr("reason: Forbidden\n"));
}

TEST_F(ChainTest, ClosesHttp2ForStrangers) {
  const auto closes = [this](bool http2) {
    Request request;
    request.method = "GET";
    request.target = "/api";
    request.http2 = http2;
    return chain().Handle(request).close;
  };
  EXPECT_FALSE(closes(true));
  authenticator_.answer = std::optional<UserInfo>({"system:anonymous", "", {}, {}});
  EXPECT_TRUE(closes(true));
  EXPECT_FALSE(closes(false));
  authenticator_.answer = std::optional<UserInfo>();
  EXPECT_TRUE(closes(true));
  EXPECT_FALSE(closes(false));
}

TEST_F(ChainTest, SendsClientsAwayWhileItDrains) {
  std::stop_token stop;
  api_.handle = [&](RequestContext& context, Request&) {
    stop = context.stop;
    return Response();
  };
  EXPECT_EQ(Send("GET", "/api/v1/services").status, 200);
  chain().Drain();
  const Response response = Send("GET", "/api/v1/services");
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(response.close);
  EXPECT_EQ(Header(response, "Retry-After"), "1");
  EXPECT_THAT(Body(response), HasSubstr("\"message\":\"apiserver is shutting down\""));
  EXPECT_FALSE(stop.stop_requested());
  chain().Abandon();
  EXPECT_TRUE(stop.stop_requested());
}

TEST_F(ChainTest, RefusesTargetsThatAreNoPath) {
  const Response response = Send("GET", "/%zz");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(Body(response), "400 Bad Request");
  EXPECT_TRUE(response.close);
}

TEST_F(ChainTest, RoutesByWholeSegments) {
  api_.handle = [](RequestContext&, Request&) {
    Response response;
    response.status = 299;
    return response;
  };
  for (const char* path : {"/api", "/api/", "/api/v1", "/apis/x", "/openapi/v2"}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(Send("GET", path).status, 299);
  }
  for (const char* path : {"/apix", "/API", "/openapix", "//apis/g/v1/r", "/healthz/", "/healthzz",
                           "/healthz/none", "/healthz/last"}) {
    SCOPED_TRACE(path);
    const Response response = Send("GET", path);
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(Body(response), "404 page not found\n");
  }
}

TEST_F(ChainTest, ListsItsPaths) {
  for (const char* path : {"/", "/index.html"}) {
    const Response response = Send("POST", path);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(Header(response, "Content-Type"), "application/json");
    EXPECT_THAT(Body(response), HasSubstr("{\n  \"paths\": [\n    \"/api\",\n    \"/apis\",\n"));
    EXPECT_THAT(Body(response), HasSubstr("\"/readyz/store\",\n    \"/version\"\n  ]\n}"));
  }
}

TEST_F(ChainTest, TellsItsVersion) {
  const Response response = Send("GET", "/version");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(Body(response),
              HasSubstr("{\n  \"major\": \"1\",\n  \"minor\": \"37\",\n  \"emulationMajor\""));
  EXPECT_THAT(Body(response), HasSubstr("\"gitVersion\": \"v1.37."));
  EXPECT_EQ(Send("GET", "/version/").status, 200);
  EXPECT_EQ(Send("POST", "/version").status, 405);
  EXPECT_EQ(Send("HEAD", "/version").status, 405);
  const Response below = Send("POST", "/version/bogus");
  EXPECT_EQ(below.status, 404);
  EXPECT_THAT(Body(below), HasSubstr("the server could not find the requested resource"));
}

TEST_F(ChainTest, TellsItsHealth) {
  const Response plain = Send("POST", "/readyz");
  EXPECT_EQ(plain.status, 200);
  EXPECT_EQ(Body(plain), "ok");
  EXPECT_EQ(Header(plain, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(Body(Send("GET", "/readyz?verbose")),
            "[+]ping ok\n[+]store ok\n[+]last ok\nreadyz check passed\n");
  EXPECT_EQ(Body(Send("GET", "/livez?verbose=0")), "[+]ping ok\n[+]store ok\nlivez check passed\n");
  const Response one = Send("GET", "/healthz/store");
  EXPECT_EQ(Body(one), "ok");
  EXPECT_EQ(Header(one, "X-Content-Type-Options"), "-");
  broken_ = true;
  const Response failed = Send("GET", "/healthz");
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(Body(failed), "[+]ping ok\n[-]store failed: reason withheld\nhealthz check failed\n");
  EXPECT_EQ(Body(Send("GET", "/healthz/store")), "internal server error: gone\n");
  EXPECT_EQ(Body(Send("GET", "/readyz?verbose&exclude=store&exclude=z&exclude=a")),
            "[+]ping ok\n[+]store excluded: ok\n[+]last ok\nwarn: some health checks cannot be "
            "excluded: no matches for \"a\",\"z\"\nreadyz check passed\n");
}

class EndlessStream final : public Stream {
 public:
  State Pull(std::size_t, std::vector<Bytes>&) override { return State::kIdle; }
  [[nodiscard]] std::chrono::steady_clock::time_point next_deadline() const override { return {}; }
  [[nodiscard]] bool ready() const override { return false; }
};

TEST_F(ChainTest, LogsAStreamWhenItEnds) {
  api_.handle = [](RequestContext&, Request&) {
    Response response;
    response.stream = std::make_unique<EndlessStream>();
    return response;
  };
  Response response = Send("GET", "/api/v1/services?watch=1");
  EXPECT_TRUE(logger_.lines.empty());
  response.stream.reset();
  EXPECT_THAT(logger_.lines, ElementsAre("HTTP watch 200"));
}

TEST_F(ChainTest, ServesMetricsOnlyIfItCounts) {
  EXPECT_EQ(Send("GET", "/metrics").status, 404);
  EXPECT_THAT(Body(Send("GET", "/")), Not(HasSubstr("/metrics")));
  chain_.reset();
  Metrics metrics(AllResources(), clock_);
  metrics_ = &metrics;
  broken_ = true;
  EXPECT_EQ(Send("GET", "/readyz").status, 500);
  EXPECT_THAT(Body(Send("GET", "/")), HasSubstr("\"/metrics\","));
  EXPECT_EQ(Send("DELETE", "/metrics").status, 405);
  const Response response = Send("GET", "/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Header(response, "Content-Type"),
            "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  for (const char* line :
       {"apiserver_current_inflight_requests{request_kind=\"readOnly\"} 1\n",
        "apiserver_request_total{code=\"500\",component=\"\",dry_run=\"\",group=\"\",resource=\"\","
        "scope=\"\",subresource=\"/readyz\",verb=\"GET\",version=\"\"} 1\n",
        "authentication_attempts{result=\"success\"} 4\n", "kubernetes_build_info{",
        "process_open_fds "}) {
    EXPECT_THAT(Body(response), HasSubstr(line));
  }
  const std::string slis = Body(Send("GET", "/metrics/slis"));
  for (const char* line :
       {"kubernetes_healthcheck{name=\"ping\",type=\"readyz\"} 1\n",
        "kubernetes_healthcheck{name=\"store\",type=\"readyz\"} 0\n",
        "kubernetes_healthchecks_total{name=\"store\",status=\"error\",type=\"readyz\"} 1\n"}) {
    EXPECT_THAT(slis, HasSubstr(line));
  }
  EXPECT_THAT(slis, Not(HasSubstr("livez")));
}

}  // namespace
}  // namespace k8snet::server
