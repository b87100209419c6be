#include "src/registry/strategies.h"

#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/discovery/v1.h"
#include "k8snet/apis/networking/v1.h"

namespace k8snet::server {

std::unique_ptr<Strategy> BuiltinStrategy(const Resource& hub, Api& api) {
  if (hub.type == &TypeOf<core::v1::Namespace>()) {
    return NewNamespaceStrategy(hub, api);
  }
  if (hub.type == &TypeOf<core::v1::Service>()) {
    return NewServiceStrategy(hub, api);
  }
  if (hub.type == &TypeOf<discovery::v1::EndpointSlice>()) {
    return NewEndpointSliceStrategy(hub);
  }
  if (hub.type == &TypeOf<networking::v1::IPAddress>()) {
    return NewIpAddressStrategy(hub, api);
  }
  if (hub.type == &TypeOf<networking::v1::ServiceCIDR>()) {
    return NewServiceCidrStrategy(hub);
  }
  return nullptr;
}

}  // namespace k8snet::server
