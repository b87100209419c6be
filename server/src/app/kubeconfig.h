// A kubeconfig for the administrator of a server.
#ifndef K8SNET_SERVER_SRC_APP_KUBECONFIG_H_
#define K8SNET_SERVER_SRC_APP_KUBECONFIG_H_

#include <cstdint>
#include <string>

#include "src/app/certificates.h"

namespace k8snet::server {

// Returns the URL that a client on this machine reaches a server by which listens on
// `bind_address`.
[[nodiscard]] std::string LocalUrl(const std::string& bind_address, std::uint16_t port);

// Returns the YAML of a kubeconfig with one cluster, user and context, all embedded.
// Source: kubernetes/client-go tools/clientcmd/api/v1/types.go, Config.
[[nodiscard]] std::string KubeconfigText(const std::string& url, const std::string& ca_pem,
                                         const KeyPair& client);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_APP_KUBECONFIG_H_
