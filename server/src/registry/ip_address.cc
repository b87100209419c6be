#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/networking/v1.h"
#include "src/registry/api.h"
#include "src/registry/strategies.h"

namespace k8snet::server {
namespace {

// Source: kubernetes/kubernetes pkg/registry/networking/ipaddress/strategy.go.
class IpAddressStrategy final : public GenericStrategy {
 public:
  IpAddressStrategy(const Resource& hub, Api& api) : GenericStrategy(hub), api_(api) {}

  // The name is the address, to which nothing can be added.
  [[nodiscard]] bool RandomizesNames() const override { return false; }

  // A service keeps its address, whoever deletes the object that says so.
  void AfterDelete(const Object& last) override {
    const ServedResource* services = api_.catalog().FindKind("v1", "Service");
    if (services == nullptr) {
      return;
    }
    const auto& address = last.Get<networking::v1::IPAddress>();
    const Status retaken = api_.network()->Retake(address, *services->kind, api_.parts().storage);
    if (!retaken) {
      api_.parts().logger.Error(
          "Address of a service could not be taken again",
          {{"address", address.metadata.name}, {"err", retaken.error().message}});
    }
  }

 private:
  Api& api_;
};

}  // namespace

std::unique_ptr<Strategy> NewIpAddressStrategy(const Resource& hub, Api& api) {
  return std::make_unique<IpAddressStrategy>(hub, api);
}

}  // namespace k8snet::server
