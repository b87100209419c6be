#include "src/verbs/managed_entries.h"

#include <utility>

#include "src/patch/json.h"

namespace k8snet::server {

std::vector<ManagedEntry> EntriesOf(const std::vector<meta::v1::ManagedFieldsEntry>& fields) {
  std::vector<ManagedEntry> entries;
  entries.reserve(fields.size());
  for (const meta::v1::ManagedFieldsEntry& field : fields) {
    ManagedEntry& entry = entries.emplace_back();
    entry.manager = field.manager;
    entry.operation = field.operation;
    entry.api_version = field.api_version;
    entry.time = field.time ? field.time->ToString() : "";
    entry.fields_type = field.fields_type;
    entry.fields_v1 = field.fields_v1 ? field.fields_v1->json : "";
    entry.subresource = field.subresource;
  }
  return entries;
}

std::vector<meta::v1::ManagedFieldsEntry> ManagedFieldsOf(std::vector<ManagedEntry> entries) {
  std::vector<meta::v1::ManagedFieldsEntry> fields;
  fields.reserve(entries.size());
  for (ManagedEntry& entry : entries) {
    meta::v1::ManagedFieldsEntry& field = fields.emplace_back();
    field.manager = std::move(entry.manager);
    field.operation = std::move(entry.operation);
    field.api_version = std::move(entry.api_version);
    field.time = Time::Parse(entry.time);
    field.fields_type = std::move(entry.fields_type);
    if (!entry.fields_v1.empty()) {
      field.fields_v1 = RawJson{std::move(entry.fields_v1)};
    }
    field.subresource = std::move(entry.subresource);
  }
  return fields;
}

bool ClearsManagedFields(std::string_view json) {
  if (json.find("\"managedFields\"") == std::string_view::npos) {
    return false;
  }
  const auto parsed = ParseJson(json);
  const Json* metadata = parsed ? parsed->value.Find("metadata") : nullptr;
  const Json* fields = metadata == nullptr ? nullptr : metadata->Find("managedFields");
  return fields != nullptr && fields->AsArray() != nullptr && fields->AsArray()->empty();
}

}  // namespace k8snet::server
