// What Services do on their own: addresses, families and node ports.
#ifndef K8SNET_SERVER_SRC_REGISTRY_SERVICE_H_
#define K8SNET_SERVER_SRC_REGISTRY_SERVICE_H_

#include <vector>

#include "k8snet/apis/core/v1.h"
#include "src/registry/cluster_network.h"
#include "src/registry/strategy.h"

namespace k8snet::server {

class Api;

// Fills in the families and the policy of `service`, as far as they follow from what was sent, from
// `old` (null on create) and from the cluster. Errors: kInvalid.
// Source: kubernetes/kubernetes pkg/registry/core/service/storage/alloc.go, initIPFamilyFields.
[[nodiscard]] Status FillFamilies(const ClusterNetwork& cluster, core::v1::Service& service,
                                  const core::v1::Service* old);

// Whether an update leaves the families alone, whatever the cluster has become.
// Source: the same file, isMatchingPreferDualStackClusterIPFields.
[[nodiscard]] bool KeepsPreferDualStack(const core::v1::Service& service,
                                        const core::v1::Service* old);

// Source: kubernetes/kubernetes pkg/registry/core/service/{strategy.go,storage}.
class ServiceStrategy final : public GenericStrategy {
 public:
  // `api` outlives this. `topology_keys` is the gate ServiceTopology.
  ServiceStrategy(const Resource& hub, Api& api, bool topology_keys)
      : GenericStrategy(hub), api_(api), topology_keys_(topology_keys) {}

  [[nodiscard]] Result<Companions> Begin(const WriteScope& scope, MutableObject& object,
                                         const Object* old) override;
  [[nodiscard]] bool HasCompanions() const override { return true; }
  void PrepareForUpdate(const WriteScope& scope, MutableObject& object, const Object& old) override;
  [[nodiscard]] field::ErrorList Validate(const WriteScope& scope, const Object& object,
                                          const Object* old) override;
  void FillOnRead(MutableObject& object) override;
  [[nodiscard]] bool FillsOnRead() const override { return true; }
  void PrepareForCreate(const WriteScope& scope, MutableObject& object) override;
  [[nodiscard]] std::vector<Change> Leaves(const Object& stored) override;

 private:
  [[nodiscard]] ClusterNetwork& network() const;

  Api& api_;
  const bool topology_keys_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_SERVICE_H_
