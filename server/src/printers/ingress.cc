#include <array>

#include "k8snet/apis/networking/v1.h"
#include "src/printers/kinds.h"

namespace k8snet::server {
namespace {

using networking::v1::Ingress;
using networking::v1::IngressRule;

constexpr std::size_t kMaxHosts = 3;

constexpr std::array<Column, 6> kColumns = {
    kNameColumn,
    Column{.name = "Class",
           .description =
               "The name of the IngressClass resource that should be used for additional "
               "configuration"},
    Column{
        .name = "Hosts",
        .description = "Hosts that incoming requests are matched against before the ingress rule"},
    Column{.name = "Address",
           .description = "Address is a list containing ingress points for the load-balancer"},
    Column{.name = "Ports", .description = "Ports of TLS configurations that open"},
    kAgeColumn};

// The first hosts; what is said to follow counts every rule, with a host or without.
std::string Hosts(const std::vector<IngressRule>& rules) {
  std::string text;
  std::size_t count = 0;
  for (const IngressRule& rule : rules) {
    if (count == kMaxHosts) {
      return text + " + " + std::to_string(rules.size() - kMaxHosts) + " more...";
    }
    if (!rule.host.empty()) {
      text += count == 0 ? "" : ",";
      text += rule.host;
      ++count;
    }
  }
  return count == 0 ? "*" : text;
}

std::vector<std::string> Cells(const Ingress& ingress, std::chrono::system_clock::time_point now) {
  return {ingress.metadata.name,
          ingress.spec.ingress_class_name.value_or("<none>"),
          Hosts(ingress.spec.rules),
          LoadBalancerCell(ingress.status.load_balancer.ingress),
          ingress.spec.tls.empty() ? "80" : "80, 443",
          AgeText(ingress.metadata.creation_timestamp, now)};
}

}  // namespace

const Printer& IngressPrinter() {
  static const TypedPrinter<Ingress> printer(kColumns, Cells);
  return printer;
}

}  // namespace k8snet::server
