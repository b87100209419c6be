#include <utility>

#include "src/patch/json.h"
#include "src/patch/patch.h"
#include "src/patch/patch_internal.h"

namespace k8snet::server {
namespace {

// Drops members that are null, at any depth. Items of lists stay, also null ones.
void DropNulls(Json& value) {
  if (Json::Object* object = value.AsObject(); object != nullptr) {
    for (auto it = object->begin(); it != object->end();) {
      if (it->second.IsNull()) {
        it = object->erase(it);
      } else {
        DropNulls(it->second);
        ++it;
      }
    }
  } else if (Json::Array* array = value.AsArray(); array != nullptr) {
    for (Json& item : *array) {
      DropNulls(item);
    }
  }
}

void Merge(Json& target, Json patch) {
  Json::Object* changes = patch.AsObject();
  Json::Object* object = target.AsObject();
  if (changes == nullptr || object == nullptr) {
    DropNulls(patch);
    target = std::move(patch);
    return;
  }
  for (auto& [name, change] : *changes) {
    if (change.IsNull()) {
      object->erase(name);
    } else {
      Merge((*object)[name], std::move(change));
    }
  }
}

}  // namespace

Result<Patched> ApplyMergePatch(std::string_view document, std::string_view patch, bool strict) {
  K8SNET_ASSIGN_OR_RETURN(ParsedJson parsed, internal::ParsePatch(patch));
  if (parsed.value.IsNull() || (!strict && parsed.value.IsScalar())) {
    return Error(Reason::kBadRequest, "Invalid JSON Patch");
  }
  if (parsed.value.AsObject() == nullptr) {
    return Error(
        Reason::kBadRequest,
        "error decoding patch: " + internal::WrongShape(parsed.value, "map[string]interface {}"));
  }
  K8SNET_ASSIGN_OR_RETURN(ParsedJson target, ParseJson(document));
  Merge(target.value, std::move(parsed.value));
  return Patched{target.value.ToString(), internal::DuplicateFindings(parsed.duplicates)};
}

}  // namespace k8snet::server
