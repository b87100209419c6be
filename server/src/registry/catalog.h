// All that a server serves, found by path or by kind.
#ifndef K8SNET_SERVER_SRC_REGISTRY_CATALOG_H_
#define K8SNET_SERVER_SRC_REGISTRY_CATALOG_H_

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/resource.h"
#include "src/registry/routes.h"
#include "src/registry/served.h"
#include "src/storage/cache.h"

namespace k8snet::server {

// Makes the strategy of a stored kind; null means the generic one.
using StrategyFactory = std::function<std::unique_ptr<Strategy>(const Resource& hub)>;

// Thread-safe: immutable once constructed.
class Catalog {
 public:
  // Adds a cache for each stored kind of `resources` to `caches`, which must not be attached yet.
  // `resources` outlives this. Each group of resources with one storage prefix has one hub.
  Catalog(std::span<const Resource> resources, Caches& caches, const StrategyFactory& strategies);
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  [[nodiscard]] std::span<const Resource> resources() const { return resources_; }
  [[nodiscard]] const RouteTable& routes() const { return *routes_; }
  [[nodiscard]] const ServedResource& served(std::size_t index) const { return *served_[index]; }
  [[nodiscard]] std::span<const std::unique_ptr<StoredKind>> kinds() const { return kinds_; }

  // Returns the resource with objects of this kind, or null.
  [[nodiscard]] const ServedResource* FindKind(std::string_view api_version,
                                               std::string_view kind) const;

 private:
  std::span<const Resource> resources_;
  std::vector<std::unique_ptr<StoredKind>> kinds_;
  std::vector<std::unique_ptr<ServedResource>> served_;  // By index into resources_.
  std::optional<RouteTable> routes_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_CATALOG_H_
