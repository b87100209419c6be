#include <utility>

#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/yaml.h"
#include "k8snet/apis/meta.h"
#include "src/negotiate/accept.h"
#include "src/verbs/body.h"
#include "src/verbs/managed_entries.h"
#include "src/verbs/verbs.h"

namespace k8snet::server {

// Source: kubernetes/apiserver pkg/endpoints/handlers/update.go, UpdateResource.
Result<Response> Verbs::Update(const Call& call) const {
  K8SNET_ASSIGN_OR_RETURN(const Output output, NegotiateOutput(call.request, call.query(),
                                                               Endpoint::kObjects, call.offers()));
  K8SNET_RETURN_IF_ERROR(CheckPath(call.route));
  K8SNET_RETURN_IF_ERROR(CheckBodySize(call.request));
  K8SNET_ASSIGN_OR_RETURN(const WriteOptions options,
                          ParseWriteOptions(WriteKind::kUpdate, call.request, call.query()));
  K8SNET_ASSIGN_OR_RETURN(const Format format, NegotiateInput(call.request, call.offers()));
  K8SNET_ASSIGN_OR_RETURN(MutableObject body,
                          DecodeBody(call, parts_.catalog, format, options.field_validation));
  K8SNET_RETURN_IF_ERROR(CheckNamespace(call, body));
  K8SNET_RETURN_IF_ERROR(CheckName(call, body));
  DropDuplicateOwners(call, body);
  parts_.codec.SetDefaults(body);
  const Object sent = std::move(body).Freeze();

  bool cleared = false;
  if (MetaOf(sent).managed_fields.empty() && format == Format::kJson) {
    cleared = ClearsManagedFields(call.request.body);
  } else if (MetaOf(sent).managed_fields.empty() && format == Format::kYaml) {
    const auto json = YamlToJson(call.request.body);
    cleared = json && ClearsManagedFields(json->json);
  } else if (MetaOf(sent).managed_fields.empty() && format == Format::kCbor) {
    const auto json = CborToJson(call.request.body);
    cleared = json && ClearsManagedFields(*json);
  }

  UpdateRules rules;
  // Through the status, too, as upstream has it.
  rules.creates = call.target.resource->create_on_update;
  rules.uid = MetaOf(sent).uid;
  const auto transform = [&](const Object* old) -> Result<MutableObject> {
    MutableObject object(sent);
    K8SNET_RETURN_IF_ERROR(TrackOwners(call, options, object, old, cleared));
    return parts_.codec.ToHub(call.target, std::move(object).Freeze());
  };
  WarningList warnings;
  const auto written =
      parts_.writer.Update(TargetOf(call, options.dry_run), rules, transform, warnings);
  AddWarnings(call, warnings);
  if (!written) {
    return written.error();
  }
  return renderer_.RenderObject(call, output, written->created ? 201 : 200, written->object);
}

}  // namespace k8snet::server
