// Where clients in the cluster reach the server.
#ifndef K8SNET_SERVER_SRC_APP_ADVERTISE_ADDRESS_H_
#define K8SNET_SERVER_SRC_APP_ADVERTISE_ADDRESS_H_

#include <string>

namespace k8snet::server {

// Returns `bind_address` if others can reach it, else the address by which this machine speaks to
// the world, of the family that is `ipv6` or else of the other one; empty if it has neither.
// Source: kubernetes/apimachinery pkg/util/net/interface.go, ResolveBindAddress.
[[nodiscard]] std::string AdvertiseAddress(const std::string& bind_address, bool ipv6);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_APP_ADVERTISE_ADDRESS_H_
