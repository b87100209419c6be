// The strategies of the kinds that have one of their own.
#ifndef K8SNET_SERVER_SRC_REGISTRY_STRATEGIES_H_
#define K8SNET_SERVER_SRC_REGISTRY_STRATEGIES_H_

#include <memory>

#include "k8snet/apis/base/resource.h"
#include "src/registry/strategy.h"

namespace k8snet::server {

class Api;

// Returns the strategy of a built-in kind, or null if the generic one does. Each of the functions
// below is in the file named after its kind. `hub` and `api` outlive the strategy.
[[nodiscard]] std::unique_ptr<Strategy> BuiltinStrategy(const Resource& hub, Api& api);

[[nodiscard]] std::unique_ptr<Strategy> NewNamespaceStrategy(const Resource& hub, Api& api);
[[nodiscard]] std::unique_ptr<Strategy> NewEndpointSliceStrategy(const Resource& hub);
[[nodiscard]] std::unique_ptr<Strategy> NewIpAddressStrategy(const Resource& hub, Api& api);
[[nodiscard]] std::unique_ptr<Strategy> NewServiceCidrStrategy(const Resource& hub);
[[nodiscard]] std::unique_ptr<Strategy> NewServiceStrategy(const Resource& hub, Api& api);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_STRATEGIES_H_
