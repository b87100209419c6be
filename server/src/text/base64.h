// Base64 with the letters of URLs, without padding (RFC 4648 section 5).
#ifndef K8SNET_SERVER_SRC_TEXT_BASE64_H_
#define K8SNET_SERVER_SRC_TEXT_BASE64_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace k8snet::server {

[[nodiscard]] std::string EncodeBase64Url(std::string_view bytes);

// Returns the bytes, or sets `fault` to the index of the byte that is refused.
[[nodiscard]] std::string DecodeBase64Url(std::string_view text, std::optional<std::size_t>& fault);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_TEXT_BASE64_H_
