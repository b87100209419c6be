#include "src/cli/service.h"

#include "k8snet/apis/core/v1.h"

namespace k8snet::cli {

void FillFromCluster(MutableObject& object) {
  auto* service = object.As<core::v1::Service>();
  if (service == nullptr) {
    return;
  }
  core::v1::ServiceSpec& spec = service->spec;
  constexpr std::int32_t kSomePort = 30000;
  if (spec.type == "LoadBalancer" && spec.external_traffic_policy == "Local" &&
      spec.health_check_node_port == 0) {
    spec.health_check_node_port = kSomePort;
  }
}

}  // namespace k8snet::cli
