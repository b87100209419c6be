#include "src/registry/strategies.h"

namespace k8snet::server {

StrategyFactory BuiltinStrategies() {
  return [](const Resource&) { return std::unique_ptr<Strategy>(); };
}

}  // namespace k8snet::server
