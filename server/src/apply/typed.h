// Documents seen through their type: which fields they have, how two differ, and one merged into
// another.
//
// Source: kubernetes-sigs/structured-merge-diff typed/, TypedValue.
#ifndef K8SNET_SERVER_SRC_APPLY_TYPED_H_
#define K8SNET_SERVER_SRC_APPLY_TYPED_H_

#include <string>
#include <vector>

#include "k8snet/apis/base/type.h"
#include "src/apply/field_set.h"
#include "src/patch/json.h"

namespace k8snet::server {

// Returns what keeps `document` from being one of `type`, each with its path before it, such as
// `.spec.foo: field not declared in schema`. Empty: it is one, also if members are missing or null.
[[nodiscard]] std::vector<std::string> ValidateTyped(const Type& type, const Json& document);

// Returns a document of `type` in which nothing is set, as an encoder writes it.
[[nodiscard]] Json ZeroDocument(const Type& type);

// Returns the fields of `document`: leaves, items of keyed lists, and atomic values as wholes. The
// members apiVersion and kind are not among them.
[[nodiscard]] FieldSet FieldsOf(const Type& type, const Json& document);

// How one document differs from another.
struct Comparison {
  FieldSet removed;
  FieldSet modified;
  FieldSet added;

  [[nodiscard]] bool IsSame() const { return removed.empty() && modified.empty() && added.empty(); }
};

// Compares two documents of `type`.
[[nodiscard]] Comparison CompareTyped(const Type& type, const Json& before, const Json& after);

// Returns `base` with what `changes` has in its place; both are documents of `type`.
[[nodiscard]] Json MergeTyped(const Type& type, const Json& base, const Json& changes);

// Returns `document` without the fields in `unwanted`. A list or map that becomes empty becomes
// null.
[[nodiscard]] Json RemoveFields(const Type& type, const Json& document, const FieldSet& unwanted);

// Returns `set` with those parents added that are members of structs.
[[nodiscard]] FieldSet WithNamedParents(const Type& type, const FieldSet& set);

// Makes `set`, which may be older than the schema, own wholes where it owns parts of what is atomic
// now.
// Source: kubernetes-sigs/structured-merge-diff typed/reconcile_schema.go.
void OwnAtomicWholes(const Type& type, FieldSet& set);

// Whether two values are equal; numbers by value, so 1 equals 1.0.
[[nodiscard]] bool EqualValues(const Json& a, const Json& b);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_APPLY_TYPED_H_
