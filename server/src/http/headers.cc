#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "k8snet/server/http.h"
#include "src/http/syntax.h"

namespace k8snet::server {

void Headers::Add(std::string name, std::string value) {
  items_.emplace_back(std::move(name), std::move(value));
}

void Headers::Set(std::string name, std::string value) {
  Remove(name);
  Add(std::move(name), std::move(value));
}

const std::string* Headers::Find(std::string_view name) const {
  for (const auto& [key, value] : items_) {
    if (EqualsIgnoreCase(key, name)) {
      return &value;
    }
  }
  return nullptr;
}

std::vector<std::string> Headers::All(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : items_) {
    if (EqualsIgnoreCase(key, name)) {
      values.push_back(value);
    }
  }
  return values;
}

void Headers::Remove(std::string_view name) {
  std::erase_if(items_, [name](const auto& item) { return EqualsIgnoreCase(item.first, name); });
}

}  // namespace k8snet::server
