// The addresses and node ports that the services of a cluster share, and who has which.
//
// An address is taken while its IPAddress object exists, a node port while its key below
// /registry/ranges/servicenodeports/ does. Both are made and deleted in the commit that stores the
// Service, with the precondition that nobody has them: so whoever shares the store, no two services
// have one address or port, and none is lost when a commit fails or a process dies.
// Source: kubernetes/kubernetes
// pkg/registry/core/service/ipallocator/{ipallocator,cidrallocator}.go. Differs: upstream keeps the
// ports as one bitmap in /registry/ranges/servicenodeports, which every service with node ports
// rewrites.
#ifndef K8SNET_SERVER_SRC_REGISTRY_CLUSTER_NETWORK_H_
#define K8SNET_SERVER_SRC_REGISTRY_CLUSTER_NETWORK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/networking/v1.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/storage.h"
#include "src/mutex.h"
#include "src/registry/allocators.h"
#include "src/registry/catalog.h"
#include "src/registry/object_codec.h"
#include "src/storage/cache.h"

namespace k8snet::server {

// What of the cluster's set-up Services depend on.
struct ServiceSettings {
  std::vector<std::string> cluster_ip_ranges;  // One, or one a family; the primary first.
  std::int64_t node_port_first = 30000;
  std::int64_t node_port_last = 32767;  // Included.
};

// Thread-safe.
class ClusterNetwork {
 public:
  // Adds to `caches`, which are not attached yet, what `catalog` does not have of IPAddresses and
  // node ports. All references outlive this; the ranges of `settings` are valid.
  ClusterNetwork(const ServiceSettings& settings, const Catalog& catalog, Caches& caches,
                 const ObjectCodec& codec, const Clock& clock, Random& random);

  // "IPv4" or "IPv6": that of the first range of the settings.
  [[nodiscard]] std::string_view primary_family() const { return own_.front().family(); }
  // The cluster has a family if the settings have a range of it, whatever ServiceCIDRs there are.
  [[nodiscard]] bool HasFamily(std::string_view family) const {
    return OwnRange(family) != nullptr;
  }
  [[nodiscard]] bool dual_stack() const { return own_.size() == 2; }

  // Returns the range of a family in the settings, or null.
  [[nodiscard]] const AddressRange* OwnRange(std::string_view family) const;
  // Returns the networks of ServiceCIDRs that addresses are given out from now: those that are
  // ready and not about to go. Those of the settings if no ServiceCIDRs are served.
  [[nodiscard]] std::shared_ptr<const std::vector<AddressRange>> Ranges();
  [[nodiscard]] const PortRange& port_range() const { return ports_; }
  [[nodiscard]] Random& random() { return random_; }

  // What is taken, at one moment.
  class Taken {
   public:
    [[nodiscard]] bool Has(const validation::Ip& ip) const;
    [[nodiscard]] bool HasPort(std::int32_t port) const;

   private:
    friend class ClusterNetwork;
    Snapshot addresses_;
    Snapshot ports_;
  };
  [[nodiscard]] Taken Now() const;

  // Return the change by which `service` takes an address or a port. It conflicts if it is taken.
  [[nodiscard]] Change Take(const validation::Ip& ip, const core::v1::Service& service) const;
  [[nodiscard]] static Change TakePort(std::int32_t port, const core::v1::Service& service);
  // Return the change by which `service` gives it back; nothing if it does not have it.
  [[nodiscard]] std::optional<Change> GiveBack(const std::string& ip,
                                               const core::v1::Service& service) const;
  [[nodiscard]] std::optional<Change> GiveBackPort(std::int32_t port) const;

  // Makes what is taken agree with the stored services: takes what they have, gives back what none
  // of them has. For stores that another program wrote. Errors: those of the store.
  // Source: kubernetes/kubernetes pkg/registry/core/service/ipallocator/controller/repairip.go.
  [[nodiscard]] Status Repair(const StoredKind& services, Storage& storage);

  // Takes the address of the IPAddress `last`, which somebody deleted, again if its service still
  // has it.
  [[nodiscard]] Status Retake(const networking::v1::IPAddress& last, const StoredKind& services,
                              Storage& storage);

 private:
  struct RangeTable {
    std::vector<EntryPtr> made_from;
    std::shared_ptr<const std::vector<AddressRange>> ranges;
  };
  // What services have, by key: the service.
  using Holdings = std::unordered_map<std::string, EntryPtr>;

  [[nodiscard]] Result<Holdings> HoldingsOf(const StoredKind& services);
  [[nodiscard]] Change TakeFor(const validation::Ip& ip, const std::string& name_space,
                               const std::string& name) const;
  // The change that makes the IPAddress `entry` belong to the service that has it, or that deletes
  // it if it was made for one that lacks it; nothing if all is well.
  [[nodiscard]] std::optional<Change> Mended(const Entry& entry, const Holdings& holdings) const;
  [[nodiscard]] bool AnyRangeHolds(const validation::Ip& ip) const;

  const ObjectCodec& codec_;
  const Clock& clock_;
  Random& random_;
  std::vector<AddressRange> own_;
  PortRange ports_;
  const StoredKind* cidrs_ = nullptr;  // Null: not served.
  Cache* addresses_ = nullptr;
  Cache* taken_ports_ = nullptr;
  mutable Mutex mutex_;
  RangeTable table_ K8SNET_GUARDED_BY(mutex_);
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_CLUSTER_NETWORK_H_
