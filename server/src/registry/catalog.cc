#include "src/registry/catalog.h"

#include <algorithm>
#include <string>
#include <utility>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {

Catalog::Catalog(std::span<const Resource> resources, Caches& caches,
                 const StrategyFactory& strategies)
    : resources_(resources) {
  std::vector<SubresourceRoute> subresources;
  for (const Resource& resource : resources) {
    if (!resource.hub) {
      continue;
    }
    auto kind = std::make_unique<StoredKind>();
    kind->hub = &resource;
    kind->key_prefix = "/registry/" + std::string(resource.storage_prefix) + "/";
    kind->strategy = strategies ? strategies(resource) : nullptr;
    if (kind->strategy == nullptr) {
      kind->strategy = std::make_unique<GenericStrategy>(resource);
    }
    CacheConfig config;
    config.prefix = kind->key_prefix;
    config.namespaced = resource.namespaced;
    config.attributes = [hub = &resource](std::string_view value) {
      return StoredAttributes(*hub, value);
    };
    kind->cache = &caches.Add(std::move(config));
    kinds_.push_back(std::move(kind));
  }
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const auto kind = std::find_if(kinds_.begin(), kinds_.end(), [&](const auto& k) {
      return k->hub->storage_prefix == resources[i].storage_prefix;
    });
    K8SNET_CHECK(kind != kinds_.end());
    auto served = std::make_unique<ServedResource>();
    served->resource = &resources[i];
    served->kind = kind->get();
    served->index = static_cast<std::uint32_t>(i);
    FillTexts(*served);
    (*kind)->versions.push_back(served.get());
    for (std::string& name : (*kind)->strategy->Subresources()) {
      subresources.push_back({i, std::move(name)});
    }
    served_.push_back(std::move(served));
  }
  routes_.emplace(resources, std::move(subresources));
}

const ServedResource* Catalog::FindKind(std::string_view api_version, std::string_view kind) const {
  const auto found = std::find_if(served_.begin(), served_.end(), [&](const auto& served) {
    return served->api_version == api_version && served->resource->kind == kind;
  });
  return found == served_.end() ? nullptr : found->get();
}

}  // namespace k8snet::server
