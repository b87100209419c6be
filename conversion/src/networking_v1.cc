// Defaults of networking.k8s.io/v1 that no literal says.
#include "k8snet/conversion/typed_defaults.h"

namespace k8snet::conversion {

// Source: kubernetes/kubernetes pkg/apis/networking/v1/defaults.go, SetDefaults_NetworkPolicy.
void DefaultHook(networking::v1::NetworkPolicySpec& value) {
  if (!value.policy_types.empty()) {
    return;
  }
  value.policy_types.emplace_back("Ingress");
  if (!value.egress.empty()) {
    value.policy_types.emplace_back("Egress");
  }
}

}  // namespace k8snet::conversion
