#include "src/openapi/openapi.h"

#include <algorithm>
#include <array>
#include <utility>

#include "k8snet/apis/base/resource.h"
#include "src/negotiate/accept.h"
#include "src/openapi/content.h"
#include "src/status.h"

namespace k8snet::server {
namespace {

constexpr int kLevel = 6;

// Whether the documents made at build time are those of `api`.
bool IsBuiltin(const DocumentedApi& api) {
  const std::span<const Resource> builtin = AllResources();
  return api.gates.empty() &&
         std::equal(api.resources.begin(), api.resources.end(), builtin.begin(), builtin.end(),
                    [](const DocumentedResource& documented, const Resource& resource) {
                      return documented.resource == &resource;
                    });
}

// Which format a document is asked for in, or nothing.
enum class DocumentFormat : std::uint8_t { kJson, kProtobuf };

std::optional<DocumentFormat> Negotiate(std::string_view accept, std::string_view version) {
  if (accept.empty()) {
    return DocumentFormat::kJson;
  }
  const std::string protobuf = "com.github.proto-openapi.spec." + std::string(version);
  for (const AcceptClause& clause : ParseAccept(accept)) {
    if (clause.type != "*" && clause.type != "application") {
      continue;
    }
    if (clause.subtype == "*" || clause.subtype == "json") {
      return DocumentFormat::kJson;
    }
    if (clause.subtype == protobuf + "@v1.0+protobuf" ||
        clause.subtype == protobuf + ".v1.0+protobuf") {
      return DocumentFormat::kProtobuf;
    }
  }
  return std::nullopt;
}

}  // namespace

OpenApi::OpenApi(DocumentedApi api, Clock& clock)
    : api_(std::move(api)),
      clock_(clock),
      modified_(std::chrono::floor<std::chrono::seconds>(clock.Now())) {}

std::span<const PackedDocument> OpenApi::Documents() {
  std::call_once(made_, [&] {
    if (!IsBuiltin(api_)) {
      own_ = std::make_unique<PackedOpenApi>(api_, kLevel);
    }
    const MutexLock lock(mutex_);
    sent_.resize(2 * (own_ ? own_->documents() : BuiltinOpenApi()).size());
  });
  return own_ ? own_->documents() : BuiltinOpenApi();
}

std::optional<Response> OpenApi::Handle(const RequestContext& context, const Request& request) {
  constexpr std::string_view kRoot = "/openapi/";
  std::string_view name = context.info.path;
  if (!name.starts_with(kRoot)) {
    return std::nullopt;
  }
  name.remove_prefix(kRoot.size());
  const bool below = name.starts_with("v3/");
  if (name != "v2" && name != "v3" && !below) {
    return std::nullopt;
  }
  const std::span<const PackedDocument> documents = Documents();
  const auto found =
      std::find_if(documents.begin(), documents.end(),
                   [&](const PackedDocument& document) { return document.name == name; });
  if (found == documents.end()) {
    Response response;
    response.status = 404;
    return response;
  }
  return Serve(context, request, static_cast<std::size_t>(found - documents.begin()));
}

Response OpenApi::Serve(const RequestContext& context, const Request& request, std::size_t index) {
  const PackedDocument& document = Documents()[index];
  const std::string_view version = document.name.substr(0, 2);
  const bool is_index = document.name == "v3";
  Response response;
  if (version == "v2") {
    response.headers.Add("Vary", "Accept-Encoding");
  }
  if (!is_index) {
    response.headers.Add("Vary", "Accept");
  }
  const std::optional<DocumentFormat> format =
      is_index ? DocumentFormat::kJson : Negotiate(AcceptOf(request), version);
  if (!format) {
    response.status = 406;
    return response;
  }
  const bool json = *format == DocumentFormat::kJson;
  response.headers.Add("Content-Type", json ? "application/json"
                                            : "application/com.github.proto-openapi.spec." +
                                                  std::string(version) + ".v1.0+protobuf");
  const std::string etag = "\"" + std::string(document.hash) + "\"";
  const std::string_view hash = is_index ? std::string_view() : context.query.Get("hash");
  if (version == "v3" && !hash.empty()) {
    if (hash != document.hash) {
      response.status = 301;
      response.headers.Add("Etag", etag);
      response.headers.Add("Location", "/openapi/" + std::string(document.name) +
                                           "?hash=" + std::string(document.hash));
      return response;
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.Now());
    const auto day = std::chrono::floor<std::chrono::days>(now);
    // A year later; where that day does not exist, the one after it.
    const auto expires =
        std::chrono::sys_days(std::chrono::year_month_day(day) + std::chrono::years(1)) +
        (now - day);
    response.headers.Add("Cache-Control", "public, immutable");
    response.headers.Add("Expires", HttpDate(expires, "UTC"));
  }
  const PackedBytes& packed = json ? document.json : document.protobuf;
  const std::size_t slot = 2 * index + (json ? 0 : 1);
  Content content;
  content.etag = etag;
  content.modified = modified_;
  content.size = packed.plain_size;
  content.load = [&] { return Load(packed, true, slot); };
  if (version == "v2") {
    content.load_gzip = [&] { return Load(packed, false, slot); };
  }
  return ServeContent(request, std::move(response.headers), content);
}

Bytes OpenApi::Load(const PackedBytes& packed, bool plain, std::size_t slot) {
  {
    const MutexLock lock(mutex_);
    const Sent& sent = sent_[slot];
    if (Bytes bytes = (plain ? sent.plain : sent.packed).lock()) {
      return bytes;
    }
  }
  auto bytes =
      std::make_shared<const std::string>(plain ? Unpack(packed) : std::string(packed.bytes));
  const MutexLock lock(mutex_);
  Sent& sent = sent_[slot];
  (plain ? sent.plain : sent.packed) = bytes;
  return bytes;
}

}  // namespace k8snet::server
