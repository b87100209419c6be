#include "k8snet/apis/semantics/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace k8snet::semantics {
namespace {

constexpr char kHost[] = "kubernetes.io/hostname";
constexpr char kZone[] = "topology.kubernetes.io/zone";
constexpr char kRegion[] = "topology.kubernetes.io/region";

using Labels = std::map<std::string, std::string>;
using testing::ElementsAreArray;

TEST(TopologyFilter, FollowsTheTable) {
  const Labels node = {{kHost, "n1"}, {kZone, "z1"}, {"empty", ""}};
  const Labels on_n1 = {{kHost, "n1"}, {kZone, "z1"}};
  const Labels on_n2 = {{kHost, "n2"}, {kZone, "z1"}};
  const Labels in_z2 = {{kHost, "n3"}, {kZone, "z2"}};
  const Labels nowhere = {{"empty", ""}};
  const struct {
    const char* what;
    std::vector<std::string> keys;
    Labels node;
    std::vector<Labels> endpoints;
    std::vector<std::size_t> chosen;
  } cases[] = {
      {"no keys", {}, node, {in_z2, nowhere}, {0, 1}},
      {"no keys, no labels", {}, {}, {in_z2}, {0}},
      {"no labels, last key is any", {kHost, "*"}, {}, {on_n1, in_z2}, {0, 1}},
      {"no labels, last key is not any", {kHost, kZone}, {}, {on_n1}, {}},
      {"on the node", {kHost}, node, {on_n1, on_n2}, {0}},
      {"not on the node", {kHost}, node, {on_n2}, {}},
      {"by the second key", {kHost, kZone}, node, {on_n2, in_z2}, {0}},
      {"all by the third key", {kHost, kZone, "*"}, node, {in_z2}, {0}},
      {"the first key that gives any decides", {kHost, kZone, "*"}, node, {on_n1, on_n2}, {0}},
      {"several of a zone", {kZone}, node, {on_n1, in_z2, on_n2}, {0, 2}},
      {"any", {"*"}, node, {in_z2, nowhere}, {0, 1}},
      {"an endpoint without a zone", {kZone}, node, {nowhere}, {}},
      {"a key that the node lacks", {kRegion, kZone, "*"}, node, {on_n2}, {0}},
      {"a key that the node has empty", {"empty"}, node, {nowhere}, {}},
      {"a key that the node has empty, then any", {"empty", "*"}, node, {nowhere}, {0}},
      {"no endpoints", {kHost, "*"}, node, {}, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    std::vector<discovery::v1beta1::Endpoint> endpoints(c.endpoints.size());
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      endpoints[i].topology = c.endpoints[i];
    }
    EXPECT_THAT(
        TopologyFilter(c.keys, c.node, std::span<const discovery::v1beta1::Endpoint>(endpoints)),
        ElementsAreArray(c.chosen));
  }
}

TEST(TopologyFilter, ReadsZoneAndNodeOfTheNewestVersion) {
  std::vector<discovery::v1::Endpoint> endpoints(5);
  endpoints[0].node_name = "n1";
  endpoints[1].zone = "z1";
  endpoints[2].deprecated_topology = {{kHost, "n1"}, {"rack", "r1"}};
  endpoints[3].deprecated_topology = {{kHost, "other"}};
  endpoints[3].node_name = "n1";
  endpoints[4].deprecated_topology = {{kZone, "z1"}};
  endpoints[4].zone = "z2";
  const Labels node = {{kHost, "n1"}, {kZone, "z1"}, {"rack", "r1"}};
  const struct {
    std::string key;
    std::vector<std::size_t> chosen;
  } cases[] = {{kHost, {0, 2}}, {kZone, {1}}, {"rack", {2}}, {"*", {0, 1, 2, 3, 4}}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.key);
    EXPECT_THAT(
        TopologyFilter({&c.key, 1}, node, std::span<const discovery::v1::Endpoint>(endpoints)),
        ElementsAreArray(c.chosen));
  }
}

}  // namespace
}  // namespace k8snet::semantics
