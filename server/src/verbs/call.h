// One request about a resource, on its way through a verb.
#ifndef K8SNET_SERVER_SRC_VERBS_CALL_H_
#define K8SNET_SERVER_SRC_VERBS_CALL_H_

#include "k8snet/server/http.h"
#include "src/registry/routes.h"
#include "src/registry/served.h"
#include "src/request_context.h"

namespace k8snet::server {

// Lifetime: that of the request.
struct Call {
  RequestContext& context;
  const Request& request;
  const ServedResource& target;
  const RouteView& route;

  [[nodiscard]] const Query& query() const { return context.query; }
  [[nodiscard]] Offers offers() const { return context.offers; }
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_CALL_H_
