#include "src/apply/typed.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace k8snet::server {
namespace {

enum class Shape : std::uint8_t { kScalar, kStruct, kMap, kList };

// The type of one value: a root, a member, or an item of a member that is a list or map.
struct Schema {
  const Type* type = nullptr;    // Of a root.
  const Field* field = nullptr;  // Of the member; null for a root.
  bool item = false;

  [[nodiscard]] Shape shape() const {
    if (field == nullptr) {
      return Shape::kStruct;
    }
    if (!item) {
      if (field->form == Form::kList || field->form == Form::kNullableList) {
        return Shape::kList;
      }
      if (field->form == Form::kMap) {
        return Shape::kMap;
      }
    }
    return field->kind == Kind::kMessage ? Shape::kStruct : Shape::kScalar;
  }
  // Whether the value is owned and replaced as one.
  [[nodiscard]] bool atomic() const {
    if (field == nullptr) {
      return false;
    }
    return shape() == Shape::kList ? field->list_type == ListType::kAtomic : field->atomic;
  }
  // kStruct.
  [[nodiscard]] const Type& members() const { return field == nullptr ? *type : *field->type; }
  // kList and kMap.
  [[nodiscard]] Schema items() const { return {nullptr, field, true}; }
  // kStruct and kMap: the type of the member `name`; nothing if a struct has none such.
  [[nodiscard]] std::optional<Schema> Member(std::string_view name) const {
    if (shape() == Shape::kMap) {
      return items();
    }
    const Field* member = members().Find(name);
    if (member == nullptr) {
      return std::nullopt;
    }
    return Schema{nullptr, member, false};
  }
};

// Whether `name` is a member of every kind that no table lists.
bool IsTypeMember(const Schema& schema, std::string_view name) {
  return schema.field == nullptr && (name == "apiVersion" || name == "kind");
}

// Returns the value that a key field of a keyed list has where an item lacks it.
Json KeyDefault(const Field& key) {
  if (!key.default_json.empty()) {
    if (auto parsed = ParseJson(key.default_json)) {
      return std::move(parsed->value);
    }
  }
  return ZeroOf(key.kind);
}

// Returns what an item of a list that is not atomic is known by. `item` may be of any kind.
PathElement ElementFor(const Field& list, const Json& item) {
  if (list.list_type == ListType::kSet || list.kind != Kind::kMessage) {
    return PathElement::Value(item);
  }
  Json::Object fields;
  std::string_view keys = list.list_map_keys;
  while (!keys.empty()) {
    const std::string_view key = keys.substr(0, keys.find(','));
    keys.remove_prefix(std::min(keys.size(), key.size() + 1));
    const Json* value = item.Find(key);
    const Field* field = list.type->Find(key);
    fields.emplace(std::string(key), value != nullptr   ? *value
                                     : field != nullptr ? KeyDefault(*field)
                                                        : Json());
  }
  return PathElement::Key(std::move(fields));
}

const Json::Array& ItemsOf(const Json* value) {
  static const Json::Array kNone;
  const Json::Array* items = value == nullptr ? nullptr : value->AsArray();
  return items == nullptr ? kNone : *items;
}

const Json::Object& MembersOf(const Json* value) {
  static const Json::Object kNone;
  const Json::Object* members = value == nullptr ? nullptr : value->AsObject();
  return members == nullptr ? kNone : *members;
}

// ---- ValidateTyped

// Returns what Go's %T prints for a value that is no number.
std::string_view GoTypeOf(const Json& value) {
  if (value.AsObject() != nullptr) {
    return "map[string]interface {}";
  }
  return value.AsArray() != nullptr ? "[]interface {}" : value.KindName();
}

// Returns why a value cannot be an item of a list with keys or of a set, or nothing.
// Source: kubernetes-sigs/structured-merge-diff typed/helpers.go, listItemToPathElement.
std::string_view ItemProblem(const Json& item, bool keyed) {
  if (keyed) {
    if (item.IsNull()) {
      return "associative list with keys may not have a null element";
    }
    return item.AsObject() == nullptr ? "associative list with keys may not have non-map elements"
                                      : "";
  }
  if (item.AsObject() != nullptr) {
    return "associative list without keys has an element that's a map type";
  }
  if (item.AsArray() != nullptr) {
    return "not supported: associative list with lists as elements";
  }
  return item.IsNull() ? "associative list without keys has an element that's an explicit null"
                       : "";
}

class Validator {
 public:
  void Check(const Json& value, const Schema& schema);
  std::vector<std::string> Take() && { return std::move(errors_); }

 private:
  void Fail(std::string_view message) { errors_.push_back(path_ + ": " + std::string(message)); }
  void FailType(std::string_view wanted, const Json& value) {
    Fail("expected " + std::string(wanted) + ", got " + std::string(value.KindName()));
  }
  void CheckScalar(const Json& value, Kind kind);
  void CheckList(const Json& value, const Schema& schema);
  void CheckBelow(const Json& value, const Schema& schema, const PathElement& element) {
    const std::size_t length = path_.size();
    element.AppendPathTo(path_);
    Check(value, schema);
    path_.resize(length);
  }

  std::string path_;
  std::vector<std::string> errors_;
};

void Validator::CheckScalar(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::kBool:
      if (value.AsBool() == nullptr) {
        FailType("boolean", value);
      }
      return;
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kDouble:
      if (value.AsNumber() == nullptr) {
        Fail("expected numeric (int or float), got " + std::string(GoTypeOf(value)));
      }
      return;
    case Kind::kIntOrString:  // What is no scalar is found when it becomes an object.
    case Kind::kRawJson:
      return;
    default:
      if (value.AsString() == nullptr) {
        FailType("string", value);
      }
  }
}

void Validator::CheckList(const Json& value, const Schema& schema) {
  if (value.AsArray() == nullptr) {
    FailType("list", value);
    return;
  }
  const bool atomic = schema.atomic();
  const bool keyed = !atomic && schema.field->list_type == ListType::kMap;
  std::set<PathElement> seen;
  std::int64_t index = -1;
  for (const Json& item : *value.AsArray()) {
    ++index;
    if (atomic) {
      CheckBelow(item, schema.items(), PathElement::Index(index));
      continue;
    }
    if (const std::string_view problem = ItemProblem(item, keyed); !problem.empty()) {
      Fail("element " + std::to_string(index) + ": " + std::string(problem));
      return;
    }
    PathElement element = ElementFor(*schema.field, item);
    if (!seen.insert(element).second) {
      std::string text;
      element.AppendPathTo(text);
      Fail("duplicate entries for key " + text);
    }
    CheckBelow(item, schema.items(), element);
  }
}

void Validator::Check(const Json& value, const Schema& schema) {
  if (value.IsNull()) {
    return;
  }
  switch (schema.shape()) {
    case Shape::kScalar:
      CheckScalar(value, schema.field->kind);
      return;
    case Shape::kList:
      CheckList(value, schema);
      return;
    case Shape::kStruct:
    case Shape::kMap:
      break;
  }
  if (value.AsObject() == nullptr) {
    FailType("map", value);
    return;
  }
  for (const auto& [name, member] : *value.AsObject()) {
    if (IsTypeMember(schema, name)) {
      continue;
    }
    const auto member_schema = schema.Member(name);
    if (!member_schema) {
      errors_.push_back(path_ + "." + name + ": field not declared in schema");
      return;
    }
    CheckBelow(member, *member_schema, PathElement::Field(name));
  }
}

// ---- FieldsOf

void Collect(const Json& value, const Schema& schema, FieldNode& node) {
  const Shape shape = schema.shape();
  if (shape == Shape::kScalar || schema.atomic()) {
    node.member = true;
    return;
  }
  if (shape == Shape::kList) {
    std::map<PathElement, bool> doubled;
    for (const Json& item : ItemsOf(&value)) {
      PathElement element = ElementFor(*schema.field, item);
      FieldNode* child = nullptr;
      const std::size_t count = node.children.size();
      child = &NodeFor(node.children, element);
      if (node.children.size() == count) {
        child->children.clear();  // Of items that look alike, only the whole is owned.
        doubled[element] = true;
      } else if (!doubled.contains(element)) {
        Collect(item, schema.items(), *child);
      }
      child->member = true;
    }
    return;
  }
  for (const auto& [name, member] : MembersOf(&value)) {
    const auto member_schema = schema.Member(name);
    if (!member_schema || IsTypeMember(schema, name)) {
      continue;
    }
    FieldNode child{PathElement::Field(name), false, {}};
    Collect(member, *member_schema, child);
    if (member.IsNull() || shape == Shape::kMap ||
        (member.AsObject() != nullptr && member.AsObject()->empty())) {
      child.member = true;
    }
    if (!child.empty()) {
      node.children.push_back(std::move(child));
    }
  }
}

// ---- CompareTyped

// The paths at and below one path that differ, by how.
struct Difference {
  FieldNode removed;
  FieldNode modified;
  FieldNode added;
};

void Compare(const Json* before, const Json* after, const Schema& schema, Difference& out);

void Attach(FieldNode& parent, FieldNode&& child, const PathElement& element, bool sorted) {
  if (child.empty()) {
    return;
  }
  if (sorted) {
    child.element = element;
    parent.children.push_back(std::move(child));
    return;
  }
  FieldNode& node = NodeFor(parent.children, element);
  node.member = node.member || child.member;
  node.children = std::move(child.children);
}

void CompareChild(const Json* before, const Json* after, const Schema& schema,
                  const PathElement& element, bool sorted, Difference& out) {
  Difference below;
  Compare(before, after, schema, below);
  Attach(out.removed, std::move(below.removed), element, sorted);
  Attach(out.modified, std::move(below.modified), element, sorted);
  Attach(out.added, std::move(below.added), element, sorted);
}

void CompareLists(const Json* before, const Json* after, const Schema& schema, Difference& out) {
  struct Items {
    std::vector<const Json*> before;
    std::vector<const Json*> after;
  };
  std::map<PathElement, Items> all;
  for (const Json& item : ItemsOf(before)) {
    all[ElementFor(*schema.field, item)].before.push_back(&item);
  }
  for (const Json& item : ItemsOf(after)) {
    all[ElementFor(*schema.field, item)].after.push_back(&item);
  }
  for (const auto& [element, items] : all) {
    const std::size_t was = items.before.size();
    const std::size_t is = items.after.size();
    if (was <= 1 && is <= 1) {
      CompareChild(was == 0 ? nullptr : items.before[0], is == 0 ? nullptr : items.after[0],
                   schema.items(), element, true, out);
    } else if (was >= 2 && is >= 2) {
      const bool same = std::equal(
          items.before.begin(), items.before.end(), items.after.begin(), items.after.end(),
          [](const Json* a, const Json* b) { return EqualValues(*a, *b); });
      if (!same) {
        NodeFor(out.modified.children, element).member = true;
      }
    } else if (was >= 2) {
      if (is != 0) {
        CompareChild(nullptr, items.after[0], schema.items(), element, false, out);
      }
      NodeFor(out.removed.children, element).member = true;
    } else {
      if (was != 0) {
        CompareChild(items.before[0], nullptr, schema.items(), element, false, out);
      }
      NodeFor(out.added.children, element).member = true;
    }
  }
}

void CompareMembers(const Json* before, const Json* after, const Schema& schema, Difference& out) {
  const Json::Object& was = MembersOf(before);
  const Json::Object& is = MembersOf(after);
  auto i = was.begin();
  auto j = is.begin();
  while (i != was.end() || j != is.end()) {
    const int order = i == was.end() ? 1 : j == is.end() ? -1 : i->first.compare(j->first);
    const std::string& name = order <= 0 ? i->first : j->first;
    const Json* left = order <= 0 ? &i->second : nullptr;
    const Json* right = order >= 0 ? &j->second : nullptr;
    const auto member = schema.Member(name);
    if (member && !IsTypeMember(schema, name)) {
      CompareChild(left, right, *member, PathElement::Field(name), true, out);
    }
    if (order <= 0) {
      ++i;
    }
    if (order >= 0) {
      ++j;
    }
  }
}

// At least one of `before` and `after` is there.
void Compare(const Json* before, const Json* after, const Schema& schema, Difference& out) {
  const Shape shape = schema.shape();
  const bool hollow = shape == Shape::kList ? ItemsOf(before).empty() && ItemsOf(after).empty()
                                            : MembersOf(before).empty() && MembersOf(after).empty();
  if (before == nullptr) {
    out.added.member = true;
  } else if (after == nullptr) {
    out.removed.member = true;
  }
  if (shape == Shape::kScalar || schema.atomic() || hollow) {
    if (before != nullptr && after != nullptr && !EqualValues(*before, *after)) {
      out.modified.member = true;
    }
  } else if (shape == Shape::kList) {
    CompareLists(before, after, schema, out);
  } else {
    CompareMembers(before, after, schema, out);
  }
}

// ---- MergeTyped

std::optional<Json> Merge(const Json* base, const Json* changes, const Schema& schema);

std::optional<Json> MergeLists(const Json::Array& base, const Json::Array& changes,
                               const Schema& schema) {
  const auto elements = [&](const Json::Array& items) {
    std::vector<PathElement> out;
    out.reserve(items.size());
    for (const Json& item : items) {
      out.push_back(ElementFor(*schema.field, item));
    }
    return out;
  };
  // The items by element; null where several base items share one.
  const auto index = [](const std::vector<PathElement>& names, const Json::Array& items) {
    std::map<PathElement, const Json*> out;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (const auto [it, added] = out.emplace(names[i], &items[i]); !added) {
        it->second = nullptr;
      }
    }
    return out;
  };
  const std::vector<PathElement> left = elements(base);
  const std::vector<PathElement> right = elements(changes);
  const auto in_base = index(left, base);
  const auto in_changes = index(right, changes);
  const auto find = [](const std::map<PathElement, const Json*>& items,
                       const PathElement& element) {
    const auto it = items.find(element);
    return it == items.end() ? nullptr : it->second;
  };

  std::vector<const PathElement*> shared;
  for (const PathElement& element : right) {
    if (in_base.contains(element)) {
      shared.push_back(&element);
    }
  }
  std::size_t next_shared = 0;
  std::map<PathElement, bool> merged;
  Json::Array out;
  const auto append = [&](const Json* from, const Json* change) {
    if (from == nullptr && change == nullptr) {
      return;
    }
    if (auto item = Merge(from, change, schema.items())) {
      out.push_back(*std::move(item));
    }
  };
  std::size_t l = 0;
  std::size_t r = 0;
  while (l < left.size() || r < right.size()) {
    if (l < left.size() && r < right.size()) {
      if (left[l] == right[r]) {
        merged[left[l]] = true;
        append(find(in_base, left[l]), find(in_changes, left[l]));
        ++l;
        ++r;
        ++next_shared;
        continue;
      }
      if (in_changes.contains(left[l]) && next_shared < shared.size() &&
          *shared[next_shared] != left[l]) {
        ++l;
        continue;
      }
    }
    if (l < left.size()) {
      if (!in_changes.contains(left[l])) {
        append(&base[l], nullptr);
        ++l;
        continue;
      }
      if (merged.contains(left[l])) {
        ++l;
      }
    }
    if (r < right.size()) {
      merged[right[r]] = true;
      append(find(in_base, right[r]), find(in_changes, right[r]));
      if (next_shared < shared.size() && *shared[next_shared] == right[r]) {
        ++next_shared;
      }
      ++r;
    }
  }
  if (out.empty()) {
    return std::nullopt;
  }
  return Json(std::move(out));
}

std::optional<Json> MergeMembers(const Json* base, const Json* changes, const Schema& schema) {
  const Json::Object& left = MembersOf(base);
  const Json::Object& right = MembersOf(changes);
  Json::Object out;
  for (const auto& [name, value] : left) {
    const auto change = right.find(name);
    const Json* changed = change == right.end() ? nullptr : &change->second;
    const auto member = schema.Member(name);
    auto merged = member && !IsTypeMember(schema, name)
                      ? Merge(&value, changed, *member)
                      : std::optional<Json>(changed == nullptr ? value : *changed);
    if (merged) {
      out.emplace_hint(out.end(), name, *std::move(merged));
    }
  }
  for (const auto& [name, value] : right) {
    if (left.contains(name)) {
      continue;
    }
    const auto member = schema.Member(name);
    auto merged = member && !IsTypeMember(schema, name) ? Merge(nullptr, &value, *member)
                                                        : std::optional<Json>(value);
    if (merged) {
      out.emplace(name, *std::move(merged));
    }
  }
  if (out.empty()) {
    return std::nullopt;
  }
  return Json(std::move(out));
}

std::optional<Json> Merge(const Json* base, const Json* changes, const Schema& schema) {
  const Shape shape = schema.shape();
  const bool hollow = shape == Shape::kList ? ItemsOf(base).empty() && ItemsOf(changes).empty()
                                            : MembersOf(base).empty() && MembersOf(changes).empty();
  if (shape == Shape::kScalar || schema.atomic() || hollow) {
    return changes != nullptr ? *changes : *base;
  }
  return shape == Shape::kList ? MergeLists(ItemsOf(base), ItemsOf(changes), schema)
                               : MergeMembers(base, changes, schema);
}

// ---- RemoveFields, WithNamedParents

Json Remove(const Json& value, const Schema& schema, const std::vector<FieldNode>& unwanted) {
  if (schema.shape() == Shape::kList) {
    Json::Array out;
    for (const Json& item : ItemsOf(&value)) {
      const FieldNode* node =
          schema.atomic() ? nullptr : FindNode(unwanted, ElementFor(*schema.field, item));
      if (node == nullptr) {
        out.push_back(item);
      } else if (!node->member) {
        out.push_back(Remove(item, schema.items(), node->children));
      }
    }
    return out.empty() ? Json() : Json(std::move(out));
  }
  if (value.AsObject() == nullptr) {
    return value;
  }
  Json::Object out;
  for (const auto& [name, member] : *value.AsObject()) {
    const FieldNode* node = FindNode(unwanted, std::string_view(name));
    const auto member_schema = schema.Member(name);
    if (node == nullptr || !member_schema) {
      out.emplace_hint(out.end(), name, member);
    } else if (!node->member) {
      out.emplace_hint(out.end(), name, Remove(member, *member_schema, node->children));
    }
  }
  return out.empty() ? Json() : Json(std::move(out));
}

void NameParents(std::vector<FieldNode>& nodes, const Schema& schema) {
  const Shape shape = schema.shape();
  if (shape == Shape::kScalar) {
    return;
  }
  for (FieldNode& node : nodes) {
    std::optional<Schema> below;
    if (shape == Shape::kList) {
      below = schema.items();
    } else if (node.element.kind() == PathElement::Kind::kField) {
      below = schema.Member(node.element.name());
    }
    if (!below) {
      continue;
    }
    if (shape == Shape::kStruct && !node.children.empty()) {
      node.member = true;
    }
    NameParents(node.children, *below);
  }
}

void OwnWholes(std::vector<FieldNode>& nodes, const Schema& schema) {
  const Shape shape = schema.shape();
  for (FieldNode& node : nodes) {
    if (node.children.empty()) {
      continue;
    }
    std::optional<Schema> below;
    if (shape == Shape::kList) {
      below = schema.items();
    } else if (node.element.kind() == PathElement::Kind::kField && shape != Shape::kScalar) {
      below = schema.Member(node.element.name());
    }
    if (!below) {
      continue;
    }
    if (below->atomic() && below->shape() != Shape::kScalar) {
      node.member = true;
      node.children.clear();
    } else {
      OwnWholes(node.children, *below);
    }
  }
}

double AsDouble(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::vector<std::string> ValidateTyped(const Type& type, const Json& document) {
  Validator validator;
  validator.Check(document, {&type, nullptr, false});
  return std::move(validator).Take();
}

Json ZeroDocument(const Type& type) {
  Json::Object members;
  for (const Field& field : type.fields) {
    if (field.form == Form::kValue && field.kind == Kind::kMessage) {
      members.emplace(field.json_name, ZeroDocument(*field.type));
    } else if (field.omit == Omit::kNever) {
      const bool scalar = field.form == Form::kValue && field.kind != Kind::kTime &&
                          field.kind != Kind::kMicroTime && field.kind != Kind::kRawJson;
      members.emplace(field.json_name, scalar ? ZeroOf(field.kind) : Json());
    }
  }
  return Json(std::move(members));
}

FieldSet FieldsOf(const Type& type, const Json& document) {
  FieldNode root;
  Collect(document, {&type, nullptr, false}, root);
  return FieldSet(std::move(root.children));
}

Comparison CompareTyped(const Type& type, const Json& before, const Json& after) {
  Difference root;
  Compare(&before, &after, {&type, nullptr, false}, root);
  return {FieldSet(std::move(root.removed.children)), FieldSet(std::move(root.modified.children)),
          FieldSet(std::move(root.added.children))};
}

Json MergeTyped(const Type& type, const Json& base, const Json& changes) {
  return Merge(&base, &changes, {&type, nullptr, false}).value_or(Json(Json::Object()));
}

Json RemoveFields(const Type& type, const Json& document, const FieldSet& unwanted) {
  return Remove(document, {&type, nullptr, false}, unwanted.nodes());
}

FieldSet WithNamedParents(const Type& type, const FieldSet& set) {
  FieldSet out = set;
  NameParents(out.nodes(), {&type, nullptr, false});
  return out;
}

void OwnAtomicWholes(const Type& type, FieldSet& set) {
  OwnWholes(set.nodes(), {&type, nullptr, false});
}

bool EqualValues(const Json& a, const Json& b) {
  if (a.kind() != b.kind()) {
    return false;
  }
  if (const auto* number = a.AsNumber(); number != nullptr) {
    const std::string& text = b.AsNumber()->text;
    return number->text == text ||
           (!(IsInt64(number->text) && IsInt64(text)) && AsDouble(number->text) == AsDouble(text));
  }
  if (const auto* items = a.AsArray(); items != nullptr) {
    return std::equal(items->begin(), items->end(), b.AsArray()->begin(), b.AsArray()->end(),
                      EqualValues);
  }
  if (const auto* members = a.AsObject(); members != nullptr) {
    return std::equal(members->begin(), members->end(), b.AsObject()->begin(), b.AsObject()->end(),
                      [](const auto& x, const auto& y) {
                        return x.first == y.first && EqualValues(x.second, y.second);
                      });
  }
  return a == b;
}

}  // namespace k8snet::server
