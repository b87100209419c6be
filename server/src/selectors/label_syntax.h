// What label names and values may look like, with upstream's words for what is wrong.
#ifndef K8SNET_SERVER_SRC_SELECTORS_LABEL_SYNTAX_H_
#define K8SNET_SERVER_SRC_SELECTORS_LABEL_SYNTAX_H_

#include <string>
#include <string_view>
#include <vector>

namespace k8snet::server {

// Returns what is wrong with `name` as a qualified name, such as "example.com/app"; empty: nothing.
// Source: kubernetes/apimachinery pkg/util/validation/validation.go, IsQualifiedName.
[[nodiscard]] std::vector<std::string> QualifiedNameFaults(std::string_view name);

// Returns what is wrong with `value` as the value of a label; empty: nothing.
// Source: kubernetes/apimachinery pkg/util/validation/validation.go, IsValidLabelValue.
[[nodiscard]] std::vector<std::string> LabelValueFaults(std::string_view value);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_SELECTORS_LABEL_SYNTAX_H_
