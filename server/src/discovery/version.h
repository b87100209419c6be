// The version of the server, as /version and --version tell it.
#ifndef K8SNET_SERVER_SRC_DISCOVERY_VERSION_H_
#define K8SNET_SERVER_SRC_DISCOVERY_VERSION_H_

#include <string>

#include "src/metrics/exposition.h"

namespace k8snet::server {

// Returns the version of Kubernetes that is spoken, with ours as build metadata:
// "v1.37.2+k8snet.0.1.0".
[[nodiscard]] std::string GitVersion();

// Adds the metric kubernetes_build_info.
// Source: kubernetes/component-base metrics/version.go.
void AppendBuildInfo(Exposition& out);

// Returns the document at /version, indented by two spaces.
// Source: kubernetes/apimachinery pkg/version/types.go, Info.
[[nodiscard]] std::string VersionJson();

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_DISCOVERY_VERSION_H_
