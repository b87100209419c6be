// The resource table: everything generic code knows of a kind that is served. Generated from the
// IDL; routing, discovery, storage keys and OpenAPI are built from it.
#ifndef K8SNET_APIS_BASE_RESOURCE_H_
#define K8SNET_APIS_BASE_RESOURCE_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "k8snet/apis/base/type.h"

namespace k8snet {

// What metadata.generation counts.
enum class Generation : std::uint8_t {
  kNone,           // Not set by the server.
  kSpec,           // 1, then one more with each change of spec.
  kAllButMetadata  // 1, then one more with each change of anything but metadata, or of labels.
};

// One resource in one version. Resources of several versions with one `storage_prefix` are views of
// the same stored objects. Thread-safe: immutable.
struct Resource {
  std::string_view group;     // "networking.k8s.io"; "" for core.
  std::string_view version;   // "v1"
  std::string_view kind;      // "Ingress"
  std::string_view plural;    // "ingresses"
  std::string_view singular;  // "ingress"
  std::span<const std::string_view> short_names;
  std::span<const std::string_view> categories;
  // Fields that selectors take beside metadata.name and metadata.namespace.
  std::span<const std::string_view> selectable_fields;
  std::string_view storage_prefix;  // Below /registry: "ingress"
  bool namespaced = true;
  bool hub = false;  // The version that is stored and validated.
  bool status_subresource = false;
  bool create_on_update = false;      // PUT to a missing name creates.
  bool returns_deleted = false;       // DELETE answers with the object instead of a Status.
  bool no_delete_collection = false;  // There is no DELETE on the collection.
  Generation generation = Generation::kNone;
  // Deprecation warning of every request, such as "networking.k8s.io/v1beta1 Ingress is
  // deprecated in v1.19+, ..."; empty: none.
  std::string_view deprecation;
  // Release that serves the version no more, such as "1.22"; empty: none.
  std::string_view removed_release;
  // Release that served the version first, such as "1.19"; empty: not said.
  std::string_view since_release;
  const Type* type = nullptr;       // Of the object in this version.
  const Type* list_type = nullptr;  // Of its list kind.
};

// Returns all resources of the built-in IDL, sorted by group, plural, then version with the
// preferred one (GA before beta before alpha, higher first) first.
[[nodiscard]] std::span<const Resource> AllResources();

}  // namespace k8snet

#endif  // K8SNET_APIS_BASE_RESOURCE_H_
