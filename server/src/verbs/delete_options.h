// What a delete is to do, from its body or its query.
#ifndef K8SNET_SERVER_SRC_VERBS_DELETE_OPTIONS_H_
#define K8SNET_SERVER_SRC_VERBS_DELETE_OPTIONS_H_

#include "k8snet/apis/base/result.h"
#include "k8snet/server/http.h"
#include "src/negotiate/accept.h"
#include "src/query.h"
#include "src/registry/writer.h"

namespace k8snet::server {

struct DeleteRequest {
  DeleteRules rules;
  bool dry_run = false;
  // The deprecated orphanDependents was given as false; an answer about an object that stays is
  // then 202.
  bool orphans_explicitly_not = false;
};

// Returns what the DeleteOptions in the body say, or, if there is no body, the query.
// Errors: kBadRequest, kUnsupportedMediaType, kInvalid.
// Source: kubernetes/apiserver pkg/endpoints/handlers/delete.go; kubernetes/apimachinery
// pkg/apis/meta/v1/validation/validation.go, ValidateDeleteOptions.
[[nodiscard]] Result<DeleteRequest> ParseDeleteRequest(const Request& request, const Query& query,
                                                       Offers offers);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_DELETE_OPTIONS_H_
