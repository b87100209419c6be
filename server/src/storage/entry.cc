#include "src/storage/entry.h"

#include <algorithm>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {

const std::string* Attributes::FindLabel(std::string_view name) const {
  const auto it = std::lower_bound(
      labels.begin(), labels.end(), name,
      [](const auto& label, std::string_view wanted) { return label.first < wanted; });
  return it != labels.end() && it->first == name ? &it->second : nullptr;
}

Entry::Entry(std::string key, std::size_t key_prefix_size, bool namespaced, std::uint64_t revision,
             Bytes value, Attributes attributes, EncodingBudget& budget)
    : key_(std::move(key)),
      namespace_begin_(static_cast<std::uint32_t>(key_prefix_size)),
      name_begin_(namespace_begin_),
      revision_(revision),
      value_(std::move(value)),
      attributes_(std::move(attributes)),
      encodings_(budget) {
  K8SNET_CHECK(value_ != nullptr && key_prefix_size <= key_.size());
  if (namespaced) {
    if (const std::size_t slash = key_.find('/', key_prefix_size); slash != std::string::npos) {
      namespace_size_ = static_cast<std::uint32_t>(slash - key_prefix_size);
      name_begin_ = static_cast<std::uint32_t>(slash + 1);
    }
  }
}

}  // namespace k8snet::server
