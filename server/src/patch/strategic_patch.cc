#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "src/patch/json.h"
#include "src/patch/patch.h"
#include "src/patch/patch_internal.h"
#include "src/patch/schema_check.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kPatch = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kDeleteFromList = "$deleteFromPrimitiveList/";
constexpr std::string_view kSetElementOrder = "$setElementOrder/";

std::string GoText(const Json& value) {
  std::string out;
  value.AppendGo(out);
  return out;
}

std::string GoText(const Json::Array& items) { return GoText(Json(items)); }

// A fault that Kubernetes answers with 500 and no reason.
Error Fault(std::string message) { return Error(Reason::kUnknown, std::move(message)); }

Error NoMergeKey(const Json& item, std::string_view key) {
  return Fault("map: " + GoText(item) +
               " does not contain declared merge key: " + std::string(key));
}

Error BadDirective(const Json& directive, const Json& map) {
  return Fault("unknown patch type: " + GoText(directive) + " in map: " + GoText(map));
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// Drops members that are null, but not below lists.
void DropNulls(Json& value) {
  Json::Object* object = value.AsObject();
  if (object == nullptr) {
    return;
  }
  for (auto it = object->begin(); it != object->end();) {
    if (it->second.IsNull()) {
      it = object->erase(it);
    } else {
      DropNulls(it->second);
      ++it;
    }
  }
}

// Drops maps that carry $patch, at any depth. Returns whether `value` itself stays.
bool DropDirectives(Json& value) {
  if (Json::Object* object = value.AsObject(); object != nullptr) {
    if (object->contains(kPatch)) {
      return false;
    }
    for (auto it = object->begin(); it != object->end();) {
      it = DropDirectives(it->second) ? std::next(it) : object->erase(it);
    }
  } else if (Json::Array* array = value.AsArray(); array != nullptr) {
    std::size_t kept = 0;
    for (Json& item : *array) {
      if (DropDirectives(item)) {
        if (&(*array)[kept] != &item) {
          (*array)[kept] = std::move(item);
        }
        ++kept;
      }
    }
    array->resize(kept);
  }
  return true;
}

// Puts the value of a patch where the document has none that it could be merged with.
void Take(Json::Object& object, const std::string& name, Json value) {
  DropNulls(value);
  if (DropDirectives(value)) {
    object.insert_or_assign(name, std::move(value));
  } else {
    object.erase(name);
  }
}

// Whether two values have one Go type once decoded.
std::string_view GoType(const Json& value) {
  if (const Json::Number* number = value.AsNumber(); number != nullptr) {
    return IsInt64(number->text) ? "int64" : "float64";
  }
  return value.KindName();
}

// Returns the kind of the items of both lists: all maps, or all scalars of one type. An empty view
// if there are no items.
Result<std::string_view> ItemType(const Json::Array& a, const Json::Array& b) {
  std::string_view type;
  for (const Json::Array* list : {&a, &b}) {
    for (const Json& item : *list) {
      if (item.AsArray() != nullptr) {
        return internal::Rejected();
      }
      const std::string_view found = GoType(item);
      if (!type.empty() && found != type) {
        return Fault("list element types are not identical: [" + GoText(a) + " " + GoText(b) + "]");
      }
      type = found;
    }
  }
  return type;
}

// Returns what tells the items of a merged list apart: the scalar itself, or the merge key's value.
// Errors: kUnknown, the item has no such key.
Result<std::string> Identity(const Json& item, std::string_view key) {
  if (key.empty()) {
    return item.ToString();
  }
  const Json* value = item.Find(key);
  if (value == nullptr) {
    return NoMergeKey(item, key);
  }
  return value->ToString();
}

Result<std::vector<std::string>> Identities(const Json::Array& items, std::string_view key) {
  std::vector<std::string> identities;
  identities.reserve(items.size());
  for (const Json& item : items) {
    K8SNET_ASSIGN_OR_RETURN(std::string identity, Identity(item, key));
    identities.push_back(std::move(identity));
  }
  return identities;
}

// Position of each identity in a list; the first one counts.
using Positions = std::unordered_map<std::string, std::size_t>;

Positions PositionsOf(const std::vector<std::string>& identities) {
  Positions positions;
  for (std::size_t i = 0; i < identities.size(); ++i) {
    positions.emplace(identities[i], i);
  }
  return positions;
}

// Returns `merged` in its final order: the items that `order` names, in that order, woven into the
// others, which keep the order that the server has them in.
Result<Json::Array> Weave(Json::Array merged, const Json::Array& order,
                          const std::vector<std::string>& server, std::string_view key) {
  K8SNET_ASSIGN_OR_RETURN(const auto wanted, Identities(order, key));
  K8SNET_ASSIGN_OR_RETURN(const auto identities, Identities(merged, key));
  const Positions in_order = PositionsOf(wanted);
  const Positions on_server = PositionsOf(server);
  const auto position = [](const Positions& positions, const std::string& identity) {
    const auto it = positions.find(identity);
    return it == positions.end() ? std::string::npos : it->second;
  };
  std::vector<std::size_t> named;
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < merged.size(); ++i) {
    (in_order.contains(identities[i]) ? named : others).push_back(i);
  }
  const auto sort = [&](std::vector<std::size_t>& items, const Positions& by) {
    std::stable_sort(items.begin(), items.end(), [&](std::size_t a, std::size_t b) {
      return position(by, identities[a]) < position(by, identities[b]);
    });
  };
  sort(named, in_order);
  sort(others, on_server);
  Json::Array woven;
  woven.reserve(merged.size());
  std::size_t n = 0;
  std::size_t o = 0;
  while (n < named.size() || o < others.size()) {
    bool other_first = n == named.size();
    if (!other_first && o < others.size()) {
      const std::size_t a = position(on_server, identities[others[o]]);
      const std::size_t b = position(on_server, identities[named[n]]);
      other_first = a != std::string::npos && b != std::string::npos && a < b;
    }
    woven.push_back(std::move(merged[other_first ? others[o++] : named[n++]]));
  }
  return woven;
}

// The identities of a server's list as upstream sees them after it has merged in place: an item
// that is removed lets the later ones move up, and a new item fills the gap at the end. Only then
// does upstream put the list in the order that $setElementOrder asks for.
class ServerOrder {
 public:
  explicit ServerOrder(std::vector<std::string> identities)
      : identities_(std::move(identities)), size_(identities_.size()) {}

  void Remove(std::size_t index) {
    std::copy(identities_.begin() + static_cast<std::ptrdiff_t>(index) + 1,
              identities_.begin() + static_cast<std::ptrdiff_t>(size_),
              identities_.begin() + static_cast<std::ptrdiff_t>(index));
    --size_;
  }
  void Append(const std::string& identity) {
    if (!moved_away_ && size_ < identities_.size()) {
      identities_[size_++] = identity;
    } else {
      moved_away_ = true;
    }
  }
  [[nodiscard]] const std::vector<std::string>& identities() const { return identities_; }

 private:
  std::vector<std::string> identities_;
  std::size_t size_;
  bool moved_away_ = false;
};

class Merger {
 public:
  // Merges `patch` into `target`; `type` describes both, or is null below maps without a schema.
  Status MergeMap(Json::Object& target, Json patch_value, const Type* type);

 private:
  Status ApplyOrders(Json::Object& target, Json::Object& patch, const Type* type);
  Status ApplyOrder(Json::Object& target, Json::Object& patch, const Type* type,
                    const std::string& name, const Json& order);
  // Merges `patch` into `server`. `seen` is told how upstream's copy of the server's list changes.
  Result<Json::Array> MergeList(Json::Array server, Json::Array patch, const Field* field,
                                ServerOrder* seen);
  Result<Json::Array> MergeMaps(Json::Array server, Json::Array patch, const Field& field,
                                ServerOrder* seen);
};

Status ApplyRetainKeys(Json::Object& target, Json::Object& patch) {
  const auto directive = patch.find(kRetainKeys);
  if (directive == patch.end()) {
    return {};
  }
  const Json keys = std::move(directive->second);
  patch.erase(directive);
  const Error malformed(Reason::kBadRequest, "invalid patch format of retainKeys");
  if (keys.AsArray() == nullptr) {
    return malformed;
  }
  std::map<std::string, bool, std::less<>> kept;
  for (const Json& key : *keys.AsArray()) {
    if (key.AsString() == nullptr) {
      return malformed;
    }
    kept.emplace(*key.AsString(), true);
  }
  for (const auto& [name, value] : patch) {
    if (!value.IsNull() && !StartsWith(name, kDeleteFromList) &&
        !StartsWith(name, kSetElementOrder) && !kept.contains(name)) {
      return malformed;
    }
  }
  std::erase_if(target, [&](const auto& member) { return !kept.contains(member.first); });
  return {};
}

// Removes from `server` what `patch` lists.
Result<Json::Array> RemoveScalars(Json::Array server, const Json::Array& patch) {
  K8SNET_ASSIGN_OR_RETURN(const std::string_view type, ItemType(server, patch));
  if (type == "object") {
    return Fault("cannot remove maps from a list of scalars");
  }
  K8SNET_ASSIGN_OR_RETURN(const auto unwanted, Identities(patch, {}));
  const Positions positions = PositionsOf(unwanted);
  std::erase_if(server, [&](const Json& item) { return positions.contains(item.ToString()); });
  return server;
}

Status Merger::MergeMap(Json::Object& target, Json patch_value, const Type* type) {
  Json::Object& patch = *patch_value.AsObject();
  if (const auto directive = patch.find(kPatch); directive != patch.end()) {
    const std::string* word = directive->second.AsString();
    if (word != nullptr && *word == "replace") {
      patch.erase(directive);
      target = std::move(patch);
    } else if (word != nullptr && *word == "delete") {
      target.clear();
    } else {
      return BadDirective(directive->second, patch_value);
    }
    return {};
  }
  K8SNET_RETURN_IF_ERROR(ApplyRetainKeys(target, patch));
  K8SNET_RETURN_IF_ERROR(ApplyOrders(target, patch, type));
  for (auto& [patch_name, value] : patch) {
    const bool removes = StartsWith(patch_name, kDeleteFromList);
    const std::string name = removes ? patch_name.substr(kDeleteFromList.size()) : patch_name;
    if (value.IsNull()) {
      target.erase(name);
      continue;
    }
    const auto found = target.find(name);
    if (found == target.end() || GoType(found->second) != GoType(value)) {
      if (!removes) {
        Take(target, name, std::move(value));
      }
      continue;
    }
    const Field* field = type == nullptr ? nullptr : type->Find(name);
    if (Json::Object* object = found->second.AsObject(); object != nullptr) {
      const bool has_schema = field != nullptr && field->kind == Kind::kMessage;
      K8SNET_RETURN_IF_ERROR(
          MergeMap(*object, std::move(value), has_schema ? field->type : nullptr));
    } else if (Json::Array* list = found->second.AsArray(); list != nullptr) {
      auto merged = removes
                        ? RemoveScalars(std::move(*list), *value.AsArray())
                        : MergeList(std::move(*list), std::move(*value.AsArray()), field, nullptr);
      if (!merged) {
        return std::move(merged).error();
      }
      found->second = Json(*std::move(merged));
    } else {
      found->second = std::move(value);
    }
  }
  return {};
}

Status Merger::ApplyOrders(Json::Object& target, Json::Object& patch, const Type* type) {
  std::vector<std::pair<std::string, Json>> orders;
  for (auto it = patch.lower_bound(kSetElementOrder);
       it != patch.end() && StartsWith(it->first, kSetElementOrder); it = patch.erase(it)) {
    orders.emplace_back(it->first.substr(kSetElementOrder.size()), std::move(it->second));
  }
  for (const auto& [name, order] : orders) {
    K8SNET_RETURN_IF_ERROR(ApplyOrder(target, patch, type, name, order));
  }
  return {};
}

// Whether the items of `patch` that are not to be deleted stand in `order`, in the same order.
Result<bool> Agrees(const Json::Array& patch, const Json::Array& order, std::string_view key) {
  if (order.empty()) {
    return true;
  }
  auto wanted = order.begin();
  for (const Json& item : patch) {
    const Json* directive = key.empty() ? nullptr : item.Find(kPatch);
    if (directive != nullptr && directive->AsString() != nullptr &&
        *directive->AsString() == "delete") {
      continue;
    }
    K8SNET_ASSIGN_OR_RETURN(const std::string identity, Identity(item, key));
    for (bool met = false; !met; ++wanted) {
      if (wanted == order.end()) {
        return false;
      }
      K8SNET_ASSIGN_OR_RETURN(const std::string other, Identity(*wanted, key));
      met = identity == other;
    }
  }
  return true;
}

Status Merger::ApplyOrder(Json::Object& target, Json::Object& patch, const Type* type,
                          const std::string& name, const Json& order) {
  const auto mismatch = [](const Json& value) {
    std::string kind(GoType(value));
    if (kind == "object") {
      kind = "map[string]interface {}";
    } else if (kind == "null") {
      kind = "%!s(<nil>)";
    }
    return Fault("expected a []interface {}, but received a " + kind);
  };
  const auto server_member = target.find(name);
  const auto patch_member = patch.find(name);
  if (order.AsArray() == nullptr) {
    return mismatch(order);
  }
  for (const auto& [member, end] :
       {std::pair(server_member, target.end()), std::pair(patch_member, patch.end())}) {
    if (member != end && member->second.AsArray() == nullptr) {
      return mismatch(member->second);
    }
  }
  const Field* field = type == nullptr ? nullptr : type->Find(name);
  if (field == nullptr || (field->form != Form::kList && field->form != Form::kNullableList)) {
    return Fault("unable to find api field in struct " +
                 std::string(type == nullptr ? "" : type->name) + " for the json field \"" + name +
                 "\"");
  }
  if (server_member == target.end() && patch_member == patch.end()) {
    return {};
  }
  const std::string_view key = field->patch_merge_key;
  if (field->kind == Kind::kMessage && key.empty()) {
    // Upstream panics.
    return Error(Reason::kBadRequest, "invalid patch format of setElementOrder list");
  }
  Json::Array server;
  if (server_member != target.end()) {
    server = std::move(*server_member->second.AsArray());
  }
  Json::Array merged;
  std::vector<std::string> server_order;
  if (patch_member == patch.end()) {
    K8SNET_ASSIGN_OR_RETURN(server_order, Identities(server, key));
    merged = std::move(server);
  } else {
    Json patch_list = std::move(patch_member->second);
    patch.erase(patch_member);
    K8SNET_ASSIGN_OR_RETURN(const bool agrees,
                            Agrees(*patch_list.AsArray(), *order.AsArray(), key));
    if (!agrees) {
      return Fault("The order in patch list:\n" + GoText(patch_list) +
                   "\n doesn't match $setElementOrder list:\n" + GoText(order) + "\n");
    }
    if (server_member == target.end()) {
      DropDirectives(patch_list);
      merged = std::move(*patch_list.AsArray());
    } else {
      K8SNET_RETURN_IF_ERROR(ItemType(server, *patch_list.AsArray()));
      K8SNET_ASSIGN_OR_RETURN(auto identities, Identities(server, key));
      ServerOrder seen(std::move(identities));
      K8SNET_ASSIGN_OR_RETURN(
          merged, MergeList(std::move(server), std::move(*patch_list.AsArray()), field, &seen));
      server_order = seen.identities();
    }
  }
  K8SNET_ASSIGN_OR_RETURN(merged, Weave(std::move(merged), *order.AsArray(), server_order, key));
  target.insert_or_assign(name, Json(std::move(merged)));
  return {};
}

Result<Json::Array> Merger::MergeList(Json::Array server, Json::Array patch, const Field* field,
                                      ServerOrder* seen) {
  if (field == nullptr || !field->patch_merge) {
    return patch;
  }
  K8SNET_ASSIGN_OR_RETURN(const std::string_view type, ItemType(server, patch));
  if (type.empty()) {
    return server;
  }
  if (type == "object") {
    if (field->patch_merge_key.empty()) {
      return Fault("cannot merge lists without merge key for " + std::string(field->json_name));
    }
    return MergeMaps(std::move(server), std::move(patch), *field, seen);
  }
  K8SNET_ASSIGN_OR_RETURN(const auto server_order, Identities(server, {}));
  Json::Array merged;
  Positions met;
  for (const Json::Array* list : {&server, &patch}) {
    for (const Json& item : *list) {
      if (met.emplace(item.ToString(), 0).second) {
        merged.push_back(item);
      }
    }
  }
  return Weave(std::move(merged), patch, server_order, {});
}

Result<Json::Array> Merger::MergeMaps(Json::Array server, Json::Array patch, const Field& field,
                                      ServerOrder* seen) {
  const std::string_view key = field.patch_merge_key;
  Json::Array changes;
  bool replace = false;
  for (Json& item : patch) {
    const Json* directive = item.Find(kPatch);
    if (directive == nullptr) {
      changes.push_back(std::move(item));
      continue;
    }
    const std::string word = directive->AsString() == nullptr ? "" : *directive->AsString();
    if (word == "replace") {
      replace = true;
    } else if (word == "merge") {
      return Fault("merging lists cannot yet be specified in the patch");
    } else if (word == "delete") {
      K8SNET_ASSIGN_OR_RETURN(const std::string unwanted, Identity(item, key));
      std::size_t kept = 0;
      for (std::size_t i = 0; i < server.size(); ++i) {
        K8SNET_ASSIGN_OR_RETURN(const std::string identity, Identity(server[i], key));
        if (identity == unwanted) {
          if (seen != nullptr) {
            seen->Remove(kept);
          }
          continue;
        }
        if (kept != i) {
          server[kept] = std::move(server[i]);
        }
        ++kept;
      }
      server.resize(kept);
    } else {
      return BadDirective(*directive, item);
    }
  }
  if (replace) {
    return changes;
  }
  K8SNET_ASSIGN_OR_RETURN(const auto server_order, Identities(server, key));
  K8SNET_ASSIGN_OR_RETURN(const auto changed, Identities(changes, key));
  Positions positions = PositionsOf(server_order);
  Json::Array order;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    order.push_back(Json(Json::Object{{std::string(key), *changes[i].Find(key)}}));
    const auto [it, added] = positions.emplace(changed[i], server.size());
    if (added) {
      server.push_back(std::move(changes[i]));
      if (seen != nullptr) {
        seen->Append(changed[i]);
      }
    } else {
      K8SNET_RETURN_IF_ERROR(
          MergeMap(*server[it->second].AsObject(), std::move(changes[i]), field.type));
    }
  }
  return Weave(std::move(server), order, server_order, key);
}

}  // namespace

Result<Patched> ApplyStrategicMergePatch(const Type& schema, std::string_view document,
                                         std::string_view patch) {
  K8SNET_ASSIGN_OR_RETURN(ParsedJson parsed, internal::ParsePatch(patch));
  if (parsed.value.IsNull()) {
    return Patched{std::string(document), {}};
  }
  if (parsed.value.AsObject() == nullptr) {
    return Error(Reason::kBadRequest,
                 internal::WrongShape(parsed.value, "map[string]interface {}"));
  }
  K8SNET_ASSIGN_OR_RETURN(ParsedJson target, ParseJson(document));
  if (target.value.AsObject() == nullptr) {
    return internal::Rejected();
  }
  Merger merger;
  K8SNET_RETURN_IF_ERROR(
      merger.MergeMap(*target.value.AsObject(), std::move(parsed.value), &schema));
  if (std::string misfit = internal::FindMisfit(schema, target.value); !misfit.empty()) {
    return InvalidPatch(PatchAsGoMap(patch, document), misfit);
  }
  return Patched{target.value.ToString(), internal::DuplicateFindings(parsed.duplicates)};
}

}  // namespace k8snet::server
