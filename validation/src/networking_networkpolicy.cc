// Source: kubernetes/kubernetes pkg/apis/networking/validation/validation.go,
// ValidateNetworkPolicy*.
#include <algorithm>

#include "k8snet/apis/networking/v1.h"
#include "k8snet/validation/ip.h"
#include "k8snet/validation/object_meta.h"
#include "src/rules.h"

namespace k8snet::validation {
namespace {

using networking::v1::IPBlock;
using networking::v1::NetworkPolicy;
using networking::v1::NetworkPolicyPeer;
using networking::v1::NetworkPolicyPort;
using networking::v1::NetworkPolicySpec;

// What an update may keep.
struct Leniency {
  bool any_selector_values = false;
  std::vector<std::string> old_cidrs;
};

void ValidatePolicyPort(const NetworkPolicyPort& port, const field::Path& path,
                        field::ErrorList& errors) {
  ValidateOptionalEnum(port.protocol, {"TCP", "UDP", "SCTP"}, path.Child("protocol"), errors);
  const field::Path end = path.Child("endPort");
  if (!port.port) {
    if (port.end_port) {
      errors.push_back(
          field::Invalid(end, *port.end_port, "may not be specified when `port` is not specified"));
    }
    return;
  }
  if (port.port->is_string()) {
    if (port.end_port) {
      errors.push_back(
          field::Invalid(end, *port.end_port, "may not be specified when `port` is non-numeric"));
    }
    ValidatePort(*port.port, path.Child("port"), errors);
    return;
  }
  ValidatePort(*port.port, path.Child("port"), errors);
  if (port.end_port) {
    if (*port.end_port < port.port->int_value) {
      errors.push_back(
          field::Invalid(end, *port.end_port, "must be greater than or equal to `port`"));
    }
    AppendInvalid(end, *port.end_port, PortNumber(*port.end_port), errors);
  }
}

void ValidateBlock(const IPBlock& block, const field::Path& path, const Leniency& leniency,
                   field::ErrorList& errors, field::ErrorList& declared) {
  if (block.cidr.empty()) {
    declared.push_back(field::Required(path.Child("cidr")));
    return;
  }
  LegacyCidr(block.cidr, path.Child("cidr"), leniency.old_cidrs, errors);
  const std::optional<Cidr> cidr = ParseCidr(block.cidr);
  if (!cidr) {
    return;
  }
  const field::Path except = path.Child("except");
  for (std::size_t k = 0; k < block.except.size(); ++k) {
    LegacyCidr(block.except[k], except.Index(k), leniency.old_cidrs, errors);
    const std::optional<Cidr> hole = ParseCidr(block.except[k]);
    if (hole && (!cidr->Contains(hole->ip) || hole->prefix <= cidr->prefix)) {
      errors.push_back(
          field::Invalid(except.Index(k), block.except[k], "must be a strict subset of `cidr`"));
    }
  }
}

void ValidatePeer(const NetworkPolicyPeer& peer, const field::Path& path, const Leniency& leniency,
                  field::ErrorList& errors, field::ErrorList& declared) {
  int members = 0;
  for (const auto& [selector, name] : {std::pair{&peer.pod_selector, "podSelector"},
                                       {&peer.namespace_selector, "namespaceSelector"}}) {
    if (*selector) {
      ++members;
      ValidateLabelSelector(**selector, path.Child(name), leniency.any_selector_values, errors);
    }
  }
  if (peer.ip_block) {
    ++members;
    ValidateBlock(*peer.ip_block, path.Child("ipBlock"), leniency, errors, declared);
  }
  if (members == 0) {
    errors.push_back(field::Required(path, "must specify a peer"));
  } else if (peer.ip_block && members > 1) {
    errors.push_back(field::Forbidden(path, "may not specify both ipBlock and another peer"));
  }
}

void ValidateRule(const std::vector<NetworkPolicyPort>& ports,
                  const std::vector<NetworkPolicyPeer>& peers, std::string_view peers_name,
                  const field::Path& path, const Leniency& leniency, field::ErrorList& errors,
                  field::ErrorList& declared) {
  const field::Path ports_path = path.Child("ports");
  for (std::size_t i = 0; i < ports.size(); ++i) {
    ValidatePolicyPort(ports[i], ports_path.Index(i), errors);
  }
  const field::Path peers_path = path.Child(peers_name);
  for (std::size_t i = 0; i < peers.size(); ++i) {
    ValidatePeer(peers[i], peers_path.Index(i), leniency, errors, declared);
  }
}

void ValidateSpec(const NetworkPolicySpec& spec, const Leniency& leniency,
                  field::ErrorList& errors) {
  const field::Path path("spec");
  field::ErrorList declared;
  ValidateLabelSelector(spec.pod_selector, path.Child("podSelector"), leniency.any_selector_values,
                        errors);
  const field::Path ingress = path.Child("ingress");
  for (std::size_t i = 0; i < spec.ingress.size(); ++i) {
    ValidateRule(spec.ingress[i].ports, spec.ingress[i].from, "from", ingress.Index(i), leniency,
                 errors, declared);
  }
  const field::Path egress = path.Child("egress");
  for (std::size_t i = 0; i < spec.egress.size(); ++i) {
    ValidateRule(spec.egress[i].ports, spec.egress[i].to, "to", egress.Index(i), leniency, errors,
                 declared);
  }
  const field::Path types = path.Child("policyTypes");
  if (spec.policy_types.size() > 2) {
    errors.push_back(field::Invalid(types, field::BadValue::List(spec.policy_types),
                                    "may not specify more than two policyTypes"));
  } else {
    for (std::size_t i = 0; i < spec.policy_types.size(); ++i) {
      ValidateOptionalEnum(std::optional(spec.policy_types[i]), {"Ingress", "Egress"},
                           types.Index(i), errors);
    }
  }
  field::Append(errors, std::move(declared));
}

template <typename Visit>
void ForEachBlock(const NetworkPolicySpec& spec, Visit visit) {
  const auto peers = [&](const std::vector<NetworkPolicyPeer>& list, const field::Path& path) {
    for (std::size_t j = 0; j < list.size(); ++j) {
      if (list[j].ip_block) {
        const field::Path at = path.Index(j);
        visit(*list[j].ip_block, at.Child("ipBlock"));
      }
    }
  };
  const field::Path ingress("spec.ingress");
  for (std::size_t i = 0; i < spec.ingress.size(); ++i) {
    const field::Path at = ingress.Index(i);
    peers(spec.ingress[i].from, at.Child("from"));
  }
  const field::Path egress("spec.egress");
  for (std::size_t i = 0; i < spec.egress.size(); ++i) {
    const field::Path at = egress.Index(i);
    peers(spec.egress[i].to, at.Child("to"));
  }
}

void Create(const Object& object, const Context& /*context*/, field::ErrorList& errors) {
  const auto& policy = object.Get<NetworkPolicy>();
  ValidateMetadata(policy.metadata, true, SubdomainName, MetadataRules::kKind, errors);
  ValidateSpec(policy.spec, {}, errors);
}

void Update(const Object& object, const Object& before, const Context& /*context*/,
            field::ErrorList& errors) {
  const auto& policy = object.Get<NetworkPolicy>();
  const auto& old = before.Get<NetworkPolicy>();
  Leniency leniency;
  field::ErrorList of_old;
  ValidateLabelSelector(old.spec.pod_selector, field::Path(), false, of_old);
  leniency.any_selector_values = !of_old.empty();
  ForEachBlock(old.spec, [&](const IPBlock& block, const field::Path& /*path*/) {
    leniency.old_cidrs.push_back(block.cidr);
    leniency.old_cidrs.insert(leniency.old_cidrs.end(), block.except.begin(), block.except.end());
  });
  ValidateMetadataUpdate(policy.metadata, old.metadata, MetadataRules::kKind, errors);
  ValidateSpec(policy.spec, leniency, errors);
}

void Warn(const Object& object, const Object* /*old*/, std::vector<std::string>& warnings) {
  ForEachBlock(object.Get<NetworkPolicy>().spec,
               [&](const IPBlock& block, const field::Path& path) {
                 WarnOfCidr(block.cidr, path.Child("cidr"), warnings);
                 const field::Path except = path.Child("except");
                 for (std::size_t k = 0; k < block.except.size(); ++k) {
                   WarnOfCidr(block.except[k], except.Index(k), warnings);
                 }
               });
}

}  // namespace

KindRules NetworkPolicyRules() {
  return {&TypeOf<NetworkPolicy>(), Create, Update, nullptr, Warn, nullptr};
}

}  // namespace k8snet::validation
