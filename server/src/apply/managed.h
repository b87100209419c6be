// The owners of an object's fields, while a write changes them.
#ifndef K8SNET_SERVER_SRC_APPLY_MANAGED_H_
#define K8SNET_SERVER_SRC_APPLY_MANAGED_H_

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/apply/field_set.h"
#include "src/apply/manager.h"

namespace k8snet::server {

// What tells entries apart. Sorted as upstream's identifiers are.
struct ManagerId {
  std::string manager;
  std::string operation;
  std::string api_version;  // Empty for "Apply".
  std::string subresource;

  auto operator<=>(const ManagerId&) const = default;
  // As messages show it: `"a"`, `"a" using v1`, `"a" with subresource "status" using v1`.
  [[nodiscard]] std::string ToString() const;
};

// What one manager owns.
struct Owned {
  FieldSet fields;
  std::string api_version;
};

// All owners. `times` may know of managers that own nothing.
struct Managed {
  std::map<ManagerId, Owned> owners;
  std::map<ManagerId, std::string> times;
};

// Returns nothing if some entry is malformed. The later of two entries with one identity counts.
[[nodiscard]] std::optional<Managed> DecodeManaged(const std::vector<ManagedEntry>& entries);

// Returns the entries in the order of the wire: operation, time, manager, version, subresource.
[[nodiscard]] std::vector<ManagedEntry> EncodeManaged(const Managed& managed);

// Merges the oldest entries of updates into one a version, so that at most ten are left.
// Source: kubernetes/apimachinery pkg/util/managedfields/internal/capmanagers.go.
void CapUpdateManagers(Managed& managed);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_APPLY_MANAGED_H_
