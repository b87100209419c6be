// The API: everything from a routed request to the store and back, put together.
#ifndef K8SNET_SERVER_SRC_REGISTRY_API_H_
#define K8SNET_SERVER_SRC_REGISTRY_API_H_

#include <memory>
#include <string>
#include <vector>

#include "k8snet/conversion/converter.h"
#include "src/api_handler.h"
#include "src/discovery/api_discovery.h"
#include "src/registry/catalog.h"
#include "src/registry/object_codec.h"
#include "src/registry/writer.h"
#include "src/storage/cache.h"
#include "src/verbs/verbs.h"

namespace k8snet::server {

// What an API serves beside what ApiParts say.
struct ApiKinds {
  std::span<const Resource> resources;
  std::vector<conversion::Spoke> spokes;
  StrategyFactory strategies;
};

// Thread-safe.
class Api final : public ApiHandler {
 public:
  // Makes the API and opens its storage. Errors: as NewApiHandler.
  [[nodiscard]] static Result<std::unique_ptr<Api>> Open(const ApiParts& parts, ApiKinds kinds);
  ~Api() override;

  [[nodiscard]] Response Handle(RequestContext& context, Request& request) override;
  [[nodiscard]] std::vector<std::string> paths() const override;

  [[nodiscard]] const Catalog& catalog() const { return catalog_; }
  [[nodiscard]] Writer& writer() { return writer_; }

 private:
  Api(const ApiParts& parts, ApiKinds kinds);
  [[nodiscard]] std::vector<std::unique_ptr<Admission>> MakeAdmissions();
  [[nodiscard]] Response HandleRoute(RequestContext& context, const Request& request,
                                     const RouteView& route);
  [[nodiscard]] Result<Response> Dispatch(const Call& call) const;
  [[nodiscard]] Status EnsureSystemNamespaces();

  const ApiParts parts_;
  EncodingBudget budget_;
  Caches caches_;
  const conversion::Converter converter_;
  const ObjectCodec codec_;
  Catalog catalog_;
  Writer writer_;
  const Verbs verbs_;
  const ApiDiscovery discovery_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_API_H_
