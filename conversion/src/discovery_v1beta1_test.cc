#include "k8snet/conversion/discovery_v1beta1.h"

#include <map>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace k8snet::conversion {
namespace {

using Labels = std::map<std::string, std::string>;
using Text = std::optional<std::string>;

const char* const kZone = "topology.kubernetes.io/zone";
const char* const kHost = "kubernetes.io/hostname";

// What the conversion moves about, as v1beta1 and as the hub have it.
struct Spoke {
  Labels topology;
  Text node_name;
};
struct Hub {
  Labels deprecated_topology;
  Text node_name;
  Text zone;
};

discovery::v1beta1::Endpoint Make(const Spoke& s) {
  return {.topology = s.topology, .node_name = s.node_name};
}

discovery::v1::Endpoint Make(const Hub& h) {
  return {.deprecated_topology = h.deprecated_topology, .node_name = h.node_name, .zone = h.zone};
}

TEST(DiscoveryV1beta1Test, TopologyConvertsAsTheTableSays) {
  const struct {
    const char* name;
    Spoke written;
    Hub hub;
    Spoke read;
  } cases[] = {
      {"node only: topology gains it", {{}, "n"}, {{}, "n", {}}, {{{kHost, "n"}}, "n"}},
      {"host only stays a label",
       {{{kHost, "n"}}, {}},
       {{{kHost, "n"}}, {}, {}},
       {{{kHost, "n"}}, {}}},
      {"host and node that agree", {{{kHost, "n"}}, "n"}, {{}, "n", {}}, {{{kHost, "n"}}, "n"}},
      {"host and node that differ",
       {{{kHost, "a"}}, "b"},
       {{{kHost, "a"}}, "b", {}},
       {{{kHost, "a"}}, "b"}},
      {"empty host", {{{kHost, ""}}, {}}, {{{kHost, ""}}, {}, {}}, {{{kHost, ""}}, {}}},
      {"empty host and a node: changed",
       {{{kHost, ""}}, "b"},
       {{{kHost, ""}}, "b", {}},
       {{{kHost, "b"}}, "b"}},
      {"empty host and empty node", {{{kHost, ""}}, ""}, {{}, "", {}}, {{{kHost, ""}}, ""}},
      {"empty zone", {{{kZone, ""}}, {}}, {{}, {}, ""}, {{{kZone, ""}}, {}}},
      {"zone and another",
       {{{kZone, "z"}, {"x", "y"}}, {}},
       {{{"x", "y"}}, {}, "z"},
       {{{kZone, "z"}, {"x", "y"}}, {}}},
      {"nothing", {}, {}, {}},
      {"all",
       {{{kZone, "z"}, {kHost, "n"}, {"x", "y"}}, "n"},
       {{{"x", "y"}}, "n", "z"},
       {{{kZone, "z"}, {kHost, "n"}, {"x", "y"}}, "n"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    discovery::v1::Endpoint hub;
    ToHub(Make(c.written), hub);
    EXPECT_EQ(hub, Make(c.hub));
    discovery::v1beta1::Endpoint read;
    FromHub(hub, read);
    EXPECT_EQ(read, Make(c.read));
  }
}

TEST(DiscoveryV1beta1Test, ZoneOfTheHubWinsOverALeftoverLabel) {
  discovery::v1beta1::Endpoint read;
  FromHub(Make(Hub{{{kZone, "a"}}, {}, "z"}), read);
  EXPECT_EQ(read, Make(Spoke{{{kZone, "z"}}, {}}));
}

TEST(DiscoveryV1beta1Test, HintsAndConditionsAreCopied) {
  const discovery::v1beta1::Endpoint spoke{
      .addresses = std::vector<std::string>{"10.0.0.1"},
      .conditions = {.ready = true, .serving = false},
      .hints = discovery::v1beta1::EndpointHints{.for_zones = {{"a"}}, .for_nodes = {{"n"}}}};
  const discovery::v1::Endpoint hub{
      .addresses = std::vector<std::string>{"10.0.0.1"},
      .conditions = {.ready = true, .serving = false},
      .hints = discovery::v1::EndpointHints{.for_zones = {{"a"}}, .for_nodes = {{"n"}}}};
  discovery::v1::Endpoint there;
  ToHub(spoke, there);
  EXPECT_EQ(there, hub);
  discovery::v1beta1::Endpoint back;
  FromHub(hub, back);
  EXPECT_EQ(back, spoke);
}

}  // namespace
}  // namespace k8snet::conversion
