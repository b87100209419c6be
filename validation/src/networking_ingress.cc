// Source: kubernetes/kubernetes pkg/apis/networking/validation/validation.go, ValidateIngress*.
#include <algorithm>

#include "k8snet/apis/networking/v1.h"
#include "k8snet/validation/ip.h"
#include "k8snet/validation/object_meta.h"
#include "src/rules.h"

namespace k8snet::validation {
namespace {

using networking::v1::HTTPIngressPath;
using networking::v1::Ingress;
using networking::v1::IngressBackend;
using networking::v1::IngressRule;

constexpr const char* kClassAnnotation = "kubernetes.io/ingress.class";

// What an update may keep, and what paths are called.
struct Leniency {
  bool v1beta1 = false;       // The names of v1beta1 are shown.
  bool any_secret = false;    // Secret names are not looked at.
  bool any_wildcard = false;  // Rules of wildcard hosts are not looked at.
};

void ValidateServiceName(const std::string& name, const field::Path& path,
                         field::ErrorList& errors) {
  if (name.empty()) {
    errors.push_back(field::Required(path));
  } else {
    AppendInvalid(path, name, Dns1123Label(name), errors);
  }
}

void ValidateService(const networking::v1::IngressServiceBackend& service, const field::Path& path,
                     bool v1beta1, field::ErrorList& errors) {
  const field::Path inner = path.Child("service");
  const field::Path port = inner.Child("port");
  ValidateServiceName(service.name, v1beta1 ? path.Child("serviceName") : inner.Child("name"),
                      errors);
  const bool named = !service.port.name.empty();
  const bool numbered = service.port.number != 0;
  if (named && numbered) {
    errors.push_back(field::Invalid(path, "", "cannot set both port name & port number"));
  } else if (named) {
    AppendInvalid(v1beta1 ? path.Child("servicePort") : port.Child("name"), service.port.name,
                  PortName(service.port.name), errors);
  } else if (numbered) {
    AppendInvalid(v1beta1 ? path.Child("servicePort") : port.Child("number"), service.port.number,
                  PortNumber(service.port.number), errors);
  } else {
    errors.push_back(field::Required(path, "port name or number is required"));
  }
}

void ValidateBackend(const IngressBackend& backend, const field::Path& path, bool v1beta1,
                     field::ErrorList& errors) {
  if (backend.resource && backend.service) {
    errors.push_back(field::Invalid(path, "", "cannot set both resource and service backends"));
    return;
  }
  if (backend.resource) {
    const field::Path resource = path.Child("resource");
    if (backend.resource->api_group) {
      AppendInvalid(resource.Child("apiGroup"), *backend.resource->api_group,
                    Dns1123Subdomain(*backend.resource->api_group), errors);
    }
    ValidateSegment(backend.resource->kind, resource.Child("kind"), errors, errors);
    ValidateSegment(backend.resource->name, resource.Child("name"), errors, errors);
  } else if (backend.service) {
    ValidateService(*backend.service, path, v1beta1, errors);
  } else {
    errors.push_back(field::Invalid(path, "", "resource or service backend is required"));
  }
}

void ValidatePath(const HTTPIngressPath& path, const field::Path& at, bool v1beta1,
                  field::ErrorList& errors) {
  if (!path.path_type) {
    errors.push_back(field::Required(at.Child("pathType"), "pathType must be specified"));
    return;
  }
  const field::Path text = at.Child("path");
  const bool absolute = path.path.starts_with('/');
  if (*path.path_type == "Exact" || *path.path_type == "Prefix") {
    if (!absolute) {
      errors.push_back(field::Invalid(text, path.path, "must be an absolute path"));
    }
    for (const std::string_view part : {"//", "/./", "/../", "%2f", "%2F"}) {
      if (path.path.find(part) != std::string::npos) {
        errors.push_back(
            field::Invalid(text, path.path, "must not contain '" + std::string(part) + "'"));
      }
    }
    for (const std::string_view end : {"/..", "/."}) {
      if (path.path.ends_with(end)) {
        errors.push_back(
            field::Invalid(text, path.path, "cannot end with '" + std::string(end) + "'"));
      }
    }
  } else if (*path.path_type == "ImplementationSpecific") {
    if (!path.path.empty() && !absolute) {
      errors.push_back(field::Invalid(text, path.path, "must be an absolute path"));
    }
  } else {
    errors.push_back(field::NotSupported(at.Child("pathType"), Named(*path.path_type),
                                         {"Exact", "ImplementationSpecific", "Prefix"}));
  }
  const field::Path backend = at.Child("backend");
  ValidateBackend(path.backend, backend, v1beta1, errors);
}

bool IsWildcard(const IngressRule& rule) { return rule.host.find('*') != std::string::npos; }

void ValidateRuleValue(const IngressRule& rule, const field::Path& path, bool v1beta1,
                       field::ErrorList& errors) {
  if (!rule.ingress_rule_value.http) {
    return;
  }
  const auto& list = Items(rule.ingress_rule_value.http->paths);
  const field::Path http = path.Child("http");
  const field::Path paths = http.Child("paths");
  if (list.empty()) {
    errors.push_back(field::Required(paths));
  }
  for (std::size_t j = 0; j < list.size(); ++j) {
    ValidatePath(list[j], paths.Index(j), v1beta1, errors);
  }
}

void ValidateHost(const std::string& host, const field::Path& path, field::ErrorList& errors) {
  AppendInvalid(
      path, host,
      host.find('*') != std::string::npos ? WildcardSubdomain(host) : Dns1123Subdomain(host),
      errors);
}

void ValidateSpec(const networking::v1::IngressSpec& spec, const Leniency& leniency,
                  field::ErrorList& errors) {
  const field::Path path("spec");
  if (spec.rules.empty() && !spec.default_backend) {
    errors.push_back(field::Invalid(path, field::BadValue::Json("null"),
                                    leniency.v1beta1
                                        ? "either `backend` or `rules` must be specified"
                                        : "either `defaultBackend` or `rules` must be specified"));
  }
  if (spec.default_backend) {
    const field::Path backend = path.Child(leniency.v1beta1 ? "backend" : "defaultBackend");
    ValidateBackend(*spec.default_backend, backend, leniency.v1beta1, errors);
  }
  const field::Path rules = path.Child("rules");
  for (std::size_t i = 0; i < spec.rules.size(); ++i) {
    const IngressRule& rule = spec.rules[i];
    const field::Path at = rules.Index(i);
    if (!rule.host.empty()) {
      if (ParseIp(rule.host)) {
        errors.push_back(
            field::Invalid(at.Child("host"), rule.host, "must be a DNS name, not an IP address"));
      }
      ValidateHost(rule.host, at.Child("host"), errors);
    }
    if (!leniency.any_wildcard || !IsWildcard(rule)) {
      ValidateRuleValue(rule, at, leniency.v1beta1, errors);
    }
  }
  const field::Path tls = path.Child("tls");
  for (std::size_t i = 0; i < spec.tls.size(); ++i) {
    const field::Path at = tls.Index(i);
    const field::Path hosts = at.Child("hosts");
    for (std::size_t j = 0; j < spec.tls[i].hosts.size(); ++j) {
      ValidateHost(spec.tls[i].hosts[j], hosts.Index(j), errors);
    }
    const std::string& secret = spec.tls[i].secret_name;
    if (!secret.empty() && !leniency.any_secret) {
      AppendInvalid(at.Child("secretName"), secret, Dns1123Subdomain(secret), errors);
    }
  }
  if (spec.ingress_class_name) {
    AppendInvalid(path.Child("ingressClassName"), *spec.ingress_class_name,
                  Dns1123Subdomain(*spec.ingress_class_name), errors);
  }
}

bool HasBadSecret(const Ingress& ingress) {
  return std::any_of(ingress.spec.tls.begin(), ingress.spec.tls.end(), [](const auto& tls) {
    return !tls.secret_name.empty() && !Dns1123Subdomain(tls.secret_name).empty();
  });
}

bool HasBadWildcard(const Ingress& ingress) {
  return std::any_of(ingress.spec.rules.begin(), ingress.spec.rules.end(), [](const auto& rule) {
    field::ErrorList errors;
    if (IsWildcard(rule)) {
      ValidateRuleValue(rule, field::Path(), false, errors);
    }
    return !errors.empty();
  });
}

void Create(const Object& object, const Context& context, field::ErrorList& errors) {
  const auto& ingress = object.Get<Ingress>();
  const bool v1beta1 = context.request_version == "v1beta1";
  ValidateMetadata(ingress.metadata, true, SubdomainName, MetadataRules::kKind, errors);
  ValidateSpec(ingress.spec, {.v1beta1 = v1beta1, .any_secret = v1beta1, .any_wildcard = v1beta1},
               errors);
  const auto annotation = ingress.metadata.annotations.find(kClassAnnotation);
  if (annotation != ingress.metadata.annotations.end() && ingress.spec.ingress_class_name &&
      annotation->second != *ingress.spec.ingress_class_name) {
    const field::Path annotations("annotations");
    errors.push_back(field::Invalid(annotations.Child(kClassAnnotation), annotation->second,
                                    "must match `ingressClassName` when both are specified"));
  }
}

void Update(const Object& object, const Object& before, const Context& context,
            field::ErrorList& errors) {
  const auto& ingress = object.Get<Ingress>();
  const auto& old = before.Get<Ingress>();
  const bool v1beta1 = context.request_version == "v1beta1";
  ValidateMetadataUpdate(ingress.metadata, old.metadata, MetadataRules::kKind, errors);
  ValidateMetadata(ingress.metadata, true, SubdomainName, MetadataRules::kKind, errors);
  ValidateSpec(ingress.spec,
               {.v1beta1 = v1beta1,
                .any_secret = v1beta1 || HasBadSecret(old),
                .any_wildcard = v1beta1 || HasBadWildcard(old)},
               errors);
}

void UpdateStatus(const Object& object, const Object& before, field::ErrorList& errors) {
  const auto& ingress = object.Get<Ingress>();
  const auto& old = before.Get<Ingress>();
  ValidateMetadataUpdate(ingress.metadata, old.metadata, MetadataRules::kKind, errors);
  const std::vector<std::string> old_ips = IpsOf(old.status.load_balancer.ingress);
  const field::Path list("status.loadBalancer.ingress");
  const auto& points = ingress.status.load_balancer.ingress;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const field::Path at = list.Index(i);
    if (!points[i].ip.empty()) {
      LegacyIp(points[i].ip, at.Child("ip"), old_ips, errors);
    }
    ValidateStatusHostname(points[i].hostname, at.Child("hostname"), errors);
  }
}

void Warn(const Object& object, const Object* old, std::vector<std::string>& warnings) {
  const auto& ingress = object.Get<Ingress>();
  if (old == nullptr && !ingress.spec.ingress_class_name &&
      ingress.metadata.annotations.contains(kClassAnnotation)) {
    warnings.emplace_back(
        "annotation \"kubernetes.io/ingress.class\" is deprecated, please use "
        "'spec.ingressClassName' instead");
  }
}

void WarnOfStatus(const Object& object, std::vector<std::string>& warnings) {
  WarnOfStatusIps(object.Get<Ingress>().status.load_balancer.ingress, warnings);
}

}  // namespace

KindRules IngressRules() {
  return {&TypeOf<Ingress>(), Create, Update, UpdateStatus, Warn, WarnOfStatus};
}

}  // namespace k8snet::validation
