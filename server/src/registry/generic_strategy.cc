#include "k8snet/apis/meta.h"
#include "k8snet/validation/object_meta.h"
#include "k8snet/validation/validate.h"
#include "src/errors.h"
#include "src/registry/stored_form.h"
#include "src/registry/strategy.h"

namespace k8snet::server {
namespace {

// Puts the member `name` back to what `from` has, or to its zero value if `from` is null.
void ResetMember(MutableObject& object, std::string_view name, const Object* from) {
  const Field* field = object.type().Find(name);
  if (field == nullptr) {
    return;
  }
  if (from == nullptr) {
    field->ops->reset(field->In(object.data()));
  } else {
    field->ops->copy(field->In(object.data()), field->In(from->data()));
  }
}

bool SameMember(const Field& field, const void* a, const void* b) {
  return field.ops->equal(field.In(a), field.In(b));
}

bool Differs(Generation generation, const MutableObject& object, const Object& old) {
  const Type& type = object.type();
  switch (generation) {
    case Generation::kNone:
      return false;
    case Generation::kSpec: {
      const Field* spec = type.Find("spec");
      return spec != nullptr && !SameMember(*spec, object.data(), old.data());
    }
    case Generation::kAllButMetadata:
      for (const Field& field : type.fields) {
        if (&field != type.metadata && field.json_name != "metadata" &&
            !SameMember(field, object.data(), old.data())) {
          return true;
        }
      }
      return MetaOf(object).labels != MetaOf(old).labels;
  }
  return false;
}

// Whether what `generation` counts differs; an empty list is as good as none.
bool CountsAsChange(Generation generation, const MutableObject& object, const Object& old) {
  if (!Differs(generation, object, old)) {
    return false;
  }
  MutableObject stored(object.type());
  for (const Field& field : object.type().fields) {
    field.ops->copy(field.In(stored.data()), field.In(object.data()));
  }
  DropEmptyLists(stored);
  return Differs(generation, stored, old);
}

}  // namespace

Result<Companions> GenericStrategy::Begin(const WriteScope&, MutableObject&, const Object*) {
  return Companions();
}

void GenericStrategy::PrepareForCreate(const WriteScope&, MutableObject& object) {
  if (hub_.status_subresource) {
    ResetMember(object, "status", nullptr);
  }
  if (hub_.generation != Generation::kNone) {
    MetaOf(object).generation = 1;
  }
}

void GenericStrategy::PrepareForUpdate(const WriteScope& scope, MutableObject& object,
                                       const Object& old) {
  if (scope.subresource == "status") {
    // Everything but status and metadata stays.
    for (const Field& field : object.type().fields) {
      if (field.json_name != "status" && field.json_name != "metadata") {
        field.ops->copy(field.In(object.data()), field.In(old.data()));
      }
    }
    return;
  }
  if (hub_.status_subresource) {
    ResetMember(object, "status", &old);
  }
  if (CountsAsChange(hub_.generation, object, old)) {
    MetaOf(object).generation = MetaOf(old).generation + 1;
  }
}

field::ErrorList GenericStrategy::Validate(const WriteScope& scope, const Object& object,
                                           const Object* old) {
  const validation::Context context{.request_version = scope.version};
  if (!validation::HasRules(object.type())) {
    field::ErrorList errors;
    validation::ValidateMetadata(MetaOf(object), hub_.namespaced, validation::SubdomainName,
                                 validation::MetadataRules::kGeneric, errors);
    if (old != nullptr) {
      validation::ValidateMetadataUpdate(MetaOf(object), MetaOf(*old),
                                         validation::MetadataRules::kGeneric, errors);
    }
    return errors;
  }
  if (old == nullptr) {
    return validation::Validate(object, context);
  }
  return scope.subresource == "status" ? validation::ValidateStatusUpdate(object, *old, context)
                                       : validation::ValidateUpdate(object, *old, context);
}

std::vector<std::string> GenericStrategy::Warnings(const WriteScope& scope, const Object& object,
                                                   const Object* old) {
  if (!validation::HasRules(object.type())) {
    return {};
  }
  return scope.subresource == "status"
             ? validation::StatusWarnings(object)
             : validation::Warnings(object, old, {.request_version = scope.version});
}

bool GenericStrategy::HoldsDeletion(const Object&) { return false; }

Error GenericStrategy::PreconditionFailed(const Resource& resource, std::string_view name,
                                          std::string_view member, std::string_view wanted,
                                          std::string_view have) {
  std::string why = "the ";
  why.append(member).append(" in the precondition (").append(wanted);
  why.append(") does not match the ").append(member).append(" in record (").append(have);
  why.append("). The object might have been ");
  why.append(member == "UID" ? "deleted and then recreated" : "modified");
  return KindConflict(resource, name, why);
}

void GenericStrategy::PrepareForDeletion(MutableObject&, const Object&) {}

void GenericStrategy::AfterMarked(const Object&) {}

std::vector<Change> GenericStrategy::Leaves(const Object&) { return {}; }

void GenericStrategy::AfterDelete(const Object&) {}

std::vector<std::string> GenericStrategy::Subresources() const { return {}; }

}  // namespace k8snet::server
