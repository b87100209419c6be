#include <array>

#include "k8snet/apis/networking/v1.h"
#include "src/printers/kinds.h"

namespace k8snet::server {
namespace {

using networking::v1::IngressClass;

constexpr std::string_view kDefaultAnnotation = "ingressclass.kubernetes.io/is-default-class";

constexpr std::array<Column, 4> kColumns = {
    kNameColumn,
    Column{.name = "Controller",
           .description = "Controller that is responsible for handling this class"},
    Column{.name = "Parameters",
           .description = "A reference to a resource with additional parameters"},
    kAgeColumn};

std::vector<std::string> Cells(const IngressClass& ingress_class,
                               std::chrono::system_clock::time_point now) {
  const auto& annotations = ingress_class.metadata.annotations;
  const auto is_default = annotations.find(std::string(kDefaultAnnotation));
  std::string name = ingress_class.metadata.name;
  if (is_default != annotations.end() && is_default->second == "true") {
    name += " (default)";
  }
  std::string parameters = "<none>";
  if (const auto& reference = ingress_class.spec.parameters) {
    parameters = reference->kind;
    if (reference->api_group) {
      parameters += "." + *reference->api_group;
    }
    parameters += "/" + reference->name;
  }
  return {std::move(name), ingress_class.spec.controller, std::move(parameters),
          AgeText(ingress_class.metadata.creation_timestamp, now)};
}

}  // namespace

const Printer& IngressClassPrinter() {
  static const TypedPrinter<IngressClass> printer(kColumns, Cells);
  return printer;
}

}  // namespace k8snet::server
