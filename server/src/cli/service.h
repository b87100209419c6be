// What a Service gets from a cluster before its rules are looked at.
#ifndef K8SNET_SERVER_SRC_CLI_SERVICE_H_
#define K8SNET_SERVER_SRC_CLI_SERVICE_H_

#include "k8snet/apis/base/object.h"

namespace k8snet::cli {

// Fills in ports that a cluster would choose and without which a Service is not valid; does nothing
// to other kinds.
// Source: kubernetes/kubernetes pkg/registry/core/service/storage/alloc.go,
// allocHealthCheckNodePort.
void FillFromCluster(MutableObject& object);

}  // namespace k8snet::cli

#endif  // K8SNET_SERVER_SRC_CLI_SERVICE_H_
