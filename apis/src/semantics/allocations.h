// Counts what a test program allocates, by operators new of its own.
#ifndef K8SNET_APIS_SRC_SEMANTICS_ALLOCATIONS_H_
#define K8SNET_APIS_SRC_SEMANTICS_ALLOCATIONS_H_

#include <cstddef>

namespace k8snet::semantics {

// Returns how often the program has called operator new.
[[nodiscard]] std::size_t Allocations();

}  // namespace k8snet::semantics

#endif  // K8SNET_APIS_SRC_SEMANTICS_ALLOCATIONS_H_
