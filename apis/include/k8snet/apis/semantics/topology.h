// Which endpoints of a Service a node may use, by the topologyKeys of old Services.
// Source: kubernetes/kubernetes v1.20.2 pkg/proxy/topology.go, FilterTopologyEndpoint;
// kubernetes/enhancements keps/sig-network/536-topology-aware-routing.
#ifndef K8SNET_APIS_SEMANTICS_TOPOLOGY_H_
#define K8SNET_APIS_SEMANTICS_TOPOLOGY_H_

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "k8snet/apis/discovery/v1.h"
#include "k8snet/apis/discovery/v1beta1.h"

namespace k8snet::semantics {

// The key that every endpoint matches; it stands last.
inline constexpr char kTopologyKeyAny[] = "*";

// Returns the indices of those of `endpoints` that a node with `node_labels` sends traffic to,
// ascending. `keys` are the Service's topologyKeys, in order:
//   - without keys, all endpoints;
//   - on a node without labels, all if the last key is "*", else none;
//   - else the first key decides that gives an endpoint: "*" gives all, any other key those whose
//     topology has it with the node's value. A key that the node lacks, or has empty, gives none;
//   - none, if no key gives any: the traffic is dropped.
// Readiness is to be looked at before, session affinity after.
// Cost: one look-up a key and endpoint; allocates the answer alone.
[[nodiscard]] std::vector<std::size_t> TopologyFilter(
    std::span<const std::string> keys, const std::map<std::string, std::string>& node_labels,
    std::span<const discovery::v1beta1::Endpoint> endpoints);

// The same for endpoints of the newest version: the node's name stands for the topology
// kubernetes.io/hostname, the zone for topology.kubernetes.io/zone, deprecatedTopology for the
// rest.
[[nodiscard]] std::vector<std::size_t> TopologyFilter(
    std::span<const std::string> keys, const std::map<std::string, std::string>& node_labels,
    std::span<const discovery::v1::Endpoint> endpoints);

}  // namespace k8snet::semantics

#endif  // K8SNET_APIS_SEMANTICS_TOPOLOGY_H_
