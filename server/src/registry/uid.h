// Names that no other object ever has.
#ifndef K8SNET_SERVER_SRC_REGISTRY_UID_H_
#define K8SNET_SERVER_SRC_REGISTRY_UID_H_

#include <string>

#include "k8snet/server/clock.h"

namespace k8snet::server {

// Returns a random UUID. Source: RFC 4122, section 4.4.
[[nodiscard]] std::string NewUid(Random& random);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_UID_H_
