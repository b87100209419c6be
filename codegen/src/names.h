// How the generator spells names.
#ifndef K8SNET_CODEGEN_SRC_NAMES_H_
#define K8SNET_CODEGEN_SRC_NAMES_H_

#include <string>
#include <string_view>

#include <google/protobuf/descriptor.h>

namespace k8snet::codegen {

// Returns the C++ member for a JSON name: words in lower case joined by underscores, where a run
// of capitals is one word and a plural s after it belongs to it; keywords get a trailing one.
//   "pathType" -> "path_type", "loadBalancerIP" -> "load_balancer_ip", "clusterIPs" ->
//   "cluster_ips"
[[nodiscard]] std::string MemberName(std::string_view json_name);

// Returns "networking::v1" for package k8snet.networking.v1: the namespace below k8snet.
[[nodiscard]] std::string Namespace(const google::protobuf::FileDescriptor& file);

// Returns `namespace` and name, such as "networking::v1::Ingress".
[[nodiscard]] std::string QualifiedName(const google::protobuf::Descriptor& message);

// Returns "networking_v1" for package k8snet.networking.v1: the stem of source files.
[[nodiscard]] std::string FileStem(const google::protobuf::FileDescriptor& file);

// Returns "networking/v1" for package k8snet.networking.v1: the path of headers.
[[nodiscard]] std::string HeaderPath(const google::protobuf::FileDescriptor& file);

// Returns `text` as a C++ string literal.
[[nodiscard]] std::string Literal(std::string_view text);

// Returns the include guard of a header, such as "K8SNET_APIS_NETWORKING_V1_H_".
[[nodiscard]] std::string Guard(std::string_view header);

}  // namespace k8snet::codegen

#endif  // K8SNET_CODEGEN_SRC_NAMES_H_
