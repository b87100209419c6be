#include "k8snet/conversion/plurals.h"

#include <string>
#include <string_view>
#include <vector>

namespace k8snet::conversion {
namespace {

using Texts = std::vector<std::string>;

// The string that an element of a plural is, or that it has as its only member.
const std::string& TextOf(const Field& plural, const void* element) {
  return *static_cast<const std::string*>(
      plural.kind == Kind::kString ? element : plural.type->fields.front().In(element));
}
std::string& TextOf(const Field& plural, void* element) {
  return const_cast<std::string&>(TextOf(plural, static_cast<const void*>(element)));
}

Texts Read(const Field& plural, const void* list) {
  const auto [data, size] = plural.ops->span(list);
  Texts texts;
  for (std::size_t i = 0; i < size; ++i) {
    texts.push_back(TextOf(plural, static_cast<const char*>(data) + i * plural.ops->element_size));
  }
  return texts;
}

void Write(const Field& plural, void* list, const Texts& texts) {
  plural.ops->resize(list, 0);
  for (const std::string& text : texts) {
    TextOf(plural, plural.ops->append(list)) = text;
  }
}

void NormalizePair(const Field& field, std::string_view old_singular, const Texts& old_plural,
                   const std::string& singular, void* plural) {
  const Texts texts = Read(field, plural);
  if (singular == old_singular) {
    if (texts.empty()) {
      Write(field, plural, old_plural);
    }
    return;
  }
  if (texts == old_plural) {
    Write(field, plural, singular.empty() ? Texts() : Texts{singular});
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
      Texts old_plural;
      if (old_value != nullptr) {
        old_singular = *static_cast<const std::string*>(singular->In(old_value));
        old_plural = Read(field, old_member);
      }
      NormalizePair(field, old_singular, old_plural,
                    *static_cast<const std::string*>(singular->In(value)), member);
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
