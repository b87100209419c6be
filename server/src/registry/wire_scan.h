// A look into protobuf bytes without decoding all of them.
#ifndef K8SNET_SERVER_SRC_REGISTRY_WIRE_SCAN_H_
#define K8SNET_SERVER_SRC_REGISTRY_WIRE_SCAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace k8snet::server {

// One field of a message. Lifetime of `bytes`: the scanned bytes'.
struct WireField {
  std::uint32_t number = 0;
  std::string_view bytes;  // Of length-delimited fields; empty for others.
};

// Walks over the fields of one message, in the order they stand. Ends early at what is malformed.
// Not thread-safe.
class WireScanner {
 public:
  explicit WireScanner(std::string_view message) : rest_(message) {}
  [[nodiscard]] std::optional<WireField> Next();

 private:
  [[nodiscard]] std::optional<std::uint64_t> Varint();

  std::string_view rest_;
};

// Returns the object's own message inside a stored value: magic, Unknown, raw. Nothing if `value`
// is no such value.
[[nodiscard]] std::optional<std::string_view> StoredMessage(std::string_view value);

// Appends `value` as a varint.
void AppendVarint(std::uint64_t value, std::string& out);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_WIRE_SCAN_H_
