#include "src/registry/self_client.h"

#include <utility>

#include "src/filters/request_info.h"
#include "src/request_context.h"

namespace k8snet::server {

Status SelfClient::Send(std::string_view method, std::string_view target, std::string body,
                        std::string_view content_type, int fine) const {
  Request request;
  request.method = method;
  request.target = target;
  request.body = std::move(body);
  request.headers.Add("Content-Type", std::string(content_type));
  request.headers.Add("Accept", "application/json");
  request.headers.Add("User-Agent", user_agent_);
  K8SNET_ASSIGN_OR_RETURN(Target parsed, ParseTarget(request.target));
  RequestContext context;
  K8SNET_ASSIGN_OR_RETURN(context.info, ParseRequestInfo(request.method, parsed));
  context.query = std::move(parsed.query);
  context.logger = &logger_;
  const Response response = api_.Handle(context, request);
  if (response.status < 300 || response.status == fine) {
    return {};
  }
  std::string text = request.method + " " + request.target + ": ";
  for (const Bytes& part : response.body) {
    text += *part;
  }
  return Error(Reason::kInternalError, std::move(text));
}

}  // namespace k8snet::server
