#include <utility>

#include "k8snet/apis/meta.h"
#include "src/negotiate/accept.h"
#include "src/verbs/body.h"
#include "src/verbs/verbs.h"

namespace k8snet::server {

// Source: kubernetes/apiserver pkg/endpoints/handlers/create.go, createHandler.
Result<Response> Verbs::Create(const Call& call) const {
  K8SNET_ASSIGN_OR_RETURN(const Output output, NegotiateOutput(call.request, call.query(),
                                                               Endpoint::kObjects, call.offers()));
  K8SNET_ASSIGN_OR_RETURN(const Format format, NegotiateInput(call.request, call.offers()));
  K8SNET_RETURN_IF_ERROR(CheckBodySize(call.request));
  K8SNET_ASSIGN_OR_RETURN(const WriteOptions options,
                          ParseWriteOptions(WriteKind::kCreate, call.request, call.query()));
  K8SNET_ASSIGN_OR_RETURN(MutableObject object,
                          DecodeBody(call, parts_.catalog, format, options.field_validation));
  K8SNET_RETURN_IF_ERROR(CheckNamespace(call, object));
  DropDuplicateOwners(call, object);
  parts_.codec.SetDefaults(object);
  K8SNET_RETURN_IF_ERROR(TrackOwners(call, options, object, nullptr));
  K8SNET_ASSIGN_OR_RETURN(MutableObject hub,
                          parts_.codec.ToHub(call.target, std::move(object).Freeze()));
  WarningList warnings;
  const auto written =
      parts_.writer.Create(TargetOf(call, options.dry_run), std::move(hub), warnings);
  AddWarnings(call, warnings);
  if (!written) {
    return written.error();
  }
  return renderer_.RenderObject(call, output, 201, written->object);
}

}  // namespace k8snet::server
