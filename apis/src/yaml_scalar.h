// What a plain YAML 1.1 scalar stands for.
#ifndef K8SNET_APIS_SRC_YAML_SCALAR_H_
#define K8SNET_APIS_SRC_YAML_SCALAR_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace k8snet::internal {

enum class YamlKind : std::uint8_t { kString, kNull, kBool, kInt, kFloat, kMerge };

struct YamlScalar {
  YamlKind kind = YamlKind::kString;
  std::string json;   // The value as JSON; empty for kString, kMerge and numbers without one.
  double number = 0;  // kFloat only.
};

// Returns what `text` stands for when it is not quoted and has no tag.
// Source: yaml/go-yaml v2 resolve.go resolve; times are text, as kubernetes-sigs/yaml has them.
YamlScalar ResolveYaml(std::string_view text);

// Returns whether `text` would be a number of base 60 in YAML 1.1, such as 190:20:30.
bool IsBase60(std::string_view text);

// Returns whether `text` would be a time.
bool IsYamlTimestamp(std::string_view text);

// Returns `number` as Go's encoding/json prints it; it must be finite.
std::string FormatJsonDouble(double number);

// Returns `number` as Go's strconv.FormatFloat prints it with format g and the fewest digits that
// tell it from other numbers of its width; `narrow` takes it for 32 bits wide.
std::string FormatShortest(double number, bool narrow);

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_YAML_SCALAR_H_
