#include "k8snet/apis/semantics/topology.h"

#include <numeric>
#include <string_view>

namespace k8snet::semantics {
namespace {

constexpr char kHostname[] = "kubernetes.io/hostname";
constexpr char kZone[] = "topology.kubernetes.io/zone";

std::string_view ValueOf(const std::map<std::string, std::string>& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? "" : std::string_view(found->second);
}

std::string_view TopologyOf(const discovery::v1beta1::Endpoint& endpoint, const std::string& key) {
  return ValueOf(endpoint.topology, key);
}

// As the endpoint reads in v1beta1.
std::string_view TopologyOf(const discovery::v1::Endpoint& endpoint, const std::string& key) {
  if (key == kZone && endpoint.zone) {
    return *endpoint.zone;
  }
  const std::string_view value = ValueOf(endpoint.deprecated_topology, key);
  return key == kHostname && value.empty() && endpoint.node_name ? *endpoint.node_name : value;
}

template <typename Endpoint>
std::vector<std::size_t> Filter(std::span<const std::string> keys,
                                const std::map<std::string, std::string>& node_labels,
                                std::span<const Endpoint> endpoints) {
  std::vector<std::size_t> chosen;
  const auto all = [&] {
    chosen.resize(endpoints.size());
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    return std::move(chosen);
  };
  if (keys.empty() || (node_labels.empty() && keys.back() == kTopologyKeyAny)) {
    return all();
  }
  if (node_labels.empty()) {
    return chosen;
  }
  for (const std::string& key : keys) {
    if (key == kTopologyKeyAny) {
      return all();
    }
    const std::string_view wanted = ValueOf(node_labels, key);
    for (std::size_t i = 0; i < endpoints.size() && !wanted.empty(); ++i) {
      if (TopologyOf(endpoints[i], key) == wanted) {
        chosen.push_back(i);
      }
    }
    if (!chosen.empty()) {
      break;
    }
  }
  return chosen;
}

}  // namespace

std::vector<std::size_t> TopologyFilter(std::span<const std::string> keys,
                                        const std::map<std::string, std::string>& node_labels,
                                        std::span<const discovery::v1beta1::Endpoint> endpoints) {
  return Filter(keys, node_labels, endpoints);
}

std::vector<std::size_t> TopologyFilter(std::span<const std::string> keys,
                                        const std::map<std::string, std::string>& node_labels,
                                        std::span<const discovery::v1::Endpoint> endpoints) {
  return Filter(keys, node_labels, endpoints);
}

}  // namespace k8snet::semantics
