#include "src/selectors/label_syntax.h"

#include <algorithm>
#include <cstddef>

namespace k8snet::server {
namespace {

constexpr std::size_t kMaxPart = 63;
constexpr std::size_t kMaxSubdomain = 253;

constexpr std::string_view kNameRule =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation "
    "is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view kValueRule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
    "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
constexpr std::string_view kSubdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', "
    "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool IsAlphanumeric(char c) { return IsLowerOrDigit(c) || (c >= 'A' && c <= 'Z'); }

// Whether `text` begins and ends with a letter or digit and has but those and -, _ and . between.
bool IsName(std::string_view text) {
  return !text.empty() && IsAlphanumeric(text.front()) && IsAlphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

bool IsSubdomain(std::string_view text) {
  while (true) {
    const std::size_t end = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, end);
    if (label.empty() || !IsLowerOrDigit(label.front()) || !IsLowerOrDigit(label.back()) ||
        !std::all_of(label.begin(), label.end(),
                     [](char c) { return IsLowerOrDigit(c) || c == '-'; })) {
      return false;
    }
    if (end == text.size()) {
      return true;
    }
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::vector<std::string> QualifiedNameFaults(std::string_view name) {
  std::vector<std::string> faults;
  const auto slashes = std::count(name.begin(), name.end(), '/');
  if (slashes > 1) {
    faults.push_back("a valid label key " + std::string(kNameRule) +
                     " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
    return faults;
  }
  if (slashes == 1) {
    const std::string_view prefix = name.substr(0, name.find('/'));
    name.remove_prefix(prefix.size() + 1);
    if (prefix.empty()) {
      faults.emplace_back("prefix part must be non-empty");
    } else {
      if (prefix.size() > kMaxSubdomain) {
        faults.emplace_back("prefix part must be no more than 253 bytes");
      }
      if (!IsSubdomain(prefix)) {
        faults.push_back("prefix part " + std::string(kSubdomainRule));
      }
    }
  }
  if (name.empty()) {
    faults.emplace_back("name part must be non-empty");
  } else if (name.size() > kMaxPart) {
    faults.emplace_back("name part must be no more than 63 bytes");
  }
  if (!IsName(name)) {
    faults.push_back("name part " + std::string(kNameRule));
  }
  return faults;
}

std::vector<std::string> LabelValueFaults(std::string_view value) {
  std::vector<std::string> faults;
  if (value.size() > kMaxPart) {
    faults.emplace_back("must be no more than 63 bytes");
  }
  if (!value.empty() && !IsName(value)) {
    faults.emplace_back(kValueRule);
  }
  return faults;
}

}  // namespace k8snet::server
