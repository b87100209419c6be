#include <array>

#include "k8snet/apis/core/v1.h"
#include "src/printers/kinds.h"

namespace k8snet::server {
namespace {

using core::v1::Namespace;

constexpr std::array<Column, 3> kColumns = {
    kNameColumn, Column{.name = "Status", .description = "The status of the namespace"},
    kAgeColumn};

std::vector<std::string> Cells(const Namespace& name_space,
                               std::chrono::system_clock::time_point now) {
  return {name_space.metadata.name, name_space.status.phase,
          AgeText(name_space.metadata.creation_timestamp, now)};
}

}  // namespace

const Printer& NamespacePrinter() {
  static const TypedPrinter<Namespace> printer(kColumns, Cells);
  return printer;
}

}  // namespace k8snet::server
