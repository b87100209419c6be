#include "src/registry/stored_form.h"

#include <cstddef>

#include "k8snet/apis/base/type.h"

namespace k8snet::server {
namespace {

void Drop(const Type& type, void* data);

void DropInElements(const Field& field, const void* list) {
  const auto [first, count] = field.ops->span(list);
  for (std::size_t i = 0; i < count; ++i) {
    // The elements are part of the object that is changed.
    Drop(*field.type,
         const_cast<char*>(static_cast<const char*>(first)) + i * field.ops->element_size);
  }
}

void Drop(const Type& type, void* data) {
  for (const Field& field : type.fields) {
    void* member = field.In(data);
    const bool message = field.kind == Kind::kMessage;
    switch (field.form) {
      case Form::kValue:
        if (message) {
          Drop(*field.type, member);
        }
        break;
      case Form::kOptional:
        if (const void* value = message ? field.ops->get(member) : nullptr; value != nullptr) {
          Drop(*field.type, const_cast<void*>(value));
        }
        break;
      case Form::kList:
        if (message) {
          DropInElements(field, member);
        }
        break;
      case Form::kNullableList:
        if (const void* list = field.ops->get(member); list != nullptr) {
          if (field.ops->span(list).second == 0) {
            field.ops->reset(member);
          } else if (message) {
            DropInElements(field, list);
          }
        }
        break;
      case Form::kMap:
        break;
    }
  }
}

}  // namespace

void DropEmptyLists(MutableObject& object) { Drop(object.type(), object.data()); }

}  // namespace k8snet::server
