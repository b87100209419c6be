// Deletes what is in namespaces that are being deleted, and then lets them go.
// Source: kubernetes/kubernetes pkg/controller/namespace/namespace_controller.go,
// deletion/namespaced_resources_deleter.go.
#ifndef K8SNET_SERVER_SRC_REGISTRY_NAMESPACE_CLEANER_H_
#define K8SNET_SERVER_SRC_REGISTRY_NAMESPACE_CLEANER_H_

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "k8snet/apis/core/v1.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/logger.h"
#include "src/mutex.h"
#include "src/registry/catalog.h"
#include "src/registry/namespace_conditions.h"
#include "src/registry/object_codec.h"
#include "src/registry/writer.h"

namespace k8snet::server {

// Thread-safe.
class NamespaceCleaner {
 public:
  // How long a namespace is left alone once its deletion is asked for, so that clients see it
  // going; also how long after one pass that left something the next one comes.
  static constexpr std::chrono::seconds kDelay{5};

  // All outlive this.
  NamespaceCleaner(const ServedResource& namespaces, const Catalog& catalog, Writer& writer,
                   const ObjectCodec& codec, const Clock& clock, Logger& logger);
  // Stops the thread.
  ~NamespaceCleaner();
  NamespaceCleaner(const NamespaceCleaner&) = delete;
  NamespaceCleaner& operator=(const NamespaceCleaner&) = delete;

  // Schedules the namespaces that a former process left, and starts the thread.
  void Start();

  // Has the namespace `name` cleaned after kDelay.
  void Schedule(const std::string& name);

  // Cleans the namespaces whose time has come. The thread does this; tests call it themselves.
  void RunDue();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  void Loop(const std::stop_token& stop);
  // Returns the namespace if it is being deleted and waits for something.
  [[nodiscard]] std::optional<Object> Going(const std::string& name) const;
  // Cleans a namespace and tells it how far that has come. Whether it need not be looked at again.
  [[nodiscard]] bool Clean(const std::string& name);
  [[nodiscard]] NamespaceLeftovers DeleteContent(const std::string& name);
  // Writes through the subresource what `change` makes of the namespace, if it is still the one
  // that was found.
  [[nodiscard]] Status Write(const Object& found, std::string_view subresource,
                             const std::function<void(core::v1::Namespace&)>& change);

  const ServedResource& namespaces_;
  const Catalog& catalog_;
  Writer& writer_;
  const ObjectCodec& codec_;
  const Clock& clock_;
  Logger& logger_;
  Mutex mutex_;
  CondVar changed_;
  std::map<std::string, SteadyTime> due_ K8SNET_GUARDED_BY(mutex_);  // By name.
  std::jthread thread_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_NAMESPACE_CLEANER_H_
