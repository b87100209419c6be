#include "src/patch/patch.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/yaml.h"
#include "k8snet/apis/meta.h"
#include "src/errors.h"
#include "src/negotiate/accept.h"
#include "src/verbs/body.h"
#include "src/verbs/managed_entries.h"
#include "src/verbs/patch_types.h"
#include "src/verbs/verbs.h"

namespace k8snet::server {
namespace {

// The findings of a patch as its answer has them: those of the text first, then unknown fields by
// name, each once.
std::vector<std::string> SortedFindings(std::vector<std::string> of_text,
                                        std::vector<std::string> of_result) {
  std::sort(of_result.begin(), of_result.end());
  for (std::string& finding : of_result) {
    if (std::find(of_text.begin(), of_text.end(), finding) == of_text.end()) {
      of_text.push_back(std::move(finding));
    }
  }
  return of_text;
}

Result<Patched> ApplyPatch(std::string_view type, const Type& schema, std::string_view document,
                           std::string_view patch, bool strict) {
  if (type == kJsonPatchType) {
    return ApplyJsonPatch(document, patch, strict);
  }
  if (type == kMergePatchType) {
    return ApplyMergePatch(document, patch, strict);
  }
  return ApplyStrategicMergePatch(schema, document, patch);
}

// What errors show of a patch that makes `result` of `document` and is refused.
std::string Shown(std::string_view type, std::string_view document, std::string_view patch,
                  std::string_view result) {
  return type == kStrategicPatchType ? PatchAsGoMap(patch, document) : std::string(result);
}

}  // namespace

std::string_view PatchTypeOf(const Request& request, Offers offers) {
  const std::string* header = request.headers.Find("Content-Type");
  std::string_view type = header == nullptr ? std::string_view() : std::string_view(*header);
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) {
    type.remove_suffix(1);
  }
  for (const std::string_view known : {kJsonPatchType, kMergePatchType, kStrategicPatchType,
                                       kApplyPatchType, kApplyCborPatchType}) {
    if (type == known && (known != kApplyCborPatchType || offers == Offers::kCbor)) {
      return known;
    }
  }
  return {};
}

// Source: kubernetes/apiserver pkg/endpoints/handlers/patch.go, PatchResource.
Result<Response> Verbs::Patch(const Call& call) const {
  const std::string_view type = PatchTypeOf(call.request, call.offers());
  const bool apply = type == kApplyPatchType || type == kApplyCborPatchType;
  K8SNET_ASSIGN_OR_RETURN(const Output output, NegotiateOutput(call.request, call.query(),
                                                               Endpoint::kObjects, call.offers()));
  K8SNET_RETURN_IF_ERROR(CheckPath(call.route));
  K8SNET_RETURN_IF_ERROR(CheckBodySize(call.request));
  K8SNET_ASSIGN_OR_RETURN(
      const WriteOptions options,
      ParseWriteOptions(apply ? WriteKind::kApply : WriteKind::kPatch, call.request, call.query()));

  std::string configuration;
  std::vector<std::string> findings;
  if (type == kApplyCborPatchType) {
    auto json = CborMapToJson(call.request.body);
    if (!json) {
      return BadRequest("error decoding patch: " + json.error().message);
    }
    configuration = *std::move(json);
  } else if (apply) {
    auto json = YamlToJson(call.request.body);
    if (!json) {
      return BadRequest("error decoding patch: error converting YAML to JSON: " +
                        json.error().message);
    }
    if (!json->duplicates.empty() && options.field_validation == FieldValidation::kStrict) {
      return BadRequest("error strict decoding patch: error converting YAML to JSON: " +
                        StrictText(json->duplicates));
    }
    configuration = std::move(json->json);
    findings = std::move(json->duplicates);
  } else if (!JsonSyntaxError(call.request.body).empty()) {
    // Found before the object is looked for.
    return BadRequest("invalid JSON patch");
  }
  UpdateRules rules;
  rules.creates =
      apply && (call.route.subresource.empty() || call.target.resource->create_on_update);
  const auto transform = [&](const Object* old) -> Result<MutableObject> {
    if (apply) {
      return AppliedObject(call, options, configuration, old);
    }
    findings.clear();
    return PatchedObject(call, options, type, *old, findings);
  };
  WarningList warnings;
  const auto written =
      parts_.writer.Update(TargetOf(call, options.dry_run), rules, transform, warnings);
  if (options.field_validation == FieldValidation::kWarn) {
    AddWarnings(call, findings);
  }
  AddWarnings(call, warnings);
  if (!written) {
    return written.error();
  }
  return renderer_.RenderObject(call, output, written->created ? 201 : 200, written->object);
}

Result<Decoded> Verbs::DecodePatched(const Call& call, std::string_view document,
                                     bool checks_kind) const {
  const Resource& resource = *call.target.resource;
  K8SNET_ASSIGN_OR_RETURN(Decoded decoded, DecodeJson(*resource.type, document));
  const std::string kind = decoded.kind.empty() ? std::string(resource.kind) : decoded.kind;
  const std::string api_version =
      decoded.api_version.empty() ? call.target.api_version : decoded.api_version;
  if (!checks_kind || (kind == resource.kind && api_version == call.target.api_version)) {
    return decoded;
  }
  if (parts_.catalog.FindKind(api_version, kind) == nullptr) {
    return BadRequest("no kind " + field::Quote(kind) + " is registered for version " +
                      field::Quote(api_version) + " in scheme \"pkg/runtime/scheme.go:111\"");
  }
  return BadRequest("converting (" + GroupVersion::Parse(api_version).version + "." + kind +
                    ") to (" + std::string(resource.version) + "." + std::string(resource.kind) +
                    "): unknown conversion");
}

Result<MutableObject> Verbs::PatchedObject(const Call& call, const WriteOptions& options,
                                           std::string_view type, const Object& old,
                                           std::vector<std::string>& findings) const {
  K8SNET_ASSIGN_OR_RETURN(const Object versioned, parts_.codec.FromHub(call.target, old));
  std::string document;
  AppendJson(versioned.type(), versioned.data(), true, document);
  K8SNET_ASSIGN_OR_RETURN(const Patched patched,
                          ApplyPatch(type, call.target.type(), document, call.request.body,
                                     options.field_validation != FieldValidation::kIgnore));
  const auto shown = [&] { return Shown(type, document, call.request.body, patched.document); };
  auto decoded = DecodePatched(call, patched.document, type != kStrategicPatchType);
  if (!decoded) {
    return InvalidPatch(shown(), decoded.error().message);
  }
  MutableObject object = std::move(decoded->object);
  findings = SortedFindings(patched.findings, std::move(decoded->findings));
  if (!findings.empty() && options.field_validation == FieldValidation::kStrict) {
    return InvalidPatch(shown(), "strict decoding error: " + StrictText(findings));
  }
  const bool cleared =
      MetaOf(object).managed_fields.empty() && ClearsManagedFields(patched.document);
  DropDuplicateOwners(call, object);
  parts_.codec.SetDefaults(object);
  K8SNET_RETURN_IF_ERROR(CheckNamespace(call, object));
  K8SNET_RETURN_IF_ERROR(CheckName(call, object));
  K8SNET_RETURN_IF_ERROR(TrackOwners(call, options, object, &old, cleared));
  return parts_.codec.ToHub(call.target, std::move(object).Freeze());
}

Result<MutableObject> Verbs::AppliedObject(const Call& call, const WriteOptions& options,
                                           std::string_view configuration,
                                           const Object* old) const {
  const std::string now = NowText();
  const WriteContext context = ContextOf(call, options.field_manager, now);
  std::vector<ManagedEntry> live_entries;
  std::string live = call.target.zero_json;
  if (old != nullptr) {
    live_entries = EntriesOf(MetaOf(*old).managed_fields);
    K8SNET_ASSIGN_OR_RETURN(const Object versioned, parts_.codec.FromHub(call.target, *old));
    live.clear();
    AppendJson(versioned.type(), versioned.data(), true, live);
  }
  K8SNET_ASSIGN_OR_RETURN(Applied applied, ApplyConfiguration(context, live, configuration,
                                                              live_entries, options.force));
  auto decoded = DecodeJson(call.target.type(), applied.document);
  if (!decoded) {
    return Unconvertible(configuration, decoded.error().message);
  }
  MutableObject object = std::move(decoded->object);
  meta::v1::ObjectMeta& meta = MetaOf(object);
  if (old == nullptr && !meta.uid.empty()) {
    return Conflict(*call.target.resource, call.route.name,
                    "uid mismatch: the provided object specified uid " + meta.uid +
                        ", and no existing object was found");
  }
  K8SNET_RETURN_IF_ERROR(CheckNamespace(call, object));
  K8SNET_RETURN_IF_ERROR(CheckName(call, object));
  DropDuplicateOwners(call, object);
  parts_.codec.SetDefaults(object);
  meta.managed_fields = ManagedFieldsOf(std::move(applied.entries));
  return parts_.codec.ToHub(call.target, std::move(object).Freeze());
}

}  // namespace k8snet::server
