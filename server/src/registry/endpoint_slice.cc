#include "k8snet/apis/discovery/v1.h"
#include "src/registry/strategies.h"

namespace k8snet::server {
namespace {

using discovery::v1::Endpoint;
using discovery::v1::EndpointSlice;

void DropTopology(EndpointSlice& slice) {
  if (slice.endpoints) {
    for (Endpoint& endpoint : *slice.endpoints) {
      endpoint.deprecated_topology.clear();
    }
  }
}

// Source: kubernetes/kubernetes pkg/registry/discovery/endpointslice/strategy.go.
class EndpointSliceStrategy final : public GenericStrategy {
 public:
  using GenericStrategy::GenericStrategy;

  void PrepareForCreate(const WriteScope& scope, MutableObject& object) override {
    GenericStrategy::PrepareForCreate(scope, object);
    if (WritesV1(scope)) {
      DropTopology(object.Get<EndpointSlice>());
    }
  }

  void PrepareForUpdate(const WriteScope& scope, MutableObject& object,
                        const Object& old) override {
    GenericStrategy::PrepareForUpdate(scope, object, old);
    auto& slice = object.Get<EndpointSlice>();
    if (WritesV1(scope) && slice.endpoints != old.Get<EndpointSlice>().endpoints) {
      DropTopology(slice);
    }
  }

 private:
  // v1beta1 still has topology.
  [[nodiscard]] bool WritesV1(const WriteScope& scope) const {
    return scope.version.empty() || scope.version == hub().version;
  }
};

}  // namespace

std::unique_ptr<Strategy> NewEndpointSliceStrategy(const Resource& hub) {
  return std::make_unique<EndpointSliceStrategy>(hub);
}

}  // namespace k8snet::server
