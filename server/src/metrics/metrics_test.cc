#include "src/metrics/metrics.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/server/storage.h"
#include "k8snet/server/testing/fake_clock.h"
#include "src/metrics/metered_storage.h"

namespace k8snet::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(FormatSample, PrintsAsGo) {
  const struct {
    double value;
    std::string_view text;
  } cases[] = {
      {0, "0"},
      {1, "1"},
      {0.005, "0.005"},
      {1.25, "1.25"},
      {999'999, "999999"},
      {1'000'000, "1e+06"},
      {1e9, "1e+09"},
      {1'234'567, "1.234567e+06"},
      {1.79559264887e9, "1.79559264887e+09"},
      {0.00001, "1e-05"},
      {-3, "-3"},
      {1.8446744073709552e19, "1.8446744073709552e+19"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(FormatSample(c.value), c.text);
  }
}

TEST(Exposition, PrintsMetricsByNameAndLeavesOutEmptyOnes) {
  const double bounds[] = {0.5, 1e6};
  Histogram histogram(bounds);
  for (const double value : {0.25, 0.5, 2.0, 3e6}) {
    histogram.Observe(value);
  }
  Exposition out;
  out.Begin("sizes", "histogram", "Sizes.");
  out.Add({{"verb", "GET"}}, histogram.data());
  out.Begin("nothing", "counter", "Nothing.");
  out.Begin("answers", "gauge", "Answers.");
  out.Add({}, 42);
  out.Add({{"a", "x\"\\\n"}, {"b", ""}}, 0.5);
  EXPECT_EQ(out.Text(),
            "# HELP answers Answers.\n"
            "# TYPE answers gauge\n"
            "answers 42\n"
            "answers{a=\"x\\\"\\\\\\n\",b=\"\"} 0.5\n"
            "# HELP sizes Sizes.\n"
            "# TYPE sizes histogram\n"
            "sizes_bucket{verb=\"GET\",le=\"0.5\"} 2\n"
            "sizes_bucket{verb=\"GET\",le=\"1e+06\"} 3\n"
            "sizes_bucket{verb=\"GET\",le=\"+Inf\"} 4\n"
            "sizes_sum{verb=\"GET\"} 3.00000275e+06\n"
            "sizes_count{verb=\"GET\"} 4\n");
}

class MetricsTest : public ::testing::Test {
 protected:
  static const Resource* Find(std::string_view version, std::string_view plural) {
    for (const Resource& resource : AllResources()) {
      if (resource.version == version && resource.plural == plural) {
        return &resource;
      }
    }
    return nullptr;
  }

  // Counts a request that took 30 ms.
  void Serve(const Resource* resource, RequestInfo info, std::string_view query = "",
             int status = 200, std::string_view type = "", std::string body = "") {
    RequestContext context;
    context.resource = resource;
    context.info = std::move(info);
    context.query = Query(query);
    Request request;
    request.received_at = clock_.SteadyNow();
    if (!type.empty()) {
      request.headers.Add("Content-Type", std::string(type));
    }
    clock_.Advance(std::chrono::milliseconds(30));
    Response response;
    response.status = status;
    response.body.push_back(std::make_shared<const std::string>(std::move(body)));
    metrics_.Served(context, request, response);
  }

  [[nodiscard]] std::string Text() const {
    Exposition out;
    metrics_.AppendTo(out);
    return out.Text();
  }

  testing::FakeClock clock_;
  Metrics metrics_{AllResources(), clock_};
};

RequestInfo Info(std::string verb, std::string ns, std::string name, std::string subresource = "") {
  RequestInfo info;
  info.is_resource = true;
  info.verb = std::move(verb);
  info.ns = std::move(ns);
  info.name = std::move(name);
  info.subresource = std::move(subresource);
  return info;
}

TEST_F(MetricsTest, CountsRequestsByUpstreamsLabels) {
  const Resource* ingresses = Find("v1", "ingresses");
  const struct {
    RequestInfo info;
    std::string_view query;
    int status;
    std::string_view type;
    std::string_view labels;
  } cases[] = {
      {Info("get", "a", "x"), "", 200, "",
       R"({code="200",component="apiserver",dry_run="",group="networking.k8s.io",resource="ingresses",scope="resource",subresource="",verb="GET",version="v1"} 1)"},
      {Info("list", "a", ""), "", 400, "",
       R"(code="400",component="apiserver",dry_run="",group="networking.k8s.io",resource="ingresses",scope="namespace",subresource="",verb="LIST")"},
      {Info("list", "", ""), "", 200, "", R"(scope="cluster",subresource="",verb="LIST")"},
      {Info("create", "a", ""), "dryRun=All", 201, "",
       R"(code="201",component="apiserver",dry_run="All",group="networking.k8s.io",resource="ingresses",scope="resource",subresource="",verb="POST")"},
      {Info("create", "a", ""), "dryRun=x", 422, "",
       R"(code="422",component="apiserver",dry_run="invalid")"},
      {Info("update", "a", "x", "status"), "", 409, "",
       R"(scope="resource",subresource="status",verb="PUT")"},
      {Info("patch", "a", "x"), "", 200, "application/merge-patch+json", R"(verb="PATCH")"},
      {Info("patch", "a", "x"), "", 200, "application/apply-patch+yaml", R"(verb="APPLY")"},
      {Info("deletecollection", "a", ""), "", 200, "",
       R"(scope="namespace",subresource="",verb="DELETE")"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.labels);
    Serve(ingresses, c.info, c.query, c.status, c.type);
    EXPECT_THAT(Text(), HasSubstr(std::string(c.labels)));
  }
}

TEST_F(MetricsTest, MeasuresTimesAndSizesOfReads) {
  const Resource* services = Find("v1", "services");
  Serve(services, Info("get", "a", "x"), "", 200, "", std::string(5000, 'x'));
  Serve(services, Info("delete", "a", "x"), "", 200, "", "y");
  Serve(services, Info("delete", "a", "x"), "dryRun=All", 200, "", "y");
  const std::string text = Text();
  const std::string labels =
      R"(component="apiserver",group="",resource="services",scope="resource",subresource="",verb="GET",version="v1")";
  EXPECT_THAT(text, HasSubstr("apiserver_response_sizes_bucket{" + labels + ",le=\"1000\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("apiserver_response_sizes_bucket{" + labels + ",le=\"10000\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("apiserver_response_sizes_sum{" + labels + "} 5000\n"));
  EXPECT_THAT(
      text,
      Not(HasSubstr("apiserver_response_sizes_count{component=\"apiserver\",group=\"\","
                    "resource=\"services\",scope=\"resource\",subresource=\"\",verb=\"DELETE")));
  EXPECT_THAT(
      text,
      HasSubstr(
          R"(apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="services",scope="resource",subresource="",verb="GET",version="v1",le="0.025"} 0)"));
  EXPECT_THAT(text, HasSubstr("apiserver_request_sli_duration_seconds_bucket{" + labels +
                              ",le=\"0.05\"} 1\n"));
  // Dry runs are told apart by the first alone.
  EXPECT_THAT(
      text,
      HasSubstr(
          R"(apiserver_request_sli_duration_seconds_count{component="apiserver",group="",resource="services",scope="resource",subresource="",verb="DELETE",version="v1"} 2)"));
}

class EndlessStream final : public Stream {
 public:
  State Pull(std::size_t, std::vector<Bytes>&) override { return State::kIdle; }
  [[nodiscard]] std::chrono::steady_clock::time_point next_deadline() const override { return {}; }
  [[nodiscard]] bool ready() const override { return false; }
};

TEST_F(MetricsTest, CountsWatchesWhileTheyLastAndWhenTheyEnd) {
  RequestContext context;
  context.resource = Find("v1", "services");
  context.info = Info("watch", "a", "");
  Request request;
  request.received_at = clock_.SteadyNow();
  Response response;
  response.stream = std::make_unique<EndlessStream>();
  metrics_.Served(context, request, response);
  const std::string gauge =
      R"(apiserver_longrunning_requests{component="apiserver",group="",resource="services",scope="namespace",subresource="",verb="WATCH",version="v1"} )";
  EXPECT_THAT(Text(), HasSubstr(gauge + "1\n"));
  EXPECT_THAT(Text(), Not(HasSubstr("apiserver_request_total{")));
  response.stream.reset();
  EXPECT_THAT(Text(), HasSubstr(gauge + "0\n"));
  EXPECT_THAT(Text(), HasSubstr(R"(verb="WATCH",version="v1"} 1)"));
  EXPECT_THAT(Text(), Not(HasSubstr("apiserver_request_sli_duration_seconds_count{")));
}

TEST_F(MetricsTest, CountsSomePathsThatAreNoResources) {
  for (const char* path : {"/readyz", "/openapi/v3/apis/networking.k8s.io/v1", "/version"}) {
    RequestInfo info;
    info.path = path;
    info.verb = "get";
    Serve(nullptr, std::move(info));
  }
  const std::string text = Text();
  EXPECT_THAT(
      text,
      HasSubstr(
          R"(apiserver_request_total{code="200",component="",dry_run="",group="",resource="",scope="",subresource="/readyz",verb="GET",version=""} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(subresource="openapi/v3")"));
  EXPECT_THAT(text, Not(HasSubstr("/version")));
}

TEST_F(MetricsTest, TellsOfDeprecatedVersionsThatAreUsed) {
  Serve(Find("v1", "ingresses"), Info("get", "a", "x"));
  EXPECT_THAT(Text(), Not(HasSubstr("apiserver_requested_deprecated_apis")));
  Serve(Find("v1", "endpoints"), Info("get", "a", "x"));
  Serve(Find("v1", "endpoints"), Info("list", "a", ""));
  EXPECT_THAT(
      Text(),
      HasSubstr(
          R"(apiserver_requested_deprecated_apis{group="",removed_release="",resource="endpoints",subresource="",version="v1"} 1)"));
}

TEST_F(MetricsTest, CountsWhoComes) {
  UserInfo user;
  for (const char* name : {"admin", "a@b.c", "system:node:x", "y"}) {
    user.name = name;
    metrics_.Authenticated(&user);
  }
  metrics_.Authenticated(nullptr);
  metrics_.Authorized(true);
  metrics_.Authorized(false);
  metrics_.AuthorizerFailed();
  for (const char* line : {R"(authenticated_user_requests{username="admin"} 1)",
                           R"(authenticated_user_requests{username="email_id"} 1)",
                           R"(authenticated_user_requests{username="other"} 2)",
                           R"(authentication_attempts{result="failure"} 1)",
                           R"(authentication_attempts{result="success"} 4)",
                           R"(authorization_attempts_total{result="allowed"} 1)",
                           R"(authorization_attempts_total{result="denied"} 1)",
                           R"(authorization_attempts_total{result="error"} 1)"}) {
    EXPECT_THAT(Text(), HasSubstr(line));
  }
}

TEST_F(MetricsTest, CountsFromManyThreads) {
  constexpr int kEach = 2000;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < kEach; ++i) {
        RequestContext context;
        context.resource = Find("v1", "services");
        context.info = Info("get", "a", "x");
        Response response;
        Request request;
        metrics_.Served(context, request, response);
      }
    });
  }
  threads.clear();
  EXPECT_THAT(Text(), HasSubstr(R"(verb="GET",version="v1"} 8000)"));
}

TEST_F(MetricsTest, CountsChangesInTheStore) {
  const auto storage = NewMeteredStorage(NewMemoryStorage({.clock = &clock_}), metrics_, clock_);
  ASSERT_TRUE(storage->Open([](const std::vector<Record>&) {}));
  const Bytes value = std::make_shared<const std::string>("x");
  ASSERT_TRUE(storage->Commit(
      {{"/registry/services/specs/a/x", value, 0}, {"/registry/ingress/a/x", value, 0}}));
  ASSERT_TRUE(storage->Commit({{"/registry/services/specs/a/x", value, std::nullopt}}));
  ASSERT_TRUE(storage->Commit({{"/registry/services/specs/a/x", nullptr, std::nullopt}}));
  ASSERT_TRUE(storage->Commit({{"/registry/elsewhere/x", value, 0}}));
  for (
      const char* line :
      {R"(etcd_requests_total{group="",operation="create",resource="services"} 1)",
       R"(etcd_requests_total{group="",operation="update",resource="services"} 1)",
       R"(etcd_requests_total{group="",operation="delete",resource="services"} 1)",
       R"(etcd_requests_total{group="networking.k8s.io",operation="create",resource="ingresses"} 1)",
       R"(etcd_request_duration_seconds_count{group="",operation="create",resource="services"} 1)"}) {
    EXPECT_THAT(Text(), HasSubstr(line));
  }
  EXPECT_THAT(Text(), Not(HasSubstr("elsewhere")));
}

TEST(AppendProcessMetrics, TellsOfThisProcess) {
  Exposition out;
  AppendProcessMetrics(out);
  for (const char* name : {"process_cpu_seconds_total ", "process_resident_memory_bytes ",
                           "process_open_fds ", "process_start_time_seconds 1."}) {
    EXPECT_THAT(out.Text(), HasSubstr(name));
  }
  EXPECT_THAT(out.Text(), Not(HasSubstr("process_resident_memory_bytes 0\n")));
}

TEST(MetricsResponse, NamesTheFormWhateverIsAsked) {
  const struct {
    std::string_view accept, escaping;
  } cases[] = {
      {"", "underscores"},
      {"application/json", "underscores"},
      {"application/openmetrics-text;version=1.0.0", "underscores"},
      {"text/plain;version=1.0.0;escaping=allow-utf-8", "allow-utf-8"},
      {"text/plain;version=0.0.4;escaping=bogus", "underscores"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.accept);
    Request request;
    request.headers.Add("Accept", std::string(c.accept));
    EXPECT_EQ(*MetricsResponse(request, {}).headers.Find("Content-Type"),
              "text/plain; version=0.0.4; charset=utf-8; escaping=" + std::string(c.escaping));
  }
}

TEST(MetricsResponse, IsCompressedIfTheClientTakesThat) {
  Exposition out;
  out.Begin("a", "counter", "A.");
  out.Add({}, 1);
  Request request;
  EXPECT_EQ(MetricsResponse(request, out).headers.Find("Content-Encoding"), nullptr);
  request.headers.Add("Accept-Encoding", "deflate, gzip");
  EXPECT_EQ(*MetricsResponse(request, out).headers.Find("Content-Encoding"), "gzip");
}

}  // namespace
}  // namespace k8snet::server
