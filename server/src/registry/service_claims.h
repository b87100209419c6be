// What one write of a Service takes of the cluster's addresses and ports, and gives back.
#ifndef K8SNET_SERVER_SRC_REGISTRY_SERVICE_CLAIMS_H_
#define K8SNET_SERVER_SRC_REGISTRY_SERVICE_CLAIMS_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "k8snet/apis/core/v1.h"
#include "src/registry/cluster_network.h"
#include "src/registry/strategy.h"

namespace k8snet::server {

// Collects the changes; nothing is taken before they are committed. A dry run has none, and is told
// less: an address is any, a port one that no node has. Not thread-safe.
class ServiceClaims {
 public:
  // `network` outlives this.
  ServiceClaims(ClusterNetwork& network, bool dry_run)
      : network_(network), taken_(network.Now()), dry_run_(dry_run) {}

  // Takes the address of `family` that `ip` asks for, or some one if it is empty; `ip` becomes the
  // address. Errors: kInvalid, it cannot be had; kInternalError, none is left.
  [[nodiscard]] Status TakeIp(const core::v1::Service& service, std::string_view family,
                              std::string& ip);
  // Takes `port`. Returns why it cannot, or nothing.
  [[nodiscard]] std::string TakePort(std::int32_t port, const core::v1::Service& service);
  // Takes some port; nothing if none is left.
  [[nodiscard]] std::optional<std::int32_t> TakeAnyPort(const core::v1::Service& service);

  // Does nothing for an address that the stored `service` does not have.
  void GiveBack(const std::string& ip, const core::v1::Service& service);
  void GiveBackPort(std::int32_t port);

  [[nodiscard]] Companions Changes() && { return std::move(changes_); }

 private:
  [[nodiscard]] std::optional<validation::Ip> FindIp(std::string_view family) const;
  // Why the address that is asked for cannot be had, or nothing.
  [[nodiscard]] std::string CheckAsked(std::string_view family, const std::string& text) const;

  ClusterNetwork& network_;
  const ClusterNetwork::Taken taken_;
  const bool dry_run_;
  Companions changes_;
  std::set<std::int32_t> ports_;  // Taken by this write.
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_SERVICE_CLAIMS_H_
