// metadata.managedFields between the generated structs and the library of field owners.
#ifndef K8SNET_SERVER_SRC_VERBS_MANAGED_ENTRIES_H_
#define K8SNET_SERVER_SRC_VERBS_MANAGED_ENTRIES_H_

#include <string_view>
#include <vector>

#include "k8snet/apis/meta/v1.h"
#include "src/apply/manager.h"

namespace k8snet::server {

[[nodiscard]] std::vector<ManagedEntry> EntriesOf(
    const std::vector<meta::v1::ManagedFieldsEntry>& fields);
[[nodiscard]] std::vector<meta::v1::ManagedFieldsEntry> ManagedFieldsOf(
    std::vector<ManagedEntry> entries);

// Whether the object `json` says metadata.managedFields: [], by which a client resets it. Once
// decoded, that cannot be told from an object without the member.
[[nodiscard]] bool ClearsManagedFields(std::string_view json);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_MANAGED_ENTRIES_H_
