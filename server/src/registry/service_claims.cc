#include "src/registry/service_claims.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "k8snet/validation/formats.h"
#include "src/errors.h"

namespace k8snet::server {
namespace {

using core::v1::Service;
using validation::Ip;

constexpr std::string_view kPortTaken = "provided port is already allocated";

// Why an IPAddress cannot name its service as its parent, or nothing. Upstream finds that before it
// looks at the service itself.
std::string NameRefused(const std::string& name) {
  constexpr std::string_view kAt = "spec.parentRef.name: ";
  std::vector<std::string> findings;
  if (name.empty()) {
    findings.push_back(std::string(kAt) + "Required value");
  }
  for (const std::string& problem : validation::PathSegmentName(name)) {
    findings.push_back(std::string(kAt) + "Invalid value: " + field::Quote(name) + ": " + problem);
  }
  if (findings.empty()) {
    return {};
  }
  return " is invalid: " +
         (findings.size() == 1 ? findings[0] : "[" + findings[0] + ", " + findings[1] + "]");
}

Status IpRefused(const Service& service, const std::string& detail) {
  const field::Path spec("spec");
  return Invalid("Service", "", service.metadata.name,
                 {field::Invalid(spec.Child("clusterIPs"),
                                 field::BadValue::List(service.spec.cluster_ips), detail)});
}

}  // namespace

std::optional<Ip> ServiceClaims::FindIp(std::string_view family) const {
  const auto ranges = network_.Ranges();
  if (ranges->empty()) {
    return std::nullopt;
  }
  const std::size_t first = network_.random().Below(ranges->size());
  for (std::size_t i = 0; i < ranges->size(); ++i) {
    const AddressRange& range = (*ranges)[(first + i) % ranges->size()];
    if (range.family() != family) {
      continue;
    }
    const auto number = PickFree(range.bands(), network_.random(), [&](std::uint64_t candidate) {
      return taken_.Has(range.At(candidate));
    });
    if (number) {
      return range.At(*number);
    }
  }
  return std::nullopt;
}

std::string ServiceClaims::CheckAsked(std::string_view family, const std::string& text) const {
  const auto ip = validation::ParseIp(text);
  const auto ranges = network_.Ranges();
  const auto holds = [&](const AddressRange& range) { return ip && range.Holds(*ip); };
  if (!dry_run_) {
    if (std::none_of(ranges->begin(), ranges->end(), holds)) {
      return "the provided network does not match the current range";
    }
    return taken_.Has(*ip) ? "provided IP is already allocated" : "";
  }
  // Upstream asks one range only.
  const auto first = std::find_if(ranges->begin(), ranges->end(), [&](const AddressRange& range) {
    return range.family() == family;
  });
  const AddressRange& range = first == ranges->end() ? *network_.OwnRange(family) : *first;
  return holds(range)
             ? ""
             : "the provided IP (" + (ip ? ip->ToString() : text) +
                   ") is not in the valid range. The range of valid IPs is " + range.text();
}

Status ServiceClaims::TakeIp(const Service& service, std::string_view family, std::string& ip) {
  const bool asked = !ip.empty();
  const std::string refusal = "failed to allocate IP" + (asked ? " " + ip : "") + ": ";
  if (asked) {
    if (const std::string problem = CheckAsked(family, ip); !problem.empty()) {
      return IpRefused(service, refusal + problem);
    }
  }
  if (dry_run_) {
    ip = asked ? ip : network_.OwnRange(family)->placeholder();
    return {};
  }
  const std::optional<Ip> found = asked ? validation::ParseIp(ip) : FindIp(family);
  if (!found) {
    return InternalError("failed to allocate a serviceIP for Service " +
                         field::Quote(service.metadata.name) + ": range is full");
  }
  if (const std::string refused = NameRefused(service.metadata.name); !refused.empty()) {
    return IpRefused(service, refusal + "IPAddress.networking.k8s.io " +
                                  field::Quote(asked ? ip : found->ToString()) + refused);
  }
  ip = asked ? ip : found->ToString();
  changes_.before.push_back(network_.Take(*found, service));
  return {};
}

std::string ServiceClaims::TakePort(std::int32_t port, const Service& service) {
  if (!dry_run_ && !network_.port_range().Holds(port)) {
    return "provided port is not in the valid range. The range of valid ports is " +
           network_.port_range().text();
  }
  if (taken_.HasPort(port) || !ports_.insert(port).second) {
    return std::string(kPortTaken);
  }
  if (!dry_run_) {
    changes_.before.push_back(ClusterNetwork::TakePort(port, service));
  }
  return {};
}

std::optional<std::int32_t> ServiceClaims::TakeAnyPort(const Service& service) {
  if (dry_run_) {
    constexpr std::int32_t kFirst = 32769;
    const std::int32_t port = ports_.empty() ? kFirst : *ports_.rbegin() + 1;
    ports_.insert(port);
    return port;
  }
  const PortRange& range = network_.port_range();
  const auto number = PickFree(range.bands(), network_.random(), [&](std::uint64_t candidate) {
    const std::int32_t port = range.At(candidate);
    return ports_.count(port) != 0 || taken_.HasPort(port);
  });
  if (!number) {
    return std::nullopt;
  }
  const std::int32_t port = range.At(*number);
  ports_.insert(port);
  changes_.before.push_back(ClusterNetwork::TakePort(port, service));
  return port;
}

void ServiceClaims::GiveBack(const std::string& ip, const Service& service) {
  if (dry_run_) {
    return;
  }
  if (auto change = network_.GiveBack(ip, service)) {
    changes_.after.push_back(*std::move(change));
  }
}

void ServiceClaims::GiveBackPort(std::int32_t port) {
  if (dry_run_) {
    return;
  }
  if (auto change = network_.GiveBackPort(port)) {
    changes_.after.push_back(*std::move(change));
  }
}

}  // namespace k8snet::server
