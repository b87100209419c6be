#include "src/verbs/body.h"

#include <algorithm>
#include <utility>

#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/codec/yaml.h"
#include "k8snet/apis/meta.h"
#include "src/errors.h"

namespace k8snet::server {
namespace {

constexpr std::size_t kSnippetBytes = 30;

// Where upstream keeps the registry of kinds, as its messages name it.
constexpr std::string_view kScheme = "in scheme \"pkg/runtime/scheme.go:111\"";

Result<TypeMeta> PeekAs(Format format, std::string_view body) {
  switch (format) {
    case Format::kYaml:
      return PeekYaml(body);
    case Format::kProtobuf:
      return PeekProtobuf(body);
    case Format::kCbor:
      return PeekCbor(body);
    case Format::kJson:
      break;
  }
  return PeekJson(body);
}

// Returns `cause` with what upstream puts before it for a kind that could be read.
Error CannotHandle(const TypeMeta& found, std::string_view expected, std::string_view cause) {
  return BadRequest(found.kind + " in version " +
                    field::Quote(GroupVersion::Parse(found.api_version).version) +
                    " cannot be handled as a " + std::string(expected) + ": " + std::string(cause));
}

// Passes findings on as `validation` says.
Status TakeFindings(const Call& call, const TypeMeta& found, std::span<const std::string> findings,
                    FieldValidation validation) {
  if (findings.empty() || validation == FieldValidation::kIgnore) {
    return {};
  }
  if (validation == FieldValidation::kStrict) {
    return CannotHandle(found, call.target.resource->kind,
                        "strict decoding error: " + StrictText(findings));
  }
  for (const std::string& finding : findings) {
    call.context.warnings.Add(finding);
  }
  return {};
}

// Decodes a body that says another kind or version than the endpoint's: an error in any case.
Error WrongKind(const Call& call, const Catalog& catalog, Format format, const TypeMeta& found,
                FieldValidation validation) {
  const Resource& expected = *call.target.resource;
  if (std::count(found.api_version.begin(), found.api_version.end(), '/') > 1) {
    return BadRequest("the object provided is unrecognized (must be of type " +
                      std::string(expected.kind) +
                      "): couldn't get version/kind; json parse error: unexpected GroupVersion "
                      "string: " +
                      found.api_version + " (" + Snippet(call.request.body) + ")");
  }
  const ServedResource* other = catalog.FindKind(found.api_version, found.kind);
  if (other == nullptr) {
    return CannotHandle(found, expected.kind,
                        "no kind " + field::Quote(found.kind) + " is registered for version " +
                            field::Quote(found.api_version) + " " + std::string(kScheme));
  }
  const auto decoded = DecodeAs(other->type(), format, call.request.body, {});
  if (!decoded) {
    return CannotHandle(found, expected.kind, decoded.error().message);
  }
  if (other->kind != call.target.kind) {
    const std::string_view group = expected.group.substr(0, expected.group.find('.'));
    return CannotHandle(found, expected.kind,
                        "converting (" + std::string(other->resource->version) + "." + found.kind +
                            ") to (" + (group.empty() ? "core" : std::string(group)) + "." +
                            std::string(expected.kind) + "): unknown conversion");
  }
  if (const Status taken = TakeFindings(call, found, decoded->findings, validation); !taken) {
    return taken.error();
  }
  return BadRequest("the API version in the data (" + found.api_version +
                    ") does not match the expected API version (" + call.target.api_version + ")");
}

}  // namespace

Result<Decoded> DecodeAs(const Type& type, Format format, std::string_view body,
                         const DecodeOptions& options) {
  switch (format) {
    case Format::kYaml:
      return DecodeYaml(type, body, options);
    case Format::kProtobuf:
      return DecodeProtobuf(type, body, options);
    case Format::kCbor:
      return DecodeCbor(type, body, options);
    case Format::kJson:
      break;
  }
  return DecodeJson(type, body, options);
}

Status CheckBodySize(const Request& request) {
  if (request.body_too_large || request.body.size() > DecodeLimits().max_bytes) {
    return BodyTooLarge(DecodeLimits().max_bytes);
  }
  return {};
}

std::string Snippet(std::string_view body) {
  if (body.empty()) {
    return "<empty>";
  }
  const std::string_view part = body.substr(0, kSnippetBytes);
  std::string text;
  if (body.front() == '{') {
    text = part;
  } else {
    for (const char c : part) {
      constexpr std::string_view kHex = "0123456789abcdef";
      text += kHex[static_cast<unsigned char>(c) >> 4U];
      text += kHex[static_cast<unsigned char>(c) & 15U];
    }
  }
  if (part.size() < body.size()) {
    text += " ...";
  }
  return text;
}

std::string StrictText(std::span<const std::string> findings) {
  std::string text;
  bool yaml = false;
  for (const std::string& finding : findings) {
    text += text.empty() ? "" : ", ";
    // What YAML itself found stands first, behind a head of its own.
    if (finding.starts_with("line ")) {
      if (!yaml) {
        text += "yaml: unmarshal errors:\n  ";
        yaml = true;
      } else {
        text.resize(text.size() - 2);
        text += "\n  ";
      }
    }
    text += finding;
  }
  return text;
}

Result<MutableObject> DecodeBody(const Call& call, const Catalog& catalog, Format format,
                                 FieldValidation validation) {
  const Resource& expected = *call.target.resource;
  const std::string_view body = call.request.body;
  DecodeOptions options;
  options.findings = validation != FieldValidation::kIgnore;
  auto decoded = DecodeAs(*expected.type, format, body, options);
  if (decoded && (decoded->kind.empty() || decoded->kind == expected.kind) &&
      (decoded->api_version.empty() || decoded->api_version == call.target.api_version)) {
    const TypeMeta found{call.target.api_version, std::string(expected.kind)};
    K8SNET_RETURN_IF_ERROR(TakeFindings(call, found, decoded->findings, validation));
    return std::move(decoded->object);
  }
  if (!decoded && decoded.error().reason != Reason::kBadRequest) {
    return std::move(decoded).error();
  }
  auto peeked = PeekAs(format, body);
  if (!peeked) {
    return BadRequest("the object provided is unrecognized (must be of type " +
                      std::string(expected.kind) + "): " + peeked.error().message + " (" +
                      Snippet(body) + ")");
  }
  TypeMeta found = *std::move(peeked);
  if (found.kind.empty()) {
    found.kind = expected.kind;
  }
  if (found.api_version.empty()) {
    found.api_version = call.target.api_version;
  }
  if (found.kind == expected.kind && found.api_version == call.target.api_version) {
    return CannotHandle(found, expected.kind, decoded.error().message);
  }
  return WrongKind(call, catalog, format, found, validation);
}

Status CheckNamespace(const Call& call, MutableObject& object) {
  std::string& name_space = MetaOf(object).namespace_;
  if (!call.target.resource->namespaced) {
    name_space.clear();
    return {};
  }
  if (name_space.empty()) {
    name_space = call.route.name_space;
  }
  if (name_space != call.route.name_space) {
    return BadRequest(
        "the namespace of the provided object does not match the namespace sent on the request");
  }
  return {};
}

Status CheckName(const Call& call, const MutableObject& object) {
  const std::string& name = MetaOf(object).name;
  if (name.empty()) {
    return BadRequest("the name of the object (" + std::string(call.route.name) +
                      " based on URL) was undeterminable: name must be provided");
  }
  if (name != call.route.name) {
    return BadRequest("the name of the object (" + name + ") does not match the name on the URL (" +
                      std::string(call.route.name) + ")");
  }
  return {};
}

void DropDuplicateOwners(const Call& call, MutableObject& object) {
  auto& owners = MetaOf(object).owner_references;
  std::vector<meta::v1::OwnerReference> kept;
  std::vector<std::string> doubled;
  for (auto& owner : owners) {
    if (std::find(kept.begin(), kept.end(), owner) == kept.end()) {
      kept.push_back(std::move(owner));
    } else if (std::find(doubled.begin(), doubled.end(), owner.uid) == doubled.end()) {
      doubled.push_back(owner.uid);
    }
  }
  owners = std::move(kept);
  if (doubled.empty()) {
    return;
  }
  std::string uids;
  for (const std::string& uid : doubled) {
    uids += uids.empty() ? "" : ", ";
    uids += uid;
  }
  call.context.warnings.Add(
      ".metadata.ownerReferences contains duplicate entries; API server dedups owner references "
      "in 1.20+, and may reject such requests as early as 1.24; please fix your requests; "
      "duplicate UID(s) observed: " +
      uids);
}

}  // namespace k8snet::server
