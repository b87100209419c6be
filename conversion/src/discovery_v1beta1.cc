// v1beta1 keeps the zone and, beside the field, the name of the node in one map of labels,
// topology. Source: kubernetes/kubernetes v1.24.0 pkg/apis/discovery/v1beta1/conversion.go.
#include "k8snet/conversion/discovery_v1beta1.h"

namespace k8snet::conversion {
namespace {

constexpr const char* kZoneLabel = "topology.kubernetes.io/zone";
constexpr const char* kHostnameLabel = "kubernetes.io/hostname";

}  // namespace

void CustomToHub(const discovery::v1beta1::Endpoint& in, discovery::v1::Endpoint& out) {
  out.deprecated_topology = in.topology;
  auto& topology = out.deprecated_topology;
  if (const auto zone = topology.find(kZoneLabel); zone != topology.end()) {
    out.zone = zone->second;
    topology.erase(zone);
  }
  const auto host = topology.find(kHostnameLabel);
  if (host != topology.end() && in.node_name == host->second) {
    topology.erase(host);
  }
}

void CustomFromHub(const discovery::v1::Endpoint& in, discovery::v1beta1::Endpoint& out) {
  out.topology = in.deprecated_topology;
  if (in.zone) {
    out.topology[kZoneLabel] = *in.zone;
  }
  if (in.node_name) {
    std::string& host = out.topology[kHostnameLabel];
    if (host.empty()) {
      host = *in.node_name;
    }
  }
}

}  // namespace k8snet::conversion
