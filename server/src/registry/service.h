// What Services do on their own: addresses, families and node ports.
#ifndef K8SNET_SERVER_SRC_REGISTRY_SERVICE_H_
#define K8SNET_SERVER_SRC_REGISTRY_SERVICE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "k8snet/apis/core/v1.h"
#include "k8snet/server/clock.h"
#include "src/registry/allocators.h"
#include "src/registry/strategy.h"

namespace k8snet::server {

// What of the cluster's set-up Services depend on.
struct ServiceSettings {
  std::vector<std::string> cluster_ip_ranges;  // One, or one a family; the primary first.
  std::int64_t node_port_first = 30000;
  std::int64_t node_port_last = 32767;  // Included.
  bool topology_keys = false;           // The gate ServiceTopology.
};

// The allocators of a cluster; the primary family's first.
struct ServiceAllocators {
  ServiceAllocators(const ServiceSettings& settings, Random& random);

  // Returns the allocator of "IPv4" or "IPv6", or null if the cluster has none.
  [[nodiscard]] IpAllocator* Find(std::string_view family) const;
  [[nodiscard]] bool dual_stack() const { return ips.size() == 2; }

  std::vector<std::unique_ptr<IpAllocator>> ips;
  PortAllocator ports;
};

// Fills in the families and the policy of `service`, as far as they follow from what was sent, from
// `old` (null on create) and from the cluster. Errors: kInvalid.
// Source: kubernetes/kubernetes pkg/registry/core/service/storage/alloc.go, initIPFamilyFields.
[[nodiscard]] Status FillFamilies(const ServiceAllocators& cluster, core::v1::Service& service,
                                  const core::v1::Service* old);

// Whether an update leaves the families alone, whatever the cluster has become.
// Source: the same file, isMatchingPreferDualStackClusterIPFields.
[[nodiscard]] bool KeepsPreferDualStack(const core::v1::Service& service,
                                        const core::v1::Service* old);

// Source: kubernetes/kubernetes pkg/registry/core/service/{strategy.go,storage}.
class ServiceStrategy final : public GenericStrategy {
 public:
  // Both outlive this; the ranges of `settings` are valid.
  ServiceStrategy(const Resource& hub, const ServiceSettings& settings, Random& random);

  [[nodiscard]] Result<std::unique_ptr<Reservation>> Begin(const WriteScope& scope,
                                                           MutableObject& object,
                                                           const Object* old) override;
  void PrepareForUpdate(const WriteScope& scope, MutableObject& object, const Object& old) override;
  [[nodiscard]] field::ErrorList Validate(const WriteScope& scope, const Object& object,
                                          const Object* old) override;
  void FillOnRead(MutableObject& object) override;
  void PrepareForCreate(const WriteScope& scope, MutableObject& object) override;
  void AfterDelete(const Object& last) override;
  [[nodiscard]] bool Restores() const override { return true; }
  void Restore(const Object& stored) override;

 private:
  const bool topology_keys_;
  // Shared with reservations, which may outlast this by a moment at shutdown.
  const std::shared_ptr<ServiceAllocators> allocators_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_SERVICE_H_
