// Base64 with padding, as Go's encoding/base64.StdEncoding.
#ifndef K8SNET_APIS_SRC_BASE64_H_
#define K8SNET_APIS_SRC_BASE64_H_

#include <optional>
#include <string>
#include <string_view>

namespace k8snet::internal {

void AppendBase64(std::string_view bytes, std::string& out);

// Returns the bytes that `text` says, or nothing if it is not base64. Line ends are skipped.
std::optional<std::string> ParseBase64(std::string_view text);

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_BASE64_H_
