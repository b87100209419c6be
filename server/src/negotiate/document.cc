#include "src/negotiate/document.h"

#include <memory>
#include <utility>

#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/codec/yaml.h"
#include "k8snet/apis/meta/v1.h"
#include "src/negotiate/compress.h"
#include "src/negotiate/status_object.h"
#include "src/status.h"

namespace k8snet::server {
namespace {

// Returns `{"kind":...,"apiVersion":...` and the members of `data`.
std::string JsonDocument(std::string_view api_version, std::string_view kind, const Type& type,
                         const void* data) {
  std::string json = "{\"kind\":";
  AppendJsonString(kind, json);
  json += ",\"apiVersion\":";
  AppendJsonString(api_version, json);
  const std::size_t body = json.size();
  AppendJson(type, data, false, json);
  if (json.size() - body > 2) {
    json[body] = ',';
  } else {
    json.erase(body, 1);
  }
  return json;
}

Response ErrorIn(const Output& output, const Error& error) {
  const meta::v1::Status status = StatusOf(error);
  Response response;
  response.status = HttpCode(error.reason);
  response.headers.Add("Content-Type", std::string(MediaType(output.format)));
  response.body.push_back(std::make_shared<const std::string>(
      EncodeDocument(output, "v1", "Status", TypeOf<meta::v1::Status>(), &status)));
  if (error.details && error.details->retry_after_seconds > 0) {
    response.headers.Add("Retry-After", std::to_string(error.details->retry_after_seconds));
  }
  return response;
}

}  // namespace

std::string EncodeDocument(const Output& output, std::string_view api_version,
                           std::string_view kind, const Type& type, const void* data) {
  if (output.format == Format::kProtobuf) {
    std::string raw;
    AppendProtobuf(type, data, raw);
    std::string out;
    AppendProtobufEnvelope(api_version, kind, raw, out);
    return out;
  }
  return LayOutJson(output, JsonDocument(api_version, kind, type, data));
}

std::string LayOutJson(const Output& output, std::string json) {
  if (output.format == Format::kYaml) {
    return JsonToYaml(json);
  }
  if (output.format == Format::kCbor) {
    std::string bytes(kCborSelfDescribed);
    AppendCborOfJson(json, bytes);
    return bytes;
  }
  if (output.pretty) {
    return IndentJson(json);
  }
  json += '\n';
  return json;
}

Response BodyResponse(const Request& request, int status, const Output& output, std::string body) {
  Response response;
  response.status = status;
  response.headers.Add("Content-Type", std::string(MediaType(output.format)));
  response.body.push_back(std::make_shared<const std::string>(std::move(body)));
  MaybeCompress(request, response);
  return response;
}

Response PlainError(const Error& error) {
  Output output;
  output.pretty = true;
  return ErrorIn(output, error);
}

Response NegotiatedError(const Request& request, const Query& query, const Error& error,
                         Offers offers) {
  auto output = NegotiateOutput(request, query, Endpoint::kPlain, offers);
  return output ? ErrorIn(*output, error) : PlainError(error);
}

}  // namespace k8snet::server
