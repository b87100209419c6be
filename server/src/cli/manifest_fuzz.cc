// Manifests: whatever is read, its places lie inside it, and what is rewritten says what it should.
#include <cstdint>
#include <string>

#include "k8snet/apis/base/check.h"
#include "src/cli/manifest.h"
#include "src/cli/rewrite.h"

namespace k8snet::cli {
namespace {

void CheckPlaces(const SourceNode& node, std::size_t size) {
  K8SNET_CHECK(node.begin <= node.end && node.end <= size);
  for (const SourceMember& member : node.members) {
    K8SNET_CHECK(member.begin <= member.key_end && member.key_end <= size);
    CheckPlaces(member.value, size);
  }
}

// Returns `value` changed here and there, as `seed` says.
Json Changed(const Json& value, std::uint32_t& seed) {
  seed = seed * 1664525U + 1013904223U;
  const std::uint32_t choice = seed >> 24U;
  if (const Json::Object* object = value.AsObject(); object != nullptr) {
    Json::Object changed;
    for (const auto& [key, item] : *object) {
      if (choice % 5 != 0 || changed.size() != choice % 3) {
        changed.emplace(key, Changed(item, seed));
      }
    }
    if (choice % 4 == 0) {
      changed.insert_or_assign("m" + std::to_string(choice % 7),
                               choice % 8 == 0 ? value : Json(std::string("new: text")));
    }
    return Json(std::move(changed));
  }
  if (const Json::Array* array = value.AsArray(); array != nullptr) {
    Json::Array changed;
    for (const Json& item : *array) {
      changed.push_back(Changed(item, seed));
    }
    if (choice % 16 == 0) {
      changed.emplace_back(true);
    }
    return Json(std::move(changed));
  }
  return choice % 6 == 0 ? Json(std::string("x y")) : value;
}

void Check(std::string text) {
  const Manifest manifest = ReadManifest("fuzz", std::move(text));
  std::uint32_t seed = static_cast<std::uint32_t>(manifest.text.size());
  for (const Document& document : manifest.documents) {
    const std::string_view part = manifest.TextOf(document);
    K8SNET_CHECK(document.error_at <= part.size());
    if (!document.error.empty() || !manifest.has_places()) {
      continue;
    }
    const SourceNode& root = manifest.RootOf(document);
    CheckPlaces(root, part.size());
    for (const ObjectAt& object : ObjectsOf(document, Lists::kItems)) {
      K8SNET_CHECK(FindPath(document.value, object.path) != nullptr);
    }
    const Json after = Changed(document.value, seed);
    const Rewritten rewritten = Rewrite(part, manifest.syntax(), root, document.value, after);
    const SourceTree read = manifest.syntax() == Syntax::kJson ? ReadJsonSource(rewritten.text)
                                                               : ReadYamlSource(rewritten.text);
    K8SNET_CHECK(read.error.empty());
    K8SNET_CHECK(rewritten.relaid || ParseKnownJson(read.json) == after);
  }
}

}  // namespace
}  // namespace k8snet::cli

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  k8snet::cli::Check(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
