// What serves the API paths behind the filters.
#ifndef K8SNET_SERVER_SRC_API_HANDLER_H_
#define K8SNET_SERVER_SRC_API_HANDLER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/http.h"
#include "k8snet/server/logger.h"
#include "k8snet/server/storage.h"
#include "src/app/feature_gates.h"
#include "src/metrics/exposition.h"
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

  // Says where clients reach the server, once it listens: `address` is an IP address that is not
  // loopback, or empty if there is none. At most once.
  virtual void Announce(std::string_view /*address*/, std::uint16_t /*port*/) {}

  // Adds what the API counts, and how much it holds.
  virtual void AppendMetrics(Exposition& /*out*/) const {}

  // Returns the installed paths for the listing at `/`, in any order: "/api", "/api/v1", "/apis",
  // "/apis/networking.k8s.io", ...
  [[nodiscard]] virtual std::vector<std::string> paths() const = 0;
};

// What the API is made of. Lifetime: all references outlive the handler.
struct ApiParts {
  Storage& storage;  // Not yet opened.
  Waker& waker;      // Of the listener that serves the handler's streams.
  Clock& clock;
  Random& random;
  Logger& logger;
  const FeatureGates& feature_gates;
  std::vector<std::string> service_cluster_ip_ranges;  // One, or one a family.
  std::int64_t node_port_first;
  std::int64_t node_port_last;  // Included.
  // Whether the server does for ServiceCIDRs what kube-controller-manager does in a whole cluster.
  bool service_cidr_controller = false;
};

// Opens the storage and returns what serves it: every resource of the IDL, once the namespaces
// and the ServiceCIDR exist that every cluster has. Errors: kInternalError with one line: the
// storage cannot be opened or read.
[[nodiscard]] Result<std::unique_ptr<ApiHandler>> NewApiHandler(ApiParts parts);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_API_HANDLER_H_
