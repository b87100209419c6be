// Where in YAML a value stands.
#ifndef K8SNET_APIS_SRC_YAML_PLACE_H_
#define K8SNET_APIS_SRC_YAML_PLACE_H_

#include <cstddef>
#include <string_view>

#include "k8snet/apis/codec/decode.h"

namespace k8snet::internal {

// Returns the offset in `yaml` of the value at `path`, such as "spec.rules[0].host", or of the
// innermost one around it that has a place.
std::size_t YamlOffset(std::string_view yaml, std::string_view path, const DecodeLimits& limits);

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_YAML_PLACE_H_
