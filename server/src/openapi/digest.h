// Digests as entity tags.
#ifndef K8SNET_SERVER_SRC_OPENAPI_DIGEST_H_
#define K8SNET_SERVER_SRC_OPENAPI_DIGEST_H_

#include <string>
#include <string_view>

namespace k8snet::server {

// Returns the SHA-512 of `text` in upper-case hexadecimal digits.
[[nodiscard]] std::string UpperSha512(std::string_view text);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_OPENAPI_DIGEST_H_
