#include "src/apply/managed.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "k8snet/apis/base/field.h"

namespace k8snet::server {
namespace {

constexpr std::size_t kMaxUpdateManagers = 10;

}  // namespace

std::string ManagerId::ToString() const {
  std::string text = field::Quote(manager);
  if (!subresource.empty()) {
    text += " with subresource " + field::Quote(subresource);
  }
  if (operation == "Update") {
    text += " using " + api_version;
  }
  return text;
}

std::optional<Managed> DecodeManaged(const std::vector<ManagedEntry>& entries) {
  Managed managed;
  for (const ManagedEntry& entry : entries) {
    const bool applied = entry.operation == "Apply";
    if ((!applied && entry.operation != "Update") || entry.fields_type != "FieldsV1" ||
        entry.api_version.empty()) {
      return std::nullopt;
    }
    auto fields = FieldSet::Decode(entry.fields_v1);
    if (!fields) {
      return std::nullopt;
    }
    const ManagerId id{entry.manager, entry.operation, applied ? "" : entry.api_version,
                       entry.subresource};
    managed.owners.insert_or_assign(id, Owned{*std::move(fields), entry.api_version});
    managed.times.insert_or_assign(id, entry.time);
  }
  return managed;
}

std::vector<ManagedEntry> EncodeManaged(const Managed& managed) {
  std::vector<ManagedEntry> entries;
  entries.reserve(managed.owners.size());
  for (const auto& [id, owned] : managed.owners) {
    const auto time = managed.times.find(id);
    entries.push_back({.manager = id.manager,
                       .operation = id.operation,
                       .api_version = owned.api_version,
                       .time = time == managed.times.end() ? "" : time->second,
                       .fields_type = "FieldsV1",
                       .fields_v1 = owned.fields.Encode(),
                       .subresource = id.subresource});
  }
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::tie(a.operation, a.time, a.manager, a.api_version, a.subresource) <
           std::tie(b.operation, b.time, b.manager, b.api_version, b.subresource);
  });
  return entries;
}

void CapUpdateManagers(Managed& managed) {
  std::vector<ManagerId> updaters;
  for (const auto& [id, owned] : managed.owners) {
    if (id.operation == "Update") {
      updaters.push_back(id);
    }
  }
  std::size_t count = updaters.size();
  if (count <= kMaxUpdateManagers) {
    return;
  }
  std::stable_sort(updaters.begin(), updaters.end(), [&](const auto& a, const auto& b) {
    return managed.times[a] < managed.times[b];
  });
  std::map<std::string, ManagerId> first_of_version;
  for (const ManagerId& id : updaters) {
    if (count <= kMaxUpdateManagers) {
      return;
    }
    const Owned owned = managed.owners.at(id);
    const ManagerId bucket{"ancient-changes", "Update", owned.api_version, ""};
    if (const auto [first, added] = first_of_version.emplace(owned.api_version, id); !added) {
      if (!managed.owners.contains(bucket)) {
        auto node = managed.owners.extract(first->second);
        node.key() = bucket;
        managed.owners.insert(std::move(node));
      }
      Owned& merged = managed.owners.at(bucket);
      merged.fields = owned.fields.Union(merged.fields);
      if (id != bucket) {
        managed.owners.erase(id);
      }
      --count;
    }
    const std::string time = managed.times[id];
    managed.times[bucket] = time;
  }
}

}  // namespace k8snet::server
