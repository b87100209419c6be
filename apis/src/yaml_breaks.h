// Quoted and block scalars of YAML, with the line breaks that yaml-cpp does not know: U+0085,
// U+2028 and U+2029.
#ifndef K8SNET_APIS_SRC_YAML_BREAKS_H_
#define K8SNET_APIS_SRC_YAML_BREAKS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace k8snet::internal {

// Whether `yaml` has such breaks.
bool HasOtherBreaks(std::string_view yaml);

// Returns `yaml` with line feeds in the place of such breaks: as long, and of the same structure.
std::string WithLineFeeds(std::string_view yaml);

// Returns what the quoted or block scalar says whose properties or first character is at `pos`;
// `indent` is the column of the block list or map around it, -1 for none. Nothing for a plain one.
// The syntax has been checked.
// Source: yaml/go-yaml v2 scannerc.go yaml_parser_scan_flow_scalar, yaml_parser_scan_block_scalar.
std::optional<std::string> ReadYamlScalar(std::string_view yaml, std::size_t pos, int indent);

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_YAML_BREAKS_H_
