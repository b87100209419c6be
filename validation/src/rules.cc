#include "src/rules.h"

#include <algorithm>
#include <utility>

#include "k8snet/apis/codec/json.h"

namespace k8snet::validation {

void AppendMessages(const field::Path& path, const field::BadValue& value, const Messages& messages,
                    field::ErrorList& errors) {
  for (const std::string& message : messages) {
    errors.push_back(field::Invalid(path, value, message));
  }
}

std::string JsonText(std::string_view text) {
  std::string json;
  AppendJsonString(text, json);
  return json;
}

field::BadValue Named(std::string_view text) { return field::BadValue::Json(JsonText(text)); }

void ValidateEnum(std::string_view value, std::initializer_list<std::string_view> supported,
                  const field::Path& path, field::ErrorList& errors) {
  if (value.empty()) {
    errors.push_back(field::Required(path));
  } else if (std::find(supported.begin(), supported.end(), value) == supported.end()) {
    errors.push_back(field::NotSupported(path, Named(value), supported));
  }
}

void ValidateOptionalEnum(const std::optional<std::string>& value,
                          std::initializer_list<std::string_view> supported,
                          const field::Path& path, field::ErrorList& errors) {
  if (value && std::find(supported.begin(), supported.end(), *value) == supported.end()) {
    errors.push_back(field::NotSupported(path, Named(*value), supported));
  }
}

void ValidatePort(const IntOrString& port, const field::Path& path, field::ErrorList& errors) {
  if (port.is_string()) {
    AppendInvalid(path, port.string_value, PortName(port.string_value), errors);
  } else {
    AppendInvalid(path, port.int_value, PortNumber(port.int_value), errors);
  }
}

}  // namespace k8snet::validation
