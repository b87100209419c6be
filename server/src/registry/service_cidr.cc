#include "k8snet/apis/networking/v1.h"
#include "src/registry/strategies.h"

namespace k8snet::server {
namespace {

using networking::v1::ServiceCIDR;

// Source: kubernetes/kubernetes pkg/registry/networking/servicecidr/strategy.go.
class ServiceCidrStrategy final : public GenericStrategy {
 public:
  using GenericStrategy::GenericStrategy;

  void PrepareForUpdate(const WriteScope& scope, MutableObject& object,
                        const Object& old) override {
    if (scope.subresource == "status") {
      // All metadata stays too, but for who owns which field.
      auto& cidr = object.Get<ServiceCIDR>();
      auto managed_fields = std::move(cidr.metadata.managed_fields);
      cidr.metadata = old.Get<ServiceCIDR>().metadata;
      cidr.metadata.managed_fields = std::move(managed_fields);
    }
    GenericStrategy::PrepareForUpdate(scope, object, old);
  }
};

}  // namespace

std::unique_ptr<Strategy> NewServiceCidrStrategy(const Resource& hub) {
  return std::make_unique<ServiceCidrStrategy>(hub);
}

}  // namespace k8snet::server
