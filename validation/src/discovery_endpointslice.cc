// Source: kubernetes/kubernetes pkg/apis/discovery/validation/validation.go.
#include <set>

#include "k8snet/apis/discovery/v1.h"
#include "k8snet/validation/ip.h"
#include "k8snet/validation/object_meta.h"
#include "src/rules.h"

namespace k8snet::validation {
namespace {

using discovery::v1::Endpoint;
using discovery::v1::EndpointHints;
using discovery::v1::EndpointSlice;

constexpr std::size_t kMaxEndpoints = 1000;
constexpr std::size_t kMaxAddresses = 100;
constexpr std::size_t kMaxPorts = 20'000;
constexpr std::size_t kMaxTopology = 16;
constexpr std::size_t kMaxHints = 8;
constexpr const char* kZoneLabel = "topology.kubernetes.io/zone";

// Source: kubernetes/apimachinery pkg/util/validation/validation.go, IsFullyQualifiedDomainName.
void ValidateFqdn(std::string_view name, const field::Path& path, field::ErrorList& errors) {
  if (name.empty()) {
    errors.push_back(field::Required(path));
    return;
  }
  if (name.ends_with('.')) {
    name.remove_suffix(1);
  }
  if (Messages messages = Dns1123Subdomain(name); !messages.empty()) {
    AppendInvalid(path, name, std::move(messages), errors);
    return;
  }
  if (name.find('.') == std::string_view::npos) {
    errors.push_back(field::Invalid(
        path, name, "should be a domain with at least two segments separated by dots"));
    return;
  }
  for (std::string_view rest = name; !rest.empty();) {
    const auto dot = rest.find('.');
    const std::string_view label = rest.substr(0, dot);
    if (Messages messages = Dns1123Label(label); !messages.empty()) {
      AppendInvalid(path, label, std::move(messages), errors);
      return;
    }
    rest = dot == std::string_view::npos ? "" : rest.substr(dot + 1);
  }
}

void ValidateAddress(const std::string& address, std::string_view type, const field::Path& list,
                     std::size_t index, field::ErrorList& errors) {
  const std::size_t before = errors.size();
  const field::Path at = list.Index(index);
  if (type == "FQDN") {
    ValidateFqdn(address, at, errors);
    return;
  }
  const std::optional<Ip> ip = ParseIp(address);
  bool wrong_family = false;
  if (type == "IPv4") {
    LegacyIp(address, at, {}, errors);
    wrong_family = ip && !ip->v4;
  } else if (type == "IPv6") {
    StrictIp(address, at, errors);
    wrong_family = ip && ip->v4;
  } else {
    return;
  }
  const bool fine = errors.size() == before;
  if (wrong_family) {
    errors.push_back(field::Invalid(
        list, address, type == "IPv4" ? "must be an IPv4 address" : "must be an IPv6 address"));
  }
  if (fine) {
    EndpointIp(address, at, errors);
  }
}

void ValidateHints(const EndpointHints& hints, const field::Path& path, field::ErrorList& errors) {
  const field::Path zones = path.Child("forZones");
  if (hints.for_zones.size() > kMaxHints) {
    errors.push_back(field::TooMany(zones, hints.for_zones.size(), kMaxHints));
    return;
  }
  std::set<std::string_view> seen;
  for (std::size_t k = 0; k < hints.for_zones.size(); ++k) {
    const std::string& name = hints.for_zones[k].name;
    const field::Path at = zones.Index(k);
    if (!seen.insert(name).second) {
      errors.push_back(field::Duplicate(at.Child("name"), name));
    }
    AppendInvalid(at.Child("name"), name, LabelValue(name), errors);
  }
  const field::Path nodes = path.Child("forNodes");
  if (hints.for_nodes.size() > kMaxHints) {
    errors.push_back(field::TooMany(nodes, hints.for_nodes.size(), kMaxHints));
    return;
  }
  seen.clear();
  for (std::size_t k = 0; k < hints.for_nodes.size(); ++k) {
    const std::string& name = hints.for_nodes[k].name;
    const field::Path at = nodes.Index(k);
    if (!seen.insert(name).second) {
      errors.push_back(field::Duplicate(at.Child("name"), name));
    }
    AppendInvalid(at.Child("name"), name, Dns1123Subdomain(name), errors);
  }
}

void ValidateEndpoint(const Endpoint& endpoint, std::string_view type, const Context& context,
                      const field::Path& path, field::ErrorList& errors,
                      field::ErrorList& declared) {
  const field::Path list = path.Child("addresses");
  const auto& addresses = Items(endpoint.addresses);
  if (addresses.empty()) {
    declared.push_back(field::Required(list));
  } else if (addresses.size() > kMaxAddresses) {
    declared.push_back(
        field::TooMany(list, addresses.size(), kMaxAddresses).WithOrigin("maxItems"));
  }
  for (std::size_t j = 0; j < addresses.size(); ++j) {
    ValidateAddress(addresses[j], type, list, j, errors);
  }
  if (endpoint.node_name) {
    AppendInvalid(path.Child("nodeName"), *endpoint.node_name,
                  Dns1123Subdomain(*endpoint.node_name), errors);
  }
  const field::Path topology =
      path.Child(context.request_version == "v1beta1" ? "topology" : "deprecatedTopology");
  if (endpoint.deprecated_topology.size() > kMaxTopology) {
    errors.push_back(field::TooMany(topology, endpoint.deprecated_topology.size(), kMaxTopology));
  }
  ValidateLabels(endpoint.deprecated_topology, topology, errors);
  if (endpoint.deprecated_topology.contains(kZoneLabel)) {
    errors.push_back(
        field::Internal(topology.Key(kZoneLabel), "reserved key was not removed in conversion"));
  }
  if (endpoint.hostname) {
    AppendInvalid(path.Child("hostname"), *endpoint.hostname, Dns1123Label(*endpoint.hostname),
                  errors, kShortName);
  }
  if (endpoint.hints) {
    ValidateHints(*endpoint.hints, path.Child("hints"), errors);
  }
}

void ValidatePorts(const EndpointSlice& slice, field::ErrorList& errors) {
  const field::Path path("ports");
  const auto& ports = Items(slice.ports);
  if (ports.size() > kMaxPorts) {
    errors.push_back(field::TooMany(path, ports.size(), kMaxPorts));
    return;
  }
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const field::Path at = path.Index(i);
    const std::string_view name = ports[i].name ? std::string_view(*ports[i].name) : "";
    if (!name.empty()) {
      AppendInvalid(at.Child("name"), name, Dns1123Label(name), errors, kShortName);
    }
    if (!names.insert(name).second) {
      errors.push_back(field::Duplicate(at.Child("name"), name));
    }
    if (!ports[i].protocol) {
      errors.push_back(field::Required(at.Child("protocol")));
    }
    ValidateOptionalEnum(ports[i].protocol, {"SCTP", "TCP", "UDP"}, at.Child("protocol"), errors);
    if (ports[i].app_protocol) {
      AppendInvalid(at.Child("appProtocol"), *ports[i].app_protocol,
                    LabelKey(*ports[i].app_protocol), errors, kQualifiedName);
    }
  }
}

void ValidateSlice(const EndpointSlice& slice, const EndpointSlice* old, const Context& context,
                   field::ErrorList& errors) {
  field::ErrorList declared;
  ValidateMetadata(slice.metadata, true, SubdomainName, MetadataRules::kKind, errors);
  const field::Path type("addressType");
  // Of a type that changes, the declared rules say that alone; the one on its value is then found
  // by the others.
  const bool changed = old != nullptr && slice.address_type != old->address_type;
  ValidateEnum(slice.address_type, {"FQDN", "IPv4", "IPv6"}, type,
               changed && !slice.address_type.empty() ? errors : declared);
  if (changed) {
    declared.push_back(
        field::Invalid(type, field::BadValue::Null(), "field is immutable").WithOrigin(kImmutable));
  }
  ValidatePorts(slice, errors);
  const auto& endpoints = Items(slice.endpoints);
  if (old == nullptr || endpoints != Items(old->endpoints)) {
    const field::Path path("endpoints");
    if (endpoints.size() > kMaxEndpoints) {
      errors.push_back(field::TooMany(path, endpoints.size(), kMaxEndpoints));
    } else {
      for (std::size_t i = 0; i < endpoints.size(); ++i) {
        ValidateEndpoint(endpoints[i], slice.address_type, context, path.Index(i), errors,
                         declared);
      }
    }
  }
  field::Append(errors, std::move(declared));
}

void Create(const Object& object, const Context& context, field::ErrorList& errors) {
  ValidateSlice(object.Get<EndpointSlice>(), nullptr, context, errors);
}

void Update(const Object& object, const Object& before, const Context& context,
            field::ErrorList& errors) {
  ValidateSlice(object.Get<EndpointSlice>(), &before.Get<EndpointSlice>(), context, errors);
}

void Warn(const Object& object, const Object* old, std::vector<std::string>& warnings) {
  const auto& slice = object.Get<EndpointSlice>();
  if (old == nullptr && slice.address_type == "FQDN") {
    warnings.emplace_back("spec.addressType: FQDN endpoints are deprecated");
  }
  const auto manager = slice.metadata.labels.find("endpointslice.kubernetes.io/managed-by");
  const bool by_controller = manager != slice.metadata.labels.end() &&
                             (manager->second == "endpointslice-controller.k8s.io" ||
                              manager->second == "endpointslicemirroring-controller.k8s.io");
  if (by_controller || (slice.address_type != "IPv4" && slice.address_type != "IPv6")) {
    return;
  }
  const field::Path path("endpoints");
  const auto& endpoints = Items(slice.endpoints);
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const field::Path at = path.Index(i);
    const field::Path list = at.Child("addresses");
    const auto& addresses = Items(endpoints[i].addresses);
    for (std::size_t j = 0; j < addresses.size(); ++j) {
      WarnOfIp(addresses[j], list.Index(j), warnings);
    }
  }
}

}  // namespace

KindRules EndpointSliceRules() {
  return {&TypeOf<EndpointSlice>(), Create, Update, nullptr, Warn, nullptr};
}

}  // namespace k8snet::validation
