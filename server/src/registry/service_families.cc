#include "k8snet/validation/service.h"
#include "src/errors.h"
#include "src/registry/service.h"

namespace k8snet::server {
namespace {

using core::v1::Service;
using core::v1::ServiceSpec;

constexpr std::string_view kSingle = "SingleStack";
constexpr std::string_view kRequire = "RequireDualStack";

std::string_view Other(std::string_view family) { return family == "IPv4" ? "IPv6" : "IPv4"; }

// The findings about the policy, all of which show it.
class PolicyFindings {
 public:
  PolicyFindings(const Service& service, field::ErrorList& errors)
      : service_(service), errors_(errors) {}

  void Add(std::string_view detail) {
    const field::Path spec("spec");
    errors_.push_back(field::Invalid(
        spec.Child("ipFamilyPolicy"),
        field::BadValue::Json(field::Quote(service_.spec.ip_family_policy.value_or(""))), detail));
  }

 private:
  const Service& service_;
  field::ErrorList& errors_;
};

Status Refuse(const Service& service, const field::ErrorList& errors) {
  return errors.empty() ? Status() : Invalid("Service", "", service.metadata.name, errors);
}

bool IsHeadlessWithoutSelector(const ServiceSpec& spec) {
  return spec.cluster_ip == "None" && spec.selector.empty();
}

// What an update that asks for one family, or for fewer than there were, means.
void Shrink(Service& service, const Service& old, PolicyFindings& findings) {
  ServiceSpec& spec = service.spec;
  if (spec.ip_family_policy == kSingle) {
    if (spec.cluster_ips == old.spec.cluster_ips && spec.cluster_ips.size() > 1) {
      spec.cluster_ips.resize(1);
    }
    if (spec.ip_families == old.spec.ip_families && spec.ip_families.size() > 1) {
      spec.ip_families.resize(1);
    }
    return;
  }
  if (!spec.cluster_ips.empty() && spec.cluster_ips.size() < old.spec.cluster_ips.size()) {
    findings.Add("must be 'SingleStack' to release the secondary cluster IP");
  }
  if (!spec.ip_families.empty() && spec.ip_families.size() < old.spec.ip_families.size()) {
    findings.Add("must be 'SingleStack' to release the secondary IP family");
  }
}

// Adds the families of the addresses that go without one.
void InferFamilies(const ClusterNetwork& cluster, Service& service, field::ErrorList& errors) {
  const field::Path spec("spec");
  const field::Path ips = spec.Child("clusterIPs");
  for (std::size_t i = 0; i < service.spec.cluster_ips.size(); ++i) {
    const std::string& text = service.spec.cluster_ips[i];
    if (text == "None") {
      break;
    }
    const auto ip = validation::ParseIp(text);
    if (!ip || i < service.spec.ip_families.size()) {
      continue;
    }
    const std::string family = ip->v4 ? "IPv4" : "IPv6";
    if (cluster.HasFamily(family)) {
      service.spec.ip_families.push_back(family);
    } else {
      errors.push_back(field::Invalid(ips.Index(i), field::BadValue::List(service.spec.cluster_ips),
                                      family + " is not configured on this cluster"));
    }
  }
}

}  // namespace

bool KeepsPreferDualStack(const Service& service, const Service* old) {
  constexpr std::string_view kPrefer = "PreferDualStack";
  const ServiceSpec& spec = service.spec;
  return old != nullptr && spec.ip_family_policy == kPrefer &&
         (!old->spec.ip_family_policy || old->spec.ip_family_policy == kPrefer) &&
         spec.type == old->spec.type &&
         (spec.type == "ClusterIP" || spec.type == "NodePort" || spec.type == "LoadBalancer") &&
         spec.cluster_ips == old->spec.cluster_ips && spec.ip_families == old->spec.ip_families;
}

Status FillFamilies(const ClusterNetwork& cluster, Service& service, const Service* old) {
  ServiceSpec& spec = service.spec;
  if (spec.type == "ExternalName" || KeepsPreferDualStack(service, old)) {
    return {};
  }
  if (!spec.ip_family_policy) {
    if (old != nullptr && old->spec.ip_family_policy) {
      spec.ip_family_policy = old->spec.ip_family_policy;
    } else {
      spec.ip_family_policy = IsHeadlessWithoutSelector(spec) ? kRequire : kSingle;
    }
  }
  K8SNET_RETURN_IF_ERROR(Refuse(service, validation::ValidateServiceAddresses(service, old)));

  field::ErrorList errors;
  PolicyFindings policy(service, errors);
  if (old != nullptr) {
    Shrink(service, *old, policy);
  }
  const bool single = spec.ip_family_policy == kSingle;
  if (single && spec.cluster_ips.size() == 2) {
    policy.Add(
        "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified");
  }
  if (single && spec.ip_families.size() == 2) {
    policy.Add(
        "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified");
  }
  InferFamilies(cluster, service, errors);
  K8SNET_RETURN_IF_ERROR(Refuse(service, errors));

  const std::string primary(cluster.primary_family());
  if (IsHeadlessWithoutSelector(spec)) {
    // Such a service may name families that the cluster does not have.
    if (spec.ip_families.empty()) {
      spec.ip_families.push_back(primary);
    }
    if (spec.ip_families.size() == 1 && !single) {
      spec.ip_families.emplace_back(Other(spec.ip_families[0]));
    }
    return {};
  }
  if (spec.ip_family_policy == kRequire && !cluster.dual_stack()) {
    policy.Add("this cluster is not configured for dual-stack services");
  }
  const field::Path path("spec");
  const field::Path families = path.Child("ipFamilies");
  for (std::size_t i = 0; i < spec.ip_families.size(); ++i) {
    if (!cluster.HasFamily(spec.ip_families[i])) {
      errors.push_back(field::Invalid(families.Index(i),
                                      field::BadValue::Json(field::Quote(spec.ip_families[i])),
                                      "not configured on this cluster"));
    }
  }
  K8SNET_RETURN_IF_ERROR(Refuse(service, errors));
  if (spec.ip_families.empty()) {
    spec.ip_families.push_back(primary);
  }
  if (!single && spec.ip_families.size() == 1 && cluster.dual_stack()) {
    spec.ip_families.emplace_back(Other(spec.ip_families[0]));
  }
  return {};
}

}  // namespace k8snet::server
