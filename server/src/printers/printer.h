// Tables: what `kubectl get` prints of a kind.
// Source: kubernetes/kubernetes pkg/printers/tablegenerator.go.
#ifndef K8SNET_SERVER_SRC_PRINTERS_PRINTER_H_
#define K8SNET_SERVER_SRC_PRINTERS_PRINTER_H_

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/base/scalars.h"

namespace k8snet::server {

struct Column {
  std::string_view name;
  std::string_view type = "string";
  std::string_view format;
  std::string_view description;
  int priority = 0;  // Over 0: only in wide output.
};

// Descriptions that many tables share: the documentation of metadata.name and creationTimestamp.
inline constexpr std::string_view kNameDescription =
    "The name, unique among the objects of the kind in the namespace; it cannot be changed.";
inline constexpr std::string_view kAgeDescription =
    "When the object was created; set by the server.";

// How one kind is printed. Thread-safe: immutable.
class Printer {
 public:
  virtual ~Printer() = default;
  [[nodiscard]] virtual std::span<const Column> columns() const = 0;
  // Returns the text of each cell. `object` is in the hub version.
  [[nodiscard]] virtual std::vector<std::string> Cells(
      const Object& object, std::chrono::system_clock::time_point now) const = 0;
};

// Returns the printer of a stored kind: its own, or one with name and creation time. Never null.
// Lifetime: the program's.
[[nodiscard]] const Printer& PrinterOf(const Resource& hub);

// Returns how long ago `then` is, as tables say it: "5d3h".
// Source: kubernetes/apimachinery pkg/util/duration/duration.go, HumanDuration.
[[nodiscard]] std::string AgeText(Time then, std::chrono::system_clock::time_point now);

// Returns the first `count` texts joined by commas, and " + <rest> more..." if there are others.
[[nodiscard]] std::string FirstOf(const std::vector<std::string>& texts, std::size_t count);

// Returns the texts in order, each once, joined by commas.
[[nodiscard]] std::string SortedOnce(std::vector<std::string> texts);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_PRINTERS_PRINTER_H_
