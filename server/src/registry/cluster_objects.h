// The objects that every cluster has: its system namespaces, the ServiceCIDR `kubernetes`, and the
// Service `kubernetes` with its endpoints.
#ifndef K8SNET_SERVER_SRC_REGISTRY_CLUSTER_OBJECTS_H_
#define K8SNET_SERVER_SRC_REGISTRY_CLUSTER_OBJECTS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "k8snet/server/logger.h"
#include "src/api_handler.h"
#include "src/mutex.h"
#include "src/registry/catalog.h"
#include "src/registry/cluster_network.h"
#include "src/registry/object_codec.h"
#include "src/registry/self_client.h"

namespace k8snet::server {

// Makes them by requests of its own, as any client would, and makes again what is deleted; of kinds
// that are not served, none. Thread-safe.
// Source: kubernetes/kubernetes pkg/controlplane/controller/{systemnamespaces,defaultservicecidr,
// kubernetesservice}, pkg/controlplane/reconcilers.
class ClusterObjects {
 public:
  // How long a deleted object is missed at most.
  static constexpr std::chrono::seconds kPeriod{10};

  // `cluster_ip_ranges` is that of ApiParts; all references outlive this.
  ClusterObjects(ApiHandler& api, const Catalog& catalog, const ObjectCodec& codec,
                 ClusterNetwork* network, std::vector<std::string> cluster_ip_ranges,
                 Logger& logger);
  // Stops the thread.
  ~ClusterObjects();
  ClusterObjects(const ClusterObjects&) = delete;
  ClusterObjects& operator=(const ClusterObjects&) = delete;

  // Makes what does not depend on where the server listens. Errors: what an answer says.
  [[nodiscard]] Status MakeBasics();

  // Says where clients reach the server, makes the Service `kubernetes` and its endpoints, and
  // starts the thread that looks after all objects. Without an `address` there are no endpoints.
  // Once.
  void Announce(std::string_view address, std::uint16_t port);

  // Makes again what is missing or differs. The thread does this; tests call it themselves.
  void Reconcile();

 private:
  using Task = std::function<Status()>;

  // Runs the tasks at once, so that one sync of the store does for many; the first error, if any.
  [[nodiscard]] static Status RunAll(const std::vector<Task>& tasks);
  // Returns the stored object, or one without a value.
  [[nodiscard]] std::optional<Object> Find(const ServedResource& served,
                                           std::string_view name_space,
                                           std::string_view name) const;

  void AddBasics(std::vector<Task>& tasks);
  void AddService(std::vector<Task>& tasks);
  void AddEndpoints(std::vector<Task>& tasks);
  void AddSlice(std::vector<Task>& tasks);
  [[nodiscard]] Status MakeServiceCidr();
  void Loop(const std::stop_token& stop);

  const SelfClient client_;
  const Catalog& catalog_;
  const ObjectCodec& codec_;
  ClusterNetwork* const network_;
  const std::vector<std::string> cluster_ip_ranges_;
  Logger& logger_;
  std::string address_;  // Set once, before the thread is started.
  std::uint16_t port_ = 0;
  Mutex mutex_;
  CondVar stopping_;
  std::jthread thread_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_CLUSTER_OBJECTS_H_
