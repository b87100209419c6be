// Keeps objects out of namespaces that do not exist or are on their way out.
#ifndef K8SNET_SERVER_SRC_ADMISSION_NAMESPACE_LIFECYCLE_H_
#define K8SNET_SERVER_SRC_ADMISSION_NAMESPACE_LIFECYCLE_H_

#include <memory>

#include "src/admission/admission.h"
#include "src/registry/object_codec.h"
#include "src/registry/served.h"

namespace k8snet::server {

// Returns the rule, on the namespaces that `namespaces` holds. The references outlive it.
// Errors of the rule: kNotFound, the namespace does not exist; kForbidden, it is being deleted, or
// a namespace is to be deleted that must not be.
// Source: kubernetes/apiserver pkg/admission/plugin/namespace/lifecycle/admission.go.
[[nodiscard]] std::unique_ptr<Admission> NewNamespaceLifecycle(const StoredKind& namespaces,
                                                               const ObjectCodec& codec);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_ADMISSION_NAMESPACE_LIFECYCLE_H_
