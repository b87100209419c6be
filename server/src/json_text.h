// JSON strings as Go's encoder writes them, for the few documents that have no type.
#ifndef K8SNET_SERVER_SRC_JSON_TEXT_H_
#define K8SNET_SERVER_SRC_JSON_TEXT_H_

#include <string>
#include <string_view>

namespace k8snet::server {

// Appends `text` in quotes. '<', '>', '&', U+2028 and U+2029 are escaped, and each byte that is not
// UTF-8 becomes U+FFFD.
// Source: golang/go src/encoding/json/encode.go, appendString with escapeHTML.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_JSON_TEXT_H_
