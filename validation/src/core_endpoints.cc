// Source: kubernetes/kubernetes pkg/apis/core/validation/validation.go, ValidateEndpoints*.
#include "k8snet/apis/core/v1.h"
#include "k8snet/validation/ip.h"
#include "k8snet/validation/object_meta.h"
#include "src/rules.h"

namespace k8snet::validation {
namespace {

using core::v1::EndpointAddress;
using core::v1::Endpoints;
using core::v1::EndpointSubset;

void ValidateAddresses(const std::vector<EndpointAddress>& addresses, const field::Path& path,
                       field::ErrorList& errors) {
  for (std::size_t j = 0; j < addresses.size(); ++j) {
    const EndpointAddress& address = addresses[j];
    const field::Path at = path.Index(j);
    LegacyIp(address.ip, at.Child("ip"), {}, errors);
    if (!address.hostname.empty()) {
      AppendInvalid(at.Child("hostname"), address.hostname, Dns1123Label(address.hostname), errors,
                    kShortName);
    }
    if (address.node_name) {
      AppendInvalid(at.Child("nodeName"), *address.node_name, Dns1123Subdomain(*address.node_name),
                    errors, "format=dns-label");
    }
    EndpointIp(address.ip, at.Child("ip"), errors);
  }
}

void ValidatePorts(const std::vector<core::v1::EndpointPort>& ports, const field::Path& path,
                   field::ErrorList& errors) {
  for (std::size_t k = 0; k < ports.size(); ++k) {
    const core::v1::EndpointPort& port = ports[k];
    const field::Path at = path.Index(k);
    if (port.name.empty()) {
      if (ports.size() > 1) {
        errors.push_back(field::Required(at.Child("name")));
      }
    } else {
      AppendInvalid(at.Child("name"), port.name, Dns1123Label(port.name), errors, kShortName);
    }
    AppendInvalid(at.Child("port"), port.port, PortNumber(port.port), errors, "portNum");
    ValidateEnum(port.protocol, {"SCTP", "TCP", "UDP"}, at.Child("protocol"), errors);
    if (port.app_protocol) {
      AppendInvalid(at.Child("appProtocol"), *port.app_protocol, LabelKey(*port.app_protocol),
                    errors, kQualifiedName);
    }
  }
}

void ValidateSubsets(const std::vector<EndpointSubset>& subsets, field::ErrorList& errors) {
  const field::Path path("subsets");
  for (std::size_t i = 0; i < subsets.size(); ++i) {
    const EndpointSubset& subset = subsets[i];
    const field::Path at = path.Index(i);
    if (subset.addresses.empty() && subset.not_ready_addresses.empty()) {
      errors.push_back(field::Required(at, "must specify `addresses` or `notReadyAddresses`"));
    }
    ValidateAddresses(subset.addresses, at.Child("addresses"), errors);
    ValidateAddresses(subset.not_ready_addresses, at.Child("notReadyAddresses"), errors);
    ValidatePorts(subset.ports, at.Child("ports"), errors);
  }
}

void Create(const Object& object, const Context& /*context*/, field::ErrorList& errors) {
  const auto& endpoints = object.Get<Endpoints>();
  ValidateMetadata(endpoints.metadata, true, SubdomainName, MetadataRules::kKind, errors);
  ValidateSubsets(endpoints.subsets, errors);
}

void Update(const Object& object, const Object& before, const Context& /*context*/,
            field::ErrorList& errors) {
  const auto& endpoints = object.Get<Endpoints>();
  const auto& old = before.Get<Endpoints>();
  ValidateMetadataUpdate(endpoints.metadata, old.metadata, MetadataRules::kKind, errors);
  ValidateMetadata(endpoints.metadata, true, SubdomainName, MetadataRules::kKind, errors);
  if (endpoints.subsets != old.subsets) {
    ValidateSubsets(endpoints.subsets, errors);
  }
}

void Warn(const Object& object, const Object* /*old*/, std::vector<std::string>& warnings) {
  const auto& endpoints = object.Get<Endpoints>();
  const auto manager = endpoints.metadata.labels.find("endpoints.kubernetes.io/managed-by");
  if (manager != endpoints.metadata.labels.end() && manager->second == "endpoint-controller") {
    return;
  }
  const field::Path path("subsets");
  for (std::size_t i = 0; i < endpoints.subsets.size(); ++i) {
    const field::Path at = path.Index(i);
    for (const auto& [addresses, name] :
         {std::pair{&endpoints.subsets[i].addresses, "addresses"},
          {&endpoints.subsets[i].not_ready_addresses, "notReadyAddresses"}}) {
      const field::Path list = at.Child(name);
      for (std::size_t j = 0; j < addresses->size(); ++j) {
        const field::Path address = list.Index(j);
        WarnOfIp((*addresses)[j].ip, address.Child("ip"), warnings);
      }
    }
  }
}

}  // namespace

KindRules EndpointsRules() {
  return {&TypeOf<Endpoints>(), Create, Update, nullptr, Warn, nullptr};
}

}  // namespace k8snet::validation
