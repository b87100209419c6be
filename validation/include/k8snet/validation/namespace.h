// The rules of a Namespace's finalize subresource.
#ifndef K8SNET_VALIDATION_NAMESPACE_H_
#define K8SNET_VALIDATION_NAMESPACE_H_

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/core/v1.h"

namespace k8snet::validation {

// Returns what is wrong with what `old` is to become by a write of its finalizers.
// Source: kubernetes/kubernetes pkg/apis/core/validation/validation.go,
// ValidateNamespaceFinalizeUpdate.
[[nodiscard]] field::ErrorList ValidateNamespaceFinalize(const core::v1::Namespace& value,
                                                         const core::v1::Namespace& old);

}  // namespace k8snet::validation

#endif  // K8SNET_VALIDATION_NAMESPACE_H_
