// The strategies of the kinds that have one of their own.
#ifndef K8SNET_SERVER_SRC_REGISTRY_STRATEGIES_H_
#define K8SNET_SERVER_SRC_REGISTRY_STRATEGIES_H_

#include "src/registry/catalog.h"

namespace k8snet::server {

// Returns what makes the strategy of each built-in kind.
[[nodiscard]] StrategyFactory BuiltinStrategies();

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_STRATEGIES_H_
