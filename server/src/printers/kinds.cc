#include "src/printers/kinds.h"

#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/discovery/v1.h"
#include "k8snet/apis/networking/v1.h"

namespace k8snet::server {

const Printer* KindPrinter(const Type& type) {
  const struct {
    const Type* type;
    const Printer* printer;
  } printers[] = {
      {&TypeOf<core::v1::Endpoints>(), &EndpointsPrinter()},
      {&TypeOf<core::v1::Namespace>(), &NamespacePrinter()},
      {&TypeOf<core::v1::Service>(), &ServicePrinter()},
      {&TypeOf<discovery::v1::EndpointSlice>(), &EndpointSlicePrinter()},
      {&TypeOf<networking::v1::IPAddress>(), &IpAddressPrinter()},
      {&TypeOf<networking::v1::Ingress>(), &IngressPrinter()},
      {&TypeOf<networking::v1::IngressClass>(), &IngressClassPrinter()},
      {&TypeOf<networking::v1::NetworkPolicy>(), &NetworkPolicyPrinter()},
      {&TypeOf<networking::v1::ServiceCIDR>(), &ServiceCidrPrinter()},
  };
  for (const auto& entry : printers) {
    if (entry.type == &type) {
      return entry.printer;
    }
  }
  return nullptr;
}

}  // namespace k8snet::server
