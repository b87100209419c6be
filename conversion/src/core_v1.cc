// Defaults of core/v1 that no literal says.
#include <utility>

#include "k8snet/conversion/typed_defaults.h"

namespace k8snet::conversion {
namespace {

constexpr std::int32_t kAffinityTimeoutSeconds = 10800;

void DefaultAffinity(core::v1::ServiceSpec& spec) {
  if (spec.session_affinity.empty()) {
    spec.session_affinity = "None";
  }
  auto& config = spec.session_affinity_config;
  if (spec.session_affinity == "None") {
    config.reset();
  } else if (spec.session_affinity == "ClientIP" &&
             (!config || !config->client_ip || !config->client_ip->timeout_seconds)) {
    config = core::v1::SessionAffinityConfig{
        .client_ip = core::v1::ClientIPConfig{.timeout_seconds = kAffinityTimeoutSeconds}};
  }
}

}  // namespace

// Source: kubernetes/kubernetes pkg/apis/core/v1/defaults.go, SetDefaults_Service.
void DefaultHook(core::v1::Service& value) {
  core::v1::ServiceSpec& spec = value.spec;
  DefaultAffinity(spec);
  if (spec.type.empty()) {
    spec.type = "ClusterIP";
  }
  for (core::v1::ServicePort& port : spec.ports) {
    if (port.target_port == IntOrString() || port.target_port == IntOrString("")) {
      port.target_port = port.port;
    }
  }
  const bool load_balancer = spec.type == "LoadBalancer";
  const bool node_port = spec.type == "NodePort";
  const bool cluster_ip = spec.type == "ClusterIP";
  if (spec.external_traffic_policy.empty() &&
      (node_port || load_balancer || (cluster_ip && !spec.external_ips.empty()))) {
    spec.external_traffic_policy = "Cluster";
  }
  if (!spec.internal_traffic_policy && (node_port || load_balancer || cluster_ip)) {
    spec.internal_traffic_policy = "Cluster";
  }
  if (!load_balancer) {
    return;
  }
  if (!spec.allocate_load_balancer_node_ports) {
    spec.allocate_load_balancer_node_ports = true;
  }
  for (core::v1::LoadBalancerIngress& ingress : value.status.load_balancer.ingress) {
    if (!ingress.ip.empty() && !ingress.ip_mode) {
      ingress.ip_mode = "VIP";
    }
  }
}

// Source: the same file, SetDefaults_Namespace and SetDefaults_NamespaceStatus.
void DefaultHook(core::v1::Namespace& value) {
  if (!value.metadata.name.empty()) {
    value.metadata.labels["kubernetes.io/metadata.name"] = value.metadata.name;
  }
  if (value.status.phase.empty()) {
    value.status.phase = "Active";
  }
}

}  // namespace k8snet::conversion
