// The API: everything from a routed request to the store and back, put together.
#ifndef K8SNET_SERVER_SRC_REGISTRY_API_H_
#define K8SNET_SERVER_SRC_REGISTRY_API_H_

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "k8snet/conversion/converter.h"
#include "src/api_handler.h"
#include "src/discovery/api_discovery.h"
#include "src/openapi/openapi.h"
#include "src/registry/catalog.h"
#include "src/registry/cluster_network.h"
#include "src/registry/cluster_objects.h"
#include "src/registry/namespace_cleaner.h"
#include "src/registry/object_codec.h"
#include "src/registry/service_cidr_controller.h"
#include "src/registry/writer.h"
#include "src/storage/cache.h"
#include "src/verbs/verbs.h"

namespace k8snet::server {

class Api;

// What an API serves beside what ApiParts say.
struct ApiKinds {
  std::span<const Resource> resources;
  std::vector<conversion::Spoke> spokes;
  // Makes the strategy of a stored kind; null means the generic one. The API is not complete yet:
  // a strategy may keep it, but not use it before it is asked for something.
  std::function<std::unique_ptr<Strategy>(const Resource& hub, Api& api)> strategies;
};

// Thread-safe.
class Api final : public ApiHandler {
 public:
  // Makes the API and opens its storage. Errors: as NewApiHandler.
  [[nodiscard]] static Result<std::unique_ptr<Api>> Open(const ApiParts& parts, ApiKinds kinds);
  ~Api() override;

  [[nodiscard]] Response Handle(RequestContext& context, Request& request) override;
  [[nodiscard]] std::vector<std::string> paths() const override;
  void AppendMetrics(Exposition& out) const override;
  void Announce(std::string_view address, std::uint16_t port) override {
    cluster_objects_.Announce(address, port);
  }

  [[nodiscard]] const Catalog& catalog() const { return catalog_; }
  [[nodiscard]] Caches& caches() { return caches_; }
  [[nodiscard]] const ObjectCodec& codec() const { return codec_; }
  [[nodiscard]] Writer& writer() { return writer_; }
  [[nodiscard]] const ApiParts& parts() const { return parts_; }
  // Null if the API serves no services.
  [[nodiscard]] ClusterNetwork* network() { return network_.get(); }
  [[nodiscard]] ClusterObjects& cluster_objects() { return cluster_objects_; }
  // Null if the API serves no namespaces.
  [[nodiscard]] NamespaceCleaner* namespace_cleaner() { return cleaner_.get(); }

 private:
  Api(const ApiParts& parts, ApiKinds kinds);
  [[nodiscard]] std::vector<std::unique_ptr<Admission>> MakeAdmissions();
  [[nodiscard]] Response HandleRoute(RequestContext& context, const Request& request,
                                     const RouteView& route);
  [[nodiscard]] Result<Response> Dispatch(const Call& call) const;
  [[nodiscard]] std::unique_ptr<ClusterNetwork> MakeNetwork();

  const ApiParts parts_;
  const Offers offers_;
  EncodingBudget budget_;
  Caches caches_;
  const conversion::Converter converter_;
  const ObjectCodec codec_;
  Catalog catalog_;
  const std::unique_ptr<ClusterNetwork> network_;
  Writer writer_;
  const Verbs verbs_;
  const ApiDiscovery discovery_;
  OpenApi openapi_;
  std::unique_ptr<NamespaceCleaner> cleaner_;
  ClusterObjects cluster_objects_;
  std::unique_ptr<ServiceCidrController> cidr_controller_;  // Null unless asked for.
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_API_H_
