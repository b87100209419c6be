#include "src/go_names.h"

namespace k8snet::internal {

std::string ElementGoName(const Field& field) {
  switch (field.kind) {
    case Kind::kBool:
      return "bool";
    case Kind::kInt32:
    case Kind::kIntOrString:
      return "int32";
    case Kind::kInt64:
      return "int64";
    case Kind::kDouble:
      return "float64";
    case Kind::kBytes:
      return "[]uint8";
    case Kind::kMessage:
      return std::string(field.type->version).append(".").append(field.type->name);
    default:
      return "string";
  }
}

std::string MemberGoName(const Field& field) {
  switch (field.form) {
    case Form::kList:
    case Form::kNullableList:
      return "[]" + ElementGoName(field);
    case Form::kMap:
      return "map[string]" + ElementGoName(field);
    default:
      return ElementGoName(field);
  }
}

}  // namespace k8snet::internal
