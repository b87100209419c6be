#include "src/status.h"

#include <memory>
#include <utility>

#include "k8snet/apis/codec/json.h"

namespace k8snet::server {
namespace {

// Appends `,"key":"value"`, without the comma at the start of an object, unless value is empty.
void AppendMember(std::string& out, std::string_view key, std::string_view value) {
  if (value.empty()) {
    return;
  }
  if (out.back() != '{') {
    out += ',';
  }
  AppendJsonString(key, out);
  out += ':';
  AppendJsonString(value, out);
}

void AppendDetails(std::string& out, const ErrorDetails& details) {
  out += ",\"details\":{";
  AppendMember(out, "name", details.name);
  AppendMember(out, "group", details.group);
  AppendMember(out, "kind", details.kind);
  AppendMember(out, "uid", details.uid);
  if (!details.causes.empty()) {
    out += out.back() == '{' ? "\"causes\":[" : ",\"causes\":[";
    for (std::size_t i = 0; i < details.causes.size(); ++i) {
      out += i == 0 ? "{" : ",{";
      AppendMember(out, "reason", details.causes[i].reason);
      AppendMember(out, "message", details.causes[i].message);
      AppendMember(out, "field", details.causes[i].field);
      out += '}';
    }
    out += ']';
  }
  if (details.retry_after_seconds != 0) {
    out += out.back() == '{' ? "" : ",";
    out += "\"retryAfterSeconds\":" + std::to_string(details.retry_after_seconds);
  }
  out += '}';
}

}  // namespace

int HttpCode(Reason reason) {
  switch (reason) {
    case Reason::kBadRequest:
      return 400;
    case Reason::kUnauthorized:
      return 401;
    case Reason::kForbidden:
      return 403;
    case Reason::kNotFound:
      return 404;
    case Reason::kMethodNotAllowed:
      return 405;
    case Reason::kNotAcceptable:
      return 406;
    case Reason::kAlreadyExists:
    case Reason::kConflict:
      return 409;
    case Reason::kGone:
    case Reason::kExpired:
      return 410;
    case Reason::kRequestEntityTooLarge:
      return 413;
    case Reason::kUnsupportedMediaType:
      return 415;
    case Reason::kInvalid:
      return 422;
    case Reason::kTooManyRequests:
      return 429;
    case Reason::kServiceUnavailable:
      return 503;
    case Reason::kTimeout:
      return 504;
    case Reason::kUnknown:
    case Reason::kServerTimeout:
    case Reason::kInternalError:
    case Reason::kStorageReadError:
    case Reason::kNotRegistered:
      return 500;
  }
  return 500;
}

std::string StatusJson(const Error& error) {
  std::string out = R"({"kind":"Status","apiVersion":"v1","metadata":{)";
  AppendMember(out, "continue", error.continue_token);
  out += R"(},"status":"Failure")";
  AppendMember(out, "message", error.message);
  AppendMember(out, "reason", ReasonName(error.reason));
  if (error.details) {
    AppendDetails(out, *error.details);
  }
  out += ",\"code\":" + std::to_string(HttpCode(error.reason)) + "}\n";
  return out;
}

Response ErrorResponse(const Request&, const Error& error) {
  Response response;
  response.status = HttpCode(error.reason);
  response.headers.Add("Content-Type", "application/json");
  if (error.details && error.details->retry_after_seconds > 0) {
    response.headers.Add("Retry-After", std::to_string(error.details->retry_after_seconds));
  }
  response.body.push_back(std::make_shared<const std::string>(StatusJson(error)));
  return response;
}

Response TextResponse(int status, std::string_view text) {
  Response response;
  response.status = status;
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  response.headers.Add("X-Content-Type-Options", "nosniff");
  response.body.push_back(std::make_shared<const std::string>(text));
  return response;
}

Response PathNotFound() { return TextResponse(404, "404 page not found\n"); }

Error RouteNotFound() {
  return {Reason::kNotFound, "the server could not find the requested resource", ErrorDetails{}};
}

Error MethodNotAllowed() {
  return {Reason::kMethodNotAllowed,
          "the server does not allow this method on the requested resource", ErrorDetails{}};
}

}  // namespace k8snet::server
