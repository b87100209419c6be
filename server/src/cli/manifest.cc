#include "src/cli/manifest.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/codec/yaml.h"

namespace k8snet::cli {
namespace {

using Form = SourceNode::Form;

constexpr std::string_view kProtobufMagic("k8s\0", 4);
constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kSpace = " \t\r\n";

// Whether the line that begins at `pos` is the marker `mark`: "---" or "...".
bool IsMarker(std::string_view text, std::size_t pos, std::string_view mark) {
  return text.substr(pos).starts_with(mark) &&
         (pos + mark.size() == text.size() ||
          kSpace.find(text[pos + mark.size()]) != std::string_view::npos);
}

// Whether there is more than white space, comments and directives.
bool HasContent(std::string_view text) {
  std::size_t pos = 0;
  while (pos < text.size()) {
    const std::size_t end = std::min(text.find('\n', pos), text.size());
    const std::size_t first = text.find_first_not_of(" \t\r", pos);
    if (first < end && text[first] != '#' && !(first == pos && text[first] == '%')) {
      return true;
    }
    pos = end + 1;
  }
  return false;
}

// Refuses what stands behind a document in brackets or quotes, which the decoder does not look at.
void CheckEnd(const Manifest& manifest, Document& document) {
  const std::string_view yaml = manifest.TextOf(document);
  std::size_t pos = yaml.find_first_not_of(kSpace);
  if (pos == std::string_view::npos ||
      std::string_view("[{\"'").find(yaml[pos]) == std::string_view::npos) {
    return;
  }
  const SourceNode& root = manifest.RootOf(document);
  if (root.block || root.opaque) {
    return;
  }
  for (pos = root.end; pos < yaml.size(); ++pos) {
    if (yaml[pos] == '#') {
      pos = std::min(yaml.find('\n', pos), yaml.size() - 1);
    } else if (kSpace.find(yaml[pos]) == std::string_view::npos) {
      document.value = Json();
      document.error = "did not find expected <document start>";
      document.error_at = pos;
      return;
    }
  }
}

void ReadYaml(Manifest& manifest, std::size_t begin) {
  const std::string_view text = manifest.text;
  const auto finish = [&](std::size_t end) {
    if (!HasContent(text.substr(begin, end - begin))) {
      return;
    }
    Document& document = manifest.documents.emplace_back();
    document.begin = begin;
    document.end = end;
    const std::string_view yaml = text.substr(begin, end - begin);
    if (const auto converted = YamlToJson(yaml, kLimits); converted) {
      document.value = ParseKnownJson(converted->json);
      document.duplicates = !converted->duplicates.empty();
      CheckEnd(manifest, document);
      return;
    }
    SourceTree tree = ReadYamlSource(yaml, kLimits);
    document.error = std::move(tree.error);
    document.error_at = tree.error_at;
  };
  std::size_t line = begin;
  while (line < text.size()) {
    if (IsMarker(text, line, "---") || IsMarker(text, line, "...")) {
      finish(line);
      begin = line + 3;
    }
    line = std::min(text.find('\n', line), text.size() - 1) + 1;
  }
  finish(text.size());
}

void ReadJson(Manifest& manifest, std::size_t begin) {
  const std::string_view text = manifest.text;
  manifest.format = Format::kJson;
  while (true) {
    begin = std::min(text.find_first_not_of(kSpace, begin), text.size());
    if (begin == text.size()) {
      return;
    }
    Document& document = manifest.documents.emplace_back();
    document.begin = begin;
    document.end = begin = EndOfJsonValue(text, begin);
    SourceTree tree = ReadJsonSource(manifest.TextOf(document), kLimits);
    document.error = std::move(tree.error);
    document.error_at = tree.error_at;
    if (!document.error.empty()) {
      return;
    }
    document.root = std::make_shared<const SourceNode>(std::move(tree.root));
    auto parsed = server::ParseJson(tree.json);
    if (parsed) {
      document.duplicates = !parsed->duplicates.empty();
      document.value = std::move(parsed->value);
    } else {
      document.error = parsed.error().message;
    }
  }
}

bool HasError(const Manifest& manifest) {
  return std::any_of(manifest.documents.begin(), manifest.documents.end(),
                     [](const Document& document) { return !document.error.empty(); });
}

Result<std::string> BinaryToJson(Format format, std::string_view bytes) {
  if (format == Format::kCbor) {
    return CborToJson(bytes, kLimits);
  }
  K8SNET_ASSIGN_OR_RETURN(const TypeMeta meta, PeekProtobuf(bytes));
  const Resource* resource = FindResource(meta.api_version, meta.kind);
  const Type* type = resource == nullptr ? nullptr : resource->type;
  if (resource != nullptr && resource->kind != meta.kind) {
    type = resource->list_type;
  }
  if (type == nullptr) {
    return Error(Reason::kNotRegistered, "protobuf of " + meta.api_version + " " + meta.kind +
                                             ", which is not known, cannot be read");
  }
  K8SNET_ASSIGN_OR_RETURN(Decoded decoded, DecodeProtobuf(*type, bytes, {.limits = kLimits}));
  return EncodeJson(std::move(decoded.object).Freeze());
}

void ReadBinary(Manifest& manifest, Format format) {
  manifest.format = format;
  Document& document = manifest.documents.emplace_back();
  document.end = manifest.text.size();
  auto json = BinaryToJson(format, manifest.text);
  if (!json) {
    document.error = json.error().message;
    return;
  }
  document.value = ParseKnownJson(*json);
}

void Collect(const Json& value, const ObjectAt& parent, Lists lists, std::string_view list_version,
             std::string_view list_kind, std::vector<ObjectAt>& objects) {
  const auto text = [&](std::string_view name) {
    const Json* member = value.Find(name);
    const std::string* string = member == nullptr ? nullptr : member->AsString();
    return string == nullptr ? std::string() : *string;
  };
  ObjectAt object;
  object.path = parent.path;
  object.items = parent.items;
  object.value = &value;
  object.api_version = text("apiVersion");
  object.kind = text("kind");
  if (object.api_version.empty() && object.kind.empty()) {
    object.api_version = list_version;
    object.kind = list_kind;
  }
  object.resource = FindResource(object.api_version, object.kind);
  object.is_list = object.resource != nullptr && object.resource->kind != object.kind;
  const Json* items = value.Find("items");
  const bool generic = object.api_version == "v1" && object.kind == "List";
  if (object.is_list && lists == Lists::kItems && (items == nullptr || items->IsNull())) {
    return;
  }
  if (items == nullptr || items->AsArray() == nullptr ||
      !(generic || (object.is_list && lists == Lists::kItems))) {
    objects.push_back(std::move(object));
    return;
  }
  for (std::size_t i = 0; i < items->AsArray()->size(); ++i) {
    ObjectAt item;
    item.path = object.PathOf("items[" + std::to_string(i) + "]");
    item.items = object.items;
    item.items.push_back(i);
    Collect((*items->AsArray())[i], item, lists, generic ? "" : object.api_version,
            generic ? "" : object.resource->kind, objects);
  }
}

// Takes the first step off `path`: the text in brackets, or a name. Names may hold dots, as those
// of annotations do, so `is_name` tells whether a beginning of the path is one.
template <typename IsName>
std::string_view TakeStep(std::string_view& path, const IsName& is_name) {
  if (path.front() == '[') {
    const std::size_t close = std::min(path.find(']'), path.size());
    const std::string_view step = path.substr(1, close - 1);
    path.remove_prefix(std::min(close + 1, path.size()));
    return step;
  }
  path.remove_prefix(path.front() == '.' ? 1 : 0);
  const std::size_t first = std::min(path.find_first_of(".["), path.size());
  // The longest one that is.
  std::size_t end = first;
  for (std::size_t at = first; at < path.size();) {
    at = std::min(path.find_first_of(".[", at + 1), path.size());
    end = is_name(path.substr(0, at)) ? at : end;
  }
  const std::string_view step = path.substr(0, end);
  path.remove_prefix(end);
  return step;
}

// Returns the index that `step` says if there are that many elements, else `size`.
std::size_t IndexOf(std::string_view step, std::size_t size) {
  std::size_t index = 0;
  const auto parsed = std::from_chars(step.data(), step.data() + step.size(), index);
  return parsed.ec == std::errc() && index < size ? index : size;
}

}  // namespace

Manifest ReadManifest(std::string name, std::string text) {
  Manifest manifest;
  manifest.name = std::move(name);
  manifest.text = std::move(text);
  const std::string_view view = manifest.text;
  if (view.starts_with(kProtobufMagic)) {
    ReadBinary(manifest, Format::kProtobuf);
    return manifest;
  }
  if (view.starts_with(kCborSelfDescribed)) {
    ReadBinary(manifest, Format::kCbor);
    return manifest;
  }
  if (view.starts_with("\xFF\xFE") || view.starts_with("\xFE\xFF")) {
    manifest.error = "the file is UTF-16, but must be UTF-8";
    return manifest;
  }
  if (const std::size_t zero = view.find('\0'); zero != std::string_view::npos) {
    manifest.error = "the file holds a zero byte: it is no text";
    manifest.error_at = zero;
    return manifest;
  }
  const std::size_t begin = view.starts_with(kBom) ? kBom.size() : 0;
  const std::size_t first = view.find_first_not_of(kSpace, begin);
  if (first == std::string_view::npos) {
    return manifest;
  }
  if (view[first] == '{' || manifest.name.ends_with(".json")) {
    ReadJson(manifest, begin);
    if (!HasError(manifest) || manifest.name.ends_with(".json")) {
      return manifest;
    }
    // YAML may begin with a bracket too.
    Manifest yaml{.name = manifest.name, .text = manifest.text};
    ReadYaml(yaml, begin);
    return HasError(yaml) && !manifest.name.ends_with("ml") ? std::move(manifest) : std::move(yaml);
  }
  ReadYaml(manifest, begin);
  return manifest;
}

const SourceNode& Manifest::RootOf(const Document& document) const {
  if (document.root == nullptr) {
    document.root = std::make_shared<const SourceNode>(
        format == Format::kYaml ? ReadYamlTree(TextOf(document), kLimits) : SourceNode());
  }
  return *document.root;
}

std::string ObjectAt::Name() const {
  std::string name = kind;
  const Json* metadata = value->Find("metadata");
  const auto text = [&](std::string_view member) -> const std::string* {
    const Json* found = metadata == nullptr ? nullptr : metadata->Find(member);
    return found == nullptr ? nullptr : found->AsString();
  };
  if (const std::string* own = text("name"); own != nullptr) {
    const std::string* name_space = text("namespace");
    name += " " + (name_space == nullptr ? "" : *name_space + "/") + *own;
  } else if (const std::string* prefix = text("generateName"); prefix != nullptr) {
    name += " " + *prefix + "*";
  }
  return name;
}

std::string ObjectAt::PathOf(std::string_view field) const {
  if (path.empty() || field.empty()) {
    return path + std::string(field);
  }
  return path + (field.front() == '[' ? "" : ".") + std::string(field);
}

std::vector<ObjectAt> ObjectsOf(const Document& document, Lists lists) {
  std::vector<ObjectAt> objects;
  if (document.value.AsObject() != nullptr) {
    Collect(document.value, {}, lists, "", "", objects);
  }
  return objects;
}

const Resource* FindResource(std::string_view api_version, std::string_view kind) {
  for (const Resource& resource : AllResources()) {
    if ((resource.kind == kind || resource.list_type->name == kind) &&
        resource.type->api_version == api_version) {
      return &resource;
    }
  }
  return nullptr;
}

std::string VersionText(const Resource& resource) {
  return std::string(resource.type->api_version);
}

Json& ValueIn(Json& document, const ObjectAt& object) {
  Json* value = &document;
  for (const std::size_t item : object.items) {
    value = &(*value->Find("items")->AsArray())[item];
  }
  return *value;
}

const Json* FindPath(const Json& value, std::string_view path) {
  const Json* at = &value;
  while (!path.empty() && at != nullptr) {
    const std::string_view step =
        TakeStep(path, [&](std::string_view name) { return at->Find(name) != nullptr; });
    if (const Json::Array* list = at->AsArray(); list != nullptr) {
      const std::size_t index = IndexOf(step, list->size());
      at = index < list->size() ? &(*list)[index] : nullptr;
    } else {
      at = at->Find(step);
    }
  }
  return at;
}

Place Locate(const SourceNode& root, std::string_view path) {
  const SourceNode* node = &root;
  Place place{.value = root.begin, .key = root.begin, .node = &root};
  while (!path.empty()) {
    const std::string_view step =
        TakeStep(path, [&](std::string_view name) { return node->Find(name) != nullptr; });
    const SourceMember* member = nullptr;
    if (node->form == Form::kList) {
      const std::size_t index = IndexOf(step, node->members.size());
      member = index < node->members.size() ? &node->members[index] : nullptr;
    } else {
      member = node->Find(step);
    }
    if (member == nullptr) {
      return place;
    }
    node = place.node = &member->value;
    // An element is shown by its first byte behind the dash, an empty value by its key.
    place.value = node->end > node->begin ? node->begin : member->begin;
    place.key = member->key_end > member->begin ? member->begin : place.value;
  }
  place.exact = true;
  return place;
}

}  // namespace k8snet::cli
