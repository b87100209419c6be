#include "k8snet/validation/validate.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <utility>

#include "k8snet/apis/meta.h"
#include "k8snet/validation/object_meta.h"
#include "src/rules.h"

namespace k8snet::validation {
namespace {

const KindRules* Find(const Type& type) {
  static const std::array<KindRules, 9> kRules = {
      IngressRules(),   IngressClassRules(), NetworkPolicyRules(),
      IpAddressRules(), ServiceCidrRules(),  EndpointSliceRules(),
      ServiceRules(),   EndpointsRules(),    NamespaceRules()};
  const auto found = std::find_if(kRules.begin(), kRules.end(),
                                  [&](const KindRules& rules) { return rules.type == &type; });
  return found == kRules.end() ? nullptr : &*found;
}

// Equal findings are told once, where the first one stands.
field::ErrorList Distinct(field::ErrorList errors) {
  field::ErrorList out;
  std::unordered_set<std::string> seen;
  for (field::Error& error : errors) {
    if (seen.insert(error.ToString()).second) {
      out.push_back(std::move(error));
    }
  }
  return out;
}

// What upstream's storage layer asks of the metadata of any update.
void ValidateAnyUpdate(const Object& object, const Object& old, field::ErrorList& errors) {
  const meta::v1::ObjectMeta& metadata = MetaOf(object);
  const meta::v1::ObjectMeta& before = MetaOf(old);
  ValidateMetadata(metadata, !before.namespace_.empty(), PathSegmentRule, MetadataRules::kGeneric,
                   errors);
  ValidateMetadataUpdate(metadata, before, MetadataRules::kGeneric, errors);
}

}  // namespace

bool HasRules(const Type& type) { return Find(type) != nullptr; }

field::ErrorList Validate(const Object& object, const Context& context) {
  field::ErrorList errors;
  if (const KindRules* rules = Find(object.type())) {
    rules->create(object, context, errors);
  } else {
    const meta::v1::ObjectMeta& metadata = MetaOf(object);
    ValidateMetadata(metadata, !metadata.namespace_.empty(), SubdomainName, MetadataRules::kKind,
                     errors);
  }
  return errors.empty() ? errors : Distinct(std::move(errors));
}

field::ErrorList ValidateUpdate(const Object& object, const Object& old, const Context& context) {
  field::ErrorList errors;
  ValidateAnyUpdate(object, old, errors);
  if (const KindRules* rules = Find(object.type())) {
    rules->update(object, old, context, errors);
  }
  return errors.empty() ? errors : Distinct(std::move(errors));
}

field::ErrorList ValidateStatusUpdate(const Object& object, const Object& old,
                                      const Context& context) {
  field::ErrorList errors;
  ValidateAnyUpdate(object, old, errors);
  if (const KindRules* rules = Find(object.type())) {
    if (rules->status != nullptr) {
      rules->status(object, old, errors);
    } else {
      rules->update(object, old, context, errors);
    }
  }
  return errors.empty() ? errors : Distinct(std::move(errors));
}

std::vector<std::string> Warnings(const Object& object, const Object* old,
                                  const Context& /*context*/) {
  std::vector<std::string> warnings;
  const KindRules* rules = Find(object.type());
  if (rules != nullptr && rules->warn != nullptr) {
    rules->warn(object, old, warnings);
  }
  return warnings;
}

std::vector<std::string> StatusWarnings(const Object& object) {
  std::vector<std::string> warnings;
  const KindRules* rules = Find(object.type());
  if (rules != nullptr && rules->warn_of_status != nullptr) {
    rules->warn_of_status(object, warnings);
  }
  return warnings;
}

}  // namespace k8snet::validation
