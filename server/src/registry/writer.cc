#include "src/registry/writer.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "k8snet/apis/meta.h"
#include "src/errors.h"
#include "src/registry/stored_form.h"
#include "src/registry/uid.h"

namespace k8snet::server {
namespace {

// Names of generateName: the base is cut so that five characters fit.
// Source: kubernetes/apiserver pkg/storage/names/generate.go.
constexpr std::size_t kMaxGeneratedBase = 58;
constexpr std::size_t kSuffixLength = 5;
constexpr std::string_view kSuffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";
constexpr int kNameAttempts = 8;

// Finalizers that stand for the garbage collector's work.
constexpr std::string_view kOrphanFinalizer = "orphan";
constexpr std::string_view kForegroundFinalizer = "foregroundDeletion";

// How often a lost race is run again before the client is told.
constexpr int kMaxAttempts = 1000;

using meta::v1::ManagedFieldsEntry;
using meta::v1::ObjectMeta;

bool IsConflict(const Error& error) { return error.reason == Reason::kConflict; }

// Returns the revision that a client means; 0 for any.
Result<std::uint64_t> ParseRevision(const std::string& text) {
  std::uint64_t revision = 0;
  if (text.empty()) {
    return revision;
  }
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), revision);
  if (fault != std::errc() || end != text.data() + text.size()) {
    return Unclassified(
        "strconv.ParseUint: parsing " + field::Quote(text) +
        (fault == std::errc::result_out_of_range ? ": value out of range" : ": invalid syntax"));
  }
  return revision;
}

// Keeps what an update may not change.
// Source: kubernetes/apiserver pkg/registry/rest/update.go, BeforeUpdate.
void KeepSystemFields(ObjectMeta& meta, const ObjectMeta& old) {
  meta.generation = old.generation;
  meta.creation_timestamp = old.creation_timestamp;
  meta.self_link.clear();
  if (meta.uid.empty()) {
    meta.uid = old.uid;
  }
  if (old.deletion_timestamp) {
    meta.deletion_timestamp = old.deletion_timestamp;
  }
  if (!meta.deletion_grace_period_seconds) {
    meta.deletion_grace_period_seconds = old.deletion_grace_period_seconds;
  }
}

bool SameButTime(const ManagedFieldsEntry& a, ManagedFieldsEntry b) {
  b.time = a.time;
  return a == b;
}

// Whether both differ in nothing but the times of managedFields.
// Source: kubernetes/apimachinery pkg/util/managedfields, IgnoreManagedFieldsTimestampsTransformer.
bool SameButManagedTimes(const Object& object, const Object& old) {
  const auto& entries = MetaOf(object).managed_fields;
  const auto& old_entries = MetaOf(old).managed_fields;
  if (entries.size() != old_entries.size() || entries == old_entries ||
      !std::equal(entries.begin(), entries.end(), old_entries.begin(), SameButTime)) {
    return false;
  }
  MutableObject copy(object);
  MetaOf(copy).managed_fields = old_entries;
  return std::move(copy).Freeze() == old;
}

WarningList& Append(WarningList& warnings, std::vector<std::string> more) {
  for (std::string& text : more) {
    warnings.push_back(std::move(text));
  }
  return warnings;
}

// The finalizers that the object is to have once its deletion is asked for with `policy`.
// Source: kubernetes/apiserver pkg/registry/generic/registry/store.go,
// deletionFinalizersForGarbageCollection.
std::vector<std::string> DeletionFinalizers(const std::vector<std::string>& old,
                                            DeleteRules::Policy policy) {
  using Policy = DeleteRules::Policy;
  if (policy == Policy::kUnset) {
    return old;
  }
  const std::string_view wanted = policy == Policy::kOrphan       ? kOrphanFinalizer
                                  : policy == Policy::kForeground ? kForegroundFinalizer
                                                                  : std::string_view();
  std::vector<std::string> finalizers;
  bool has_wanted = false;
  for (const std::string& finalizer : old) {
    if (finalizer == wanted) {
      has_wanted = true;
    } else if (finalizer == kOrphanFinalizer || finalizer == kForegroundFinalizer) {
      continue;
    }
    finalizers.push_back(finalizer);
  }
  if (!wanted.empty() && !has_wanted) {
    finalizers.emplace_back(wanted);
  }
  return finalizers;
}

// The object as clients see it.
Object Shown(const StoredKind& kind, const Object& object) {
  MutableObject shown(object);
  DropEmptyLists(shown);
  kind.strategy->FillOnRead(shown);
  return std::move(shown).Freeze();
}

}  // namespace

Time Writer::Now() const {
  return {std::chrono::floor<std::chrono::seconds>(clock_.Now()).time_since_epoch().count()};
}

std::string Writer::NewSuffix() const {
  std::string suffix;
  for (std::size_t i = 0; i < kSuffixLength; ++i) {
    suffix += kSuffixAlphabet[random_.Below(kSuffixAlphabet.size())];
  }
  return suffix;
}

Status Writer::Admit(const WriteTarget& target, Operation operation, MutableObject* object,
                     const Object* old) const {
  const AdmissionRequest request{
      .resource = *target.served.resource,
      .operation = operation,
      .name_space = target.name_space,
      .name = object != nullptr ? std::string_view(MetaOf(*object).name) : target.name,
      .subresource = target.scope.subresource,
      .dry_run = target.scope.dry_run};
  for (const auto& admission : admissions_) {
    K8SNET_RETURN_IF_ERROR(admission->Admit(request, object, old));
  }
  return {};
}

Error Writer::NameTaken(const WriteTarget& target, std::string_view name) const {
  const StoredKind& kind = *target.served.kind;
  Error error = AlreadyExists(*target.served.resource, name);
  const EntryPtr entry = kind.cache->snapshot().Get(kind.Key(target.name_space, name));
  if (entry != nullptr) {
    const auto old = codec_.DecodeStored(kind, *entry, entry->revision());
    if (old && MetaOf(*old).deletion_timestamp) {
      error.message.insert(0, "object is being deleted: ");
    }
  }
  return error;
}

Result<Written> Writer::Create(const WriteTarget& target, MutableObject object,
                               WarningList& warnings) {
  K8SNET_RETURN_IF_ERROR(Admit(target, Operation::kCreate, &object, nullptr));
  ObjectMeta& meta = MetaOf(object);
  meta.uid = NewUid(random_);
  meta.creation_timestamp = Now();
  meta.deletion_timestamp.reset();
  meta.deletion_grace_period_seconds.reset();
  meta.self_link.clear();
  meta.namespace_ = target.name_space;
  if (!meta.name.empty() || meta.generate_name.empty()) {
    return CreateNamed(target, std::move(object), warnings);
  }
  const std::string base = meta.generate_name.substr(0, kMaxGeneratedBase);
  const Object nameless = std::move(object).Freeze();
  for (int attempt = 1;; ++attempt) {
    MutableObject named(nameless);
    MetaOf(named).name = target.served.kind->strategy->RandomizesNames()
                             ? base + NewSuffix()
                             : MetaOf(named).generate_name;
    auto written = CreateNamed(target, std::move(named), warnings);
    if (written || written.error().reason != Reason::kAlreadyExists) {
      return written;
    }
    if (attempt == kNameAttempts) {
      Error error = std::move(written).error();
      error.message += ", the server was not able to generate a unique name for the object";
      error.details->retry_after_seconds = 1;
      return error;
    }
  }
}

Result<Written> Writer::CreateNamed(const WriteTarget& target, MutableObject object,
                                    WarningList& warnings) {
  if (!target.served.kind->strategy->HasCompanions()) {
    K8SNET_ASSIGN_OR_RETURN(std::optional<Written> written,
                            TryCreate(target, std::move(object), warnings));
    K8SNET_CHECK(written.has_value());
    return *std::move(written);
  }
  const Object asked = std::move(object).Freeze();
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    WarningList attempt_warnings;
    auto tried = TryCreate(target, MutableObject(asked), attempt_warnings);
    if (!tried || tried->has_value()) {
      Append(warnings, std::move(attempt_warnings));
      if (!tried) {
        return std::move(tried).error();
      }
      return **std::move(tried);
    }
  }
  return ModifiedConflict(*target.served.resource, MetaOf(asked).name);
}

Result<std::optional<Written>> Writer::TryCreate(const WriteTarget& target, MutableObject object,
                                                 WarningList& warnings) {
  using Tried = std::optional<Written>;
  const StoredKind& kind = *target.served.kind;
  const Resource& resource = *target.served.resource;
  const bool dry_run = target.scope.dry_run;
  K8SNET_ASSIGN_OR_RETURN(Companions companions,
                          kind.strategy->Begin(target.scope, object, nullptr));
  kind.strategy->PrepareForCreate(target.scope, object);
  const Object ready = std::move(object).Freeze();
  const ObjectMeta& meta = MetaOf(ready);
  if (const field::ErrorList errors = kind.strategy->Validate(target.scope, ready, nullptr);
      !errors.empty()) {
    return Invalid(resource.kind, resource.group, meta.name, errors);
  }
  Append(warnings, kind.strategy->Warnings(target.scope, ready, nullptr));
  const std::string key = kind.Key(target.name_space, meta.name);
  if (dry_run) {
    if (kind.cache->snapshot().Get(key) != nullptr) {
      return NameTaken(target, meta.name);
    }
    return Tried(Written{Shown(kind, ready), true});
  }
  std::uint64_t revision = 0;
  const std::string& given = meta.resource_version;
  std::from_chars(given.data(), given.data() + given.size(), revision);
  if (revision != 0) {
    return Unclassified("resourceVersion should not be set on objects to be created");
  }
  const bool alone = companions.before.empty() && companions.after.empty();
  auto stored = Store(kind, key, ready, 0, std::move(companions));
  if (stored) {
    return Tried(Written{*std::move(stored), true});
  }
  if (!IsConflict(stored.error())) {
    return std::move(stored).error();
  }
  if (alone || stored.error().message == key) {
    return NameTaken(target, meta.name);
  }
  return Tried();
}

Result<Object> Writer::Store(const StoredKind& kind, const std::string& key, const Object& object,
                             std::uint64_t expected_revision, Companions companions) {
  std::vector<Change> batch = std::move(companions.before);
  const std::size_t own = batch.size();
  batch.push_back({key, codec_.EncodeStored(object), expected_revision});
  std::move(companions.after.begin(), companions.after.end(), std::back_inserter(batch));
  K8SNET_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> revisions,
                          storage_.Commit(std::move(batch)));
  MutableObject stored(object);
  DropEmptyLists(stored);
  MetaOf(stored).resource_version = std::to_string(revisions[own]);
  kind.strategy->FillOnRead(stored);
  return std::move(stored).Freeze();
}

Result<Written> Writer::Update(const WriteTarget& target, const UpdateRules& rules,
                               const Transform& transform, WarningList& warnings) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    WarningList attempt_warnings;
    auto tried = TryUpdate(target, rules, transform, attempt_warnings);
    if (!tried || tried->has_value()) {
      Append(warnings, std::move(attempt_warnings));
      if (!tried) {
        return std::move(tried).error();
      }
      return **std::move(tried);
    }
  }
  return ModifiedConflict(*target.served.resource, target.name);
}

Result<std::optional<Written>> Writer::TryUpdate(const WriteTarget& target,
                                                 const UpdateRules& rules,
                                                 const Transform& transform,
                                                 WarningList& warnings) {
  using Tried = std::optional<Written>;
  const StoredKind& kind = *target.served.kind;
  const Resource& resource = *target.served.resource;
  const std::string key = kind.Key(target.name_space, target.name);
  const EntryPtr entry = kind.cache->snapshot().Get(key);
  if (entry == nullptr) {
    if (!rules.creates) {
      return NotFound(resource, target.name);
    }
    if (!rules.uid.empty()) {
      return Conflict(resource, target.name,
                      "StorageError: invalid object, Code: 4, Key: " + key +
                          ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in "
                          "precondition: " +
                          rules.uid + ", UID in object meta: ");
    }
    K8SNET_ASSIGN_OR_RETURN(MutableObject object, transform(nullptr));
    K8SNET_RETURN_IF_ERROR(ParseRevision(MetaOf(object).resource_version));
    MetaOf(object).resource_version.clear();
    auto created = Create(target, std::move(object), warnings);
    if (!created && created.error().reason == Reason::kAlreadyExists) {
      return Tried();
    }
    K8SNET_ASSIGN_OR_RETURN(Written written, std::move(created));
    return Tried(std::move(written));
  }

  K8SNET_ASSIGN_OR_RETURN(const Object old, codec_.DecodeStored(kind, *entry, entry->revision()));
  const ObjectMeta& old_meta = MetaOf(old);
  if (!rules.uid.empty() && rules.uid != old_meta.uid) {
    return Conflict(resource, target.name,
                    "StorageError: invalid object, Code: 4, Key: " + key +
                        ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in "
                        "precondition: " +
                        rules.uid + ", UID in object meta: " + old_meta.uid);
  }
  K8SNET_ASSIGN_OR_RETURN(MutableObject object, transform(&old));
  K8SNET_ASSIGN_OR_RETURN(const std::uint64_t meant,
                          ParseRevision(MetaOf(object).resource_version));
  if (meant != entry->revision() && meant != 0) {
    return ModifiedConflict(resource, target.name);
  }
  K8SNET_RETURN_IF_ERROR(Admit(target, Operation::kUpdate, &object, &old));

  MetaOf(object).namespace_ = target.name_space;
  K8SNET_ASSIGN_OR_RETURN(Companions companions, kind.strategy->Begin(target.scope, object, &old));
  KeepSystemFields(MetaOf(object), old_meta);
  MetaOf(object).resource_version = old_meta.resource_version;
  kind.strategy->PrepareForUpdate(target.scope, object, old);
  const Object ready = std::move(object).Freeze();
  const ObjectMeta& meta = MetaOf(ready);
  if (const field::ErrorList errors = kind.strategy->Validate(target.scope, ready, &old);
      !errors.empty()) {
    return Invalid(resource.kind, resource.group, meta.name, errors);
  }
  Append(warnings, kind.strategy->Warnings(target.scope, ready, &old));

  const auto commit = [&](Result<Object> stored) -> Result<Tried> {
    if (!stored) {
      if (!IsConflict(stored.error())) {
        return std::move(stored).error();
      }
      // Tried again, a client that means one revision gets its conflict.
      return Tried();
    }
    return Tried(Written{*std::move(stored), false});
  };

  if (meta.deletion_timestamp && meta.finalizers.empty() && !kind.strategy->HoldsDeletion(ready)) {
    if (target.scope.dry_run) {
      return Tried(Written{ready, false});
    }
    auto removed = Remove(target, key, old, ready, entry->revision());
    if (!removed) {
      return commit(std::move(removed).error());
    }
    return commit(ready);
  }
  const Bytes value = codec_.EncodeStored(ready);
  if (*value == *entry->value() || SameButManagedTimes(ready, old)) {
    return commit(old);
  }
  if (target.scope.dry_run) {
    return commit(Shown(kind, ready));
  }
  return commit(Store(kind, key, ready, entry->revision(), std::move(companions)));
}

Result<Deleted> Writer::Remove(const WriteTarget& target, const std::string& key,
                               const Object& stored, const Object& last, std::uint64_t revision) {
  Strategy& strategy = *target.served.kind->strategy;
  std::vector<Change> batch;
  batch.push_back({key, nullptr, revision});
  std::vector<Change> leaves = strategy.Leaves(stored);
  std::move(leaves.begin(), leaves.end(), std::back_inserter(batch));
  K8SNET_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> revisions,
                          storage_.Commit(std::move(batch)));
  strategy.AfterDelete(last);
  MutableObject object(last);
  MetaOf(object).resource_version = std::to_string(revisions.front());
  return Deleted{std::move(object).Freeze(), true};
}

Result<Deleted> Writer::Delete(const WriteTarget& target, const DeleteRules& rules) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    K8SNET_ASSIGN_OR_RETURN(std::optional<Deleted> deleted, TryDelete(target, rules));
    if (deleted) {
      return *std::move(deleted);
    }
  }
  return ModifiedConflict(*target.served.resource, target.name);
}

Result<std::optional<Deleted>> Writer::TryDelete(const WriteTarget& target,
                                                 const DeleteRules& rules) {
  using Tried = std::optional<Deleted>;
  const StoredKind& kind = *target.served.kind;
  const Resource& resource = *target.served.resource;
  const std::string key = kind.Key(target.name_space, target.name);
  const EntryPtr entry = kind.cache->snapshot().Get(key);
  if (entry == nullptr) {
    return NotFound(resource, target.name);
  }
  K8SNET_ASSIGN_OR_RETURN(const Object old, codec_.DecodeStored(kind, *entry, entry->revision()));
  const ObjectMeta& old_meta = MetaOf(old);
  if (rules.only_unreadable) {
    return Conflict(resource, target.name,
                    "StorageError: invalid object, Code: 4, Key: " + key +
                        ", ResourceVersion: 0, AdditionalErrorMsg: unsafe deletion is not allowed "
                        "because the object is decodable from storage");
  }
  if (rules.uid && *rules.uid != old_meta.uid) {
    return kind.strategy->PreconditionFailed(resource, target.name, "UID", *rules.uid,
                                             old_meta.uid);
  }
  if (rules.resource_version && *rules.resource_version != old_meta.resource_version) {
    return kind.strategy->PreconditionFailed(resource, target.name, "ResourceVersion",
                                             *rules.resource_version, old_meta.resource_version);
  }
  K8SNET_RETURN_IF_ERROR(Admit(target, Operation::kDelete, nullptr, &old));

  MutableObject marked(old);
  ObjectMeta& meta = MetaOf(marked);
  meta.finalizers = DeletionFinalizers(old_meta.finalizers, rules.policy);
  if (meta.finalizers.empty() && !kind.strategy->HoldsDeletion(old)) {
    if (target.scope.dry_run) {
      return Tried(Deleted{old, true});
    }
    auto removed = Remove(target, key, old, old, entry->revision());
    if (!removed) {
      return IsConflict(removed.error()) ? Result<Tried>(Tried())
                                         : Result<Tried>(std::move(removed).error());
    }
    return Tried(*std::move(removed));
  }
  if (!meta.deletion_grace_period_seconds && meta.generation > 0) {
    ++meta.generation;
  }
  if (!meta.deletion_timestamp || *meta.deletion_timestamp > Now()) {
    meta.deletion_timestamp = Now();
  }
  meta.deletion_grace_period_seconds = 0;
  kind.strategy->PrepareForDeletion(marked, old);
  Object ready = std::move(marked).Freeze();
  if (ready == old || target.scope.dry_run) {
    return Tried(Deleted{std::move(ready), false});
  }
  auto stored = Store(kind, key, ready, entry->revision());
  if (!stored) {
    return IsConflict(stored.error()) ? Result<Tried>(Tried())
                                      : Result<Tried>(std::move(stored).error());
  }
  kind.strategy->AfterMarked(*stored);
  return Tried(Deleted{*std::move(stored), false});
}

}  // namespace k8snet::server
