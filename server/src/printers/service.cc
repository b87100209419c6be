#include <array>

#include "k8snet/apis/core/v1.h"
#include "src/printers/kinds.h"

namespace k8snet::server {
namespace {

using core::v1::Service;

constexpr std::string_view kNone = "<none>";

constexpr std::array<Column, 7> kColumns = {
    kNameColumn,
    Column{.name = "Type", .description = "How the service is reached."},
    Column{.name = "Cluster-IP", .description = "The address of the service inside the cluster."},
    Column{.name = "External-IP",
           .description = "Addresses from outside that nodes take traffic for."},
    Column{.name = "Port(s)", .description = "The ports of the service."},
    kAgeColumn,
    Column{.name = "Selector",
           .description = "Labels of the pods that traffic goes to.",
           .priority = 1}};

std::string Joined(const std::vector<std::string>& texts) { return FirstOf(texts, texts.size()); }

std::string OrNone(std::string text) { return text.empty() ? std::string(kNone) : text; }

std::string ExternalIp(const Service& service) {
  const std::string& type = service.spec.type;
  if (type == "ClusterIP" || type == "NodePort") {
    return OrNone(Joined(service.spec.external_ips));
  }
  if (type == "LoadBalancer") {
    std::string text = LoadBalancerCell(service.status.load_balancer.ingress);
    if (!service.spec.external_ips.empty()) {
      text += text.empty() ? "" : ",";
      text += Joined(service.spec.external_ips);
    }
    return text.empty() ? "<pending>" : text;
  }
  return type == "ExternalName" ? service.spec.external_name : "<unknown>";
}

std::string Ports(const Service& service) {
  std::vector<std::string> texts;
  for (const auto& port : service.spec.ports) {
    std::string text = std::to_string(port.port);
    if (port.node_port > 0) {
      text += ":" + std::to_string(port.node_port);
    }
    texts.push_back(text + "/" + port.protocol);
  }
  return OrNone(Joined(texts));
}

std::string Selector(const Service& service) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : service.spec.selector) {
    texts.push_back(key + "=" + value);
  }
  return OrNone(Joined(texts));
}

std::vector<std::string> Cells(const Service& service, std::chrono::system_clock::time_point now) {
  return {service.metadata.name,
          service.spec.type,
          service.spec.cluster_ips.empty() ? std::string(kNone) : service.spec.cluster_ips.front(),
          ExternalIp(service),
          Ports(service),
          AgeText(service.metadata.creation_timestamp, now),
          Selector(service)};
}

}  // namespace

const Printer& ServicePrinter() {
  static const TypedPrinter<Service> printer(kColumns, Cells);
  return printer;
}

}  // namespace k8snet::server
