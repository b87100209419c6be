// Label selectors: which objects a list, a watch or a deletecollection is about, by their labels.
#ifndef K8SNET_SERVER_SRC_SELECTORS_LABEL_SELECTOR_H_
#define K8SNET_SERVER_SRC_SELECTORS_LABEL_SELECTOR_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "src/storage/entry.h"

namespace k8snet::server {

// A conjunction of conditions on labels; an empty one selects everything.
// Thread-safe: immutable once constructed.
class LabelSelector {
 public:
  LabelSelector() = default;

  // Reads `text`, such as "app=web,tier in (a,b),!old".
  // Errors: kBadRequest with upstream's text.
  // Source: kubernetes/apimachinery pkg/labels/selector.go, Parse.
  [[nodiscard]] static Result<LabelSelector> Parse(std::string_view text);

  [[nodiscard]] bool empty() const { return requirements_.empty(); }
  [[nodiscard]] bool Matches(const Attributes& attributes) const;

 private:
  friend class LabelSelectorParser;

  enum class Operator : std::uint8_t {
    kExists,
    kDoesNotExist,
    kIn,     // Also of = and ==.
    kNotIn,  // Also of !=.
    kGreater,
    kLess,
  };

  struct Requirement {
    std::string key;
    Operator op = Operator::kExists;
    std::vector<std::string> values;  // Sorted, each once.
    std::int64_t bound = 0;           // kGreater and kLess.

    [[nodiscard]] bool Matches(const Attributes& attributes) const;
  };

  std::vector<Requirement> requirements_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_SELECTORS_LABEL_SELECTOR_H_
