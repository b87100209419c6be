#include "src/registry/routes.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

constexpr std::array<Resource, 3> kResources = {
    Resource{.group = "",
             .version = "v1",
             .plural = "namespaces",
             .namespaced = false,
             .status_subresource = true},
    Resource{.group = "", .version = "v1", .plural = "services", .status_subresource = true},
    Resource{.group = "networking.k8s.io",
             .version = "v1",
             .plural = "ingressclasses",
             .namespaced = false},
};

class RouteTableTest : public testing::Test {
 protected:
  // Says what a path is about: "services collection default".
  std::string Describe(std::string_view path) const {
    const auto route = table_.Match(path);
    if (!route) {
      return table_.Installed(path) ? "missing" : "outside";
    }
    constexpr std::string_view kForms[] = {"collection", "all", "object", "subresource", "watch"};
    std::string text(kResources[route->resource].plural);
    text += ' ';
    text += kForms[static_cast<std::size_t>(route->form)];
    for (const std::string_view part : {route->name_space, route->name, route->subresource}) {
      text += ' ';
      text += part.empty() ? "-" : part;
    }
    return text;
  }

  const RouteTable table_{kResources, {{0, "finalize"}}};
};

TEST_F(RouteTableTest, FindsWhatAPathIsAbout) {
  const struct {
    std::string_view path;
    std::string_view is;
  } cases[] = {
      {"/api/v1/services", "services all - - -"},
      {"/api/v1/services/", "services all - - -"},
      {"/api/v1/namespaces/a/services", "services collection a - -"},
      {"/api/v1/namespaces/a/services/", "services collection a - -"},
      {"/api/v1/namespaces//services", "services collection - - -"},
      {"/api/v1/namespaces/a/services/b", "services object a b -"},
      {"/api/v1/namespaces/a/services/b/status", "services subresource a b status"},
      {"/api/v1/namespaces/a/services/b/status/", "services subresource a b status"},
      {"/api/v1/namespaces/a/services/b//", "services object a b -"},
      {"/api/v1/namespaces/a/services//", "services collection a - -"},
      {"/api/v1/namespaces/a/services/b/other", "missing"},
      {"/api/v1/namespaces/a/services/b/status/c", "missing"},
      {"/api/v1/services/b", "missing"},
      {"/api/v1//services", "missing"},
      {"/api/v1/namespaces", "namespaces collection - - -"},
      {"/api/v1/namespaces/a", "namespaces object - a -"},
      {"/api/v1/namespaces/a/status", "namespaces subresource - a status"},
      {"/api/v1/namespaces/a/finalize", "namespaces subresource - a finalize"},
      {"/api/v1/watch/services", "services watch - - -"},
      {"/api/v1/watch/namespaces/a/services", "services watch a - -"},
      {"/api/v1/watch/namespaces/a/services/b", "services watch a b -"},
      {"/api/v1/watch/namespaces/a/services/b/status", "missing"},
      {"/apis/networking.k8s.io/v1/ingressclasses", "ingressclasses collection - - -"},
      {"/apis/networking.k8s.io/v1/ingressclasses/x", "ingressclasses object - x -"},
      {"/apis/networking.k8s.io/v1/ingressclasses/x/status", "missing"},
      {"/apis/networking.k8s.io/v1/namespaces/a/ingressclasses", "missing"},
      {"/apis/networking.k8s.io/v9/ingressclasses", "missing"},
      {"/apis/networking.k8s.io/v1/a/b/c/d/e/f/g/h", "missing"},
      {"/apis/networking.k8s.iox/v1/ingressclasses", "outside"},
      {"/apis/none.example.com/v1/things", "outside"},
      {"/api", "missing"},
      {"/apis", "outside"},
      {"/", "outside"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.path);
    EXPECT_EQ(Describe(c.path), c.is);
  }
}

TEST(CheckPath, RefusesWhatPathsCannotSay) {
  EXPECT_TRUE(CheckPath({.name = "a b"}));
  EXPECT_EQ(CheckPath({.name = ".."}).error().message,
            "Name parameter invalid: \"..\": may not be '..'");
  EXPECT_EQ(CheckPath({.name = "a%b"}).error().message,
            "Name parameter invalid: \"a%b\": may not contain '%'");
  EXPECT_EQ(CheckPath({.name = "a", .lacks_namespace = true}).error().message,
            "Namespace parameter required.");
}

}  // namespace
}  // namespace k8snet::server
