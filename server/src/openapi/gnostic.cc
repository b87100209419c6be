#include "src/openapi/gnostic.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/codec/yaml.h"

namespace k8snet::server {
namespace {

void AppendVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80U);
    value >>= 7U;
  }
  out += static_cast<char>(value);
}

void AppendBytes(std::string& out, std::uint32_t number, std::string_view bytes) {
  AppendVarint(out, (number << 3U) | 2U);
  AppendVarint(out, bytes.size());
  out += bytes;
}

// How a JSON value is written as a field.
enum class Shape : std::uint8_t {
  kString,
  kBool,
  kStrings,   // Repeated.
  kTypeItem,  // A string, as the only one of a message's list.
  kAny,       // As YAML in the message Any.
  kAnys,      // Repeated.
  kDefault,   // Of version 3: number, boolean or string; an object says nothing.
  kMessage,
  kMessages,  // Repeated.
};

struct Message;

// A member of an object, and the field that it becomes.
struct Member {
  std::string_view name;
  std::uint32_t number = 0;
  Shape shape = Shape::kString;
  const Message* message = nullptr;
};

// A message of one kind. Fields are written by ascending numbers.
struct Message {
  std::span<const Member> members;
  // The field with the members that begin with "x-"; 0: there are none.
  std::uint32_t extensions = 0;
  // The field with all other members by name, and what their values are: `value`, or lists of
  // strings if that is null; 0: there are none.
  std::uint32_t named = 0;
  const Message* value = nullptr;
  // Of a message that stands for one of several: returns the field and what it holds.
  std::pair<std::uint32_t, const Message*> (*choose)(const Json&) = nullptr;
};

std::string Encode(const Message& message, const Json& json);

std::string EncodeAny(const Json& json) {
  std::string out;
  AppendBytes(out, 2, JsonToYaml(json.ToString()));
  return out;
}

std::string EncodeDefault(const Json& json) {
  std::string out;
  if (const Json::Number* number = json.AsNumber()) {
    AppendVarint(out, (1U << 3U) | 1U);
    const auto bits = std::bit_cast<std::uint64_t>(std::strtod(number->text.c_str(), nullptr));
    for (unsigned shift = 0; shift < 64; shift += 8) {
      out += static_cast<char>(bits >> shift);
    }
  } else if (const bool* boolean = json.AsBool()) {
    AppendVarint(out, 2U << 3U);
    AppendVarint(out, *boolean ? 1 : 0);
  } else if (const std::string* text = json.AsString()) {
    AppendBytes(out, 3, *text);
  }
  return out;
}

void AppendMember(std::string& out, const Member& member, const Json& json) {
  switch (member.shape) {
    case Shape::kString:
      AppendBytes(out, member.number, *json.AsString());
      break;
    case Shape::kBool:
      if (*json.AsBool()) {
        AppendVarint(out, member.number << 3U);
        AppendVarint(out, 1);
      }
      break;
    case Shape::kStrings:
      for (const Json& item : *json.AsArray()) {
        AppendBytes(out, member.number, *item.AsString());
      }
      break;
    case Shape::kTypeItem: {
      std::string item;
      AppendBytes(item, 1, *json.AsString());
      AppendBytes(out, member.number, item);
      break;
    }
    case Shape::kAny:
      AppendBytes(out, member.number, EncodeAny(json));
      break;
    case Shape::kAnys:
      for (const Json& item : *json.AsArray()) {
        AppendBytes(out, member.number, EncodeAny(item));
      }
      break;
    case Shape::kDefault:
      AppendBytes(out, member.number, EncodeDefault(json));
      break;
    case Shape::kMessage:
      AppendBytes(out, member.number, Encode(*member.message, json));
      break;
    case Shape::kMessages:
      for (const Json& item : *json.AsArray()) {
        AppendBytes(out, member.number, Encode(*member.message, item));
      }
      break;
  }
}

void AppendNamed(std::string& out, std::uint32_t number, std::string_view name,
                 std::string_view value) {
  std::string entry;
  AppendBytes(entry, 1, name);
  AppendBytes(entry, 2, value);
  AppendBytes(out, number, entry);
}

std::string EncodeStrings(const Json& json) {
  std::string out;
  AppendMember(out, {"", 1, Shape::kStrings}, json);
  return out;
}

std::string Encode(const Message& message, const Json& json) {
  std::string out;
  if (message.choose != nullptr) {
    const auto [number, chosen] = message.choose(json);
    AppendBytes(out, number, Encode(*chosen, json));
    return out;
  }
  std::size_t known = 0;
  for (const Member& member : message.members) {
    if (const Json* value = json.Find(member.name)) {
      AppendMember(out, member, *value);
      ++known;
    }
  }
  for (const auto& [name, value] : *json.AsObject()) {
    if (message.extensions != 0 && name.starts_with("x-")) {
      AppendNamed(out, message.extensions, name, EncodeAny(value));
      ++known;
    } else if (message.named != 0) {
      AppendNamed(out, message.named, name,
                  message.value != nullptr ? Encode(*message.value, value) : EncodeStrings(value));
      ++known;
    }
  }
  K8SNET_CHECK(known == json.AsObject()->size());
  return out;
}

// Version 2.
namespace v2 {

extern const Message kSchema;

constexpr Message kProperties{.named = 1, .value = &kSchema};
// A schema behind one more message: items, the values of maps, the body of a response.
constexpr Message kOnlySchema{
    .choose = [](const Json&) { return std::pair(std::uint32_t{1}, &kSchema); }};
constexpr Member kSchemaMembers[] = {
    {"$ref", 1},
    {"format", 2},
    {"description", 4},
    {"required", 19, Shape::kStrings},
    {"enum", 20, Shape::kAnys},
    {"additionalProperties", 21, Shape::kMessage, &kOnlySchema},
    {"type", 22, Shape::kTypeItem},
    {"items", 23, Shape::kMessage, &kOnlySchema},
    {"properties", 25, Shape::kMessage, &kProperties},
};
const Message kSchema{.members = kSchemaMembers, .extensions = 31};

constexpr Member kBodyMembers[] = {
    {"description", 1},
    {"name", 2},
    {"in", 3},
    {"required", 4, Shape::kBool},
    {"schema", 5, Shape::kMessage, &kSchema},
};
constexpr Message kBody{.members = kBodyMembers};
constexpr Member kQueryMembers[] = {
    {"required", 1, Shape::kBool},     {"in", 2}, {"description", 3}, {"name", 4}, {"type", 6},
    {"uniqueItems", 20, Shape::kBool},
};
constexpr Message kQuery{.members = kQueryMembers};
constexpr Member kPathMembers[] = {
    {"required", 1, Shape::kBool},     {"in", 2}, {"description", 3}, {"name", 4}, {"type", 5},
    {"uniqueItems", 19, Shape::kBool},
};
constexpr Message kPath{.members = kPathMembers};
constexpr Message kNonBody{.choose = [](const Json& json) {
  return *json.Find("in")->AsString() == "path" ? std::pair(std::uint32_t{4}, &kPath)
                                                : std::pair(std::uint32_t{3}, &kQuery);
}};
constexpr Message kParameter{.choose = [](const Json& json) {
  return *json.Find("in")->AsString() == "body" ? std::pair(std::uint32_t{1}, &kBody)
                                                : std::pair(std::uint32_t{2}, &kNonBody);
}};
constexpr Member kReferenceMembers[] = {{"$ref", 1}};
constexpr Message kReference{.members = kReferenceMembers};
constexpr Message kParametersItem{.choose = [](const Json& json) {
  return json.Find("$ref") != nullptr ? std::pair(std::uint32_t{2}, &kReference)
                                      : std::pair(std::uint32_t{1}, &kParameter);
}};

constexpr Member kResponseMembers[] = {
    {"description", 1},
    {"schema", 2, Shape::kMessage, &kOnlySchema},
};
constexpr Message kResponse{.members = kResponseMembers};
constexpr Message kResponseValue{
    .choose = [](const Json&) { return std::pair(std::uint32_t{1}, &kResponse); }};
constexpr Message kResponses{.named = 1, .value = &kResponseValue};

constexpr Member kOperationMembers[] = {
    {"tags", 1, Shape::kStrings},
    {"description", 3},
    {"operationId", 5},
    {"produces", 6, Shape::kStrings},
    {"consumes", 7, Shape::kStrings},
    {"parameters", 8, Shape::kMessages, &kParametersItem},
    {"responses", 9, Shape::kMessage, &kResponses},
    {"schemes", 10, Shape::kStrings},
};
constexpr Message kOperation{.members = kOperationMembers, .extensions = 13};
constexpr Member kItemMembers[] = {
    {"get", 2, Shape::kMessage, &kOperation},
    {"put", 3, Shape::kMessage, &kOperation},
    {"post", 4, Shape::kMessage, &kOperation},
    {"delete", 5, Shape::kMessage, &kOperation},
    {"patch", 8, Shape::kMessage, &kOperation},
    {"parameters", 9, Shape::kMessages, &kParametersItem},
};
constexpr Message kItem{.members = kItemMembers, .extensions = 10};
constexpr Message kPaths{.named = 2, .value = &kItem};

constexpr Member kKeyMembers[] = {{"type", 1}, {"name", 2}, {"in", 3}, {"description", 4}};
constexpr Message kKey{.members = kKeyMembers};
constexpr Message kSecurityItem{
    .choose = [](const Json&) { return std::pair(std::uint32_t{2}, &kKey); }};
constexpr Message kSecurityDefinitions{.named = 1, .value = &kSecurityItem};
constexpr Message kSecurity{.named = 1};
constexpr Message kParameters{.named = 1, .value = &kParameter};
constexpr Member kInfoMembers[] = {{"title", 1}, {"version", 2}};
constexpr Message kInfo{.members = kInfoMembers};
constexpr Member kDocumentMembers[] = {
    {"swagger", 1},
    {"info", 2, Shape::kMessage, &kInfo},
    {"paths", 8, Shape::kMessage, &kPaths},
    {"definitions", 9, Shape::kMessage, &kProperties},
    {"parameters", 10, Shape::kMessage, &kParameters},
    {"security", 12, Shape::kMessages, &kSecurity},
    {"securityDefinitions", 13, Shape::kMessage, &kSecurityDefinitions},
};
constexpr Message kDocument{.members = kDocumentMembers};

}  // namespace v2

// Version 3.
namespace v3 {

extern const Message kSchema;

constexpr Member kReferenceMembers[] = {{"$ref", 1}};
constexpr Message kReference{.members = kReferenceMembers};
constexpr Message kSchemaOrReference{.choose = [](const Json& json) {
  return json.Find("$ref") != nullptr ? std::pair(std::uint32_t{2}, &kReference)
                                      : std::pair(std::uint32_t{1}, &kSchema);
}};
// A schema behind one more message: items and the values of maps.
constexpr Message kItemSchema{
    .choose = [](const Json&) { return std::pair(std::uint32_t{1}, &kSchemaOrReference); }};
constexpr Message kProperties{.named = 1, .value = &kSchemaOrReference};
constexpr Member kSchemaMembers[] = {
    {"uniqueItems", 20, Shape::kBool},
    {"required", 23, Shape::kStrings},
    {"enum", 24, Shape::kAnys},
    {"type", 25},
    {"allOf", 26, Shape::kMessages, &kSchemaOrReference},
    {"oneOf", 27, Shape::kMessages, &kSchemaOrReference},
    {"items", 30, Shape::kMessage, &kItemSchema},
    {"properties", 31, Shape::kMessage, &kProperties},
    {"additionalProperties", 32, Shape::kMessage, &kItemSchema},
    {"default", 33, Shape::kDefault},
    {"description", 34},
    {"format", 35},
};
const Message kSchema{.members = kSchemaMembers, .extensions = 36};

constexpr Member kMediaMembers[] = {{"schema", 1, Shape::kMessage, &kSchemaOrReference}};
constexpr Message kMedia{.members = kMediaMembers};
constexpr Message kContent{.named = 1, .value = &kMedia};

constexpr Member kParameterMembers[] = {
    {"name", 1},
    {"in", 2},
    {"description", 3},
    {"required", 4, Shape::kBool},
    {"schema", 10, Shape::kMessage, &kSchemaOrReference},
};
constexpr Message kParameter{.members = kParameterMembers};
constexpr Message kParameterItem{
    .choose = [](const Json&) { return std::pair(std::uint32_t{1}, &kParameter); }};
constexpr Member kBodyMembers[] = {
    {"content", 2, Shape::kMessage, &kContent},
    {"required", 3, Shape::kBool},
};
constexpr Message kBody{.members = kBodyMembers};
constexpr Message kBodyItem{
    .choose = [](const Json&) { return std::pair(std::uint32_t{1}, &kBody); }};
constexpr Member kResponseMembers[] = {
    {"description", 1},
    {"content", 3, Shape::kMessage, &kContent},
};
constexpr Message kResponse{.members = kResponseMembers};
constexpr Message kResponseItem{
    .choose = [](const Json&) { return std::pair(std::uint32_t{1}, &kResponse); }};
constexpr Message kResponses{.named = 2, .value = &kResponseItem};

constexpr Member kOperationMembers[] = {
    {"tags", 1, Shape::kStrings},
    {"description", 3},
    {"operationId", 5},
    {"parameters", 6, Shape::kMessages, &kParameterItem},
    {"requestBody", 7, Shape::kMessage, &kBodyItem},
    {"responses", 8, Shape::kMessage, &kResponses},
};
constexpr Message kOperation{.members = kOperationMembers, .extensions = 13};
constexpr Member kItemMembers[] = {
    {"get", 4, Shape::kMessage, &kOperation},
    {"put", 5, Shape::kMessage, &kOperation},
    {"post", 6, Shape::kMessage, &kOperation},
    {"delete", 7, Shape::kMessage, &kOperation},
    {"patch", 10, Shape::kMessage, &kOperation},
    {"parameters", 13, Shape::kMessages, &kParameterItem},
};
constexpr Message kItem{.members = kItemMembers, .extensions = 14};
constexpr Message kPaths{.named = 1, .value = &kItem};

constexpr Member kSchemeMembers[] = {{"type", 1}, {"description", 2}, {"name", 3}, {"in", 4}};
constexpr Message kScheme{.members = kSchemeMembers};
constexpr Message kSchemeItem{
    .choose = [](const Json&) { return std::pair(std::uint32_t{1}, &kScheme); }};
constexpr Message kSchemes{.named = 1, .value = &kSchemeItem};
constexpr Member kComponentsMembers[] = {
    {"schemas", 1, Shape::kMessage, &kProperties},
    {"securitySchemes", 7, Shape::kMessage, &kSchemes},
};
constexpr Message kComponents{.members = kComponentsMembers};
constexpr Member kInfoMembers[] = {{"title", 1}, {"version", 6}};
constexpr Message kInfo{.members = kInfoMembers};
constexpr Member kDocumentMembers[] = {
    {"openapi", 1},
    {"info", 2, Shape::kMessage, &kInfo},
    {"paths", 4, Shape::kMessage, &kPaths},
    {"components", 5, Shape::kMessage, &kComponents},
};
constexpr Message kDocument{.members = kDocumentMembers};

}  // namespace v3

}  // namespace

std::string EncodeOpenApi(Dialect dialect, const Json& document) {
  return Encode(dialect == Dialect::kV2 ? v2::kDocument : v3::kDocument, document);
}

}  // namespace k8snet::server
