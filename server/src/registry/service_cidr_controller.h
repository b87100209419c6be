// What kube-controller-manager does for ServiceCIDRs, where no other program does it.
#ifndef K8SNET_SERVER_SRC_REGISTRY_SERVICE_CIDR_CONTROLLER_H_
#define K8SNET_SERVER_SRC_REGISTRY_SERVICE_CIDR_CONTROLLER_H_

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "k8snet/apis/networking/v1.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/logger.h"
#include "src/mutex.h"
#include "src/registry/catalog.h"
#include "src/registry/self_client.h"

namespace k8snet::server {

// Gives each ServiceCIDR a finalizer and the condition Ready, and lets one that is being deleted go
// once no address of a service would be left without a network. Thread-safe.
// Source: kubernetes/kubernetes pkg/controller/servicecidrs/servicecidrs_controller.go.
class ServiceCidrController {
 public:
  // How long a deleted ServiceCIDR stays at least, so that every server has stopped taking
  // addresses from it.
  static constexpr std::chrono::seconds kGrace{10};

  // `catalog` serves ServiceCIDRs and IPAddresses. All references outlive this.
  ServiceCidrController(ApiHandler& api, const Catalog& catalog, const Clock& clock,
                        Logger& logger);
  // Stops the thread.
  ~ServiceCidrController();
  ServiceCidrController(const ServiceCidrController&) = delete;
  ServiceCidrController& operator=(const ServiceCidrController&) = delete;

  void Start();

  // Looks at all of them once. The thread does this; tests call it themselves.
  void Sync();

 private:
  using Cidrs = std::vector<networking::v1::ServiceCIDR>;

  void Loop(const std::stop_token& stop);
  [[nodiscard]] Status SyncOne(const networking::v1::ServiceCIDR& cidr, const Cidrs& all);
  [[nodiscard]] bool CanGo(const networking::v1::ServiceCIDR& cidr, const Cidrs& all) const;
  [[nodiscard]] Status SetReady(const networking::v1::ServiceCIDR& cidr, const std::string& status,
                                const std::string& reason, const std::string& message);

  const SelfClient client_;
  const StoredKind& cidrs_;
  const StoredKind& addresses_;
  const Clock& clock_;
  Logger& logger_;
  Mutex mutex_;
  CondVar stopping_;
  std::jthread thread_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_SERVICE_CIDR_CONTROLLER_H_
