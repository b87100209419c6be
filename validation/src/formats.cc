#include "k8snet/validation/formats.h"

#include <algorithm>
#include <cstdio>
#include <initializer_list>

#include "k8snet/apis/base/unicode.h"

namespace k8snet::validation {
namespace {

constexpr std::string_view kLabelRegex = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
constexpr std::string_view kSubdomainRegex =
    "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
constexpr std::string_view kNameRegex = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLowerOrDigit(char c) { return IsLower(c) || IsDigit(c); }
bool IsAlnum(char c) { return IsLowerOrDigit(c) || (c >= 'A' && c <= 'Z'); }

std::string RegexMessage(std::string_view text, std::string_view regex,
                         std::initializer_list<std::string_view> examples) {
  std::string out(text);
  out += " (";
  if (examples.size() != 0) {
    out += "e.g. ";
    bool first = true;
    for (const std::string_view example : examples) {
      out += first ? "'" : " or '";
      out.append(example).append("', ");
      first = false;
    }
  }
  return out.append("regex used for validation is '").append(regex).append("')");
}

std::string TooLong(std::size_t max, std::string_view unit) {
  return "must be no more than " + std::to_string(max) + " " + std::string(unit);
}

bool MatchesLabel(std::string_view value) {
  return !value.empty() && IsLowerOrDigit(value.front()) && IsLowerOrDigit(value.back()) &&
         std::all_of(value.begin(), value.end(),
                     [](char c) { return IsLowerOrDigit(c) || c == '-'; });
}

bool MatchesSubdomain(std::string_view value) {
  for (;;) {
    const auto dot = value.find('.');
    if (!MatchesLabel(value.substr(0, dot))) {
      return false;
    }
    if (dot == std::string_view::npos) {
      return true;
    }
    value.remove_prefix(dot + 1);
  }
}

// A name of labels: letters, digits, '-', '_' and '.', with a letter or digit at both ends.
bool MatchesName(std::string_view value) {
  return !value.empty() && IsAlnum(value.front()) && IsAlnum(value.back()) &&
         std::all_of(value.begin(), value.end(),
                     [](char c) { return IsAlnum(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

Messages Dns1123Label(std::string_view value) {
  constexpr std::size_t kMax = 63;
  Messages out;
  if (value.size() > kMax) {
    out.push_back(TooLong(kMax, "characters"));
  }
  if (!MatchesLabel(value)) {
    out.push_back(MatchesSubdomain(value)
                      ? "must not contain dots"
                      : RegexMessage("a lowercase RFC 1123 label must consist of lower case "
                                     "alphanumeric characters or '-', and must start and end with "
                                     "an alphanumeric character",
                                     kLabelRegex, {"my-name", "123-abc"}));
  }
  return out;
}

Messages Dns1123Subdomain(std::string_view value) {
  constexpr std::size_t kMax = 253;
  Messages out;
  if (value.size() > kMax) {
    out.push_back(TooLong(kMax, "characters"));
  }
  if (!MatchesSubdomain(value)) {
    out.push_back(RegexMessage(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
        "'.', and must start and end with an alphanumeric character",
        kSubdomainRegex, {"example.com"}));
  }
  return out;
}

Messages Dns1035Label(std::string_view value) {
  constexpr std::size_t kMax = 63;
  Messages out;
  if (value.size() > kMax) {
    out.push_back(TooLong(kMax, "characters"));
  }
  if (!MatchesLabel(value) || !IsLower(value.front())) {
    out.push_back(RegexMessage(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
        "alphabetic character, and end with an alphanumeric character",
        "[a-z]([-a-z0-9]*[a-z0-9])?", {"my-name", "abc-123"}));
  }
  return out;
}

Messages WildcardSubdomain(std::string_view value) {
  constexpr std::size_t kMax = 253;
  Messages out;
  if (value.size() > kMax) {
    out.push_back(TooLong(kMax, "characters"));
  }
  if (!value.starts_with("*.") || !MatchesSubdomain(value.substr(2))) {
    out.push_back(RegexMessage(
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, "
        "which must consist of lower case alphanumeric characters, '-' or '.' and end with an "
        "alphanumeric character",
        "\\*\\." + std::string(kSubdomainRegex), {"*.example.com"}));
  }
  return out;
}

Messages LabelKey(std::string_view value) {
  constexpr std::size_t kMaxPrefix = 253;
  constexpr std::size_t kMaxName = 63;
  constexpr std::string_view kText =
      "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
      "alphanumeric character";
  const auto message = [&] {
    return RegexMessage(kText, kNameRegex, {"MyName", "my.name", "123-abc"});
  };
  Messages out;
  std::string_view name = value;
  if (const auto slash = value.find('/'); slash != std::string_view::npos) {
    const std::string_view prefix = value.substr(0, slash);
    name = value.substr(slash + 1);
    if (name.find('/') != std::string_view::npos) {
      out.push_back("a valid label key " + message() +
                    " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
      return out;
    }
    if (prefix.empty()) {
      out.emplace_back("prefix part must be non-empty");
    } else {
      if (prefix.size() > kMaxPrefix) {
        out.push_back("prefix part " + TooLong(kMaxPrefix, "bytes"));
      }
      for (std::string& problem : Dns1123Subdomain(prefix)) {
        if (!problem.starts_with("must be no more")) {
          out.push_back("prefix part " + problem);
        }
      }
    }
  }
  if (name.empty()) {
    out.emplace_back("name part must be non-empty");
  } else if (name.size() > kMaxName) {
    out.push_back("name part " + TooLong(kMaxName, "bytes"));
  }
  if (!MatchesName(name)) {
    out.push_back("name part " + message());
  }
  return out;
}

Messages LabelValue(std::string_view value) {
  constexpr std::size_t kMax = 63;
  Messages out;
  if (value.size() > kMax) {
    out.push_back(TooLong(kMax, "bytes"));
  }
  if (!value.empty() && !MatchesName(value)) {
    out.push_back(RegexMessage(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
        "'.', and must start and end with an alphanumeric character",
        "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?", {"MyValue", "my_value", "12345"}));
  }
  return out;
}

Messages PortName(std::string_view value) {
  constexpr std::size_t kMax = 15;
  Messages out;
  if (value.size() > kMax) {
    out.push_back(TooLong(kMax, "characters"));
  }
  if (value.empty() || !std::all_of(value.begin(), value.end(),
                                    [](char c) { return IsLowerOrDigit(c) || c == '-'; })) {
    out.emplace_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (std::none_of(value.begin(), value.end(), IsLower)) {
    out.emplace_back("must contain at least one letter (a-z)");
  }
  if (value.find("--") != std::string_view::npos) {
    out.emplace_back("must not contain consecutive hyphens");
  }
  if (!value.empty() && (value.front() == '-' || value.back() == '-')) {
    out.emplace_back("must not begin or end with a hyphen");
  }
  return out;
}

Messages PortNumber(std::int64_t value) {
  return value >= 1 && value <= 65535 ? Messages()
                                      : Messages{"must be between 1 and 65535, inclusive"};
}

Messages PathSegmentName(std::string_view value) {
  if (value == "." || value == "..") {
    return {"may not be '" + std::string(value) + "'"};
  }
  Messages out;
  for (const std::string_view part : {"/", "%"}) {
    if (value.find(part) != std::string_view::npos) {
      out.push_back("may not contain '" + std::string(part) + "'");
    }
  }
  return out;
}

Messages HttpPath(std::string_view value) {
  constexpr std::string_view kOthers = "/-._~%!$&'()*+,;=:";
  const bool matches = !value.empty() && std::all_of(value.begin(), value.end(), [&](char c) {
    return IsAlnum(c) || kOthers.find(c) != std::string_view::npos;
  });
  return matches ? Messages()
                 : Messages{RegexMessage("Invalid path", "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+", {})};
}

Messages PrintableName(std::string_view value) {
  Messages messages;
  for (std::string_view rest = value; !rest.empty();) {
    const std::size_t at = value.size() - rest.size();
    const char32_t rune = TakeRune(rest);
    if (!IsPrintable(rune)) {
      char text[64];
      std::snprintf(text, sizeof(text), "invalid character U+%04X (at position %zu)",
                    static_cast<unsigned>(rune), at);
      messages.emplace_back(text);
    }
  }
  return messages;
}

std::string MaskTrailingDash(std::string_view name) {
  if (name.size() > 1 && name.back() == '-') {
    return std::string(name.substr(0, name.size() - 2)) + "a";
  }
  return std::string(name);
}

}  // namespace k8snet::validation
