#include "src/patch/patch.h"

#include <utility>

#include "k8snet/apis/base/field.h"
#include "src/patch/patch_internal.h"

namespace k8snet::server {

Error InvalidPatch(std::string_view shown, std::string_view detail) {
  const field::Path path("patch");
  const field::Error finding = field::Invalid(path, shown, detail);
  ErrorDetails details;
  details.causes.push_back(
      {std::string(field::ErrorTypeName(finding.type)), finding.Body(), "patch"});
  return Error(Reason::kInvalid, " \"\" is invalid: " + finding.ToString(), std::move(details));
}

namespace {

// Source: kubernetes/apimachinery pkg/util/strategicpatch/patch.go, mergeMap.
void TakeDirectivesOut(Json& patch, const Json& document) {
  Json::Object* members = patch.AsObject();
  if (members == nullptr || document.AsObject() == nullptr) {
    return;
  }
  if (members->count("$patch") != 0) {
    members->erase("$patch");
    return;  // The rest replaces the map as it stands.
  }
  members->erase("$retainKeys");
  for (auto& [name, member] : *members) {
    if (const Json* there = document.Find(name)) {
      TakeDirectivesOut(member, *there);
    }
  }
}

}  // namespace

std::string PatchAsGoMap(std::string_view patch, std::string_view document) {
  auto parsed = ParseJson(patch);
  if (!parsed) {
    return std::string(patch);
  }
  if (const auto original = ParseJson(document)) {
    TakeDirectivesOut(parsed->value, original->value);
  }
  std::string out;
  parsed->value.AppendGo(out);
  return out;
}

namespace internal {

Result<ParsedJson> ParsePatch(std::string_view patch) {
  auto parsed = ParseJson(patch);
  if (!parsed) {
    return Error(Reason::kBadRequest, "invalid JSON patch");
  }
  return parsed;
}

std::string WrongShape(const Json& value, std::string_view go_type) {
  return "json: cannot unmarshal " + std::string(value.KindName()) + " into Go value of type " +
         std::string(go_type);
}

std::vector<std::string> DuplicateFindings(const std::vector<std::string>& paths) {
  std::vector<std::string> findings;
  for (const std::string& path : paths) {
    findings.push_back("duplicate field \"" + path + "\"");
  }
  return findings;
}

Error Rejected() {
  return Error(Reason::kInvalid, "the server rejected our request due to an error in our request",
               ErrorDetails());
}

}  // namespace internal
}  // namespace k8snet::server
