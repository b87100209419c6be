#include "src/apply/manager.h"

#include <algorithm>
#include <map>
#include <utility>

#include "k8snet/apis/base/scalars.h"
#include "src/apply/field_set.h"
#include "src/apply/managed.h"
#include "src/apply/typed.h"
#include "src/patch/json.h"
#include "src/patch/patch_internal.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::size_t kMaxAnnotationBytes = 256U * 1024;

// Members of metadata that nobody owns.
constexpr std::string_view kUnownedMetadata[] = {
    "clusterName",     "creationTimestamp", "generation", "managedFields", "name", "namespace",
    "resourceVersion", "selfLink",          "uid"};

// Removes what nobody owns.
void StripIdentity(FieldSet& set) {
  std::vector<FieldNode>& nodes = set.nodes();
  std::erase_if(nodes, [](FieldNode& node) {
    if (node.element.kind() != PathElement::Kind::kField || node.element.name() != "metadata") {
      return node.element == PathElement::Field("apiVersion") ||
             node.element == PathElement::Field("kind");
    }
    node.member = false;
    std::erase_if(node.children, [](FieldNode& child) {
      if (std::find(std::begin(kUnownedMetadata), std::end(kUnownedMetadata),
                    child.element.name()) != std::end(kUnownedMetadata)) {
        child.member = false;
      }
      return child.empty();
    });
    return node.empty();
  });
}

void RemoveManagedFields(Json& document) {
  if (Json* metadata = document.Find("metadata"); metadata != nullptr) {
    if (Json::Object* members = metadata->AsObject(); members != nullptr) {
      members->erase("managedFields");
    }
  }
}

std::string TextAt(const Json& document, std::string_view parent, std::string_view name) {
  const Json* where = parent.empty() ? &document : document.Find(parent);
  const Json* value = where == nullptr ? nullptr : where->Find(name);
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? std::string() : *text;
}

// A document in a version.
struct Version {
  const Type* type = nullptr;
  std::string api_version;
  Json document;
};

using Conflicts = std::map<ManagerId, FieldSet>;

// One write: the operations of upstream's merge.Updater on the owners of an object. Documents are
// in the version of the request and hold no managedFields.
class Writer {
 public:
  explicit Writer(const WriteContext& context) : context_(context) {}

  // Moves ownership for a write of any kind but apply.
  void Update(const Json& live, const Json& object, const ManagerId& id, Managed& managed) const;

  // Merges `configuration` into `live` and moves ownership. With conflicts, and without `force`,
  // `managed` is of no use afterwards.
  Json Apply(const Json& live, const Json& configuration, const ManagerId& id, bool force,
             Managed& managed, Conflicts& conflicts) const;

  // Returns nothing if `to` is not served.
  [[nodiscard]] std::optional<Version> Convert(const Version& from, std::string_view to) const;

  [[nodiscard]] Version AtRequest(Json document) const {
    return {context_.type, std::string(context_.api_version), std::move(document)};
  }

 private:
  // Drops entries at versions that are not served, and fits the others to their schema.
  void Reconcile(const Json& live, Managed& managed) const;
  // Lets the managers other than `workflow` lose what the step from `before` to `after` changes.
  // Returns the difference at the request's version.
  Comparison Yield(const Json& before, const Json& after, const ManagerId* workflow, bool force,
                   Managed& managed, Conflicts& conflicts) const;
  // Returns `merged` without what `last` has and nobody owns any more.
  [[nodiscard]] Json Prune(const Json& merged, const Managed& managed, const Owned& last) const;

  void RemoveReset(FieldSet& set) const {
    if (!context_.reset_field.empty()) {
      set.RemoveTree(context_.reset_field);
    }
  }
  [[nodiscard]] Comparison CompareAt(const Type& type, const Json& before,
                                     const Json& after) const {
    Comparison comparison = CompareTyped(type, before, after);
    RemoveReset(comparison.removed);
    RemoveReset(comparison.modified);
    RemoveReset(comparison.added);
    return comparison;
  }

  const WriteContext& context_;
};

std::optional<Version> Writer::Convert(const Version& from, std::string_view to) const {
  if (from.api_version == to) {
    return from;
  }
  if (to.empty() || !context_.convert) {
    return std::nullopt;
  }
  const auto converted = context_.convert(from.document.ToString(), from.api_version, to);
  if (!converted) {
    return std::nullopt;
  }
  auto parsed = ParseJson(converted->json);
  if (!parsed) {
    return std::nullopt;
  }
  RemoveManagedFields(parsed->value);
  return Version{converted->type, std::string(to), std::move(parsed->value)};
}

void Writer::Reconcile(const Json& live, Managed& managed) const {
  std::map<std::string, const Type*> served = {{std::string(context_.api_version), context_.type}};
  for (auto& [id, owned] : managed.owners) {
    const auto [it, added] = served.emplace(owned.api_version, nullptr);
    if (added) {
      const auto there = Convert(AtRequest(live), owned.api_version);
      it->second = there ? there->type : nullptr;
    }
    if (it->second != nullptr) {
      OwnAtomicWholes(*it->second, owned.fields);
    }
  }
  std::erase_if(managed.owners,
                [&](const auto& owner) { return served.at(owner.second.api_version) == nullptr; });
}

Comparison Writer::Yield(const Json& before, const Json& after, const ManagerId* workflow,
                         bool force, Managed& managed, Conflicts& conflicts) const {
  Comparison own = CompareAt(*context_.type, before, after);
  std::map<std::string, std::optional<Comparison>> others;
  for (auto it = managed.owners.begin(); it != managed.owners.end();) {
    auto& [id, owned] = *it;
    if (workflow != nullptr && id == *workflow) {
      ++it;
      continue;
    }
    const Comparison* comparison = &own;
    if (owned.api_version != context_.api_version) {
      const auto [other, added] = others.try_emplace(owned.api_version);
      if (added) {
        const auto was = Convert(AtRequest(before), owned.api_version);
        const auto is = Convert(AtRequest(after), owned.api_version);
        if (was && is) {
          other->second = CompareAt(*was->type, was->document, is->document);
        }
      }
      if (!other->second) {
        it = managed.owners.erase(it);
        continue;
      }
      comparison = &*other->second;
    }
    FieldSet lost = owned.fields.Intersection(comparison->modified)
                        .Union(owned.fields.Intersection(comparison->added));
    owned.fields = owned.fields.Difference(lost).Difference(comparison->removed);
    if (!lost.empty() && !force) {
      conflicts.emplace(id, std::move(lost));
    }
    ++it;
  }
  std::erase_if(managed.owners, [](const auto& owner) { return owner.second.fields.empty(); });
  return own;
}

void Writer::Update(const Json& live, const Json& object, const ManagerId& id,
                    Managed& managed) const {
  Reconcile(live, managed);
  Conflicts conflicts;
  const Comparison difference = Yield(live, object, nullptr, true, managed, conflicts);
  FieldSet changed = difference.modified.Union(difference.added);
  StripIdentity(changed);
  if (changed.empty()) {
    return;
  }
  Owned& owned = managed.owners[id];
  owned.api_version = std::string(context_.api_version);
  owned.fields = changed.Union(owned.fields);
  managed.times[id] = std::string(context_.now);
}

Json Writer::Apply(const Json& live, const Json& configuration, const ManagerId& id, bool force,
                   Managed& managed, Conflicts& conflicts) const {
  Reconcile(live, managed);
  Json merged = MergeTyped(*context_.type, live, configuration);
  FieldSet fields = FieldsOf(*context_.type, configuration);
  RemoveReset(fields);
  // With the name in it, for else the pruning would take metadata for abandoned.
  const Owned last = std::exchange(managed.owners[id],
                                   Owned{std::move(fields), std::string(context_.api_version)});
  if (!last.fields.empty()) {
    merged = Prune(merged, managed, last);
  }
  Yield(live, merged, &id, force, managed, conflicts);
  if (const auto own = managed.owners.find(id); own != managed.owners.end()) {
    StripIdentity(own->second.fields);
    if (own->second.fields.empty()) {
      managed.owners.erase(own);
    }
  }
  return merged;
}

Json Writer::Prune(const Json& merged, const Managed& managed, const Owned& last) const {
  const auto original = Convert(AtRequest(merged), last.api_version);
  if (!original) {
    return merged;
  }
  const FieldSet last_fields = WithNamedParents(*original->type, last.fields);
  Version whole = *original;
  Version pruned = whole;
  pruned.document = RemoveFields(*whole.type, whole.document, last_fields);

  // What some manager still owns comes back: first at the version of the pruning, since a
  // conversion may need it, then at the others.
  std::map<std::string, FieldSet> owned_at;
  for (const auto& [id, owned] : managed.owners) {
    FieldSet& set = owned_at[owned.api_version];
    set = set.Union(owned.fields);
  }
  std::vector<std::string> versions;
  for (const auto& [version, set] : owned_at) {
    versions.insert(version == last.api_version ? versions.begin() : versions.end(), version);
  }
  for (const std::string& version : versions) {
    auto whole_there = Convert(whole, version);
    auto pruned_there = Convert(pruned, version);
    if (!whole_there || !pruned_there) {
      continue;
    }
    whole = *std::move(whole_there);
    pruned = *std::move(pruned_there);
    const Type& type = *whole.type;
    const FieldSet kept = WithNamedParents(type, FieldsOf(type, pruned.document))
                              .Union(WithNamedParents(type, owned_at[version]));
    const FieldSet all = WithNamedParents(type, FieldsOf(type, whole.document));
    pruned.document = RemoveFields(type, whole.document, all.Difference(kept));
  }

  // What went only because something around it went, and was never owned by this manager, stays.
  if (auto there = Convert(pruned, last.api_version)) {
    const Type& type = *there->type;
    const FieldSet gone = WithNamedParents(type, FieldsOf(type, original->document))
                              .Difference(WithNamedParents(type, FieldsOf(type, there->document)))
                              .Intersection(last_fields);
    pruned = *std::move(there);
    pruned.document = RemoveFields(type, original->document, gone);
  }
  auto result = Convert(pruned, context_.api_version);
  return result ? std::move(result->document) : merged;
}

// ---- Errors of apply

// Returns "networking.k8s.io/v1, Kind=Ingress".
std::string KindText(std::string_view api_version, std::string_view kind) {
  const auto slashes = std::count(api_version.begin(), api_version.end(), '/');
  if (slashes > 1) {
    return "/, Kind=";
  }
  return (slashes == 0 ? "/" : "") + std::string(api_version) + ", Kind=" + std::string(kind);
}

// Returns "(<namespace>/<name>; networking.k8s.io/v1, Kind=Ingress)".
std::string ObjectText(const Json& object) {
  return "(" + TextAt(object, "metadata", "namespace") + "/" + TextAt(object, "metadata", "name") +
         "; " + KindText(TextAt(object, "", "apiVersion"), TextAt(object, "", "kind")) + ")";
}

// Whether `value` can be read as managed fields; what cannot is found by its type.
bool AreManagedFields(const Json& value) {
  if (value.AsArray() == nullptr) {
    return false;
  }
  return std::all_of(value.AsArray()->begin(), value.AsArray()->end(), [](const Json& entry) {
    if (entry.AsObject() == nullptr) {
      return false;
    }
    return std::all_of(entry.AsObject()->begin(), entry.AsObject()->end(), [](const auto& member) {
      const auto& [name, field] = member;
      if (field.IsNull()) {
        return true;
      }
      if (name == "time") {
        return field.AsString() != nullptr && Time::Parse(*field.AsString()).has_value();
      }
      const bool text = name == "manager" || name == "operation" || name == "apiVersion" ||
                        name == "fieldsType" || name == "subresource";
      return !text || field.AsString() != nullptr;
    });
  });
}

Status CheckConfiguration(const WriteContext& context, const Json& configuration) {
  if (!configuration.IsNull() && configuration.AsObject() == nullptr) {
    return Error(Reason::kBadRequest,
                 "error decoding patch: error unmarshaling JSON: while decoding JSON: " +
                     internal::WrongShape(configuration, "map[string]interface {}"));
  }
  const std::string api_version = TextAt(configuration, "", "apiVersion");
  const std::string kind = TextAt(configuration, "", "kind");
  if (api_version != context.api_version || kind != context.type->name) {
    return Error(Reason::kBadRequest, "invalid object type: " + KindText(api_version, kind));
  }
  const Json* metadata = configuration.Find("metadata");
  const Json* managed = metadata == nullptr ? nullptr : metadata->Find("managedFields");
  if (managed != nullptr && AreManagedFields(*managed)) {
    return Error(Reason::kBadRequest, "metadata.managedFields must be nil");
  }
  const std::vector<std::string> errors = ValidateTyped(*context.type, configuration);
  if (errors.empty()) {
    return {};
  }
  std::string text = "failed to create typed patch object " + ObjectText(configuration) + ": ";
  if (errors.size() == 1) {
    text += errors[0];
  } else {
    text += "errors:";
    for (const std::string& error : errors) {
      text += "\n  " + error;
    }
  }
  return Error(Reason::kUnknown, std::move(text));
}

Error ConflictError(const Conflicts& conflicts) {
  ErrorDetails details;
  std::string listed;
  for (const auto& [id, fields] : conflicts) {
    const std::string manager = id.ToString();
    listed += (listed.empty() ? "conflicts with " : "\nconflicts with ") + manager + ":";
    fields.VisitPaths([&](const std::string& path) {
      details.causes.push_back({"FieldManagerConflict", "conflict with " + manager, path});
      listed += "\n- " + path;
    });
  }
  const std::size_t count = details.causes.size();
  std::string message =
      count == 1 ? "Apply failed with 1 conflict: " + details.causes[0].message + ": " +
                       details.causes[0].field
                 : "Apply failed with " + std::to_string(count) + " conflicts: " + listed;
  return Error(Reason::kConflict, std::move(message), std::move(details));
}

// ---- The annotation of client-side apply

Json* LastApplied(Json& document) {
  Json* metadata = document.Find("metadata");
  Json* annotations = metadata == nullptr ? nullptr : metadata->Find("annotations");
  return annotations == nullptr ? nullptr : annotations->Find(kLastApplied);
}

// Returns the fields that the annotation of `live` lists with their live values.
FieldSet LastAppliedFields(const WriteContext& context, const Writer& writer, Json& live) {
  const Json* annotation = LastApplied(live);
  const std::string* text = annotation == nullptr ? nullptr : annotation->AsString();
  if (text == nullptr) {
    return {};
  }
  auto parsed = ParseJson(*text);
  if (!parsed || parsed->value.AsObject() == nullptr) {
    return {};
  }
  Version listed = writer.AtRequest(std::move(parsed->value));
  listed.api_version = TextAt(listed.document, "", "apiVersion");
  const auto here = writer.Convert(listed, context.api_version);
  if (!here || !ValidateTyped(*context.type, here->document).empty()) {
    return {};
  }
  const Comparison comparison = CompareTyped(*context.type, here->document, live);
  return FieldsOf(*context.type, here->document)
      .Difference(comparison.modified)
      .Difference(comparison.added)
      .Difference(comparison.removed);
}

// Writes `configuration` into the annotation of `document`, if it has one; removes the annotation
// if all would then be too large.
void RenewLastApplied(Json& document, Json configuration) {
  Json* annotation = LastApplied(document);
  if (annotation == nullptr) {
    return;
  }
  if (LastApplied(configuration) != nullptr) {
    configuration.Find("metadata")
        ->Find("annotations")
        ->AsObject()
        ->erase(std::string(kLastApplied));
  }
  *annotation = Json(configuration.ToString() + "\n");
  Json::Object& all = *document.Find("metadata")->Find("annotations")->AsObject();
  std::size_t size = 0;
  for (const auto& [name, value] : all) {
    size += name.size() + (value.AsString() == nullptr ? 0 : value.AsString()->size());
  }
  if (size > kMaxAnnotationBytes) {
    all.erase(std::string(kLastApplied));
  }
}

std::string ManagerName(const WriteContext& context) {
  return context.manager.empty() ? "unknown" : std::string(context.manager);
}

Result<Json> ParseDocument(std::string_view text) {
  K8SNET_ASSIGN_OR_RETURN(ParsedJson parsed, ParseJson(text));
  RemoveManagedFields(parsed.value);
  return std::move(parsed.value);
}

}  // namespace

std::vector<ManagedEntry> TrackUpdate(const WriteContext& context, std::string_view live,
                                      std::string_view object,
                                      const std::vector<ManagedEntry>& live_entries,
                                      const RequestedEntries& requested) {
  const auto before = ParseDocument(live);
  const auto after = ParseDocument(object);
  if (!before || !after) {
    return live_entries;
  }
  const bool create = TextAt(*before, "metadata", "uid").empty();
  const bool heard = requested.present && context.subresource.empty();
  if (heard && !create &&
      (requested.entries.empty() ||
       (requested.entries.size() == 1 && requested.entries[0] == ManagedEntry()))) {
    return {};
  }
  std::optional<Managed> managed;
  if (heard) {
    managed = DecodeManaged(requested.entries);
  }
  if (!managed || managed->owners.empty()) {
    managed = DecodeManaged(live_entries);
  }
  if (!managed) {
    managed.emplace();
  }
  if (managed->owners.empty() && !create) {
    return {};
  }
  const ManagerId id{ManagerName(context), "Update", std::string(context.api_version),
                     std::string(context.subresource)};
  Writer(context).Update(*before, *after, id, *managed);
  CapUpdateManagers(*managed);
  return EncodeManaged(*managed);
}

Result<Applied> ApplyConfiguration(const WriteContext& context, std::string_view live,
                                   std::string_view configuration,
                                   const std::vector<ManagedEntry>& live_entries, bool force) {
  K8SNET_ASSIGN_OR_RETURN(ParsedJson parsed, ParseJson(configuration));
  Json config = std::move(parsed.value);
  K8SNET_RETURN_IF_ERROR(CheckConfiguration(context, config));
  K8SNET_ASSIGN_OR_RETURN(Json before, ParseDocument(live));
  auto decoded = DecodeManaged(live_entries);
  Managed managed = decoded ? *std::move(decoded) : Managed();
  const Writer writer(context);
  if (managed.owners.empty()) {
    const ManagerId id{"before-first-apply", "Update", std::string(context.api_version),
                       std::string(context.subresource)};
    writer.Update(ZeroDocument(*context.type), before, id, managed);
  }
  const ManagerId id{ManagerName(context), "Apply", "", std::string(context.subresource)};
  const bool kubectl = context.manager == "kubectl";

  Conflicts conflicts;
  Managed attempt = managed;
  Json merged = writer.Apply(before, config, id, force, attempt, conflicts);
  if (!conflicts.empty() && kubectl) {
    const FieldSet allowed = LastAppliedFields(context, writer, before);
    for (auto& [manager, fields] : conflicts) {
      fields = fields.Difference(allowed);
    }
    std::erase_if(conflicts, [](const auto& conflict) { return conflict.second.empty(); });
    if (conflicts.empty()) {
      attempt = managed;
      merged = writer.Apply(before, config, id, true, attempt, conflicts);
    }
  }
  if (!conflicts.empty()) {
    return ConflictError(conflicts);
  }
  Applied applied;
  if (!EqualValues(before, merged)) {
    applied.changed = true;
    attempt.times[id] = std::string(context.now);
  }
  if (kubectl && LastApplied(merged) != nullptr) {
    RenewLastApplied(merged, std::move(config));
    applied.changed = applied.changed || !EqualValues(before, merged);
  }
  applied.entries = EncodeManaged(attempt);
  applied.document = merged.ToString();
  return applied;
}

Error Unconvertible(std::string_view configuration, std::string_view detail) {
  const auto parsed = ParseJson(configuration);
  const Json object = parsed ? parsed->value : Json();
  return Error(Reason::kUnknown,
               "failed to convert new object " + ObjectText(object) +
                   " to proper version: unable to convert unstructured object to " +
                   KindText(TextAt(object, "", "apiVersion"), TextAt(object, "", "kind")) + ": " +
                   std::string(detail));
}

}  // namespace k8snet::server
