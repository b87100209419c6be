// Source: kubernetes/kubernetes pkg/apis/networking/validation/validation.go,
// ValidateIngressClass*.
#include "k8snet/apis/networking/v1.h"
#include "k8snet/validation/object_meta.h"
#include "src/rules.h"

namespace k8snet::validation {
namespace {

using networking::v1::IngressClass;

constexpr std::size_t kMaxControllerBytes = 250;

void ValidateController(const std::string& controller, const field::Path& path,
                        field::ErrorList& errors) {
  if (controller.empty()) {
    errors.push_back(field::Required(path));
    return;
  }
  if (controller.size() > kMaxControllerBytes) {
    errors.push_back(field::TooLong(path, kMaxControllerBytes));
  }
  const auto slash = controller.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == controller.size()) {
    errors.push_back(field::Invalid(path, controller,
                                    "must be a domain-prefixed path (such as \"acme.io/foo\")"));
    return;
  }
  const std::string host = controller.substr(0, slash);
  const std::string rest = controller.substr(slash + 1);
  AppendInvalid(path, host, Dns1123Subdomain(host), errors);
  AppendInvalid(path, rest, HttpPath(rest), errors);
}

void ValidateSpec(const networking::v1::IngressClassSpec& spec, field::ErrorList& errors) {
  const field::Path path("spec");
  ValidateController(spec.controller, path.Child("controller"), errors);
  if (!spec.parameters) {
    return;
  }
  const field::Path parameters = path.Child("parameters");
  field::ErrorList declared;  // That a field is required is a declared rule, found last.
  if (spec.parameters->api_group) {
    AppendInvalid(parameters.Child("apiGroup"), *spec.parameters->api_group,
                  Dns1123Subdomain(*spec.parameters->api_group), errors);
  }
  ValidateSegment(spec.parameters->kind, parameters.Child("kind"), errors, declared);
  ValidateSegment(spec.parameters->name, parameters.Child("name"), errors, declared);
  const auto& scope = spec.parameters->scope;
  const auto& name_space = spec.parameters->namespace_;
  if (!scope) {
    errors.push_back(field::Required(parameters.Child("scope")));
  } else if (*scope != "Cluster" && *scope != "Namespace") {
    errors.push_back(
        field::NotSupported(parameters.Child("scope"), *scope, {"Cluster", "Namespace"}));
  } else if (*scope == "Namespace") {
    if (!name_space) {
      errors.push_back(field::Required(parameters.Child("namespace"),
                                       "`parameters.scope` is set to 'Namespace'"));
    } else {
      AppendInvalid(parameters.Child("namespace"), *name_space, Dns1123Label(*name_space), errors);
    }
  } else if (name_space) {
    errors.push_back(
        field::Forbidden(parameters.Child("namespace"), "`parameters.scope` is set to 'Cluster'"));
  }
  field::Append(errors, std::move(declared));
}

void Create(const Object& object, const Context& /*context*/, field::ErrorList& errors) {
  const auto& ingress_class = object.Get<IngressClass>();
  ValidateMetadata(ingress_class.metadata, false, SubdomainName, MetadataRules::kKind, errors);
  ValidateSpec(ingress_class.spec, errors);
}

void Update(const Object& object, const Object& before, const Context& context,
            field::ErrorList& errors) {
  const auto& ingress_class = object.Get<IngressClass>();
  const auto& old = before.Get<IngressClass>();
  ValidateMetadataUpdate(ingress_class.metadata, old.metadata, MetadataRules::kKind, errors);
  if (ingress_class.spec.controller != old.spec.controller) {
    const field::Path spec("spec");
    errors.push_back(field::Invalid(spec.Child("controller"), ingress_class.spec.controller,
                                    "field is immutable"));
  }
  Create(object, context, errors);
}

}  // namespace

KindRules IngressClassRules() {
  return {&TypeOf<IngressClass>(), Create, Update, nullptr, nullptr, nullptr};
}

}  // namespace k8snet::validation
