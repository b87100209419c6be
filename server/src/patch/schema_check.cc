#include "src/patch/schema_check.h"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace k8snet::server::internal {
namespace {

// Returns what Go calls the kind of a decoded value.
std::string GoKind(const Json& value) {
  if (const Json::Number* number = value.AsNumber(); number != nullptr) {
    return IsInt64(number->text) ? "int64" : "float64";
  }
  if (value.AsArray() != nullptr) {
    return "slice";
  }
  return value.AsObject() != nullptr ? "map" : std::string(value.KindName());
}

std::string Misfit(const Json& value, const Field& field);

std::string CheckInteger(const Json& value, std::string_view go_type, std::int64_t min,
                         std::int64_t max) {
  const Json::Number* number = value.AsNumber();
  if (number == nullptr) {
    return "unrecognized type: " + std::string(go_type);
  }
  double real = 0;
  std::int64_t whole = 0;
  if (IsInt64(number->text)) {
    std::from_chars(number->text.data(), number->text.data() + number->text.size(), whole);
  } else {
    std::from_chars(number->text.data(), number->text.data() + number->text.size(), real);
    if (real != std::trunc(real) || std::fabs(real) >= 9.2e18) {
      return "cannot convert float64 to " + std::string(go_type);
    }
    whole = static_cast<std::int64_t>(real);
  }
  return whole < min || whole > max ? "cannot convert int64 to " + std::string(go_type) : "";
}

std::string CheckItem(const Json& value, const Field& field) {
  if (value.IsNull()) {
    return "";
  }
  switch (field.kind) {
    case Kind::kBool:
      return value.AsBool() != nullptr ? "" : "unrecognized type: bool";
    case Kind::kInt32:
      return CheckInteger(value, "int32", INT32_MIN, INT32_MAX);
    case Kind::kInt64:
      return CheckInteger(value, "int64", INT64_MIN, INT64_MAX);
    case Kind::kDouble:
      return value.AsNumber() != nullptr ? "" : "unrecognized type: float64";
    case Kind::kString:
      if (value.AsString() != nullptr) {
        return "";
      }
      // Go could convert an integer to a string, so it words this one differently.
      return GoKind(value) == "int64" ? "cannot convert int64 to string"
                                      : "unrecognized type: string";
    case Kind::kMessage:
      if (value.AsObject() == nullptr) {
        return "cannot restore struct from: " + GoKind(value);
      }
      return FindMisfit(*field.type, value);
    case Kind::kBytes:
    case Kind::kTime:
    case Kind::kMicroTime:
    case Kind::kIntOrString:
    case Kind::kRawJson:
      return "";
  }
  return "";
}

std::string Misfit(const Json& value, const Field& field) {
  if (value.IsNull()) {
    return "";
  }
  switch (field.form) {
    case Form::kValue:
    case Form::kOptional:
      return CheckItem(value, field);
    case Form::kList:
    case Form::kNullableList:
      if (value.AsArray() == nullptr) {
        return "cannot restore slice from " + GoKind(value);
      }
      for (const Json& item : *value.AsArray()) {
        if (std::string misfit = CheckItem(item, field); !misfit.empty()) {
          return misfit;
        }
      }
      return "";
    case Form::kMap:
      if (value.AsObject() == nullptr) {
        return "cannot restore map from " + GoKind(value);
      }
      for (const auto& [name, item] : *value.AsObject()) {
        if (std::string misfit = CheckItem(item, field); !misfit.empty()) {
          return misfit;
        }
      }
      return "";
  }
  return "";
}

}  // namespace

std::string FindMisfit(const Type& type, const Json& document) {
  for (const Field& field : type.fields) {
    const Json* value = document.Find(field.json_name);
    if (value == nullptr) {
      continue;
    }
    if (std::string misfit = Misfit(*value, field); !misfit.empty()) {
      return misfit;
    }
  }
  return "";
}

}  // namespace k8snet::server::internal
