// The rules of a Service's addresses, which allocation asks for before the others.
#ifndef K8SNET_VALIDATION_SERVICE_H_
#define K8SNET_VALIDATION_SERVICE_H_

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/core/v1.h"

namespace k8snet::validation {

// Returns what is wrong with clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy. Addresses that
// `old` has may stay as they are spelt; null on create.
// Source: kubernetes/kubernetes pkg/apis/core/validation/validation.go,
// ValidateServiceClusterIPsRelatedFields.
[[nodiscard]] field::ErrorList ValidateServiceAddresses(const core::v1::Service& service,
                                                        const core::v1::Service* old);

}  // namespace k8snet::validation

#endif  // K8SNET_VALIDATION_SERVICE_H_
