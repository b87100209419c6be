// The backend of v1beta1 Ingresses, which extensions and networking.k8s.io share.
#ifndef K8SNET_CONVERSION_SRC_INGRESS_BACKEND_H_
#define K8SNET_CONVERSION_SRC_INGRESS_BACKEND_H_

#include "k8snet/apis/networking/v1.h"

namespace k8snet::conversion {

// Source: kubernetes/kubernetes v1.20.2 pkg/apis/networking/v1beta1/conversion.go,
// Convert_v1beta1_IngressBackend_To_networking_IngressBackend.
template <typename Backend>
void BackendToHub(const Backend& in, networking::v1::IngressBackend& out) {
  const IntOrString& port = in.service_port;
  if (in.service_name.empty() && port == IntOrString()) {
    return;
  }
  out.service = networking::v1::IngressServiceBackend{
      .name = in.service_name, .port = {.name = port.string_value, .number = port.int_value}};
}

// Source: the same file, Convert_networking_IngressBackend_To_v1beta1_IngressBackend.
template <typename Backend>
void BackendFromHub(const networking::v1::IngressBackend& in, Backend& out) {
  if (!in.service) {
    return;
  }
  out.service_name = in.service->name;
  if (in.service->port.name.empty()) {
    out.service_port = in.service->port.number;
  } else {
    out.service_port = in.service->port.name;
  }
}

}  // namespace k8snet::conversion

#endif  // K8SNET_CONVERSION_SRC_INGRESS_BACKEND_H_
