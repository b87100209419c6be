// Errors and successes as Status objects.
#ifndef K8SNET_SERVER_SRC_NEGOTIATE_STATUS_OBJECT_H_
#define K8SNET_SERVER_SRC_NEGOTIATE_STATUS_OBJECT_H_

#include "k8snet/apis/base/error.h"
#include "k8snet/apis/meta/v1.h"

namespace k8snet::server {

// Returns the Status that says `error`.
// Source: kubernetes/apiserver pkg/endpoints/handlers/responsewriters/status.go, ErrorToAPIStatus.
[[nodiscard]] meta::v1::Status StatusOf(const Error& error);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_NEGOTIATE_STATUS_OBJECT_H_
