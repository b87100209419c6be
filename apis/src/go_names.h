// How upstream's errors name the types of members.
#ifndef K8SNET_APIS_SRC_GO_NAMES_H_
#define K8SNET_APIS_SRC_GO_NAMES_H_

#include <string>

#include "k8snet/apis/base/type.h"

namespace k8snet::internal {

// How Go names the type of one value of `field`.
std::string ElementGoName(const Field& field);

// How Go names the type of the whole member, such as "[]v1.IngressRule".
std::string MemberGoName(const Field& field);

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_GO_NAMES_H_
