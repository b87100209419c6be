#include <array>

#include "k8snet/apis/networking/v1.h"
#include "src/printers/kinds.h"

namespace k8snet::server {
namespace {

using networking::v1::ServiceCIDR;

constexpr std::array<Column, 3> kColumns = {
    kNameColumn,
    Column{.name = "CIDRs", .description = "The blocks that addresses of services are taken from."},
    kAgeColumn};

std::vector<std::string> Cells(const ServiceCIDR& cidr, std::chrono::system_clock::time_point now) {
  return {cidr.metadata.name, FirstOf(cidr.spec.cidrs, cidr.spec.cidrs.size()),
          AgeText(cidr.metadata.creation_timestamp, now)};
}

}  // namespace

const Printer& ServiceCidrPrinter() {
  static const TypedPrinter<ServiceCIDR> printer(kColumns, Cells);
  return printer;
}

}  // namespace k8snet::server
