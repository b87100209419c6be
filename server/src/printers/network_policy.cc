#include <algorithm>
#include <array>
#include <utility>

#include "k8snet/apis/networking/v1.h"
#include "src/printers/kinds.h"

namespace k8snet::server {
namespace {

using networking::v1::NetworkPolicy;

constexpr std::array<Column, 3> kColumns = {
    kNameColumn,
    Column{.name = "Pod-Selector", .description = "The pods that the policy is about."},
    kAgeColumn};

// Returns the selector as text: `a=b,c in (d,e)`, by key.
// Source: kubernetes/apimachinery pkg/apis/meta/v1/helpers.go, FormatLabelSelector.
std::string SelectorText(const meta::v1::LabelSelector& selector) {
  std::vector<std::pair<std::string, std::string>> parts;
  for (const auto& [key, value] : selector.match_labels) {
    parts.emplace_back(key, key + "=" + value);
  }
  for (const auto& expression : selector.match_expressions) {
    const std::string& key = expression.key;
    if (expression.operator_ == "Exists") {
      parts.emplace_back(key, key);
    } else if (expression.operator_ == "DoesNotExist") {
      parts.emplace_back(key, "!" + key);
    } else if (expression.operator_ == "In" || expression.operator_ == "NotIn") {
      std::vector<std::string> values = expression.values;
      std::sort(values.begin(), values.end());
      parts.emplace_back(key, key + (expression.operator_ == "In" ? " in (" : " notin (") +
                                  FirstOf(values, values.size()) + ")");
    } else {
      return "<error>";
    }
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> texts;
  for (auto& [key, text] : parts) {
    texts.push_back(std::move(text));
  }
  return texts.empty() ? "<none>" : FirstOf(texts, texts.size());
}

std::vector<std::string> Cells(const NetworkPolicy& policy,
                               std::chrono::system_clock::time_point now) {
  return {policy.metadata.name, SelectorText(policy.spec.pod_selector),
          AgeText(policy.metadata.creation_timestamp, now)};
}

}  // namespace

const Printer& NetworkPolicyPrinter() {
  static const TypedPrinter<NetworkPolicy> printer(kColumns, Cells);
  return printer;
}

}  // namespace k8snet::server
