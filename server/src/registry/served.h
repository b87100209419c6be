// The resources that a server serves: each stored kind once, with the versions it is seen in.
#ifndef K8SNET_SERVER_SRC_REGISTRY_SERVED_H_
#define K8SNET_SERVER_SRC_REGISTRY_SERVED_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/resource.h"
#include "src/metrics/histogram.h"
#include "src/registry/strategy.h"
#include "src/storage/cache.h"

namespace k8snet::server {

struct ServedResource;

// A kind as it is stored. Thread-safe: immutable once set up, but for what it points to.
struct StoredKind {
  const Resource* hub = nullptr;
  Cache* cache = nullptr;  // Lives as long as the server.
  std::unique_ptr<Strategy> strategy;
  std::vector<const ServedResource*> versions;  // The hub's among them.
  std::string key_prefix;                       // "/registry/ingress/"

  // Returns the key of an object. `name_space` is ignored for cluster-scoped kinds.
  [[nodiscard]] std::string Key(std::string_view name_space, std::string_view name) const;
  // Returns the prefix of the keys in a namespace; of all, if it is empty.
  [[nodiscard]] std::string Prefix(std::string_view name_space) const;
  // Returns the version with this apiVersion, or null.
  [[nodiscard]] const ServedResource* Find(std::string_view api_version) const;
};

// Events of one resource in one version that were sent to watchers. Thread-safe.
struct WatchCounters {
  static constexpr double kBounds[] = {1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072};

  std::atomic<std::uint64_t> events = 0;
  Histogram sizes{kBounds};

  void Count(std::size_t bytes) {
    events.fetch_add(1, std::memory_order_relaxed);
    sizes.Observe(static_cast<double>(bytes));
  }
};

// One resource in one version. The texts are parts of answers, made once.
// Thread-safe: immutable once set up.
struct ServedResource {
  const Resource* resource = nullptr;
  StoredKind* kind = nullptr;
  std::uint32_t index = 0;     // Among all, for the keys of encodings.
  std::string api_version;     // "networking.k8s.io/v1"
  std::string object_head;     // `{"kind":"Ingress","apiVersion":"networking.k8s.io/v1",`
  std::string list_kind;       // "IngressList"
  std::string list_head;       // `{"kind":"IngressList","apiVersion":"...","metadata":{`
  std::string event_heads[3];  // `{"type":"ADDED","object":` and object_head, by EventType.
  std::string event_end;       // `}` and a newline.
  std::string zero_json;       // The object with nothing in it.
  std::unique_ptr<WatchCounters> watch_counters = std::make_unique<WatchCounters>();

  [[nodiscard]] const Type& type() const { return *resource->type; }
  [[nodiscard]] bool is_hub() const { return resource == kind->hub; }
};

// Makes the texts of `served` from its resource.
void FillTexts(ServedResource& served);

// Returns the values that selectors look at of the stored `value`: labels, and the fields that
// `hub` declares as selectable.
[[nodiscard]] Attributes StoredAttributes(const Resource& hub, std::string_view value);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_SERVED_H_
