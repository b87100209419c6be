#include "src/filters/chain.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/codec/json.h"
#include "src/auth/websocket_token.h"
#include "src/discovery/version.h"
#include "src/duration.h"
#include "src/filters/access_log.h"
#include "src/filters/request_info.h"
#include "src/negotiate/document.h"
#include "src/status.h"

namespace k8snet::server {
namespace {

// So that a message does not look like HTML.
std::string Sanitize(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

// Source: kubernetes/apiserver pkg/endpoints/handlers/responsewriters/errors.go, InternalError.
Response InternalServerError(const Request& request, const Error& error) {
  return TextResponse(500, Sanitize("Internal Server Error: " + field::Quote(request.target) +
                                    ": " + error.message) +
                               "\n");
}

// Source: kubernetes/apiserver pkg/endpoints/handlers/responsewriters/errors.go, Forbidden.
Error Forbidden(const UserInfo& user, const RequestInfo& info, std::string_view reason) {
  std::string why = "User " + field::Quote(user.name) + " cannot " + info.verb;
  if (!info.is_resource) {
    why += " path " + field::Quote(info.path);
  } else {
    why += " resource " +
           field::Quote(info.subresource.empty() ? info.resource
                                                 : info.resource + "/" + info.subresource) +
           " in API group " + field::Quote(info.group);
    why += info.ns.empty() ? " at the cluster scope" : " in the namespace " + field::Quote(info.ns);
  }
  why = Sanitize(why);
  if (!reason.empty()) {
    why += ": ";
    why += reason;
  }
  if (!info.is_resource) {
    return {Reason::kForbidden, "forbidden: " + why, ErrorDetails{}};
  }
  std::string what = info.group.empty() ? info.resource : info.resource + "." + info.group;
  if (!info.name.empty()) {
    what += " " + field::Quote(info.name);
  }
  ErrorDetails details;
  details.name = info.name;
  details.group = info.group;
  details.kind = info.resource;
  return {Reason::kForbidden, what + " is forbidden: " + why, std::move(details)};
}

// Returns when an ordinary request must have been answered.
// Errors: kBadRequest, the parameter `timeout` is no duration.
// Source: kubernetes/apiserver pkg/endpoints/filters/request_deadline.go.
Result<std::chrono::steady_clock::time_point> Deadline(const RequestContext& context,
                                                       const Request& request,
                                                       std::chrono::milliseconds maximum) {
  std::chrono::nanoseconds timeout = maximum;
  if (const std::string_view text = context.query.Get("timeout"); !text.empty()) {
    Result<std::chrono::nanoseconds> asked = ParseDuration(text);
    if (!asked) {
      return Error(Reason::kBadRequest,
                   "invalid timeout specified in the request URL - " + asked.error().message);
    }
    if (asked->count() > 0 && *asked < timeout) {
      timeout = *asked;
    }
  }
  return request.received_at + timeout;
}

// What is asked of every server that shuts down.
Response ShuttingDown(const RequestContext& context, const Request& request) {
  Response response = NegotiatedError(
      request, context.query, Error(Reason::kServiceUnavailable, "apiserver is shutting down"));
  response.headers.Set("Retry-After", "1");
  response.headers.Set("X-Content-Type-Options", "nosniff");
  response.close = true;
  return response;
}

// What a request is answered with once its time is over, whatever came of it.
// Source: kubernetes/apiserver pkg/server/filters/timeout.go.
Response TimedOut() {
  Response response = TextResponse(
      504,
      R"({"metadata":{},"status":"Failure","message":"Timeout: request did not complete within )"
      R"(the allotted timeout","reason":"Timeout","details":{},"code":504})"
      "\n");
  response.headers.Remove("X-Content-Type-Options");
  return response;
}

// A connection of HTTP/2 is worth much to who wants to do harm: those who are nobody get it for one
// request. Source: kubernetes/apiserver pkg/endpoints/filters/authentication.go,
// UnauthenticatedHTTP2DOSMitigation.
Response CloseForStrangers(const RequestContext& context, const Request& request,
                           Response response) {
  response.close = response.close || (request.http2 && context.user.name == "system:anonymous");
  return response;
}

bool IsBelow(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

Response JsonResponse(std::string text) {
  Response response;
  response.headers.Add("Content-Type", "application/json");
  response.body.push_back(std::make_shared<const std::string>(std::move(text)));
  return response;
}

}  // namespace

Chain::Chain(ChainParts parts, ChainOptions options)
    : parts_(parts),
      options_(options),
      read_only_(options.max_requests_in_flight),
      mutating_(options.max_mutating_requests_in_flight) {}

Response Chain::Handle(Request& request) {
  RequestContext context;
  context.logger = &parts_.logger;
  context.stop = stop_.get_token();
  const std::string* audit_id = request.headers.Find("Audit-ID");
  context.audit_id = audit_id != nullptr && !audit_id->empty() ? *audit_id : NewAuditId();
  Response response = Recover(context, request);
  response.headers.Set("Audit-Id", context.audit_id);
  for (std::string& warning : context.warnings.HeaderValues()) {
    response.headers.Add("Warning", std::move(warning));
  }
  LogRequest(parts_.logger, parts_.clock, context, request, response);
  return response;
}

void Chain::Abandon() {
  Drain();
  stop_.request_stop();
}

Response Chain::Recover(RequestContext& context, Request& request) {
  std::string what = "unknown exception";
  try {
    return Serve(context, request);
  } catch (const std::exception& exception) {
    what = exception.what();
  } catch (...) {  // NOLINT(bugprone-empty-catch): said below.
  }
  parts_.logger.Error("Handler threw", {{"method", request.method},
                                        {"URI", request.target},
                                        {"auditID", context.audit_id},
                                        {"err", what}});
  return TextResponse(500,
                      "This request caused apiserver to panic. Look in the logs for details.\n");
}

Response Chain::Serve(RequestContext& context, Request& request) {
  Result<Target> target = ParseTarget(request.target);
  if (!target) {
    Response response = TextResponse(400, "400 Bad Request");
    response.headers.Remove("X-Content-Type-Options");
    response.close = true;
    return response;
  }
  Result<RequestInfo> info = ParseRequestInfo(request.method, *target);
  if (!info) {
    return InternalServerError(request, info.error().Wrap("failed to create RequestInfo"));
  }
  context.info = *std::move(info);
  context.query = std::move(target->query);
  Response response = ServeAuthenticated(context, request);
  if (response.headers.Find("Cache-Control") == nullptr) {
    response.headers.Add("Cache-Control", "no-cache, private");
  }
  return response;
}

Response Chain::ServeAuthenticated(RequestContext& context, Request& request) {
  const bool long_running = context.info.long_running();
  if (draining_ && !long_running) {
    return ShuttingDown(context, request);
  }
  if (!long_running) {
    auto deadline = Deadline(context, request, options_.request_timeout);
    if (!deadline) {
      return NegotiatedError(request, context.query, deadline.error());
    }
    context.deadline = *deadline;
  }
  Result<std::optional<UserInfo>> user = parts_.authenticator.Authenticate(request);
  if (parts_.metrics != nullptr) {
    parts_.metrics->Authenticated(user && *user ? &**user : nullptr);
  }
  if (!user || !*user) {
    parts_.logger.Info(
        "Unable to authenticate the request",
        {{"auditID", context.audit_id}, {"err", user ? "no credentials" : user.error().message}});
    Response response =
        NegotiatedError(request, context.query, Error(Reason::kUnauthorized, "Unauthorized"));
    response.close = request.http2;
    return response;
  }
  context.user = **std::move(user);
  request.headers.Remove("Authorization");
  RemoveWebSocketToken(request);
  if (long_running) {
    return CloseForStrangers(context, request, Authorize(context, request));
  }
  const auto place = (IsMutating(context.info) ? mutating_ : read_only_).Enter();
  const auto& groups = context.user.groups;
  if (!place && std::find(groups.begin(), groups.end(), "system:masters") == groups.end()) {
    Response response = TextResponse(429, "Too many requests, please try again later.\n");
    response.headers.Add("Retry-After", "1");
    return response;
  }
  Response response = Authorize(context, request);
  if (parts_.clock.SteadyNow() >= context.deadline) {
    response = TimedOut();
  }
  return CloseForStrangers(context, request, std::move(response));
}

Response Chain::Authorize(RequestContext& context, Request& request) {
  const Result<Decision> decision = parts_.authorizer.Authorize(context.user, context.info);
  if (parts_.metrics != nullptr) {
    decision ? parts_.metrics->Authorized(decision->allowed) : parts_.metrics->AuthorizerFailed();
  }
  if (!decision) {
    return InternalServerError(request, decision.error());
  }
  if (!decision->allowed) {
    Response response = NegotiatedError(request, context.query,
                                        Forbidden(context.user, context.info, decision->reason));
    response.headers.Set("X-Content-Type-Options", "nosniff");
    return response;
  }
  return Route(context, request);
}

Response Chain::Route(RequestContext& context, Request& request) {
  std::optional<Response> response = Dispatch(context, request);
  if (!response) {
    return PathNotFound();
  }
  if (parts_.metrics != nullptr) {
    parts_.metrics->Served(context, request, *response);
  }
  return std::move(*response);
}

// Source: kubernetes/apiserver pkg/server/routes/metrics.go.
Response Chain::ServeMetrics(const Request& request) const {
  if (request.method == "DELETE") {
    return TextResponse(405, "Method Not Allowed\n");
  }
  Exposition out;
  parts_.metrics->AppendTo(out);
  parts_.api.AppendMetrics(out);
  AppendProcessMetrics(out);
  out.Begin("apiserver_current_inflight_requests", "gauge", "Requests that are served now.");
  out.Add({{"request_kind", "mutating"}}, static_cast<double>(mutating_.taken()));
  out.Add({{"request_kind", "readOnly"}}, static_cast<double>(read_only_.taken()));
  AppendBuildInfo(out);
  return MetricsResponse(request, out);
}

// Serves the path, or returns nothing if there is no such path.
std::optional<Response> Chain::Dispatch(RequestContext& context, Request& request) {
  const std::string_view path = context.info.path;
  for (const std::string_view root : {"/api", "/apis", "/openapi"}) {
    if (IsBelow(path, root)) {
      return parts_.api.Handle(context, request);
    }
  }
  if (path == "/" || path == "/index.html") {
    return Index();
  }
  if (IsBelow(path, "/version")) {
    if (path != "/version" && path != "/version/") {
      return NegotiatedError(request, context.query, RouteNotFound());
    }
    return request.method == "GET" ? JsonResponse(VersionJson())
                                   : NegotiatedError(request, context.query, MethodNotAllowed());
  }
  if (path == "/metrics" && parts_.metrics != nullptr) {
    return ServeMetrics(request);
  }
  if (path == "/metrics/slis" && parts_.metrics != nullptr) {
    Exposition out;
    parts_.health.AppendMetrics(out);
    return MetricsResponse(request, out);
  }
  return parts_.health.Handle(context);
}

// Source: kubernetes/apiserver pkg/server/routes/index.go.
Response Chain::Index() const {
  std::set<std::string> paths;
  for (std::vector<std::string>& some : std::array{parts_.api.paths(), parts_.health.paths()}) {
    paths.insert(std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  paths.insert("/version");
  if (parts_.metrics != nullptr) {
    paths.insert({"/metrics", "/metrics/slis"});
  }
  std::string out = "{\n  \"paths\": [";
  const char* separator = "\n    ";
  for (const std::string& path : paths) {
    out += separator;
    AppendJsonString(path, out);
    separator = ",\n    ";
  }
  return JsonResponse(out + "\n  ]\n}");
}

std::string Chain::NewAuditId() {
  static constexpr char kHex[] = "0123456789abcdef";
  std::array<std::uint8_t, 16> bytes{};
  parts_.random.Fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  std::string id;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      id += '-';
    }
    id += kHex[bytes[i] >> 4];
    id += kHex[bytes[i] & 0xF];
  }
  return id;
}

}  // namespace k8snet::server
