#include <chrono>

#include "src/errors.h"
#include "src/negotiate/accept.h"
#include "src/verbs/verbs.h"
#include "src/verbs/wait.h"

namespace k8snet::server {

// Source: kubernetes/apiserver pkg/endpoints/handlers/get.go, getResourceHandler.
Result<Response> Verbs::Get(const Call& call) const {
  K8SNET_ASSIGN_OR_RETURN(const Output output, NegotiateOutput(call.request, call.query(),
                                                               Endpoint::kObjects, call.offers()));
  K8SNET_RETURN_IF_ERROR(CheckPath(call.route));
  if (QueryBool(call.query(), "export")) {
    return BadRequest("the export parameter, deprecated since v1.14, is no longer supported");
  }
  if (const std::string* version = call.query().Find("resourceVersion")) {
    const auto revision = ParseResourceVersion(*version);
    if (!revision) {
      return Unclassified(revision.error().message);
    }
    K8SNET_RETURN_IF_ERROR(parts_.caches.WaitForRevision(
        *revision, RevisionWait(call.context, parts_.clock.SteadyNow())));
  }
  const StoredKind& kind = *call.target.kind;
  const EntryPtr entry =
      kind.cache->snapshot().Get(kind.Key(call.route.name_space, call.route.name));
  if (entry == nullptr) {
    return NotFound(*call.target.resource, call.route.name);
  }
  return renderer_.RenderEntry(call, output, *entry);
}

}  // namespace k8snet::server
