#include <array>

#include "k8snet/apis/networking/v1.h"
#include "src/printers/kinds.h"

namespace k8snet::server {
namespace {

using networking::v1::IPAddress;

// A row has a third cell, the age, which upstream forgot to give a column.
constexpr std::array<Column, 2> kColumns = {
    kNameColumn, Column{.name = "ParentRef", .description = "What the address belongs to."}};

std::string ParentText(const IPAddress& address) {
  if (!address.spec.parent_ref) {
    return "<none>";
  }
  const networking::v1::ParentReference& parent = *address.spec.parent_ref;
  std::string text = parent.resource;
  if (!parent.group.empty()) {
    text += "." + parent.group;
  }
  if (!parent.namespace_.empty()) {
    text += "/" + parent.namespace_;
  }
  return text + "/" + parent.name;
}

std::vector<std::string> Cells(const IPAddress& address,
                               std::chrono::system_clock::time_point now) {
  return {address.metadata.name, ParentText(address),
          AgeText(address.metadata.creation_timestamp, now)};
}

}  // namespace

const Printer& IpAddressPrinter() {
  static const TypedPrinter<IPAddress> printer(kColumns, Cells);
  return printer;
}

}  // namespace k8snet::server
