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
#include "src/registry/strategies.h"

namespace k8snet::server {
namespace {

using core::v1::Service;
using core::v1::ServicePort;
using core::v1::ServiceSpec;

constexpr std::string_view kFull = "range is full";
constexpr std::string_view kTaken = "provided port is already allocated";

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

// What one write takes and gives back.
class ServiceReservation final : public Reservation {
 public:
  ServiceReservation(std::shared_ptr<ServiceAllocators> cluster, bool dry_run)
      : cluster_(std::move(cluster)), dry_run_(dry_run) {}
  ~ServiceReservation() override {
    if (!committed_) {
      GiveBack(taken_ips_, taken_ports_);
    }
  }
  ServiceReservation(const ServiceReservation&) = delete;
  ServiceReservation& operator=(const ServiceReservation&) = delete;

  void Commit() override {
    committed_ = true;
    GiveBack(unused_ips_, unused_ports_);
  }

  // Gives back at the commit.
  void Unuse(const std::string& ip) { unused_ips_.push_back(ip); }
  void Unuse(std::int32_t port) { unused_ports_.push_back(port); }

  // Takes the address of `family` that `ip` asks for, or some one if it is empty; `ip` becomes the
  // address.
  Status TakeIp(const Service& service, std::string_view family, std::string& ip) {
    IpAllocator& allocator = *cluster_->Find(family);
    const std::string refused = dry_run_ ? std::string() : NameRefused(service.metadata.name);
    if (ip.empty()) {
      std::optional<std::string> any =
          dry_run_ ? std::optional(allocator.placeholder()) : allocator.TakeAny();
      if (!any) {
        return InternalError("failed to allocate a serviceIP for Service " +
                             field::Quote(service.metadata.name) + ": " + std::string(kFull));
      }
      if (!dry_run_) {
        taken_ips_.push_back(*any);
      }
      if (!refused.empty()) {
        return IpRefused(service, "failed to allocate IP: IPAddress.networking.k8s.io " +
                                      field::Quote(*any) + refused);
      }
      ip = *std::move(any);
      return {};
    }
    const std::string problem = TakeAsked(allocator, ip);
    if (!problem.empty()) {
      return IpRefused(service, "failed to allocate IP " + ip + ": " + problem);
    }
    if (!dry_run_) {
      taken_ips_.push_back(ip);
    }
    if (!refused.empty()) {
      return IpRefused(service, "failed to allocate IP " + ip + ": IPAddress.networking.k8s.io " +
                                    field::Quote(ip) + refused);
    }
    return {};
  }

  // Takes `port`. Returns why it cannot, or nothing.
  std::string TakePort(std::int32_t port) {
    PortAllocator& ports = cluster_->ports;
    if (dry_run_) {
      return ports.Has(port) || !seen_ports_.insert(port).second ? std::string(kTaken)
                                                                 : std::string();
    }
    if (!ports.Holds(port)) {
      return "provided port is not in the valid range. The range of valid ports is " +
             ports.range();
    }
    if (!ports.Take(port)) {
      return std::string(kTaken);
    }
    taken_ports_.push_back(port);
    return {};
  }

  // Takes some port; nothing if all are taken.
  std::optional<std::int32_t> TakeAnyPort() {
    if (dry_run_) {
      constexpr std::int32_t kFirst = 32769;
      const std::int32_t port = seen_ports_.empty() ? kFirst : *seen_ports_.rbegin() + 1;
      seen_ports_.insert(port);
      return port;
    }
    const std::optional<std::int32_t> port = cluster_->ports.TakeAny();
    if (port) {
      taken_ports_.push_back(*port);
    }
    return port;
  }

 private:
  // Why an IPAddress cannot name its service as its parent, or nothing. Upstream finds that before
  // it looks at the service itself.
  static std::string NameRefused(const std::string& name) {
    constexpr std::string_view kAt = "spec.parentRef.name: ";
    std::vector<std::string> findings;
    if (name.empty()) {
      findings.push_back(std::string(kAt) + "Required value");
    }
    for (const std::string& problem : validation::PathSegmentName(name)) {
      findings.push_back(std::string(kAt) + "Invalid value: " + field::Quote(name) + ": " +
                         problem);
    }
    if (findings.empty()) {
      return {};
    }
    return " is invalid: " +
           (findings.size() == 1 ? findings[0] : "[" + findings[0] + ", " + findings[1] + "]");
  }

  static Status IpRefused(const Service& service, const std::string& detail) {
    const field::Path spec("spec");
    return Invalid("Service", "", service.metadata.name,
                   {field::Invalid(spec.Child("clusterIPs"),
                                   field::BadValue::List(service.spec.cluster_ips), detail)});
  }

  std::string TakeAsked(IpAllocator& allocator, const std::string& text) const {
    const auto ip = validation::ParseIp(text);
    if (!ip || !allocator.Holds(*ip)) {
      return dry_run_
                 ? "the provided IP (" + (ip ? ip->ToString() : text) +
                       ") is not in the valid range. The range of valid IPs is " + allocator.range()
                 : "the provided network does not match the current range";
    }
    return dry_run_ || allocator.Take(*ip) ? "" : "provided IP is already allocated";
  }

  void GiveBack(const std::vector<std::string>& ips, const std::vector<std::int32_t>& ports) {
    if (dry_run_) {
      return;
    }
    for (const std::string& text : ips) {
      if (const auto ip = validation::ParseIp(text)) {
        if (IpAllocator* allocator = cluster_->Find(ip->v4 ? "IPv4" : "IPv6")) {
          allocator->Release(*ip);
        }
      }
    }
    for (const std::int32_t port : ports) {
      cluster_->ports.Release(port);
    }
  }

  const std::shared_ptr<ServiceAllocators> cluster_;
  const bool dry_run_;
  bool committed_ = false;
  std::vector<std::string> taken_ips_;
  std::vector<std::string> unused_ips_;
  std::vector<std::int32_t> taken_ports_;
  std::vector<std::int32_t> unused_ports_;
  std::set<std::int32_t> seen_ports_;  // Of a dry run.
};

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
Status TakeIps(Service& service, ServiceReservation& reservation) {
  ServiceSpec& spec = service.spec;
  if (IsExternalName(spec) || IsHeadless(spec)) {
    return {};
  }
  if (spec.cluster_ips.size() < spec.ip_families.size()) {
    spec.cluster_ips.resize(spec.ip_families.size());
  }
  std::vector<std::string> ips = spec.cluster_ips;
  for (std::size_t i = 0; i < spec.ip_families.size(); ++i) {
    K8SNET_RETURN_IF_ERROR(reservation.TakeIp(service, spec.ip_families[i], ips[i]));
  }
  spec.cluster_ips = std::move(ips);
  if (!spec.cluster_ips.empty()) {
    spec.cluster_ip = spec.cluster_ips[0];
  }
  return {};
}

Status UpdateIps(Service& service, const Service& old, ServiceReservation& reservation) {
  ServiceSpec& spec = service.spec;
  if (IsExternalName(old.spec)) {
    return TakeIps(service, reservation);
  }
  if (IsHeadless(old.spec) || KeepsPreferDualStack(service, &old)) {
    return {};
  }
  if (IsExternalName(spec)) {
    for (const std::string& ip : old.spec.cluster_ips) {
      reservation.Unuse(ip);
    }
    return {};
  }
  if (old.spec.ip_families.size() == 1 && spec.ip_families.size() == 2) {
    spec.cluster_ips.resize(2);
    std::string second = spec.cluster_ips[1];
    K8SNET_RETURN_IF_ERROR(reservation.TakeIp(service, spec.ip_families[1], second));
    spec.cluster_ips[1] = std::move(second);
  } else if (old.spec.ip_families.size() == 2 && spec.ip_families.size() == 1 &&
             old.spec.cluster_ips.size() == 2) {
    reservation.Unuse(old.spec.cluster_ips[1]);
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
Status TakeNodePorts(Service& service, ServiceReservation& reservation) {
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
        if (const std::string why = reservation.TakePort(port.node_port); !why.empty()) {
          return PortRefused(service, i, port.node_port, why);
        }
      }
      continue;
    }
    const auto asked = std::find_if(
        spec.ports.begin(), spec.ports.end(),
        [&](const ServicePort& other) { return other.port == port.port && other.node_port != 0; });
    if (asked != spec.ports.end()) {
      if (const std::string why = reservation.TakePort(asked->node_port); !why.empty()) {
        return PortRefused(service, i, asked->node_port, why);
      }
      port.node_port = asked->node_port;
    } else {
      const std::optional<std::int32_t> any = reservation.TakeAnyPort();
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
Status UpdateNodePorts(Service& service, const Service& old, ServiceReservation& reservation) {
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
      const std::optional<std::int32_t> any = reservation.TakeAnyPort();
      if (!any) {
        return NoPortLeft();
      }
      port.node_port = *any;
    } else if (owned.count(port.node_port) == 0 && taken.insert(port.node_port).second) {
      if (const std::string why = reservation.TakePort(port.node_port); !why.empty()) {
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
      reservation.Unuse(port);
    }
  }
  return {};
}

// Source: the same file, allocHealthCheckNodePort.
Status TakeHealthCheckPort(ServiceSpec& spec, ServiceReservation& reservation) {
  if (spec.health_check_node_port == 0) {
    const std::optional<std::int32_t> any = reservation.TakeAnyPort();
    if (!any) {
      return InternalError("failed to allocate a HealthCheck NodePort 0: " + std::string(kFull));
    }
    spec.health_check_node_port = *any;
    return {};
  }
  const std::string why = reservation.TakePort(spec.health_check_node_port);
  return why.empty() ? Status()
                     : InternalError("failed to allocate requested HealthCheck NodePort " +
                                     std::to_string(spec.health_check_node_port) + ": " + why);
}

Status UpdateHealthCheckPort(ServiceSpec& spec, const ServiceSpec& old,
                             ServiceReservation& reservation) {
  const bool needed = NeedsHealthCheckPort(old);
  const bool needs = NeedsHealthCheckPort(spec);
  if (!needed && needs) {
    return TakeHealthCheckPort(spec, reservation);
  }
  if (needed && !needs) {
    reservation.Unuse(old.health_check_node_port);
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

validation::Cidr RangeOf(const std::string& text) {
  const auto range = validation::ParseCidr(text);
  K8SNET_CHECK(range.has_value());
  return *range;
}

}  // namespace

ServiceAllocators::ServiceAllocators(const ServiceSettings& settings, Random& random)
    : ports(settings.node_port_first, settings.node_port_last, random) {
  for (const std::string& range : settings.cluster_ip_ranges) {
    ips.push_back(std::make_unique<IpAllocator>(RangeOf(range), random));
  }
  K8SNET_CHECK(!ips.empty());
}

IpAllocator* ServiceAllocators::Find(std::string_view family) const {
  for (const auto& allocator : ips) {
    if (allocator->family() == family) {
      return allocator.get();
    }
  }
  return nullptr;
}

ServiceStrategy::ServiceStrategy(const Resource& hub, const ServiceSettings& settings,
                                 Random& random)
    : GenericStrategy(hub),
      topology_keys_(settings.topology_keys),
      allocators_(std::make_shared<ServiceAllocators>(settings, random)) {}

Result<std::unique_ptr<Reservation>> ServiceStrategy::Begin(const WriteScope& scope,
                                                            MutableObject& object,
                                                            const Object* old) {
  if (scope.subresource == "status") {
    return std::unique_ptr<Reservation>();
  }
  auto& service = object.Get<Service>();
  const Service* before = old == nullptr ? nullptr : &old->Get<Service>();
  if (before != nullptr) {
    CarryOver(service.spec, before->spec);
  }
  conversion::NormalizePlurals(old, object);
  K8SNET_RETURN_IF_ERROR(FillFamilies(*allocators_, service, before));
  auto reservation = std::make_unique<ServiceReservation>(allocators_, scope.dry_run);
  if (before == nullptr) {
    K8SNET_RETURN_IF_ERROR(TakeIps(service, *reservation));
    K8SNET_RETURN_IF_ERROR(TakeNodePorts(service, *reservation));
    if (NeedsHealthCheckPort(service.spec)) {
      K8SNET_RETURN_IF_ERROR(TakeHealthCheckPort(service.spec, *reservation));
    }
  } else {
    K8SNET_RETURN_IF_ERROR(UpdateIps(service, *before, *reservation));
    K8SNET_RETURN_IF_ERROR(UpdateNodePorts(service, *before, *reservation));
    K8SNET_RETURN_IF_ERROR(UpdateHealthCheckPort(service.spec, before->spec, *reservation));
  }
  return std::unique_ptr<Reservation>(std::move(reservation));
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
  const std::string primary(allocators_->ips.front()->family());
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

void ServiceStrategy::AfterDelete(const Object& last) {
  const ServiceSpec& spec = last.Get<Service>().spec;
  ServiceReservation release(allocators_, false);
  if (!IsExternalName(spec) && !IsHeadless(spec)) {
    for (const std::string& ip : spec.cluster_ips) {
      release.Unuse(ip);
    }
  }
  for (const std::int32_t port : NodePorts(spec)) {
    release.Unuse(port);
  }
  if (NeedsHealthCheckPort(spec)) {
    release.Unuse(spec.health_check_node_port);
  }
  release.Commit();
}

void ServiceStrategy::Restore(const Object& stored) {
  const ServiceSpec& spec = stored.Get<Service>().spec;
  if (!IsExternalName(spec)) {
    for (const std::string& text : spec.cluster_ips) {
      const auto ip = validation::ParseIp(text);
      IpAllocator* allocator = ip ? allocators_->Find(ip->v4 ? "IPv4" : "IPv6") : nullptr;
      // An address outside of the range is nobody else's, and one that two services have cannot be
      // taken twice; both stay as they are.
      static_cast<void>(allocator != nullptr && allocator->Take(*ip));
    }
  }
  std::set<std::int32_t> ports = NodePorts(spec);
  if (NeedsHealthCheckPort(spec)) {
    ports.insert(spec.health_check_node_port);
  }
  for (const std::int32_t port : ports) {
    static_cast<void>(allocators_->ports.Holds(port) && allocators_->ports.Take(port));
  }
}

std::unique_ptr<Strategy> NewServiceStrategy(const Resource& hub, Api& api) {
  const ApiParts& parts = api.parts();
  return std::make_unique<ServiceStrategy>(
      hub,
      ServiceSettings{.cluster_ip_ranges = parts.service_cluster_ip_ranges,
                      .node_port_first = parts.node_port_first,
                      .node_port_last = parts.node_port_last,
                      .topology_keys = parts.feature_gates.enabled("ServiceTopology")},
      parts.random);
}

}  // namespace k8snet::server
