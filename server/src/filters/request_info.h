// What a request asks for, from its request line.
#ifndef K8SNET_SERVER_SRC_FILTERS_REQUEST_INFO_H_
#define K8SNET_SERVER_SRC_FILTERS_REQUEST_INFO_H_

#include <string>
#include <string_view>

#include "k8snet/apis/base/result.h"
#include "src/query.h"
#include "src/request_context.h"

namespace k8snet::server {

// The parts of a request's target.
struct Target {
  std::string text;  // As it was sent.
  std::string path;  // Decoded once.
  Query query;
};

// Splits a request's target, in origin form ("/a?b") or absolute form ("https://host/a?b").
// Errors: kBadRequest, it is neither, or an encoding in the path is malformed.
// Source: golang/go src/net/url/url.go, ParseRequestURI.
[[nodiscard]] Result<Target> ParseTarget(std::string_view target);

// Returns what `method` on `target` asks for.
// Errors: kInternalError, the path names a special verb and nothing else.
// Source: kubernetes/apiserver pkg/endpoints/request/requestinfo.go, NewRequestInfo.
[[nodiscard]] Result<RequestInfo> ParseRequestInfo(std::string_view method, const Target& target);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_FILTERS_REQUEST_INFO_H_
