#include <utility>

#include "k8snet/apis/base/field.h"
#include "src/errors.h"
#include "src/negotiate/accept.h"
#include "src/verbs/body.h"
#include "src/verbs/delete_options.h"
#include "src/verbs/verbs.h"

namespace k8snet::server {

// Source: kubernetes/apiserver pkg/endpoints/handlers/delete.go, DeleteCollection;
// pkg/registry/generic/registry/store.go, DeleteCollection.
Result<Response> Verbs::DeleteCollection(const Call& call) const {
  K8SNET_ASSIGN_OR_RETURN(const Output output, NegotiateOutput(call.request, call.query(),
                                                               Endpoint::kObjects, call.offers()));
  K8SNET_ASSIGN_OR_RETURN(const ListOptions options, ParseListOptions(call.query(), false));
  K8SNET_ASSIGN_OR_RETURN(const Selection selection,
                          ParseSelection(*call.target.kind->hub, options));
  K8SNET_RETURN_IF_ERROR(CheckBodySize(call.request));
  K8SNET_ASSIGN_OR_RETURN(const DeleteRequest request,
                          ParseDeleteRequest(call.request, call.query(), call.offers()));
  if (request.rules.only_unreadable) {
    field::ErrorList errors;
    errors.push_back(field::Invalid(
        field::Path("ignoreStoreReadErrorWithClusterBreakingPotential"), true,
        "is not allowed with DELETECOLLECTION, try again after removing the option"));
    return Invalid("DeleteOptions", "meta.k8s.io", "", errors);
  }
  K8SNET_ASSIGN_OR_RETURN(const ListPage page, SelectPage(call, options, selection));
  WriteTarget target = TargetOf(call, request.dry_run);
  for (const Entry* entry : page.entries) {
    target.name_space = entry->name_space();
    target.name = entry->name();
    const auto deleted = parts_.writer.Delete(target, request.rules);
    if (!deleted && deleted.error().reason != Reason::kNotFound) {
      return deleted.error();
    }
  }
  return renderer_.RenderList(call, output, page);
}

}  // namespace k8snet::server
