#include "src/http/syntax.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <ctime>

namespace k8snet::server {
namespace {

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

constexpr std::array<bool, 256> MakeTokenTable() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
constexpr std::array<bool, 256> kTokenTable = MakeTokenTable();

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Whether every "%" of the path of `target` begins an escape.
bool EscapesAreValid(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  for (std::size_t i = path.find('%'); i != std::string_view::npos; i = path.find('%', i + 3)) {
    if (i + 2 >= path.size() || !IsHexDigit(path[i + 1]) || !IsHexDigit(path[i + 2])) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return Lower(x) == Lower(y); });
}

bool ListHolds(std::string_view value, std::string_view token) {
  while (true) {
    const std::size_t comma = value.find(',');
    if (EqualsIgnoreCase(Trim(value.substr(0, comma)), token)) {
      return true;
    }
    if (comma == std::string_view::npos) {
      return false;
    }
    value.remove_prefix(comma + 1);
  }
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return kTokenTable[static_cast<unsigned char>(c)];
  });
}

bool IsFieldValue(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c != '\t' && IsControl(c); });
}

std::optional<std::string_view> OriginForm(std::string_view target) {
  if (target.empty() ||
      std::any_of(target.begin(), target.end(), [](char c) { return c == ' ' || IsControl(c); })) {
    return std::nullopt;
  }
  if (target.front() != '/') {
    const std::size_t scheme = target.find("://");
    if (scheme == std::string_view::npos ||
        !(EqualsIgnoreCase(target.substr(0, scheme), "http") ||
          EqualsIgnoreCase(target.substr(0, scheme), "https"))) {
      return std::nullopt;
    }
    const std::size_t end = target.find_first_of("/?", scheme + 3);
    if (end == std::string_view::npos || target[end] == '?' || end == scheme + 3) {
      return std::nullopt;
    }
    target.remove_prefix(end);
  }
  if (!EscapesAreValid(target)) {
    return std::nullopt;
  }
  return target;
}

std::string_view DateNow() {
  thread_local std::time_t last = 0;
  thread_local std::array<char, 32> text{};
  thread_local std::size_t size = 0;
  const std::time_t now = std::time(nullptr);
  if (now != last) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    last = now;
  }
  return {text.data(), size};
}

bool IsTransportsOwn(std::string_view name) {
  switch (name.size()) {
    case 4:
      return EqualsIgnoreCase(name, "date");
    case 10:
      return EqualsIgnoreCase(name, "connection") || EqualsIgnoreCase(name, "keep-alive");
    case 14:
      return EqualsIgnoreCase(name, "content-length");
    case 17:
      return EqualsIgnoreCase(name, "transfer-encoding");
    default:
      return false;
  }
}

bool StatusHasBody(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace k8snet::server
