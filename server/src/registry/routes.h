// Which resource and which part of it a path is about, and which methods it takes.
// Source: kubernetes/apiserver pkg/endpoints/installer.go, registerResourceHandlers.
#ifndef K8SNET_SERVER_SRC_REGISTRY_ROUTES_H_
#define K8SNET_SERVER_SRC_REGISTRY_ROUTES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/base/result.h"

namespace k8snet::server {

// What part of a resource a path is about.
enum class RouteForm : std::uint8_t {
  kCollection,     // .../namespaces/NS/R, or .../R of a cluster-scoped resource.
  kAllNamespaces,  // .../R of a namespaced resource.
  kObject,         // .../R/N
  kSubresource,    // .../R/N/status
  kWatch,          // .../watch/... of any of the first three forms.
};

enum class Method : std::uint8_t { kGet, kPost, kPut, kPatch, kDelete, kOther };

[[nodiscard]] Method ParseMethod(std::string_view method);

// A path that is served. Lifetime: views of the path that was matched.
struct RouteView {
  std::size_t resource = 0;  // Index into the resources that the table was made of.
  RouteForm form = RouteForm::kCollection;
  std::string_view name_space;
  std::string_view name;
  std::string_view subresource;
  bool lacks_namespace = false;  // The path has an empty one before a name.

  // Whether a GET may be a watch, so that the types of streams are offered.
  [[nodiscard]] bool lists() const {
    return form == RouteForm::kCollection || form == RouteForm::kAllNamespaces;
  }
};

// A subresource beside status.
struct SubresourceRoute {
  std::size_t resource = 0;
  std::string name;  // "finalize"
};

// The paths of a list of resources. Thread-safe: immutable once constructed.
class RouteTable {
 public:
  RouteTable(std::span<const Resource> resources, std::vector<SubresourceRoute> subresources);

  // Returns what `path`, decoded, is about. Nothing if no such path is served.
  [[nodiscard]] std::optional<RouteView> Match(std::string_view path) const;

  // Whether `path` is /api, /apis/G or below one of these for a group that is served: then what is
  // not found there is answered with a Status.
  [[nodiscard]] bool Installed(std::string_view path) const;

 private:
  struct VersionRoutes {
    std::map<std::string, std::size_t, std::less<>> by_plural;
  };

  [[nodiscard]] std::optional<RouteView> MatchBelow(const VersionRoutes& version,
                                                    std::string_view rest) const;
  [[nodiscard]] bool HasSubresource(std::size_t resource, std::string_view name) const;

  std::span<const Resource> resources_;
  std::vector<SubresourceRoute> subresources_;
  // By "/api/v1/" or "/apis/G/V/".
  std::map<std::string, VersionRoutes, std::less<>> versions_;
  std::vector<std::string> roots_;  // "/api", "/apis/G"
};

// Whether a route takes a method.
[[nodiscard]] bool TakesMethod(const RouteView& route, Method method);

// Checks the namespace and the name of a path to one object.
// Errors: kBadRequest, `Namespace parameter required.` or `Name parameter invalid: ...`.
// Source: kubernetes/apiserver pkg/endpoints/handlers/namer.go, ContextBasedNaming.Name;
// kubernetes/apimachinery pkg/api/validation/path/name.go, IsValidPathSegmentName.
[[nodiscard]] Status CheckPath(const RouteView& route);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_ROUTES_H_
