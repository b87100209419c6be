#include "k8snet/conversion/plurals.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace k8snet::conversion {
namespace {

using Plural = std::vector<std::string>;

void NormalizePair(std::string_view old_singular, std::span<const std::string> old_plural,
                   const std::string& singular, Plural& plural) {
  if (singular == old_singular) {
    if (plural.empty()) {
      plural.assign(old_plural.begin(), old_plural.end());
    }
    return;
  }
  if (!std::ranges::equal(plural, old_plural)) {
    return;
  }
  plural.clear();
  if (!singular.empty()) {
    plural.push_back(singular);
  }
}

// `old_value` is null where there was nothing.
void NormalizeStruct(const Type& type, const void* old_value, void* value) {
  for (const Field& field : type.fields) {
    const void* old_member = old_value == nullptr ? nullptr : field.In(old_value);
    void* member = field.In(value);
    if (!field.plural_of.empty()) {
      const Field* singular = type.Find(field.plural_of);
      K8SNET_CHECK(singular != nullptr && singular->kind == Kind::kString &&
                   singular->form == Form::kValue && field.form == Form::kList);
      std::string_view old_singular;
      std::span<const std::string> old_plural;
      if (old_value != nullptr) {
        old_singular = *static_cast<const std::string*>(singular->In(old_value));
        old_plural = *static_cast<const Plural*>(old_member);
      }
      NormalizePair(old_singular, old_plural, *static_cast<std::string*>(singular->In(value)),
                    *static_cast<Plural*>(member));
      continue;
    }
    if (field.kind != Kind::kMessage) {
      continue;
    }
    if (field.form == Form::kValue) {
      NormalizeStruct(*field.type, old_member, member);
    } else if (field.form == Form::kOptional && field.ops->get(member) != nullptr) {
      NormalizeStruct(*field.type, old_member == nullptr ? nullptr : field.ops->get(old_member),
                      const_cast<void*>(field.ops->get(member)));
    }
  }
}

}  // namespace

void NormalizePlurals(const Object* old_hub, MutableObject& hub) {
  K8SNET_CHECK(old_hub == nullptr || &old_hub->type() == &hub.type());
  NormalizeStruct(hub.type(), old_hub == nullptr ? nullptr : old_hub->data(), hub.data());
}

}  // namespace k8snet::conversion
