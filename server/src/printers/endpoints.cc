#include <array>

#include "k8snet/apis/core/v1.h"
#include "src/printers/kinds.h"

namespace k8snet::server {
namespace {

using core::v1::Endpoints;
using core::v1::EndpointSubset;

constexpr std::size_t kMaxShown = 3;

constexpr std::array<Column, 3> kColumns = {
    kNameColumn, Column{.name = "Endpoints", .description = "The addresses and ports, in groups."},
    kAgeColumn};

// The ready addresses of a subset with each of its ports.
void AppendSubset(const EndpointSubset& subset, std::vector<std::string>& texts) {
  if (subset.ports.empty()) {
    for (const auto& address : subset.addresses) {
      texts.push_back(address.ip);
    }
  }
  for (const auto& port : subset.ports) {
    for (const auto& address : subset.addresses) {
      const bool v6 = address.ip.find(':') != std::string::npos;
      texts.push_back((v6 ? "[" + address.ip + "]" : address.ip) + ":" + std::to_string(port.port));
    }
  }
}

std::vector<std::string> Cells(const Endpoints& endpoints,
                               std::chrono::system_clock::time_point now) {
  std::vector<std::string> texts;
  for (const EndpointSubset& subset : endpoints.subsets) {
    AppendSubset(subset, texts);
  }
  return {endpoints.metadata.name, endpoints.subsets.empty() ? "<none>" : FirstOf(texts, kMaxShown),
          AgeText(endpoints.metadata.creation_timestamp, now)};
}

}  // namespace

const Printer& EndpointsPrinter() {
  static const TypedPrinter<Endpoints> printer(kColumns, Cells);
  return printer;
}

}  // namespace k8snet::server
