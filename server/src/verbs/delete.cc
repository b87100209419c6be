#include <algorithm>
#include <utility>

#include "k8snet/apis/meta.h"
#include "k8snet/apis/meta/v1.h"
#include "src/negotiate/document.h"
#include "src/verbs/body.h"
#include "src/verbs/delete_options.h"
#include "src/verbs/verbs.h"

namespace k8snet::server {

// Source: kubernetes/apiserver pkg/endpoints/handlers/delete.go, DeleteResource.
Result<Response> Verbs::Delete(const Call& call) const {
  K8SNET_ASSIGN_OR_RETURN(const Output output, NegotiateOutput(call.request, call.query(),
                                                               Endpoint::kObjects, call.offers()));
  K8SNET_RETURN_IF_ERROR(CheckPath(call.route));
  K8SNET_RETURN_IF_ERROR(CheckBodySize(call.request));
  K8SNET_ASSIGN_OR_RETURN(const DeleteRequest request,
                          ParseDeleteRequest(call.request, call.query(), call.offers()));
  const Resource& resource = *call.target.resource;
  K8SNET_ASSIGN_OR_RETURN(const Deleted deleted,
                          parts_.writer.Delete(TargetOf(call, request.dry_run), request.rules));
  if (!deleted.gone) {
    return renderer_.RenderObject(call, output, request.orphans_explicitly_not ? 202 : 200,
                                  deleted.object);
  }
  if (resource.returns_deleted) {
    return renderer_.RenderObject(call, output, 200, deleted.object);
  }
  if (output.transform == Transform::kTable) {
    // A Status is shown as it is, but what is said of the table must make sense.
    if (const auto include = Renderer::ParseIncludeObject(call.query()); !include) {
      return PlainError(include.error());
    }
  }
  meta::v1::Status status;
  status.status = "Success";
  meta::v1::StatusDetails& details = status.details.emplace();
  details.name = call.route.name;
  details.group = resource.group;
  details.kind = resource.plural;
  details.uid = MetaOf(deleted.object).uid;
  return BodyResponse(call.request, 200, output,
                      EncodeDocument(output, "v1", "Status", TypeOf<meta::v1::Status>(), &status));
}

}  // namespace k8snet::server
