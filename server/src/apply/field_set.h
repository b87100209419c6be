// Sets of fields of an object, as metadata.managedFields records them.
#ifndef K8SNET_SERVER_SRC_APPLY_FIELD_SET_H_
#define K8SNET_SERVER_SRC_APPLY_FIELD_SET_H_

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/patch/json.h"

namespace k8snet::server {

// One step of a path into an object. A plain value; copying is cheap.
// Source: kubernetes-sigs/structured-merge-diff fieldpath/element.go, PathElement.
class PathElement {
 public:
  enum class Kind : std::uint8_t {
    kField,  // A member of a struct or a key of a map.
    kKey,    // The item of a keyed list whose key fields have these values.
    kValue,  // The item of a set that equals this scalar.
    kIndex,  // The item at this position.
  };

  PathElement() = default;
  [[nodiscard]] static PathElement Field(std::string name);
  // `fields` holds at least one member.
  [[nodiscard]] static PathElement Key(Json::Object fields);
  [[nodiscard]] static PathElement Value(Json value);
  [[nodiscard]] static PathElement Index(std::int64_t index);

  // Parses the form in FieldsV1: `f:<name>`, `k:<json object>`, `v:<json>`, `i:<number>`.
  [[nodiscard]] static std::optional<PathElement> Parse(std::string_view text);
  // Appends that form.
  void AppendTo(std::string& out) const;
  // Appends the form in messages: `.name`, `[a=1,b="x"]`, `[="x"]`, `[0]`.
  void AppendPathTo(std::string& out) const;

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  // By kind, then name, key fields, value or index; numbers by size.
  friend std::strong_ordering operator<=>(const PathElement& a, const PathElement& b);
  friend bool operator==(const PathElement& a, const PathElement& b) { return (a <=> b) == 0; }

 private:
  Kind kind_ = Kind::kField;
  std::int64_t index_ = 0;
  std::string name_;
  std::shared_ptr<const Json> value_;  // kKey: an object; kValue.
};

// One path element in a set, whether the path that ends here is in the set, and what is below.
struct FieldNode {
  PathElement element;
  bool member = false;
  std::vector<FieldNode> children;  // Sorted by element, each once; none is empty.

  // Whether neither this path nor one below is in the set.
  [[nodiscard]] bool empty() const { return !member && children.empty(); }
  bool operator==(const FieldNode&) const = default;
};

// A set of paths. A plain value.
// Source: kubernetes-sigs/structured-merge-diff fieldpath/set.go, Set.
class FieldSet {
 public:
  FieldSet() = default;
  explicit FieldSet(std::vector<FieldNode> nodes) : nodes_(std::move(nodes)) {}

  // Parses FieldsV1. Empty text is the empty set.
  // Errors: kBadRequest, not such JSON.
  [[nodiscard]] static Result<FieldSet> Decode(std::string_view json);
  // Returns FieldsV1: compact JSON, "." first, then by kind and value.
  [[nodiscard]] std::string Encode() const;

  [[nodiscard]] bool empty() const { return nodes_.empty(); }
  [[nodiscard]] const std::vector<FieldNode>& nodes() const { return nodes_; }
  [[nodiscard]] std::vector<FieldNode>& nodes() { return nodes_; }

  [[nodiscard]] FieldSet Union(const FieldSet& other) const;
  // The paths of this set that are not in `other`; paths below those stay.
  [[nodiscard]] FieldSet Difference(const FieldSet& other) const;
  [[nodiscard]] FieldSet Intersection(const FieldSet& other) const;
  // Removes the top-level field `name` with everything below.
  void RemoveTree(std::string_view name);

  // Calls `visit` with the text of each path: at each level first the paths that end there, then
  // what is below.
  void VisitPaths(const std::function<void(const std::string& path)>& visit) const;

  bool operator==(const FieldSet&) const = default;

 private:
  std::vector<FieldNode> nodes_;
};

// Returns the node for `element` among the sorted `nodes`, made if missing.
[[nodiscard]] FieldNode& NodeFor(std::vector<FieldNode>& nodes, const PathElement& element);
// Returns the node for `element`, or null.
[[nodiscard]] const FieldNode* FindNode(const std::vector<FieldNode>& nodes,
                                        const PathElement& element);
// Returns the node for the field `name`, or null.
[[nodiscard]] const FieldNode* FindNode(const std::vector<FieldNode>& nodes, std::string_view name);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_APPLY_FIELD_SET_H_
