// Source: kubernetes/kubernetes pkg/apis/core/validation/validation.go, ValidateService*.
#include <algorithm>
#include <set>
#include <utility>

#include "k8snet/apis/core/v1.h"
#include "k8snet/validation/ip.h"
#include "k8snet/validation/object_meta.h"
#include "k8snet/validation/service.h"
#include "src/rules.h"

namespace k8snet::validation {
namespace {

using core::v1::Service;
using core::v1::ServicePort;
using core::v1::ServiceSpec;

constexpr std::int32_t kMaxAffinitySeconds = 86'400;
constexpr std::size_t kMaxTopologyKeys = 16;
constexpr const char* kTopologyHints = "service.kubernetes.io/topology-aware-hints";
constexpr const char* kTopologyMode = "service.kubernetes.io/topology-mode";
constexpr const char* kSourceRanges = "service.beta.kubernetes.io/load-balancer-source-ranges";
constexpr std::string_view kOnlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'";
constexpr std::string_view kNotExternalName = "may not be set for ExternalName services";

bool IsHeadless(const ServiceSpec& spec) {
  return spec.cluster_ips.size() == 1 && spec.cluster_ips[0] == "None";
}
bool IsExternalName(const Service& service) { return service.spec.type == "ExternalName"; }
bool IsLoadBalancer(const ServiceSpec& spec) { return spec.type == "LoadBalancer"; }
bool IsSingleStack(const ServiceSpec& spec) { return spec.ip_family_policy == "SingleStack"; }

bool IsExternallyAccessible(const ServiceSpec& spec) {
  return IsLoadBalancer(spec) || spec.type == "NodePort" ||
         (spec.type == "ClusterIP" && !spec.external_ips.empty());
}
bool NeedsHealthCheckNodePort(const ServiceSpec& spec) {
  return IsLoadBalancer(spec) && spec.external_traffic_policy == "Local";
}

field::BadValue NamedOrNull(const std::optional<std::string>& value) {
  return value ? Named(*value) : field::BadValue::Null();
}

field::BadValue NamedList(const std::vector<std::string>& values) {
  return values.empty() ? field::BadValue::Null() : field::BadValue::List(values);
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

void ValidateAnnotations(const Service& service, field::ErrorList& errors) {
  const auto& annotations = service.metadata.annotations;
  const auto hints = annotations.find(kTopologyHints);
  const auto mode = annotations.find(kTopologyMode);
  if (hints != annotations.end() && mode != annotations.end() && hints->second != mode->second) {
    const field::Path path("metadata.annotations");
    errors.push_back(field::Invalid(
        path.Key(kTopologyMode), mode->second,
        "must match annotations[service.kubernetes.io/topology-aware-hints] when both are "
        "specified"));
  }
}

void ValidateByType(const Service& service, const field::Path& path, field::ErrorList& errors) {
  const ServiceSpec& spec = service.spec;
  const bool headless = IsHeadless(spec);
  if (spec.ports.empty() && !headless && !IsExternalName(service)) {
    errors.push_back(field::Required(path.Child("ports")));
  }
  if (headless && (IsLoadBalancer(spec) || spec.type == "NodePort")) {
    const field::Path ips = path.Child("clusterIPs");
    errors.push_back(field::Invalid(ips.Index(0), spec.cluster_ips[0],
                                    "may not be set to 'None' for " + spec.type + " services"));
  }
  if (!IsExternalName(service)) {
    return;
  }
  if (!spec.cluster_ips.empty()) {
    errors.push_back(field::Forbidden(path.Child("clusterIPs"), kNotExternalName));
  }
  if (!spec.ip_families.empty()) {
    errors.push_back(field::Forbidden(path.Child("ipFamilies"), kNotExternalName));
  }
  if (spec.ip_family_policy) {
    errors.push_back(field::Forbidden(path.Child("ipFamilyPolicy"), kNotExternalName));
  }
  std::string_view name = spec.external_name;
  if (name.ends_with('.')) {
    name.remove_suffix(1);
  }
  if (name.empty()) {
    errors.push_back(field::Required(path.Child("externalName")));
  } else {
    AppendInvalid(path.Child("externalName"), name, Dns1123Subdomain(name), errors, kLongName);
  }
}

void ValidatePortFields(const ServiceSpec& spec, const field::Path& path,
                        field::ErrorList& errors) {
  const field::Path ports = path.Child("ports");
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < spec.ports.size(); ++i) {
    const ServicePort& port = spec.ports[i];
    const field::Path at = ports.Index(i);
    if (port.name.empty()) {
      if (spec.ports.size() > 1) {
        errors.push_back(field::Required(at.Child("name")));
      }
    } else {
      AppendInvalid(at.Child("name"), port.name, Dns1123Label(port.name), errors, kShortName);
      if (!names.insert(port.name).second) {
        errors.push_back(field::Duplicate(at.Child("name"), port.name));
      }
    }
    AppendInvalid(at.Child("port"), port.port, PortNumber(port.port), errors);
    ValidateEnum(port.protocol, {"SCTP", "TCP", "UDP"}, at.Child("protocol"), errors);
    ValidatePort(port.target_port, at.Child("targetPort"), errors);
    if (port.app_protocol) {
      AppendInvalid(at.Child("appProtocol"), *port.app_protocol, LabelKey(*port.app_protocol),
                    errors, kQualifiedName);
    }
  }
}

void ValidateAffinity(const ServiceSpec& spec, const field::Path& path, field::ErrorList& errors) {
  constexpr std::string_view kRequired = "when session affinity type is ClientIP";
  ValidateEnum(spec.session_affinity, {"ClientIP", "None"}, path.Child("sessionAffinity"), errors);
  const field::Path config = path.Child("sessionAffinityConfig");
  if (spec.session_affinity == "None") {
    if (spec.session_affinity_config) {
      errors.push_back(field::Forbidden(config, "must not be set when session affinity is None"));
    }
    return;
  }
  if (spec.session_affinity != "ClientIP") {
    return;
  }
  const field::Path client_ip = config.Child("clientIP");
  const field::Path timeout = client_ip.Child("timeoutSeconds");
  if (!spec.session_affinity_config) {
    errors.push_back(field::Required(config, kRequired));
  } else if (!spec.session_affinity_config->client_ip) {
    errors.push_back(field::Required(client_ip, kRequired));
  } else if (const auto& seconds = spec.session_affinity_config->client_ip->timeout_seconds;
             !seconds) {
    errors.push_back(field::Required(timeout, kRequired));
  } else if (*seconds <= 0 || *seconds > kMaxAffinitySeconds) {
    errors.push_back(field::Invalid(
        timeout, *seconds,
        "must be greater than 0 and less than " + std::to_string(kMaxAffinitySeconds)));
  }
}

void ValidateExternalIps(const ServiceSpec& spec, const ServiceSpec* old, const field::Path& path,
                         field::ErrorList& errors) {
  static const std::vector<std::string> kNone;
  const field::Path list = path.Child("externalIPs");
  for (std::size_t i = 0; i < spec.external_ips.size(); ++i) {
    const std::size_t before = errors.size();
    LegacyIp(spec.external_ips[i], list.Index(i), old == nullptr ? kNone : old->external_ips,
             errors);
    if (errors.size() == before) {
      EndpointIp(spec.external_ips[i], list.Index(i), errors);
    }
  }
}

void ValidatePortUse(const ServiceSpec& spec, const field::Path& path, field::ErrorList& errors) {
  const field::Path ports = path.Child("ports");
  if (spec.type == "ClusterIP") {
    for (std::size_t i = 0; i < spec.ports.size(); ++i) {
      if (spec.ports[i].node_port != 0) {
        const field::Path at = ports.Index(i);
        errors.push_back(
            field::Forbidden(at.Child("nodePort"), "may not be used when `type` is 'ClusterIP'"));
      }
    }
  }
  std::set<std::pair<std::string_view, std::int32_t>> seen;
  for (std::size_t i = 0; i < spec.ports.size(); ++i) {
    const ServicePort& port = spec.ports[i];
    if (port.node_port != 0 && !seen.emplace(port.protocol, port.node_port).second) {
      const field::Path at = ports.Index(i);
      errors.push_back(field::Duplicate(at.Child("nodePort"), port.node_port));
    }
  }
  seen.clear();
  for (std::size_t i = 0; i < spec.ports.size(); ++i) {
    const ServicePort& port = spec.ports[i];
    if (!seen.emplace(port.protocol, port.port).second) {
      errors.push_back(field::Duplicate(
          ports.Index(i),
          field::BadValue::Json("{\"Name\":\"\",\"Protocol\":" + JsonText(port.protocol) +
                                ",\"AppProtocol\":null,\"Port\":" + std::to_string(port.port) +
                                ",\"TargetPort\":0,\"NodePort\":0}")));
    }
  }
}

void ValidateSourceRanges(const Service& service, const Service* old, const field::Path& path,
                          field::ErrorList& errors) {
  const ServiceSpec& spec = service.spec;
  if (!spec.load_balancer_source_ranges.empty()) {
    const field::Path list = path.Child("LoadBalancerSourceRanges");
    if (!IsLoadBalancer(spec)) {
      errors.push_back(field::Forbidden(list, kOnlyLoadBalancer));
    }
    std::vector<std::string> valid_old;
    if (old != nullptr) {
      for (const std::string& range : old->spec.load_balancer_source_ranges) {
        valid_old.emplace_back(Trim(range));
      }
    }
    for (std::size_t i = 0; i < spec.load_balancer_source_ranges.size(); ++i) {
      LegacyCidr(Trim(spec.load_balancer_source_ranges[i]), list.Index(i), valid_old, errors);
    }
    return;
  }
  const auto annotation = service.metadata.annotations.find(kSourceRanges);
  if (annotation == service.metadata.annotations.end()) {
    return;
  }
  const field::Path annotations("metadata.annotations");
  const field::Path at = annotations.Key(kSourceRanges);
  if (!IsLoadBalancer(spec)) {
    errors.push_back(field::Forbidden(at, kOnlyLoadBalancer));
  }
  if (old != nullptr) {
    const auto before = old->metadata.annotations.find(kSourceRanges);
    if (before != old->metadata.annotations.end() && before->second == annotation->second) {
      return;
    }
  }
  if (Trim(annotation->second).empty()) {
    return;
  }
  for (std::string_view rest = annotation->second;;) {
    const auto comma = rest.find(',');
    LegacyCidr(Trim(rest.substr(0, comma)), at, {}, errors);
    if (comma == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(comma + 1);
  }
}

void ValidateLoadBalancerClass(const ServiceSpec& spec, const field::Path& path,
                               field::ErrorList& errors) {
  if (!spec.load_balancer_class) {
    return;
  }
  const field::Path at = path.Child("loadBalancerClass");
  if (IsLoadBalancer(spec)) {
    AppendInvalid(at, *spec.load_balancer_class, LabelKey(*spec.load_balancer_class), errors,
                  kQualifiedName);
  } else {
    errors.push_back(field::Forbidden(at, kOnlyLoadBalancer));
  }
}

void ValidateLoadBalancerFields(const ServiceSpec& spec, const field::Path& path,
                                field::ErrorList& errors) {
  if (IsLoadBalancer(spec)) {
    if (!spec.allocate_load_balancer_node_ports) {
      errors.push_back(field::Required(field::Path("allocateLoadBalancerNodePorts")));
    }
  } else if (spec.allocate_load_balancer_node_ports) {
    errors.push_back(
        field::Forbidden(path.Child("allocateLoadBalancerNodePorts"), kOnlyLoadBalancer));
  }
  ValidateLoadBalancerClass(spec, path, errors);
}

void ValidateTrafficPolicies(const ServiceSpec& spec, const field::Path& path,
                             field::ErrorList& errors) {
  const field::Path external = path.Child("externalTrafficPolicy");
  if (IsExternallyAccessible(spec)) {
    ValidateEnum(spec.external_traffic_policy, {"Cluster", "Local"}, external, errors);
  } else if (!spec.external_traffic_policy.empty()) {
    errors.push_back(field::Invalid(external, Named(spec.external_traffic_policy),
                                    "may only be set for externally-accessible services"));
  }
  const field::Path health = path.Child("healthCheckNodePort");
  if (!NeedsHealthCheckNodePort(spec)) {
    if (spec.health_check_node_port != 0) {
      errors.push_back(field::Invalid(health, spec.health_check_node_port,
                                      "may only be set when `type` is 'LoadBalancer' and "
                                      "`externalTrafficPolicy` is 'Local'"));
    }
  } else if (spec.health_check_node_port == 0) {
    errors.push_back(field::Required(health));
  } else {
    AppendInvalid(health, spec.health_check_node_port, PortNumber(spec.health_check_node_port),
                  errors);
  }
  const field::Path internal = path.Child("internalTrafficPolicy");
  if (!spec.internal_traffic_policy) {
    if (spec.type == "ClusterIP" || spec.type == "NodePort" || IsLoadBalancer(spec)) {
      errors.push_back(field::Required(internal));
    }
  } else {
    ValidateOptionalEnum(spec.internal_traffic_policy, {"Cluster", "Local"}, internal, errors);
  }
  ValidateOptionalEnum(spec.traffic_distribution,
                       {"PreferClose", "PreferSameZone", "PreferSameNode"},
                       path.Child("trafficDistribution"), errors);
}

// Source: kubernetes/kubernetes v1.20.2, the same file, validateServiceTopologyKeys.
void ValidateTopologyKeys(const ServiceSpec& spec, const field::Path& path,
                          field::ErrorList& errors) {
  const field::Path keys = path.Child("topologyKeys");
  if (spec.topology_keys.empty()) {
    return;
  }
  if (spec.external_traffic_policy == "Local") {
    errors.push_back(
        field::Forbidden(keys, "may not be specified when `externalTrafficPolicy=Local`"));
  }
  if (spec.topology_keys.size() > kMaxTopologyKeys) {
    errors.push_back(field::TooMany(keys, spec.topology_keys.size(), kMaxTopologyKeys));
  }
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < spec.topology_keys.size(); ++i) {
    const std::string& key = spec.topology_keys[i];
    if (!seen.insert(key).second) {
      errors.push_back(field::Duplicate(keys.Index(i), key));
    }
    if (key != "*") {
      AppendInvalid(keys.Index(i), field::BadValue::List(spec.topology_keys), LabelKey(key),
                    errors);
    } else if (i + 1 != spec.topology_keys.size()) {
      errors.push_back(
          field::Invalid(keys.Index(i), key, "\"*\" must be the last value specified"));
    }
  }
}

void ValidateSpec(const Service& service, const Service* old, const Context& context,
                  field::ErrorList& errors) {
  const ServiceSpec& spec = service.spec;
  const field::Path path("spec");
  ValidateAnnotations(service, errors);
  ValidateByType(service, path, errors);
  ValidatePortFields(spec, path, errors);
  ValidateLabels(spec.selector, path.Child("selector"), errors);
  ValidateAffinity(spec, path, errors);
  if (context.service_topology) {
    ValidateTopologyKeys(spec, path, errors);
  }
  if (!IsExternalName(service)) {
    field::Append(errors, ValidateServiceAddresses(service, old));
  }
  ValidateExternalIps(spec, old == nullptr ? nullptr : &old->spec, path, errors);
  ValidateEnum(spec.type, {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"},
               path.Child("type"), errors);
  ValidatePortUse(spec, path, errors);
  ValidateSourceRanges(service, old, path, errors);
  ValidateLoadBalancerFields(spec, path, errors);
  ValidateTrafficPolicies(spec, path, errors);
}

void ValidateAddressUpdate(const Service& service, const Service& old, const field::Path& path,
                           field::ErrorList& errors) {
  const auto& now = service.spec.cluster_ips;
  const auto& was = old.spec.cluster_ips;
  if (IsExternalName(service) || IsExternalName(old) ||
      (IsHeadless(service.spec) && IsHeadless(old.spec))) {
    return;
  }
  constexpr std::string_view kFixed = "may not change once set";
  const field::Path list = path.Child("clusterIPs");
  if (now.size() == was.size()) {
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] != was[i]) {
        errors.push_back(field::Invalid(list.Index(i), field::BadValue::List(now), kFixed));
      }
    }
  } else if (now.size() > was.size()) {
    if (!was.empty() && now[0] != was[0]) {
      errors.push_back(field::Invalid(list.Index(0), field::BadValue::List(now), kFixed));
    }
  } else if (now.empty()) {
    errors.push_back(
        field::Invalid(list.Index(0), NamedList(now), "primary clusterIP can not be unset"));
  } else if (now[0] != was[0]) {
    errors.push_back(field::Invalid(list.Index(0), field::BadValue::List(now), kFixed));
  } else if (!IsSingleStack(service.spec)) {
    errors.push_back(
        field::Invalid(path.Child("ipFamilyPolicy"), NamedOrNull(service.spec.ip_family_policy),
                       "must be set to 'SingleStack' when releasing the secondary clusterIP"));
  }
}

void ValidateFamilyUpdate(const Service& service, const Service& old, const field::Path& path,
                          field::ErrorList& errors) {
  const auto& now = service.spec.ip_families;
  const auto& was = old.spec.ip_families;
  if (IsExternalName(service) || IsExternalName(old) ||
      IsHeadless(service.spec) != IsHeadless(old.spec) || IsHeadless(service.spec)) {
    return;
  }
  constexpr std::string_view kFixed = "may not change once set";
  const field::Path list = path.Child("ipFamilies");
  const auto fixed = [&](const std::vector<std::string>& shown) {
    errors.push_back(field::Invalid(list.Index(0), NamedList(shown), kFixed));
  };
  if (now.size() == was.size()) {
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] != was[i]) {
        fixed(now);
      }
    }
  } else if (now.size() > was.size()) {
    if (!was.empty() && now[0] != was[0]) {
      fixed(service.spec.cluster_ips);
    }
  } else if (service.spec.cluster_ips.empty()) {
    errors.push_back(
        field::Invalid(list.Index(0), NamedList(now), "primary ipFamily can not be unset"));
  } else if (!now.empty() && now[0] != was[0]) {
    fixed(service.spec.cluster_ips);
  } else if (!IsSingleStack(service.spec)) {
    errors.push_back(
        field::Invalid(path.Child("ipFamilyPolicy"), NamedOrNull(service.spec.ip_family_policy),
                       "must be set to 'SingleStack' when releasing the secondary ipFamily"));
  }
}

void Create(const Object& object, const Context& context, field::ErrorList& errors) {
  const auto& service = object.Get<Service>();
  ValidateMetadata(service.metadata, true, LabelName, MetadataRules::kKind, errors);
  ValidateSpec(service, nullptr, context, errors);
}

void Update(const Object& object, const Object& before, const Context& context,
            field::ErrorList& errors) {
  const auto& service = object.Get<Service>();
  const auto& old = before.Get<Service>();
  const field::Path path("spec");
  ValidateMetadataUpdate(service.metadata, old.metadata, MetadataRules::kKind, errors);
  ValidateAddressUpdate(service, old, path, errors);
  ValidateFamilyUpdate(service, old, path, errors);
  if (IsLoadBalancer(service.spec) && IsLoadBalancer(old.spec) &&
      service.spec.load_balancer_class != old.spec.load_balancer_class) {
    const auto& name = service.spec.load_balancer_class;
    errors.push_back(field::Invalid(path.Child("loadBalancerClass"),
                                    name ? field::BadValue(*name) : field::BadValue::Null(),
                                    "may not change once set"));
  }
  // Once more below; here it stands before what else there is.
  ValidateLoadBalancerClass(service.spec, path, errors);
  if (NeedsHealthCheckNodePort(service.spec) && NeedsHealthCheckNodePort(old.spec) &&
      service.spec.health_check_node_port != old.spec.health_check_node_port) {
    errors.push_back(field::Forbidden(path.Child("healthCheckNodePort"), "field is immutable"));
  }
  ValidateSpec(service, &old, context, errors);
}

void UpdateStatus(const Object& object, const Object& before, field::ErrorList& errors) {
  const auto& service = object.Get<Service>();
  const auto& old = before.Get<Service>();
  ValidateMetadataUpdate(service.metadata, old.metadata, MetadataRules::kKind, errors);
  const field::Path list("status.loadBalancer.ingress");
  const auto& points = service.status.load_balancer.ingress;
  if (!IsLoadBalancer(service.spec) && !points.empty()) {
    errors.push_back(field::Forbidden(list, "may only be used when `spec.type` is 'LoadBalancer'"));
    return;
  }
  const std::vector<std::string> old_ips = IpsOf(old.status.load_balancer.ingress);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& point = points[i];
    const field::Path at = list.Index(i);
    if (!point.ip.empty()) {
      LegacyIp(point.ip, at.Child("ip"), old_ips, errors);
      if (!point.ip_mode) {
        errors.push_back(field::Required(at.Child("ipMode"), "must be specified when `ip` is set"));
      }
    } else if (point.ip_mode) {
      errors.push_back(
          field::Forbidden(at.Child("ipMode"), "may not be specified when `ip` is not set"));
    }
    ValidateOptionalEnum(point.ip_mode, {"Proxy", "VIP"}, at.Child("ipMode"), errors);
    ValidateStatusHostname(point.hostname, at.Child("hostname"), errors);
  }
}

// Source: kubernetes/kubernetes pkg/api/service/warnings.go.
void Warn(const Object& object, const Object* /*old*/, std::vector<std::string>& warnings) {
  const auto& service = object.Get<Service>();
  const ServiceSpec& spec = service.spec;
  const field::Path path("spec");
  if (service.metadata.annotations.contains(kTopologyHints)) {
    warnings.emplace_back(
        "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use "
        "service.kubernetes.io/topology-mode instead");
  }
  const bool headless = spec.cluster_ip == "None";
  if (!spec.cluster_ip.empty() && !headless) {
    const field::Path list = path.Child("clusterIPs");
    for (std::size_t i = 0; i < spec.cluster_ips.size(); ++i) {
      WarnOfIp(spec.cluster_ips[i], list.Index(i), warnings);
    }
  }
  if (headless) {
    if (!spec.load_balancer_ip.empty()) {
      warnings.emplace_back("spec.loadBalancerIP is ignored for headless services");
    }
    if (!spec.external_ips.empty()) {
      warnings.emplace_back("spec.externalIPs is ignored for headless services");
    }
    if (spec.session_affinity != "None") {
      warnings.emplace_back("spec.SessionAffinity is ignored for headless services");
    }
  }
  const field::Path external = path.Child("externalIPs");
  for (std::size_t i = 0; i < spec.external_ips.size(); ++i) {
    WarnOfIp(spec.external_ips[i], external.Index(i), warnings);
  }
  if (!spec.external_ips.empty() && !headless && !IsExternalName(service)) {
    warnings.emplace_back(
        "spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  }
  WarnOfIp(spec.load_balancer_ip, path.Child("loadBalancerIP"), warnings);
  const field::Path ranges = path.Child("loadBalancerSourceRanges");
  for (std::size_t i = 0; i < spec.load_balancer_source_ranges.size(); ++i) {
    WarnOfCidr(spec.load_balancer_source_ranges[i], ranges.Index(i), warnings);
  }
  if (IsExternalName(service) && !spec.external_ips.empty()) {
    warnings.emplace_back("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
  }
  if (!IsExternalName(service) && !spec.external_name.empty()) {
    warnings.emplace_back("spec.externalName is ignored when spec.type is not \"ExternalName\"");
  }
  if (spec.traffic_distribution == "PreferClose") {
    warnings.emplace_back(
        "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
  }
}

void WarnOfStatus(const Object& object, std::vector<std::string>& warnings) {
  WarnOfStatusIps(object.Get<Service>().status.load_balancer.ingress, warnings);
}

}  // namespace

// Source: the same file, ValidateServiceClusterIPsRelatedFields.
field::ErrorList ValidateServiceAddresses(const Service& service, const Service* old) {
  const ServiceSpec& spec = service.spec;
  const field::Path path("spec");
  const field::Path ips = path.Child("clusterIPs");
  const field::Path families = path.Child("ipFamilies");
  const field::BadValue list = NamedList(spec.cluster_ips);
  field::ErrorList errors;
  if (spec.cluster_ip.empty() && !spec.cluster_ips.empty()) {
    errors.push_back(field::Invalid(ips, list, "must be empty when `clusterIP` is not specified"));
  } else if (!spec.cluster_ip.empty() && spec.cluster_ips.empty()) {
    errors.push_back(field::Required(ips));
  } else if (!spec.cluster_ip.empty() && spec.cluster_ip != spec.cluster_ips[0]) {
    errors.push_back(field::Invalid(ips, list, "first value must match `clusterIP`"));
  }
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < spec.ip_families.size(); ++i) {
    const std::string& family = spec.ip_families[i];
    if (family != "IPv4" && family != "IPv6") {
      errors.push_back(field::NotSupported(families.Index(i), Named(family), {"IPv4", "IPv6"}));
    }
    if (!seen.insert(family).second) {
      errors.push_back(field::Duplicate(families.Index(i), Named(family)));
    }
  }
  ValidateOptionalEnum(spec.ip_family_policy,
                       {"PreferDualStack", "RequireDualStack", "SingleStack"},
                       path.Child("ipFamilyPolicy"), errors);
  bool readable = true;
  static const std::vector<std::string> kNone;
  for (std::size_t i = 0; i < spec.cluster_ips.size(); ++i) {
    if (i == 0 && spec.cluster_ips[0] == "None") {
      if (spec.cluster_ips.size() > 1) {
        errors.push_back(field::Invalid(ips, list, "'None' must be the first and only value"));
        readable = false;
      }
      continue;
    }
    const std::size_t before = errors.size();
    LegacyIp(spec.cluster_ips[i], ips.Index(i), old == nullptr ? kNone : old->spec.cluster_ips,
             errors);
    readable = readable && errors.size() == before;
  }
  if (spec.cluster_ips.size() > 2) {
    errors.push_back(field::Invalid(ips, list, "may only hold up to 2 values"));
  }
  if (!readable || IsHeadless(spec)) {
    return errors;
  }
  int v4 = 0;
  for (const std::string& ip : spec.cluster_ips) {
    const auto parsed = ParseIp(ip);
    v4 += parsed && parsed->v4 ? 1 : 0;
  }
  const auto count = static_cast<int>(spec.cluster_ips.size());
  if (count > 1 && (v4 == 0 || v4 == count)) {
    errors.push_back(
        field::Invalid(ips, list, "may specify no more than one IP for each IP family"));
  }
  for (std::size_t i = 0; i < std::min(spec.cluster_ips.size(), spec.ip_families.size()); ++i) {
    const auto ip = ParseIp(spec.cluster_ips[i]);
    const std::string& family = spec.ip_families[i];
    if (ip && ((family == "IPv4" && !ip->v4) || (family == "IPv6" && ip->v4))) {
      errors.push_back(field::Invalid(ips.Index(i), spec.cluster_ips[i],
                                      "expected an " + family +
                                          " value as indicated by `ipFamilies[" +
                                          std::to_string(i) + "]`"));
    }
  }
  return errors;
}

KindRules ServiceRules() {
  return {&TypeOf<Service>(), Create, Update, UpdateStatus, Warn, WarnOfStatus};
}

}  // namespace k8snet::validation
