#include "src/filters/request_info.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

Result<RequestInfo> Parse(const char* method, const char* target) {
  Result<Target> parsed = ParseTarget(target);
  if (!parsed) {
    return parsed.error();
  }
  return ParseRequestInfo(method, *parsed);
}

TEST(RequestInfo, TellsWhatIsAskedForOfAResource) {
  const struct {
    const char* method;
    const char* target;
    // "verb prefix group/version ns resource subresource name", empty ones as "-".
    const char* want;
  } cases[] = {
      {"GET", "/api/v1/namespaces", "list api -/v1 - namespaces - -"},
      {"GET", "/api/v1/namespaces/other", "get api -/v1 other namespaces - other"},
      {"PUT", "/api/v1/namespaces/other/status", "update api -/v1 other namespaces status other"},
      {"PUT", "/api/v1/namespaces/a/finalize", "update api -/v1 a namespaces finalize a"},
      {"GET", "/api/v1/namespaces/other/services", "list api -/v1 other services - -"},
      {"GET", "/api/v1/namespaces/other/services/", "list api -/v1 other services - -"},
      {"GET", "/api/v1/namespaces/other/services/s", "get api -/v1 other services - s"},
      {"HEAD", "/api/v1/namespaces/other/services/s", "get api -/v1 other services - s"},
      {"GET", "/api/v1/namespaces//services", "list api -/v1 - services - -"},
      {"GET", "/api/v1/services", "list api -/v1 - services - -"},
      {"POST", "/api/v1/namespaces/other/services", "create api -/v1 other services - -"},
      {"DELETE", "/api/v1/namespaces/o/services/s", "delete api -/v1 o services - s"},
      {"DELETE", "/api/v1/namespaces/o/services", "deletecollection api -/v1 o services - -"},
      {"OPTIONS", "/api/v1/services", "- api -/v1 - services - -"},
      {"PATCH", "/apis/networking.k8s.io/v1/namespaces/a/ingresses/b/status",
       "patch apis networking.k8s.io/v1 a ingresses status b"},
      {"PATCH", "/apis/networking.k8s.io/v1/namespaces/a/ingresses/b/status/more",
       "patch apis networking.k8s.io/v1 a ingresses status b"},
      {"GET", "/apis/networking.k8s.io/v1/ingressclasses/x",
       "get apis networking.k8s.io/v1 - ingressclasses - x"},
      {"GET", "/apis/networking.k8s.io/v1/namespaces/a/ingresses/b%2Fstatus",
       "get apis networking.k8s.io/v1 a ingresses status b"},
      {"GET", "/apis/g/v1//r", "get apis g/v1 - - - r"},
      {"GET", "/api/v1/watch/services", "watch api -/v1 - services - -"},
      {"POST", "/api/v1/watch/namespaces/a/services/s", "watch api -/v1 a services - s"},
      {"GET", "/api/v1/proxy/namespaces/a/services/s/x", "proxy api -/v1 a services - s"},
      {"GET", "/api/v1/services?watch", "watch api -/v1 - services - -"},
      {"GET", "/api/v1/services?watch=", "watch api -/v1 - services - -"},
      {"GET", "/api/v1/services?watch=yes", "watch api -/v1 - services - -"},
      {"GET", "/api/v1/services?watch=1&watch=0", "watch api -/v1 - services - -"},
      {"GET", "/api/v1/services?watch=0", "list api -/v1 - services - -"},
      {"GET", "/api/v1/services?watch=False", "list api -/v1 - services - -"},
      {"GET", "/api/v1/namespaces/a/services/s?watch=1", "get api -/v1 a services - s"},
      {"DELETE", "/api/v1/namespaces/a/services?watch=1",
       "deletecollection api -/v1 a services - -"},
      {"GET", "/api/v1/services?fieldSelector=metadata.name%3Dx", "list api -/v1 - services - x"},
      {"GET", "/api/v1/services?watch=1&fieldSelector=a%3Db,metadata.name%3D%3Dx",
       "watch api -/v1 - services - x"},
      {"GET", "/api/v1/services?fieldSelector=metadata.name!%3Dx", "list api -/v1 - services - -"},
      {"GET", "/api/v1/services?fieldSelector=metadata.name%3Da%2Fb",
       "list api -/v1 - services - -"},
      {"GET", "/api/v1/services?fieldSelector=metadata.name%3D..", "list api -/v1 - services - -"},
      {"GET", "/api/v1/services?fieldSelector=metadata.name%3Da%5C,b",
       "list api -/v1 - services - a,b"},
      {"GET", "/api/v1/services?fieldSelector=metadata.name%3Da%5C",
       "list api -/v1 - services - -"},
  };
  const auto shown = [](const std::string& text) { return text.empty() ? "-" : text; };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.method) + " " + c.target);
    const Result<RequestInfo> info = Parse(c.method, c.target);
    ASSERT_TRUE(info.has_value());
    EXPECT_TRUE(info->is_resource);
    EXPECT_EQ(shown(info->verb) + " " + info->api_prefix + " " + shown(info->group) + "/" +
                  info->version + " " + shown(info->ns) + " " + shown(info->resource) + " " +
                  shown(info->subresource) + " " + shown(info->name),
              c.want);
  }
}

TEST(RequestInfo, TellsPathsThatAreNoResource) {
  for (const char* target : {"/", "/api", "/apis", "/apis/", "/api/v1", "/api/v1/",
                             "/apis/networking.k8s.io", "/apis/networking.k8s.io/v1", "/healthz",
                             "/healthz/a/b/c", "/APIS/g/v1/r", "//apis/g/v1", "/apix/v1/r/n"}) {
    SCOPED_TRACE(target);
    const Result<RequestInfo> info = Parse("OPTIONS", target);
    ASSERT_TRUE(info.has_value());
    EXPECT_FALSE(info->is_resource);
    EXPECT_EQ(info->verb, "options");
    EXPECT_EQ(info->path, target);
    EXPECT_EQ(info->resource, "");
  }
}

TEST(RequestInfo, RefusesASpecialVerbAlone) {
  for (const char* target : {"/api/v1/watch", "/apis/g/v1/watch/?a=b", "/api/v1/proxy"}) {
    SCOPED_TRACE(target);
    const Result<RequestInfo> info = Parse("GET", target);
    ASSERT_FALSE(info.has_value());
    EXPECT_EQ(info.error().message,
              std::string("unable to determine kind and namespace from url, ") + target);
  }
}

TEST(RequestInfo, IsLongRunningWhenItWatches) {
  EXPECT_TRUE(Parse("GET", "/api/v1/services?watch=1")->long_running());
  EXPECT_TRUE(Parse("GET", "/api/v1/watch/services")->long_running());
  EXPECT_FALSE(Parse("GET", "/api/v1/services")->long_running());
  EXPECT_FALSE(Parse("WATCH", "/healthz")->long_running());
}

TEST(ParseTarget, TakesOriginAndAbsoluteForm) {
  EXPECT_EQ(ParseTarget("/a%20b/c+d?x=1")->path, "/a b/c+d");
  EXPECT_EQ(ParseTarget("/a?x=1?2")->query.Get("x"), "1?2");
  EXPECT_EQ(ParseTarget("https://host:1/a?x=1")->path, "/a");
  EXPECT_EQ(ParseTarget("http://host")->path, "/");
  for (const char* target : {"", "*", "a", "/%", "/%4", "/%zz", "ftp://x/a"}) {
    SCOPED_TRACE(target);
    EXPECT_FALSE(ParseTarget(target).has_value());
  }
}

}  // namespace
}  // namespace k8snet::server
