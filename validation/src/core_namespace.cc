// Source: kubernetes/kubernetes pkg/apis/core/validation/validation.go, ValidateNamespace*.
#include "k8snet/apis/core/v1.h"
#include "k8snet/validation/namespace.h"
#include "k8snet/validation/object_meta.h"
#include "src/rules.h"

namespace k8snet::validation {
namespace {

using core::v1::Namespace;

void ValidateFinalizer(const std::string& name, const field::Path& path, field::ErrorList& errors) {
  AppendInvalid(path, name, LabelKey(name), errors);
  if (name.find('/') == std::string::npos && name != "kubernetes" && name != "orphan" &&
      name != "foregroundDeletion") {
    errors.push_back(field::Invalid(
        path, name, "name is neither a standard finalizer name nor is it fully qualified"));
  }
}

void Create(const Object& object, const Context& /*context*/, field::ErrorList& errors) {
  const auto& value = object.Get<Namespace>();
  ValidateMetadata(value.metadata, false, LabelName, MetadataRules::kKind, errors);
  const field::Path spec("spec");
  const field::Path path = spec.Child("finalizers");
  for (const std::string& name : value.spec.finalizers) {
    ValidateFinalizer(name, path, errors);
  }
}

void Update(const Object& object, const Object& before, const Context& /*context*/,
            field::ErrorList& errors) {
  ValidateMetadataUpdate(object.Get<Namespace>().metadata, before.Get<Namespace>().metadata,
                         MetadataRules::kKind, errors);
}

void UpdateStatus(const Object& object, const Object& before, field::ErrorList& errors) {
  const auto& value = object.Get<Namespace>();
  ValidateMetadataUpdate(value.metadata, before.Get<Namespace>().metadata, MetadataRules::kKind,
                         errors);
  const field::Path status("status");
  const std::string& phase = value.status.phase;
  if (!value.metadata.deletion_timestamp && phase != "Active") {
    errors.push_back(field::Invalid(status.Child("Phase"), Named(phase),
                                    "may only be 'Active' if `deletionTimestamp` is empty"));
  } else if (value.metadata.deletion_timestamp && phase != "Terminating") {
    errors.push_back(
        field::Invalid(status.Child("Phase"), Named(phase),
                       "may only be 'Terminating' if `deletionTimestamp` is not empty"));
  }
}

}  // namespace

field::ErrorList ValidateNamespaceFinalize(const Namespace& value, const Namespace& old) {
  field::ErrorList errors;
  ValidateMetadataUpdate(value.metadata, old.metadata, MetadataRules::kKind, errors);
  const field::Path spec("spec");
  const field::Path path = spec.Child("finalizers");
  for (std::size_t i = 0; i < value.spec.finalizers.size(); ++i) {
    ValidateFinalizer(value.spec.finalizers[i], path.Index(i), errors);
  }
  return errors;
}

KindRules NamespaceRules() {
  return {&TypeOf<Namespace>(), Create, Update, UpdateStatus, nullptr, nullptr};
}

}  // namespace k8snet::validation
