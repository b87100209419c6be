#include "src/negotiate/status_object.h"

#include "src/status.h"

namespace k8snet::server {

meta::v1::Status StatusOf(const Error& error) {
  meta::v1::Status status;
  status.metadata.continue_ = error.continue_token;
  status.status = "Failure";
  status.message = error.message;
  status.reason = ReasonName(error.reason);
  status.code = HttpCode(error.reason);
  if (error.details) {
    meta::v1::StatusDetails& details = status.details.emplace();
    details.name = error.details->name;
    details.group = error.details->group;
    details.kind = error.details->kind;
    details.uid = error.details->uid;
    details.retry_after_seconds = error.details->retry_after_seconds;
    for (const Cause& cause : error.details->causes) {
      details.causes.push_back(
          {.reason = cause.reason, .message = cause.message, .field = cause.field});
    }
  }
  return status;
}

}  // namespace k8snet::server
