// metadata.managedFields between the generated structs and the library of field owners.
#ifndef K8SNET_SERVER_SRC_VERBS_MANAGED_ENTRIES_H_
#define K8SNET_SERVER_SRC_VERBS_MANAGED_ENTRIES_H_

#include <vector>

#include "k8snet/apis/meta/v1.h"
#include "src/apply/manager.h"

namespace k8snet::server {

[[nodiscard]] std::vector<ManagedEntry> EntriesOf(
    const std::vector<meta::v1::ManagedFieldsEntry>& fields);
[[nodiscard]] std::vector<meta::v1::ManagedFieldsEntry> ManagedFieldsOf(
    std::vector<ManagedEntry> entries);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_MANAGED_ENTRIES_H_
