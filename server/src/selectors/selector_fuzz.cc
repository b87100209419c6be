// Selectors of labels and fields. The first byte says which; a selector that is read twice over
// selects the same.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "k8snet/apis/base/check.h"
#include "src/selectors/field_selector.h"
#include "src/selectors/label_selector.h"

namespace k8snet::server {
namespace {

void CheckRefusal(const Error& error) {
  K8SNET_CHECK(error.reason == Reason::kBadRequest && !error.message.empty());
}

void FuzzLabels(const std::string& text) {
  const auto selector = LabelSelector::Parse(text);
  if (!selector) {
    CheckRefusal(selector.error());
    return;
  }
  const Attributes objects[] = {{}, {{{"app", "web"}, {"n", "7"}}, {}}, {{{"a", ""}}, {}}};
  K8SNET_CHECK(!selector->empty() || selector->Matches(objects[0]));
  if (selector->empty()) {
    return;
  }
  const auto twice = LabelSelector::Parse(text + "," + text);
  K8SNET_CHECK(twice.has_value());
  for (const Attributes& object : objects) {
    K8SNET_CHECK(selector->Matches(object) == twice->Matches(object));
  }
}

void FuzzFields(const std::string& text) {
  static constexpr std::string_view kFields[] = {"spec.clusterIP", "spec.type"};
  const auto selector = FieldSelector::Parse(text, kFields);
  if (!selector) {
    CheckRefusal(selector.error());
    return;
  }
  EncodingBudget budget(1 << 20);
  const std::string_view root = "/registry/services/specs/";
  const Entry entry(std::string(root) + "default/web", root.size(), true, 7,
                    std::make_shared<const std::string>("value"), {{}, {"None", "ClusterIP"}},
                    budget);
  const auto twice = FieldSelector::Parse(text + "," + text, kFields);
  K8SNET_CHECK(twice.has_value());
  K8SNET_CHECK(selector->Matches(entry) == twice->Matches(entry));
  K8SNET_CHECK(selector->RequiredName() == twice->RequiredName());
}

}  // namespace
}  // namespace k8snet::server

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  data[0] == 'f' ? k8snet::server::FuzzFields(text) : k8snet::server::FuzzLabels(text);
  return 0;
}
