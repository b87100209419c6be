// IP addresses and networks: what is accepted, under which rule, and in which words it is not.
#ifndef K8SNET_VALIDATION_IP_H_
#define K8SNET_VALIDATION_IP_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/field.h"

namespace k8snet::validation {

// An address as it was read. `bytes` holds IPv4 addresses as IPv4-mapped ones, as Go does.
struct Ip {
  std::array<std::uint8_t, 16> bytes{};
  bool v4 = false;             // IPv4, also when it came IPv4-mapped.
  bool mapped = false;         // It came as ::ffff:a.b.c.d, in whatever spelling.
  bool leading_zeros = false;  // A number of it had leading zeros that its form does not allow.

  // Returns the canonical text: dotted, or as RFC 5952 says.
  [[nodiscard]] std::string ToString() const;
  [[nodiscard]] bool operator==(const Ip& other) const { return bytes == other.bytes; }
};

// Returns the address that `text` says: dotted IPv4, leading zeros allowed, or any spelling of IPv6
// without a zone; nothing if it says none.
// Source: kubernetes/utils net/parse.go, ParseIPSloppy.
[[nodiscard]] std::optional<Ip> ParseIp(std::string_view text);

// An address and the length of the prefix that is the network's.
struct Cidr {
  Ip ip;
  int prefix = 0;              // Of 32 bits for IPv4, of 128 for IPv6.
  bool leading_zeros = false;  // In the address or the prefix.

  [[nodiscard]] int bits() const { return ip.v4 ? 32 : 128; }
  // Returns the network address: `ip` with the bits beyond the prefix cleared.
  [[nodiscard]] Ip network() const;
  // Returns the canonical text, with the network address.
  [[nodiscard]] std::string ToString() const;
  // Whether `address` is of the same family and in the network.
  [[nodiscard]] bool Contains(const Ip& address) const;
};

// Source: kubernetes/utils net/parse.go, ParseCIDRSloppy.
[[nodiscard]] std::optional<Cidr> ParseCidr(std::string_view text);

// The rules. Each appends what is wrong with `value` to `errors`.
// Source: kubernetes/apimachinery pkg/util/validation/ip.go.

// Any spelling of IPv6; no leading zeros and not IPv4-mapped, unless `value` is in `valid_old`.
void LegacyIp(std::string_view value, const field::Path& path,
              const std::vector<std::string>& valid_old, field::ErrorList& errors);
// The canonical text only.
void StrictIp(std::string_view value, const field::Path& path, field::ErrorList& errors);
// As LegacyIp, for networks.
void LegacyCidr(std::string_view value, const field::Path& path,
                const std::vector<std::string>& valid_old, field::ErrorList& errors);
void StrictCidr(std::string_view value, const field::Path& path, field::ErrorList& errors);
// Not an address that no endpoint can have: unspecified, loopback, link-local.
// Source: kubernetes/kubernetes pkg/apis/core/validation/validation.go, ValidateEndpointIP.
void EndpointIp(std::string_view value, const field::Path& path, field::ErrorList& errors);

// Warnings of values that are accepted for old objects' sake; `path` is printed before.
// Source: kubernetes/apimachinery pkg/util/validation/ip.go, GetWarningsForIP, GetWarningsForCIDR.
void WarnOfIp(std::string_view value, const field::Path& path, std::vector<std::string>& warnings);
void WarnOfCidr(std::string_view value, const field::Path& path,
                std::vector<std::string>& warnings);

}  // namespace k8snet::validation

#endif  // K8SNET_VALIDATION_IP_H_
