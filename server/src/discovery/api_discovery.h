// The documents that tell clients which groups, versions and resources are served.
// Source: kubernetes/apiserver pkg/endpoints/discovery/{group,version,root,legacy,
// storageversionhash}.go, pkg/endpoints/discovery/aggregated/{handler,wrapper,etag}.go.
#ifndef K8SNET_SERVER_SRC_DISCOVERY_API_DISCOVERY_H_
#define K8SNET_SERVER_SRC_DISCOVERY_API_DISCOVERY_H_

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/resource.h"
#include "k8snet/server/http.h"
#include "src/registry/catalog.h"
#include "src/request_context.h"

namespace k8snet::server {

// Serves /api, /api/v1, /apis, /apis/G and /apis/G/V. All documents are made once.
// Thread-safe: immutable once constructed.
class ApiDiscovery {
 public:
  // `catalog` outlives this. `server_address` is where clients reach the server, "10.0.0.1:443".
  ApiDiscovery(const Catalog& catalog, std::string server_address);

  // Returns the answer, or nothing if the path, decoded, is no document.
  [[nodiscard]] std::optional<Response> Handle(const RequestContext& context,
                                               const Request& request) const;

  // Paths of all documents: "/api", "/api/v1", "/apis", "/apis/networking.k8s.io", ...
  [[nodiscard]] std::vector<std::string> paths() const;

 private:
  // One document in the forms it is kept in.
  struct Document {
    std::string json;      // Compact, without a newline.
    std::string protobuf;  // In its envelope.
    std::string etag;      // Of aggregated documents: quoted.
    bool any_method = false;
  };

  [[nodiscard]] Response Answer(const RequestContext& context, const Request& request,
                                const Document& document) const;
  // Answers with an aggregated document, if the request wants one.
  [[nodiscard]] std::optional<Response> AnswerAggregated(const RequestContext& context,
                                                         const Request& request,
                                                         const Document& document) const;
  void AddGroup(std::string_view group, const Catalog& catalog);
  void AddRoots(const std::vector<std::string_view>& groups, const Catalog& catalog,
                const std::string& server_address);

  std::map<std::string, Document, std::less<>> documents_;   // By path, without a slash at the end.
  std::map<std::string, Document, std::less<>> aggregated_;  // "/api" and "/apis".
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_DISCOVERY_API_DISCOVERY_H_
