#include "src/rules.h"

#include <algorithm>
#include <utility>

#include "k8snet/apis/codec/json.h"

namespace k8snet::validation {

void AppendMessages(const field::Path& path, const field::BadValue& value, const Messages& messages,
                    field::ErrorList& errors, std::string_view origin) {
  for (const std::string& message : messages) {
    errors.push_back(field::Invalid(path, value, message).WithOrigin(origin));
  }
}

void ValidateSegment(const std::string& value, const field::Path& path, field::ErrorList& errors,
                     field::ErrorList& missing) {
  if (value.empty()) {
    missing.push_back(field::Required(path));
  } else {
    AppendInvalid(path, value, PathSegmentName(value), errors);
  }
}

void ValidateStatusHostname(const std::string& hostname, const field::Path& path,
                            field::ErrorList& errors) {
  if (hostname.empty()) {
    return;
  }
  AppendInvalid(path, hostname, Dns1123Subdomain(hostname), errors);
  if (ParseIp(hostname)) {
    errors.push_back(field::Invalid(path, hostname, "must be a DNS name, not an IP address"));
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
