// What discovery documents say of the resources of one version, in both of their forms.
#ifndef K8SNET_SERVER_SRC_DISCOVERY_RESOURCE_LISTS_H_
#define K8SNET_SERVER_SRC_DISCOVERY_RESOURCE_LISTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/meta/v1.h"
#include "src/registry/catalog.h"

namespace k8snet::server {

// Returns the groups of `catalog` by descending priority, then by name; without the core group.
[[nodiscard]] std::vector<std::string_view> GroupsOf(const Catalog& catalog);

// Returns the versions of a group, the preferred one first.
[[nodiscard]] std::vector<std::string_view> VersionsOf(const Catalog& catalog,
                                                       std::string_view group);

// Returns the entries of the version's APIResourceList, by name.
[[nodiscard]] std::vector<meta::v1::APIResource> ApiResources(const Catalog& catalog,
                                                              std::string_view group,
                                                              std::string_view version);

// An APIGroupDiscoveryList: its items in both formats.
struct AggregatedItems {
  std::string json;      // `{"metadata":{},"items":[...]}`
  std::string protobuf;  // The message.
};

[[nodiscard]] AggregatedItems AggregateGroups(const Catalog& catalog,
                                              const std::vector<std::string_view>& groups);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_DISCOVERY_RESOURCE_LISTS_H_
