#include "src/query.h"

#include <algorithm>
#include <cstddef>

namespace k8snet::server {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return -1;
}

}  // namespace

std::pair<std::string, bool> PercentDecode(std::string_view text, bool plus_is_space) {
  std::pair<std::string, bool> result{"", true};
  result.first.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      const int high = text.size() - i > 2 ? HexValue(text[i + 1]) : -1;
      const int low = text.size() - i > 2 ? HexValue(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        result.second = false;
        return result;
      }
      result.first += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      result.first += c == '+' && plus_is_space ? ' ' : c;
    }
  }
  return result;
}

Query::Query(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty() || pair.find(';') != std::string_view::npos) {
      continue;
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto [key, key_good] = PercentDecode(pair.substr(0, equals), true);
    auto [value, value_good] = PercentDecode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (key_good && value_good) {
      items_.emplace_back(std::move(key), std::move(value));
    }
  }
}

const std::string* Query::Find(std::string_view key) const {
  for (const auto& [item_key, value] : items_) {
    if (item_key == key) {
      return &value;
    }
  }
  return nullptr;
}

std::string_view Query::Get(std::string_view key) const {
  const std::string* value = Find(key);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

std::vector<std::string> Query::All(std::string_view key) const {
  std::vector<std::string> values;
  for (const auto& [item_key, value] : items_) {
    if (item_key == key) {
      values.push_back(value);
    }
  }
  return values;
}

}  // namespace k8snet::server
