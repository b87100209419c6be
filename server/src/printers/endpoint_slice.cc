#include <array>

#include "k8snet/apis/discovery/v1.h"
#include "src/printers/kinds.h"

namespace k8snet::server {
namespace {

using discovery::v1::EndpointSlice;

constexpr std::size_t kMaxShown = 3;

constexpr std::array<Column, 5> kColumns = {
    kNameColumn,
    Column{.name = "AddressType", .description = "What the addresses of all endpoints are."},
    Column{.name = "Ports", .description = "The ports that every endpoint has."},
    Column{.name = "Endpoints", .description = "The endpoints of the slice."}, kAgeColumn};

std::string OrUnset(std::string text) { return text.empty() ? "<unset>" : text; }

std::vector<std::string> Cells(const EndpointSlice& slice,
                               std::chrono::system_clock::time_point now) {
  std::vector<std::string> ports;
  if (slice.ports) {
    for (const auto& port : *slice.ports) {
      ports.push_back(port.port ? std::to_string(*port.port) : port.name.value_or(""));
    }
  }
  std::vector<std::string> addresses;
  if (slice.endpoints) {
    for (const auto& endpoint : *slice.endpoints) {
      if (endpoint.addresses) {
        addresses.insert(addresses.end(), endpoint.addresses->begin(), endpoint.addresses->end());
      }
    }
  }
  return {slice.metadata.name, slice.address_type, OrUnset(FirstOf(ports, kMaxShown)),
          OrUnset(FirstOf(addresses, kMaxShown)), AgeText(slice.metadata.creation_timestamp, now)};
}

}  // namespace

const Printer& EndpointSlicePrinter() {
  static const TypedPrinter<EndpointSlice> printer(kColumns, Cells);
  return printer;
}

}  // namespace k8snet::server
