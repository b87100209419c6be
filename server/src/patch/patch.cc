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

std::string PatchAsGoMap(std::string_view patch) {
  auto parsed = ParseJson(patch);
  if (!parsed) {
    return std::string(patch);
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
