// The forms that names, labels, ports and paths must have. Each function returns what is wrong with
// a value as upstream words it, in upstream's order; nothing if it is right, which costs no
// allocation.
// Source: kubernetes/apimachinery pkg/util/validation/validation.go,
// pkg/api/validation/path/name.go.
#ifndef K8SNET_VALIDATION_FORMATS_H_
#define K8SNET_VALIDATION_FORMATS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace k8snet::validation {

using Messages = std::vector<std::string>;

[[nodiscard]] Messages Dns1123Label(std::string_view value);
[[nodiscard]] Messages Dns1123Subdomain(std::string_view value);
[[nodiscard]] Messages Dns1035Label(std::string_view value);
// "*." and a subdomain.
[[nodiscard]] Messages WildcardSubdomain(std::string_view value);
// A label key: a name with an optional DNS prefix and a slash before it.
[[nodiscard]] Messages LabelKey(std::string_view value);
[[nodiscard]] Messages LabelValue(std::string_view value);
// The name of a port, as IANA registers them.
[[nodiscard]] Messages PortName(std::string_view value);
[[nodiscard]] Messages PortNumber(std::int64_t value);
// What can stand between two slashes of a URL.
[[nodiscard]] Messages PathSegmentName(std::string_view value);
// The path half of a domain-prefixed path.
[[nodiscard]] Messages HttpPath(std::string_view value);
// What a manager of fields may be called: printable runes.
[[nodiscard]] Messages PrintableName(std::string_view value);

// Returns `name` as a prefix from which names are generated is to be checked: with its trailing
// hyphen replaced.
// Source: kubernetes/apimachinery pkg/api/validation/generic.go, maskTrailingDash.
[[nodiscard]] std::string MaskTrailingDash(std::string_view name);

}  // namespace k8snet::validation

#endif  // K8SNET_VALIDATION_FORMATS_H_
