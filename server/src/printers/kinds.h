// The printers of the kinds that have one of their own, each in the file named after it.
// Source: kubernetes/kubernetes pkg/printers/internalversion/printers.go.
#ifndef K8SNET_SERVER_SRC_PRINTERS_KINDS_H_
#define K8SNET_SERVER_SRC_PRINTERS_KINDS_H_

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "k8snet/apis/base/type.h"
#include "src/printers/printer.h"

namespace k8snet::server {

// Prints objects of the generated type T by a function. Thread-safe: immutable.
template <typename T>
class TypedPrinter final : public Printer {
 public:
  using CellsOf = std::vector<std::string> (*)(const T& object,
                                               std::chrono::system_clock::time_point now);

  // `columns` outlives this.
  TypedPrinter(std::span<const Column> columns, CellsOf cells) : columns_(columns), cells_(cells) {}

  std::span<const Column> columns() const override { return columns_; }
  std::vector<std::string> Cells(const Object& object,
                                 std::chrono::system_clock::time_point now) const override {
    return cells_(object.Get<T>(), now);
  }

 private:
  const std::span<const Column> columns_;
  const CellsOf cells_;
};

inline constexpr Column kNameColumn{
    .name = "Name", .format = "name", .description = kNameDescription};
inline constexpr Column kAgeColumn{.name = "Age", .description = kAgeDescription};

[[nodiscard]] const Printer& EndpointSlicePrinter();
[[nodiscard]] const Printer& EndpointsPrinter();
[[nodiscard]] const Printer& IngressClassPrinter();
[[nodiscard]] const Printer& IngressPrinter();
[[nodiscard]] const Printer& IpAddressPrinter();
[[nodiscard]] const Printer& NamespacePrinter();
[[nodiscard]] const Printer& NetworkPolicyPrinter();
[[nodiscard]] const Printer& ServiceCidrPrinter();
[[nodiscard]] const Printer& ServicePrinter();

// Returns the printer of a hub type, or null if it has none of its own. Lifetime: the program's.
[[nodiscard]] const Printer* KindPrinter(const Type& type);

// Returns the addresses of a load balancer as a cell: of each its ip, else its hostname; each
// once, sorted. T has members `ip` and `hostname`.
template <typename T>
[[nodiscard]] std::string LoadBalancerCell(const std::vector<T>& ingress) {
  std::vector<std::string> texts;
  for (const T& point : ingress) {
    const std::string& text = point.ip.empty() ? point.hostname : point.ip;
    if (!text.empty()) {
      texts.push_back(text);
    }
  }
  return SortedOnce(std::move(texts));
}

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_PRINTERS_KINDS_H_
