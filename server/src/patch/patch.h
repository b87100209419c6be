// The three patch forms that work on a document: JSON patch, merge patch, strategic merge patch.
//
// All take and return JSON text: the object in the version of the request, encoded, and the body of
// the request. Numbers keep the text they were written with. Members of objects come out sorted by
// name. Nothing here knows HTTP; errors are those that the answer carries, except that a result
// which cannot be decoded is for the caller to find, and to answer with InvalidPatch.
#ifndef K8SNET_SERVER_SRC_PATCH_PATCH_H_
#define K8SNET_SERVER_SRC_PATCH_PATCH_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/error.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/apis/base/type.h"

namespace k8snet::server {

// The most operations that a JSON patch may have.
inline constexpr std::size_t kMaxJsonPatchOperations = 10000;
// The most bytes by which `copy` operations of one JSON patch may let the document grow.
inline constexpr std::size_t kMaxJsonPatchCopyBytes = 3U * 1024 * 1024;

// What a patch made.
struct Patched {
  std::string document;
  // What strict field validation finds in the text of the patch, in the order in which it stands
  // there, as texts such as `duplicate field "metadata.labels.a"` and
  // `json patch unknown field "[0].foo"`. At most 100.
  std::vector<std::string> findings;
};

// Applies an RFC 6902 patch: add, remove, replace, move, copy and test, with the habits of the
// library that Kubernetes uses (negative indices, replace of a missing member).
// Errors: kBadRequest, the patch is not JSON or not a list of operations; kRequestEntityTooLarge,
// too many operations; kInvalid, an operation fails.
// Source: kubernetes/apiserver pkg/endpoints/handlers/patch.go, jsonPatcher; evanphx/json-patch
// patch.go, Patch.Apply.
// Without `strict`, which is what fieldValidation=Ignore means, other words say what is wrong.
[[nodiscard]] Result<Patched> ApplyJsonPatch(std::string_view document, std::string_view patch,
                                             bool strict = true);

// Applies an RFC 7386 merge patch.
// Errors: kBadRequest, the patch is not a JSON object.
// Source: evanphx/json-patch merge.go, MergePatch.
[[nodiscard]] Result<Patched> ApplyMergePatch(std::string_view document, std::string_view patch,
                                              bool strict = true);

// Applies a strategic merge patch; `schema` is the type of the document. Members that the schema
// does not have stay in the result, as unknown fields. The types of the result are checked with the
// words that Kubernetes has for this form, so an error of kind kInvalid is complete.
// Errors: kBadRequest, the patch is not a JSON object, or a directive is malformed; kInvalid, the
// result does not fit the schema; kUnknown (a 500 without a reason), directives or lists that make
// no sense.
// Source: kubernetes/apimachinery pkg/util/strategicpatch/patch.go,
// StrategicMergeMapPatchUsingLookupPatchMeta.
[[nodiscard]] Result<Patched> ApplyStrategicMergePatch(const Type& schema,
                                                       std::string_view document,
                                                       std::string_view patch);

// Returns the 422 for a patch whose result is refused: ` "" is invalid: patch: Invalid value:
// "<shown>": <detail>`. `shown` is the patched document for JSON and merge patches, and
// PatchAsGoMap for strategic merge patches.
[[nodiscard]] Error InvalidPatch(std::string_view shown, std::string_view detail);

// Returns the JSON object `patch` as Go prints a map: `map[spec:map[a:1 b:[x y]]]`, once it was
// merged into `document`: without the directives that merging takes out of maps which are in both.
// The text as it stands if it is not JSON.
[[nodiscard]] std::string PatchAsGoMap(std::string_view patch, std::string_view document);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_PATCH_PATCH_H_
