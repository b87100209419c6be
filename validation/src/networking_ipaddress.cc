// Source: kubernetes/kubernetes pkg/apis/networking/validation/validation.go, ValidateIPAddress*.
#include "k8snet/apis/networking/v1.h"
#include "k8snet/validation/ip.h"
#include "k8snet/validation/object_meta.h"
#include "src/rules.h"

namespace k8snet::validation {
namespace {

using networking::v1::IPAddress;

Messages AddressName(std::string_view name, bool /*prefix*/) {
  field::ErrorList errors;
  StrictIp(name, field::Path(), errors);
  Messages out;
  for (field::Error& error : errors) {
    out.push_back(std::move(error.detail));
  }
  return out;
}

void ValidateParent(const networking::v1::ParentReference& parent, const field::Path& path,
                    field::ErrorList& errors, field::ErrorList& declared) {
  if (!parent.group.empty()) {
    AppendInvalid(path.Child("group"), parent.group, Dns1123Subdomain(parent.group), errors);
  }
  const auto segment = [&](const std::string& value, std::string_view name, bool required) {
    if (value.empty() && required) {
      declared.push_back(field::Required(path.Child(name)));
    } else if (!value.empty()) {
      AppendInvalid(path.Child(name), value, PathSegmentName(value), errors);
    }
  };
  segment(parent.resource, "resource", true);
  segment(parent.name, "name", true);
  segment(parent.namespace_, "namespace", false);
}

// Rules that are declared upstream are found after all others.
void ValidateSpec(const IPAddress& address, field::ErrorList& errors, field::ErrorList& declared) {
  const field::Path spec("spec");
  const field::Path parent = spec.Child("parentRef");
  if (!address.spec.parent_ref) {
    declared.push_back(field::Required(parent));
  } else {
    ValidateParent(*address.spec.parent_ref, parent, errors, declared);
  }
}

void Create(const Object& object, const Context& /*context*/, field::ErrorList& errors) {
  const auto& address = object.Get<IPAddress>();
  field::ErrorList declared;
  ValidateMetadata(address.metadata, false, AddressName, MetadataRules::kKind, errors);
  ValidateSpec(address, errors, declared);
  field::Append(errors, std::move(declared));
}

void Update(const Object& object, const Object& before, const Context& /*context*/,
            field::ErrorList& errors) {
  const auto& address = object.Get<IPAddress>();
  const auto& old = before.Get<IPAddress>();
  field::ErrorList declared;
  ValidateMetadata(address.metadata, false, AddressName, MetadataRules::kKind, errors);
  const bool changed = address.spec.parent_ref != old.spec.parent_ref;
  // Of a parent that changes, the declared rules say that alone.
  ValidateSpec(address, errors, changed && address.spec.parent_ref ? errors : declared);
  ValidateMetadataUpdate(address.metadata, old.metadata, MetadataRules::kKind, errors);
  if (changed) {
    const field::Path spec("spec");
    declared.push_back(
        field::Invalid(spec.Child("parentRef"), field::BadValue::Null(), "field is immutable")
            .WithOrigin(kImmutable));
  }
  field::Append(errors, std::move(declared));
}

}  // namespace

KindRules IpAddressRules() {
  return {&TypeOf<IPAddress>(), Create, Update, nullptr, nullptr, nullptr};
}

}  // namespace k8snet::validation
