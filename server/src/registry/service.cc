#include "src/registry/service.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "k8snet/conversion/plurals.h"
#include "k8snet/validation/formats.h"
#include "k8snet/validation/validate.h"
#include "src/errors.h"
#include "src/registry/api.h"
#include "src/registry/service_claims.h"
#include "src/registry/strategies.h"

namespace k8snet::server {
namespace {

using core::v1::Service;
using core::v1::ServicePort;
using core::v1::ServiceSpec;

constexpr std::string_view kFull = "range is full";

bool IsExternalName(const ServiceSpec& spec) { return spec.type == "ExternalName"; }
bool IsHeadless(const ServiceSpec& spec) {
  return !spec.cluster_ips.empty() && spec.cluster_ips[0] == "None";
}
bool HasNodePorts(const ServiceSpec& spec) {
  return spec.type == "NodePort" || spec.type == "LoadBalancer";
}
// Whether ports without a node port get one.
bool WantsNodePorts(const ServiceSpec& spec) {
  return spec.type == "NodePort" ||
         (spec.type == "LoadBalancer" && spec.allocate_load_balancer_node_ports.value_or(true));
}
bool NeedsHealthCheckPort(const ServiceSpec& spec) {
  return spec.type == "LoadBalancer" && spec.external_traffic_policy == "Local";
}
bool IsExternallyAccessible(const ServiceSpec& spec) {
  return HasNodePorts(spec) || (spec.type == "ClusterIP" && !spec.external_ips.empty());
}

std::set<std::int32_t> NodePorts(const ServiceSpec& spec) {
  std::set<std::int32_t> ports;
  if (HasNodePorts(spec)) {
    for (const ServicePort& port : spec.ports) {
      if (port.node_port != 0) {
        ports.insert(port.node_port);
      }
    }
  }
  return ports;
}

// Keeps what the server gave to the old service where the new one says nothing.
// Source: kubernetes/kubernetes pkg/registry/core/service/storage/storage.go, patchAllocatedValues.
void CarryOver(ServiceSpec& spec, const ServiceSpec& old) {
  if (!IsExternalName(spec) && !IsExternalName(old)) {
    if (spec.cluster_ip.empty()) {
      spec.cluster_ip = old.cluster_ip;
    }
    if (spec.cluster_ips.empty()) {
      spec.cluster_ips = old.cluster_ips;
    }
  }
  if (WantsNodePorts(spec) && WantsNodePorts(old)) {
    const std::set<std::int32_t> sent = NodePorts(spec);
    std::map<std::string_view, std::int32_t> by_name;
    for (const ServicePort& port : old.ports) {
      by_name[port.name] = port.node_port;
    }
    for (ServicePort& port : spec.ports) {
      const auto found = by_name.find(port.name);
      if (port.node_port == 0 && found != by_name.end() && sent.count(found->second) == 0) {
        port.node_port = found->second;
      }
    }
  }
  if (NeedsHealthCheckPort(spec) && NeedsHealthCheckPort(old) && spec.health_check_node_port == 0) {
    spec.health_check_node_port = old.health_check_node_port;
  }
}

// Takes an address for each family that has none; those that are asked for, too.
Status TakeIps(Service& service, ServiceClaims& claims) {
  ServiceSpec& spec = service.spec;
  if (IsExternalName(spec) || IsHeadless(spec)) {
    return {};
  }
  if (spec.cluster_ips.size() < spec.ip_families.size()) {
    spec.cluster_ips.resize(spec.ip_families.size());
  }
  std::vector<std::string> ips = spec.cluster_ips;
  for (std::size_t i = 0; i < spec.ip_families.size(); ++i) {
    K8SNET_RETURN_IF_ERROR(claims.TakeIp(service, spec.ip_families[i], ips[i]));
  }
  spec.cluster_ips = std::move(ips);
  if (!spec.cluster_ips.empty()) {
    spec.cluster_ip = spec.cluster_ips[0];
  }
  return {};
}

Status UpdateIps(Service& service, const Service& old, ServiceClaims& claims) {
  ServiceSpec& spec = service.spec;
  if (IsExternalName(old.spec)) {
    return TakeIps(service, claims);
  }
  if (IsHeadless(old.spec) || KeepsPreferDualStack(service, &old)) {
    return {};
  }
  if (IsExternalName(spec)) {
    for (const std::string& ip : old.spec.cluster_ips) {
      claims.GiveBack(ip, old);
    }
    return {};
  }
  if (old.spec.ip_families.size() == 1 && spec.ip_families.size() == 2) {
    spec.cluster_ips.resize(2);
    std::string second = spec.cluster_ips[1];
    K8SNET_RETURN_IF_ERROR(claims.TakeIp(service, spec.ip_families[1], second));
    spec.cluster_ips[1] = std::move(second);
  } else if (old.spec.ip_families.size() == 2 && spec.ip_families.size() == 1 &&
             old.spec.cluster_ips.size() == 2) {
    claims.GiveBack(old.spec.cluster_ips[1], old);
  }
  return {};
}

Status PortRefused(const Service& service, std::size_t index, std::int32_t port,
                   std::string_view why) {
  const field::Path spec("spec");
  const field::Path ports = spec.Child("ports");
  const field::Path at = ports.Index(index);
  return Invalid("Service", "", service.metadata.name,
                 {field::Invalid(at.Child("nodePort"), port, why)});
}

Status NoPortLeft() {
  return InternalError("failed to allocate a nodePort: " + std::string(kFull));
}

// Source: kubernetes/kubernetes pkg/registry/core/service/storage/alloc.go, initNodePorts.
Status TakeNodePorts(Service& service, ServiceClaims& claims) {
  ServiceSpec& spec = service.spec;
  if (!HasNodePorts(spec)) {
    return {};
  }
  // Ports of one number share a node port: that which the first of them asks for.
  std::map<std::int32_t, std::int32_t> by_port;
  for (std::size_t i = 0; i < spec.ports.size(); ++i) {
    ServicePort& port = spec.ports[i];
    if (port.node_port == 0 && !WantsNodePorts(spec)) {
      continue;
    }
    std::int32_t& shared = by_port[port.port];
    if (shared != 0) {
      if (port.node_port == 0) {
        port.node_port = shared;
      } else if (port.node_port != shared) {
        if (const std::string why = claims.TakePort(port.node_port, service); !why.empty()) {
          return PortRefused(service, i, port.node_port, why);
        }
      }
      continue;
    }
    const auto asked = std::find_if(
        spec.ports.begin(), spec.ports.end(),
        [&](const ServicePort& other) { return other.port == port.port && other.node_port != 0; });
    if (asked != spec.ports.end()) {
      if (const std::string why = claims.TakePort(asked->node_port, service); !why.empty()) {
        return PortRefused(service, i, asked->node_port, why);
      }
      port.node_port = asked->node_port;
    } else {
      const std::optional<std::int32_t> any = claims.TakeAnyPort(service);
      if (!any) {
        return NoPortLeft();
      }
      port.node_port = *any;
    }
    shared = port.node_port;
  }
  return {};
}

// Source: the same file, updateNodePorts.
Status UpdateNodePorts(Service& service, const Service& old, ServiceClaims& claims) {
  ServiceSpec& spec = service.spec;
  const std::set<std::int32_t> owned = NodePorts(old.spec);
  std::set<std::int32_t> taken;
  std::set<std::pair<std::string_view, std::int32_t>> seen;
  for (std::size_t i = 0; HasNodePorts(spec) && i < spec.ports.size(); ++i) {
    ServicePort& port = spec.ports[i];
    if (port.node_port == 0) {
      if (!WantsNodePorts(spec)) {
        continue;
      }
      const std::optional<std::int32_t> any = claims.TakeAnyPort(service);
      if (!any) {
        return NoPortLeft();
      }
      port.node_port = *any;
    } else if (owned.count(port.node_port) == 0 && taken.insert(port.node_port).second) {
      if (const std::string why = claims.TakePort(port.node_port, service); !why.empty()) {
        return PortRefused(service, i, port.node_port, why);
      }
    }
    if (!seen.emplace(port.protocol, port.node_port).second) {
      return Unclassified("duplicate nodePort: {" + port.protocol + " " +
                          std::to_string(port.node_port) + "}");
    }
  }
  const std::set<std::int32_t> used = NodePorts(spec);
  for (const std::int32_t port : owned) {
    if (used.count(port) == 0) {
      claims.GiveBackPort(port);
    }
  }
  return {};
}

// Source: the same file, allocHealthCheckNodePort.
Status TakeHealthCheckPort(Service& service, ServiceClaims& claims) {
  ServiceSpec& spec = service.spec;
  if (spec.health_check_node_port == 0) {
    const std::optional<std::int32_t> any = claims.TakeAnyPort(service);
    if (!any) {
      return InternalError("failed to allocate a HealthCheck NodePort 0: " + std::string(kFull));
    }
    spec.health_check_node_port = *any;
    return {};
  }
  const std::string why = claims.TakePort(spec.health_check_node_port, service);
  return why.empty() ? Status()
                     : InternalError("failed to allocate requested HealthCheck NodePort " +
                                     std::to_string(spec.health_check_node_port) + ": " + why);
}

Status UpdateHealthCheckPort(Service& service, const ServiceSpec& old, ServiceClaims& claims) {
  const bool needed = NeedsHealthCheckPort(old);
  const bool needs = NeedsHealthCheckPort(service.spec);
  if (!needed && needs) {
    return TakeHealthCheckPort(service, claims);
  }
  if (needed && !needs) {
    claims.GiveBackPort(old.health_check_node_port);
  }
  return {};
}

// Drops what the type of `service` has no use for any more, unless the client changed it too.
// Source: kubernetes/kubernetes pkg/registry/core/service/strategy.go, dropTypeDependentFields.
void DropUnused(Service& service, const Service& before) {
  ServiceSpec& spec = service.spec;
  const ServiceSpec& old = before.spec;
  if (IsExternalName(spec) && !IsExternalName(old)) {
    if (spec.cluster_ip == old.cluster_ip && spec.cluster_ips == old.cluster_ips) {
      spec.cluster_ip.clear();
      spec.cluster_ips.clear();
    }
    if (spec.ip_families == old.ip_families) {
      spec.ip_families.clear();
    }
    if (spec.ip_family_policy == old.ip_family_policy) {
      spec.ip_family_policy.reset();
    }
  }
  if (HasNodePorts(old) && !HasNodePorts(spec)) {
    const std::set<std::int32_t> owned = NodePorts(old);
    const bool within =
        std::all_of(spec.ports.begin(), spec.ports.end(), [&](const ServicePort& port) {
          return port.node_port == 0 || owned.count(port.node_port) != 0;
        });
    for (ServicePort& port : spec.ports) {
      port.node_port = within ? 0 : port.node_port;
    }
  }
  if (NeedsHealthCheckPort(old) && !NeedsHealthCheckPort(spec) &&
      spec.health_check_node_port == old.health_check_node_port) {
    spec.health_check_node_port = 0;
  }
  if (old.type == "LoadBalancer" && spec.type != "LoadBalancer") {
    if (spec.allocate_load_balancer_node_ports == old.allocate_load_balancer_node_ports) {
      spec.allocate_load_balancer_node_ports.reset();
    }
    if (spec.load_balancer_class == old.load_balancer_class) {
      spec.load_balancer_class.reset();
    }
  }
  if (IsExternallyAccessible(old) && !IsExternallyAccessible(spec) &&
      spec.external_traffic_policy == old.external_traffic_policy) {
    spec.external_traffic_policy.clear();
  }
  if (spec.type != "LoadBalancer") {
    service.status.load_balancer = {};
  }
}

}  // namespace

Result<Companions> ServiceStrategy::Begin(const WriteScope& scope, MutableObject& object,
                                          const Object* old) {
  if (scope.subresource == "status") {
    return Companions();
  }
  auto& service = object.Get<Service>();
  const Service* before = old == nullptr ? nullptr : &old->Get<Service>();
  if (before != nullptr) {
    CarryOver(service.spec, before->spec);
  }
  conversion::NormalizePlurals(old, object);
  K8SNET_RETURN_IF_ERROR(FillFamilies(network(), service, before));
  ServiceClaims claims(network(), scope.dry_run);
  if (before == nullptr) {
    K8SNET_RETURN_IF_ERROR(TakeIps(service, claims));
    K8SNET_RETURN_IF_ERROR(TakeNodePorts(service, claims));
    if (NeedsHealthCheckPort(service.spec)) {
      K8SNET_RETURN_IF_ERROR(TakeHealthCheckPort(service, claims));
    }
  } else {
    K8SNET_RETURN_IF_ERROR(UpdateIps(service, *before, claims));
    K8SNET_RETURN_IF_ERROR(UpdateNodePorts(service, *before, claims));
    K8SNET_RETURN_IF_ERROR(UpdateHealthCheckPort(service, before->spec, claims));
  }
  return std::move(claims).Changes();
}

void ServiceStrategy::PrepareForCreate(const WriteScope& scope, MutableObject& object) {
  GenericStrategy::PrepareForCreate(scope, object);
  ServiceSpec& spec = object.Get<Service>().spec;
  spec.ip_family.reset();
  if (!topology_keys_) {
    spec.topology_keys.clear();
  }
}

void ServiceStrategy::PrepareForUpdate(const WriteScope& scope, MutableObject& object,
                                       const Object& old) {
  GenericStrategy::PrepareForUpdate(scope, object, old);
  if (scope.subresource == "status") {
    return;
  }
  auto& service = object.Get<Service>();
  const auto& before = old.Get<Service>();
  service.spec.ip_family.reset();
  if (!topology_keys_ && before.spec.topology_keys.empty()) {
    service.spec.topology_keys.clear();
  }
  DropUnused(service, before);
}

// Source: kubernetes/kubernetes pkg/registry/core/service/storage/storage.go, defaultOnReadService.
void ServiceStrategy::FillOnRead(MutableObject& object) {
  ServiceSpec& spec = object.Get<Service>().spec;
  if (!spec.cluster_ip.empty() && spec.cluster_ips.empty()) {
    spec.cluster_ips = {spec.cluster_ip};
  }
  if (IsExternalName(spec)) {
    spec.internal_traffic_policy.reset();
    return;
  }
  if (!spec.ip_families.empty() || spec.cluster_ips.empty()) {
    return;
  }
  // Stored by a release before dual stack.
  const std::string primary(network().primary_family());
  bool dual = spec.cluster_ips.size() == 2;
  if (IsHeadless(spec)) {
    spec.ip_families = {primary};
    dual = spec.selector.empty();
    if (dual) {
      spec.ip_families.emplace_back(primary == "IPv4" ? "IPv6" : "IPv4");
    }
  } else {
    for (const std::string& text : spec.cluster_ips) {
      const auto ip = validation::ParseIp(text);
      spec.ip_families.emplace_back(ip && !ip->v4 ? "IPv6" : "IPv4");
    }
  }
  spec.ip_family_policy = dual ? "RequireDualStack" : "SingleStack";
}

field::ErrorList ServiceStrategy::Validate(const WriteScope& scope, const Object& object,
                                           const Object* old) {
  const validation::Context context{.request_version = scope.version,
                                    .service_topology = topology_keys_};
  if (old == nullptr) {
    return validation::Validate(object, context);
  }
  return scope.subresource == "status" ? validation::ValidateStatusUpdate(object, *old, context)
                                       : validation::ValidateUpdate(object, *old, context);
}

std::vector<Change> ServiceStrategy::Leaves(const Object& stored) {
  const auto& service = stored.Get<Service>();
  const ServiceSpec& spec = service.spec;
  ServiceClaims claims(network(), false);
  if (!IsExternalName(spec) && !IsHeadless(spec)) {
    for (const std::string& ip : spec.cluster_ips) {
      claims.GiveBack(ip, service);
    }
  }
  for (const std::int32_t port : NodePorts(spec)) {
    claims.GiveBackPort(port);
  }
  if (NeedsHealthCheckPort(spec)) {
    claims.GiveBackPort(spec.health_check_node_port);
  }
  return std::move(claims).Changes().after;
}

ClusterNetwork& ServiceStrategy::network() const { return *api_.network(); }

std::unique_ptr<Strategy> NewServiceStrategy(const Resource& hub, Api& api) {
  return std::make_unique<ServiceStrategy>(hub, api,
                                           api.parts().feature_gates.enabled("ServiceTopology"));
}

}  // namespace k8snet::server
