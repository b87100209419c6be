#include "src/registry/served.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "src/registry/wire_scan.h"

namespace k8snet::server {
namespace {

constexpr std::uint32_t kMetadataField = 1;  // Of every kind.
constexpr std::uint32_t kLabelsField = 11;   // Of ObjectMeta.

void AddLabel(std::string_view entry, Attributes& attributes) {
  std::string key;
  std::string value;
  WireScanner scanner(entry);
  while (const std::optional<WireField> field = scanner.Next()) {
    if (field->number == 1) {
      key = field->bytes;
    } else if (field->number == 2) {
      value = field->bytes;
    }
  }
  attributes.labels.emplace_back(std::move(key), std::move(value));
}

// Returns the text of the string member that the dotted `path` leads to; "" if there is none.
std::string StringAt(const Type& type, const void* data, std::string_view path) {
  const Type* at = &type;
  while (true) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const Field* field = at->Find(path.substr(0, dot));
    if (field == nullptr) {
      return "";
    }
    data = field->In(data);
    if (field->form == Form::kOptional) {
      data = field->ops->get(data);
    }
    if (data == nullptr) {
      return "";
    }
    if (dot == path.size()) {
      return field->kind == Kind::kString ? *static_cast<const std::string*>(data) : "";
    }
    if (field->kind != Kind::kMessage) {
      return "";
    }
    at = field->type;
    path.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string StoredKind::Key(std::string_view name_space, std::string_view name) const {
  std::string key;
  key.reserve(key_prefix.size() + name_space.size() + name.size() + 1);
  key += key_prefix;
  if (hub->namespaced) {
    key += name_space;
    key += '/';
  }
  key += name;
  return key;
}

std::string StoredKind::Prefix(std::string_view name_space) const {
  return name_space.empty() || !hub->namespaced ? key_prefix
                                                : key_prefix + std::string(name_space) + "/";
}

const ServedResource* StoredKind::Find(std::string_view api_version) const {
  const auto found = std::find_if(versions.begin(), versions.end(), [&](const ServedResource* v) {
    return v->api_version == api_version;
  });
  return found == versions.end() ? nullptr : *found;
}

void FillTexts(ServedResource& served) {
  const Resource& resource = *served.resource;
  served.api_version = resource.group.empty()
                           ? std::string(resource.version)
                           : std::string(resource.group) + "/" + std::string(resource.version);
  const auto head = [&](std::string_view kind) {
    return "{\"kind\":\"" + std::string(kind) + "\",\"apiVersion\":\"" + served.api_version + "\",";
  };
  served.object_head = head(resource.kind);
  served.list_kind = std::string(resource.kind) + "List";
  served.list_head = head(served.list_kind) + "\"metadata\":{";
  constexpr std::string_view kTypes[] = {"ADDED", "MODIFIED", "DELETED"};
  for (std::size_t i = 0; i < std::size(kTypes); ++i) {
    served.event_heads[i] =
        "{\"type\":\"" + std::string(kTypes[i]) + "\",\"object\":" + served.object_head;
  }
  served.event_end = "}\n";
  const MutableObject zero(served.type());
  AppendJson(zero.type(), zero.data(), true, served.zero_json);
}

Attributes StoredAttributes(const Resource& hub, std::string_view value) {
  Attributes attributes;
  const std::optional<std::string_view> raw = StoredMessage(value);
  if (!raw) {
    return attributes;
  }
  WireScanner object(*raw);
  while (const std::optional<WireField> field = object.Next()) {
    if (field->number != kMetadataField) {
      continue;
    }
    WireScanner metadata(field->bytes);
    while (const std::optional<WireField> member = metadata.Next()) {
      if (member->number == kLabelsField) {
        AddLabel(member->bytes, attributes);
      }
    }
  }
  std::stable_sort(attributes.labels.begin(), attributes.labels.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (!hub.selectable_fields.empty()) {
    MutableObject object_value(*hub.type);
    if (MergeProtobuf(*hub.type, object_value.data(), *raw)) {
      for (const std::string_view path : hub.selectable_fields) {
        attributes.fields.push_back(StringAt(*hub.type, object_value.data(), path));
      }
    }
  }
  return attributes;
}

}  // namespace k8snet::server
