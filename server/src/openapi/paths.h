// The paths of OpenAPI documents, with the operations that they take.
// Source: kubernetes/apiserver pkg/endpoints/installer.go, pkg/endpoints/openapi/openapi.go;
// kubernetes/kube-openapi pkg/builder/openapi.go, pkg/builder3/openapi.go.
#ifndef K8SNET_SERVER_SRC_OPENAPI_PATHS_H_
#define K8SNET_SERVER_SRC_OPENAPI_PATHS_H_

#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/resource.h"
#include "src/openapi/schema.h"
#include "src/patch/json.h"

namespace k8snet::server {

// A resource as documents tell it.
struct DocumentedResource {
  const Resource* resource = nullptr;
  std::vector<std::string> subresources;  // Beside status; they take PUT only.
};

// What documents tell.
struct DocumentedApi {
  std::vector<DocumentedResource> resources;
  std::vector<std::string_view> gates;  // Of kRemovedGates, those that are on.
};

// Writes paths in one dialect; the schemas that they refer to go to `schemas`. Not thread-safe.
class PathWriter {
 public:
  PathWriter(Dialect dialect, Schemas& schemas) : dialect_(dialect), schemas_(schemas) {}

  // Each adds paths to `paths`: all of a resource, and the documents of discovery.
  void AddResource(const DocumentedResource& documented, Json::Object& paths);
  void AddVersionRoot(std::string_view group, std::string_view version, Json::Object& paths);
  void AddGroupRoot(std::string_view group, Json::Object& paths);
  void AddCoreRoot(Json::Object& paths);
  void AddGroupList(Json::Object& paths);
  void AddServerVersion(Json::Object& paths);

 private:
  struct Operation;
  struct Parameter;
  class Item;

  void AddDiscovery(std::string_view path, std::string_view doc, std::string_view tag,
                    std::string_view id, Json reference, bool json_only, Json::Object& paths);
  [[nodiscard]] Json Write(const Operation& operation, const std::vector<Parameter>& own) const;
  [[nodiscard]] Json Write(const Parameter& parameter) const;

  const Dialect dialect_;
  Schemas& schemas_;
};

// Returns the path that a version's resources stand below: "/api/v1", "/apis/G/V".
[[nodiscard]] std::string VersionPath(std::string_view group, std::string_view version);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_OPENAPI_PATHS_H_
