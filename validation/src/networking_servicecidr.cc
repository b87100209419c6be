// Source: kubernetes/kubernetes pkg/apis/networking/validation/validation.go, ValidateServiceCIDR*.
#include "k8snet/apis/networking/v1.h"
#include "k8snet/validation/ip.h"
#include "k8snet/validation/object_meta.h"
#include "src/rules.h"

namespace k8snet::validation {
namespace {

using networking::v1::ServiceCIDR;

void ValidateCidrs(const std::vector<std::string>& cidrs, field::ErrorList& errors) {
  const field::Path spec("spec");
  const field::Path path = spec.Child("cidrs");
  if (cidrs.empty()) {
    errors.push_back(field::Required(path, "at least one CIDR required"));
    return;
  }
  const field::BadValue list = field::BadValue::List(cidrs);
  if (cidrs.size() > 2) {
    errors.push_back(field::Invalid(path, field::BadValue::Json("{\"CIDRs\":" + list.text() + "}"),
                                    "may only hold up to 2 values"));
    return;
  }
  int v4 = 0;
  int v6 = 0;
  for (std::size_t i = 0; i < cidrs.size(); ++i) {
    StrictCidr(cidrs[i], path.Index(i), errors);
    if (const auto cidr = ParseCidr(cidrs[i])) {
      ++(cidr->ip.v4 ? v4 : v6);
    }
  }
  if (v4 > 1 || v6 > 1) {
    errors.push_back(field::Invalid(path, list,
                                    "may specify no more than one IP for each IP family, i.e "
                                    "192.168.0.0/24 and 2001:db8::/64"));
  }
}

void Create(const Object& object, const Context& /*context*/, field::ErrorList& errors) {
  const auto& cidr = object.Get<ServiceCIDR>();
  ValidateMetadata(cidr.metadata, false, SubdomainName, MetadataRules::kKind, errors);
  ValidateCidrs(cidr.spec.cidrs, errors);
}

void Update(const Object& object, const Object& before, const Context& /*context*/,
            field::ErrorList& errors) {
  const auto& cidr = object.Get<ServiceCIDR>();
  const auto& old = before.Get<ServiceCIDR>();
  const auto& now = cidr.spec.cidrs;
  const auto& was = old.spec.cidrs;
  const field::Path spec("spec");
  const field::Path path = spec.Child("cidrs");
  ValidateMetadataUpdate(cidr.metadata, old.metadata, MetadataRules::kKind, errors);
  if (now.size() == was.size()) {
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] != was[i]) {
        errors.push_back(field::Invalid(path.Index(i), now[i], "field is immutable"));
      }
    }
  } else if (was.size() == 1 && now.size() == 2) {
    if (now[0] != was[0]) {
      errors.push_back(field::Invalid(path.Index(0), now[0], "field is immutable"));
    }
    ValidateCidrs(now, errors);
  } else {
    errors.push_back(
        field::Invalid(path, now.empty() ? field::BadValue::Null() : field::BadValue::List(now),
                       "field is immutable"));
  }
}

void UpdateStatus(const Object& object, const Object& before, field::ErrorList& errors) {
  ValidateMetadataUpdate(object.Get<ServiceCIDR>().metadata, before.Get<ServiceCIDR>().metadata,
                         MetadataRules::kKind, errors);
}

}  // namespace

KindRules ServiceCidrRules() {
  return {&TypeOf<ServiceCIDR>(), Create, Update, UpdateStatus, nullptr, nullptr};
}

}  // namespace k8snet::validation
