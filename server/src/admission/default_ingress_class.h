// Gives new Ingresses the cluster's default class.
#ifndef K8SNET_SERVER_SRC_ADMISSION_DEFAULT_INGRESS_CLASS_H_
#define K8SNET_SERVER_SRC_ADMISSION_DEFAULT_INGRESS_CLASS_H_

#include <memory>

#include "src/admission/admission.h"
#include "src/registry/object_codec.h"
#include "src/registry/served.h"

namespace k8snet::server {

// Returns the rule, on the classes that `classes` holds. The references outlive it.
// Source: kubernetes/kubernetes plugin/pkg/admission/network/defaultingressclass/admission.go.
[[nodiscard]] std::unique_ptr<Admission> NewDefaultIngressClass(const StoredKind& classes,
                                                                const ObjectCodec& codec);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_ADMISSION_DEFAULT_INGRESS_CLASS_H_
