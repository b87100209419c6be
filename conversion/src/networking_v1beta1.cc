#include "k8snet/conversion/networking_v1beta1.h"

#include "src/ingress_backend.h"

namespace k8snet::conversion {

void CustomToHub(const networking::v1beta1::IngressBackend& in,
                 networking::v1::IngressBackend& out) {
  BackendToHub(in, out);
}

void CustomFromHub(const networking::v1::IngressBackend& in,
                   networking::v1beta1::IngressBackend& out) {
  BackendFromHub(in, out);
}

}  // namespace k8snet::conversion
