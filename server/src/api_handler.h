// What serves the API paths behind the filters.
#ifndef K8SNET_SERVER_SRC_API_HANDLER_H_
#define K8SNET_SERVER_SRC_API_HANDLER_H_

#include <string>
#include <vector>

#include "k8snet/server/http.h"
#include "src/request_context.h"

namespace k8snet::server {

// Serves /api, /apis and /openapi: resources and discovery. Called after authorization, from many
// threads at once. Thread-safe.
class ApiHandler {
 public:
  virtual ~ApiHandler() = default;

  // Answers any request whose path is /api, /apis or /openapi, or below one of these. Audit-Id,
  // Cache-Control (unless set) and Warning headers are added by the filters. A path outside every
  // group that is served is PathNotFound() of status.h.
  [[nodiscard]] virtual Response Handle(RequestContext& context, Request& request) = 0;

  // Returns the installed paths for the listing at `/`, in any order: "/api", "/api/v1", "/apis",
  // "/apis/networking.k8s.io", ...
  [[nodiscard]] virtual std::vector<std::string> paths() const = 0;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_API_HANDLER_H_
