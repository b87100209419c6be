// One log line per request, at its end.
#ifndef K8SNET_SERVER_SRC_FILTERS_ACCESS_LOG_H_
#define K8SNET_SERVER_SRC_FILTERS_ACCESS_LOG_H_

#include "k8snet/server/clock.h"
#include "k8snet/server/http.h"
#include "k8snet/server/logger.h"
#include "src/request_context.h"

namespace k8snet::server {

// Logs the request that `response` answers: at once, or for a stream when it ends. Answers of 500
// and above are information, all others are for debugging: as upstream, these are off by default.
// Lifetime: `logger` and `clock` outlive the response.
// Source: kubernetes/apiserver pkg/server/httplog/httplog.go.
void LogRequest(Logger& logger, const Clock& clock, const RequestContext& context,
                const Request& request, Response& response);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_FILTERS_ACCESS_LOG_H_
