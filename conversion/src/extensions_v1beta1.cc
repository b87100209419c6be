#include "k8snet/conversion/extensions_v1beta1.h"

#include "src/ingress_backend.h"

namespace k8snet::conversion {

void CustomToHub(const extensions::v1beta1::IngressBackend& in,
                 networking::v1::IngressBackend& out) {
  BackendToHub(in, out);
}

void CustomFromHub(const networking::v1::IngressBackend& in,
                   extensions::v1beta1::IngressBackend& out) {
  BackendFromHub(in, out);
}

}  // namespace k8snet::conversion
