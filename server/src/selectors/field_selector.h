// Field selectors: which objects a list, a watch or a deletecollection is about, by a few fields.
#ifndef K8SNET_SERVER_SRC_SELECTORS_FIELD_SELECTOR_H_
#define K8SNET_SERVER_SRC_SELECTORS_FIELD_SELECTOR_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "src/storage/entry.h"

namespace k8snet::server {

// A conjunction of conditions on fields; an empty one selects everything.
// Thread-safe: immutable once constructed.
class FieldSelector {
 public:
  FieldSelector() = default;

  // Reads `text`, such as "metadata.name=web,spec.type!=ClusterIP". `fields` are the names that
  // objects of the resource have beside metadata.name and metadata.namespace, in the order of
  // Attributes::fields. A field that is not known is refused with the text for plain kinds, or the
  // one for kinds with fields of their own; of these, only `namespaced` ones know their namespace.
  // Terms that say neither field nor value are left out.
  // Errors: kBadRequest.
  // Source: kubernetes/apimachinery pkg/fields/selector.go, ParseSelector;
  // pkg/runtime/conversion.go, DefaultMetaV1FieldSelectorConversion.
  [[nodiscard]] static Result<FieldSelector> Parse(std::string_view text,
                                                   std::span<const std::string_view> fields,
                                                   bool namespaced = true);

  // Checks all of `text` but whether the fields are known.
  // Errors: kBadRequest.
  [[nodiscard]] static Status CheckSyntax(std::string_view text);

  [[nodiscard]] bool empty() const { return requirements_.empty(); }
  [[nodiscard]] bool Matches(const Entry& entry) const;

  // Returns the name that objects must have to match, if the selector says one.
  [[nodiscard]] std::optional<std::string> RequiredName() const;

 private:
  // Places that a requirement looks at, beside indices into Attributes::fields.
  static constexpr std::size_t kName = static_cast<std::size_t>(-1);
  static constexpr std::size_t kNamespace = static_cast<std::size_t>(-2);

  struct Requirement {
    std::size_t field = kName;
    bool negated = false;
    std::string value;
  };

  // Reads the terms, whose fields are still to be found, and what they call these.
  [[nodiscard]] Status ParseTerms(std::string_view text, std::vector<std::string_view>& names);

  std::vector<Requirement> requirements_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_SELECTORS_FIELD_SELECTOR_H_
