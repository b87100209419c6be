#include "src/openapi/schema.h"

#include <algorithm>
#include <array>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kMetaPackage = "io.k8s.apimachinery.pkg.apis.meta.v1.";

constexpr std::string_view kTime = "io.k8s.apimachinery.pkg.apis.meta.v1.Time";
constexpr std::string_view kMicroTime = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";
constexpr std::string_view kIntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
constexpr std::string_view kRawExtension = "io.k8s.apimachinery.pkg.runtime.RawExtension";
constexpr std::string_view kFieldsV1 = "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1";

constexpr std::string_view kApiVersionDoc =
    "Group and version that the object is written in, joined by a slash; the version alone in the "
    "core group.";
constexpr std::string_view kKindDoc = "What the object is, in CamelCase; it cannot be changed.";

// A schema that has no table.
struct Plain {
  std::string_view name;
  std::string_view doc;
  std::string_view type;
  std::string_view format;
};

constexpr std::array<Plain, 6> kPlain = {{
    {kTime, "Time is a point in time with whole seconds, as RFC 3339 writes it.", "string",
     "date-time"},
    {kMicroTime, "MicroTime is a point in time with microseconds, as RFC 3339 writes it.", "string",
     "date-time"},
    {kIntOrString, "IntOrString is a number of 32 bits or a string.", "string", "int-or-string"},
    {kRawExtension, "RawExtension is an object of any kind.", "object", ""},
    {kFieldsV1,
     "FieldsV1 is a set of fields, as a tree. Its members are 'f:' and the name of a field or the "
     "key of a map, 'k:' and the keys of an item of a list, 'v:' and the value of an item of a "
     "set, and '.' for the thing itself; an empty object ends a branch.",
     "object", ""},
    {"io.k8s.apimachinery.pkg.apis.meta.v1.Patch",
     "Patch is a patch of any of the types that the request may have.", "object", ""},
}};

// Of io.k8s.apimachinery.pkg.version.Info, which src/discovery/version.cc writes.
struct InfoMember {
  std::string_view name;
  bool required;
  std::string_view doc;
};

constexpr std::string_view kVersionInfo = "io.k8s.apimachinery.pkg.version.Info";
constexpr std::array<InfoMember, 13> kInfoMembers = {{
    {"major", true, "Major version of the API that the server speaks."},
    {"minor", true, "Minor version of it."},
    {"emulationMajor", false, "Major version of the release that the server acts as."},
    {"emulationMinor", false, "Minor version of it."},
    {"minCompatibilityMajor", false, "Major version of the oldest release it works together with."},
    {"minCompatibilityMinor", false, "Minor version of it."},
    {"gitVersion", true, "The version in full."},
    {"gitCommit", true, "The commit that the server was built from."},
    {"gitTreeState", true, "Whether the source had changes beside the commit: clean or dirty."},
    {"buildDate", true, "When the server was built."},
    {"goVersion", true, "The version of the language that the server is written in."},
    {"compiler", true, "The compiler that the server was built with."},
    {"platform", true, "Operating system and architecture that the server was built for."},
}};

std::vector<std::string_view> Split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = std::min(text.find(','), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

// What upstream adds to the description of an enum, for clients that know no enums.
std::string WithValues(std::string_view doc, std::string_view values) {
  std::string text(doc);
  text += "\n\nPossible enum values:";
  for (const std::string_view value : Split(values)) {
    text += "\n - `\"";
    text += value;
    text += "\"`";
  }
  return text;
}

// Whether members of this kind refer to a schema.
bool IsReference(Kind kind) {
  return kind == Kind::kMessage || kind == Kind::kTime || kind == Kind::kMicroTime ||
         kind == Kind::kIntOrString || kind == Kind::kRawJson;
}

bool IsList(Form form) { return form == Form::kList || form == Form::kNullableList; }

Json GroupVersionKind(std::string_view group, std::string_view version, std::string_view kind) {
  return Json(Json::Object{
      {"group", JsonString(group)}, {"kind", JsonString(kind)}, {"version", JsonString(version)}});
}

Json DefaultOf(const Field& field) { return ParseJson(field.default_json)->value; }

}  // namespace

Json JsonString(std::string_view text) { return Json(std::string(text)); }

Json JsonStrings(const std::vector<std::string_view>& texts) {
  Json::Array array;
  for (const std::string_view text : texts) {
    array.push_back(JsonString(text));
  }
  return Json(std::move(array));
}

Schemas::Schemas(Dialect dialect, std::vector<GroupVersion> group_versions,
                 std::vector<std::string_view> gates)
    : dialect_(dialect), group_versions_(std::move(group_versions)), gates_(std::move(gates)) {}

Json Schemas::ReferenceTo(std::string_view name) const {
  std::string path = dialect_ == Dialect::kV2 ? "#/definitions/" : "#/components/schemas/";
  path += name;
  return Json(Json::Object{{"$ref", Json(std::move(path))}});
}

Json Schemas::Reference(const Type& type) {
  if (added_.emplace(type.openapi_name).second) {
    Add(type);
  }
  return ReferenceTo(type.openapi_name);
}

Json Schemas::Reference(std::string_view name) {
  if (!added_.emplace(name).second) {
    return ReferenceTo(name);
  }
  Json::Object schema;
  if (name == kVersionInfo) {
    Json::Object properties;
    std::vector<std::string_view> required;
    for (const InfoMember& member : kInfoMembers) {
      Json::Object property{{"type", JsonString("string")},
                            {"description", JsonString(member.doc)}};
      if (member.required) {
        required.push_back(member.name);
        if (dialect_ == Dialect::kV3) {
          property.emplace("default", Json(std::string()));
        }
      }
      properties.emplace(member.name, Json(std::move(property)));
    }
    schema = {{"description", JsonString("Info tells the version of a server.")},
              {"type", JsonString("object")},
              {"required", JsonStrings(required)},
              {"properties", Json(std::move(properties))}};
  } else {
    const auto* plain =
        std::find_if(kPlain.begin(), kPlain.end(), [&](const Plain& p) { return p.name == name; });
    K8SNET_CHECK(plain != kPlain.end());
    schema.emplace("description", JsonString(plain->doc));
    if (!plain->format.empty()) {
      schema.emplace("format", JsonString(plain->format));
    }
    if (name == kIntOrString && dialect_ == Dialect::kV3) {
      Json::Array either;
      either.emplace_back(Json::Object{{"type", JsonString("integer")}});
      either.emplace_back(Json::Object{{"type", JsonString("string")}});
      schema.emplace("oneOf", Json(std::move(either)));
    } else {
      schema.emplace("type", JsonString(plain->type));
    }
  }
  schemas_.emplace(name, Json(std::move(schema)));
  return ReferenceTo(name);
}

void Schemas::Add(const Type& type) {
  Json::Object properties;
  std::vector<std::string_view> required;
  if (type.is_kind || type.is_list) {
    for (const auto& [name, doc] : {std::pair{"apiVersion", kApiVersionDoc}, {"kind", kKindDoc}}) {
      properties.emplace(name, Json(Json::Object{{"type", JsonString("string")},
                                                 {"description", JsonString(doc)}}));
    }
  }
  for (const Field& field : type.fields) {
    if (!Tells(field)) {
      continue;
    }
    properties.emplace(field.json_name, Property(type, field));
    if (field.required) {
      required.push_back(field.json_name);
    }
  }
  Json::Object schema{{"description", JsonString(type.doc)}, {"type", JsonString("object")}};
  if (!properties.empty()) {
    schema.emplace("properties", Json(std::move(properties)));
  }
  if (!required.empty()) {
    schema.emplace("required", JsonStrings(required));
  }
  if (type.atomic) {
    schema.emplace("x-kubernetes-map-type", JsonString("atomic"));
  }
  if (Json kinds = GroupVersionKinds(type); !kinds.IsNull()) {
    schema.emplace("x-kubernetes-group-version-kind", std::move(kinds));
  }
  schemas_.emplace(type.openapi_name, Json(std::move(schema)));
}

bool Schemas::Tells(const Field& field) const {
  const auto is_gate = [&](std::string_view gate) { return gate == field.feature_gate; };
  return std::none_of(kRemovedGates.begin(), kRemovedGates.end(), is_gate) ||
         std::any_of(gates_.begin(), gates_.end(), is_gate);
}

Json Schemas::GroupVersionKinds(const Type& type) const {
  // These two are registered in every version of every group.
  const bool everywhere = type.openapi_name.starts_with(kMetaPackage) &&
                          (type.name == "DeleteOptions" || type.name == "WatchEvent");
  Json::Array kinds;
  if (everywhere) {
    for (const auto& [group, version] : group_versions_) {
      kinds.push_back(GroupVersionKind(group, version, type.name));
    }
  } else if (type.is_kind || type.is_list) {
    const std::size_t slash = type.api_version.find('/');
    const bool core = slash == std::string_view::npos;
    kinds.push_back(GroupVersionKind(core ? "" : type.api_version.substr(0, slash),
                                     core ? type.api_version : type.api_version.substr(slash + 1),
                                     type.name));
  }
  return kinds.empty() ? Json() : Json(std::move(kinds));
}

// The schema of one element of a field: of an item of a list, or of a value of a map.
Json::Object Schemas::Element(const Type& owner, const Field& field) {
  const auto type = [](std::string_view name, std::string_view format = {}) {
    Json::Object schema{{"type", JsonString(name)}};
    if (!format.empty()) {
      schema.emplace("format", JsonString(format));
    }
    return schema;
  };
  const auto reference = [](Json to) { return *to.AsObject(); };
  switch (field.kind) {
    case Kind::kBool:
      return type("boolean");
    case Kind::kInt32:
      return type("integer", "int32");
    case Kind::kInt64:
      return type("integer", "int64");
    case Kind::kDouble:
      return type("number", "double");
    case Kind::kBytes:
      return type("string", "byte");
    case Kind::kTime:
      return reference(Reference(kTime));
    case Kind::kMicroTime:
      return reference(Reference(kMicroTime));
    case Kind::kIntOrString:
      return reference(Reference(kIntOrString));
    case Kind::kRawJson:
      return reference(Reference(owner.name == "ManagedFieldsEntry" ? kFieldsV1 : kRawExtension));
    case Kind::kMessage:
      return reference(Reference(*field.type));
    case Kind::kString:
      break;
  }
  Json::Object schema = type("string");
  if (!field.values.empty()) {
    schema.emplace("enum", JsonStrings(Split(field.values)));
  }
  return schema;
}

Json Schemas::Property(const Type& owner, const Field& field) {
  Json::Object element = Element(owner, field);
  Json::Object schema;
  if (IsList(field.form)) {
    schema = {{"type", JsonString("array")}, {"items", Json(std::move(element))}};
    if (field.list_type_declared) {
      constexpr std::array<std::string_view, 3> kNames = {"atomic", "set", "map"};
      schema.emplace("x-kubernetes-list-type",
                     JsonString(kNames[static_cast<std::size_t>(field.list_type)]));
    }
    if (!field.list_map_keys.empty()) {
      schema.emplace("x-kubernetes-list-map-keys", JsonStrings(Split(field.list_map_keys)));
    }
    if (field.patch_merge) {
      schema.emplace("x-kubernetes-patch-strategy", JsonString("merge"));
    }
    if (!field.patch_merge_key.empty()) {
      schema.emplace("x-kubernetes-patch-merge-key", JsonString(field.patch_merge_key));
    }
  } else if (field.form == Form::kMap) {
    schema = {{"type", JsonString("object")}, {"additionalProperties", Json(std::move(element))}};
    if (field.atomic) {
      schema.emplace("x-kubernetes-map-type", JsonString("atomic"));
    }
  } else if (IsReference(field.kind) && dialect_ == Dialect::kV3) {
    Json::Array all;
    all.emplace_back(std::move(element));
    schema.emplace("allOf", Json(std::move(all)));
  } else {
    schema = std::move(element);
  }
  if (dialect_ == Dialect::kV3 && field.form == Form::kValue) {
    if (field.schema_default) {
      schema.emplace("default", DefaultOf(field));
    } else if (field.kind == Kind::kMessage) {
      schema.emplace("default", Json(Json::Object{}));
    } else if (field.omit == Omit::kNever && !IsReference(field.kind)) {
      schema.emplace("default", ZeroOf(field.kind));
    }
  }
  const bool single_enum = !field.values.empty() && !IsList(field.form);
  schema.emplace("description",
                 single_enum ? Json(WithValues(field.doc, field.values)) : JsonString(field.doc));
  return Json(std::move(schema));
}

}  // namespace k8snet::server
