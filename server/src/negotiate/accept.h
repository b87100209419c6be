// What form an answer is to have, and which form a body has.
// Source: kubernetes/apiserver pkg/endpoints/handlers/negotiation/negotiate.go.
#ifndef K8SNET_SERVER_SRC_NEGOTIATE_ACCEPT_H_
#define K8SNET_SERVER_SRC_NEGOTIATE_ACCEPT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/http.h"
#include "src/query.h"

namespace k8snet::server {

enum class Format : std::uint8_t { kJson, kYaml, kProtobuf, kCbor };

// Which formats a server takes and gives.
// Source: kubernetes/apiserver pkg/features/kube_features.go, CBORServingAndStorage.
enum class Offers : std::uint8_t {
  kDefault,  // All but CBOR.
  kCbor,     // All.
};

// Returns the media type, such as "application/json".
[[nodiscard]] std::string_view MediaType(Format format);

// Returns the Content-Type of a watch in `format`.
// Source: kubernetes/apiserver pkg/endpoints/handlers/watch.go, serveWatchHandler.
[[nodiscard]] std::string_view StreamMediaType(Format format);

// What an answer's object is made into.
enum class Transform : std::uint8_t { kNone, kTable, kMetadata, kMetadataList };

// What to answer with.
struct Output {
  Format format = Format::kJson;
  bool pretty = false;  // JSON only.
  Transform transform = Transform::kNone;
  std::string_view transform_version = "v1";  // Of meta.k8s.io.
};

// One clause of an Accept header. Parameter names and values are as sent.
struct AcceptClause {
  std::string type;     // "application", or "*".
  std::string subtype;  // "json", or "*".
  double q = 1;
  std::vector<std::pair<std::string, std::string>> parameters;  // Without q.

  // Returns the value of a parameter, or "".
  [[nodiscard]] std::string_view Get(std::string_view name) const;
};

// Returns the clauses of `accept`, best first: by q, then by how specific they are, then as
// written.
// Source: munnerz/goautoneg autoneg.go, ParseAccept.
[[nodiscard]] std::vector<AcceptClause> ParseAccept(std::string_view accept);

// Returns the first Accept header of `request`; empty if there is none.
[[nodiscard]] std::string_view AcceptOf(const Request& request);

// Whether the router finds a type it can produce in `accept`. It compares by letter, without
// parameters; `watch_types` says whether the route produces those of streams too, which makes a
// difference for the message only.
// Source: emicklei/go-restful jsr311.go and route.go, matchesAccept.
[[nodiscard]] Status CheckRoutable(std::string_view accept, bool watch_types,
                                   Offers offers = Offers::kDefault);

// Returns the format that a clause asks for, if it is one that is offered.
[[nodiscard]] std::optional<Format> OfferedFormat(const AcceptClause& clause,
                                                  Offers offers = Offers::kDefault);

// What may be asked for on an endpoint.
enum class Endpoint : std::uint8_t {
  kObjects,  // Resources: tables and metadata too.
  kPlain,    // Discovery documents: nothing but the object.
};

// Returns the form that `request` asks for.
// Errors: kNotAcceptable.
[[nodiscard]] Result<Output> NegotiateOutput(const Request& request, const Query& query,
                                             Endpoint endpoint, Offers offers = Offers::kDefault);

// As NegotiateOutput for a watch, which has no YAML.
[[nodiscard]] Result<Output> NegotiateStream(const Request& request, const Query& query,
                                             Offers offers = Offers::kDefault);

// Whether JSON for this request is indented.
[[nodiscard]] bool WantsPretty(const Request& request, const Query& query);

// Returns the format of a body by its Content-Type; JSON if there is none.
// Errors: kUnsupportedMediaType.
[[nodiscard]] Result<Format> NegotiateInput(const Request& request,
                                            Offers offers = Offers::kDefault);

// Returns the media type of a Content-Type header in lower case without its parameters, or nothing
// if the header is malformed.
// Source: golang/go src/mime/mediatype.go, ParseMediaType.
[[nodiscard]] std::optional<std::string> ParseMediaType(std::string_view header);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_NEGOTIATE_ACCEPT_H_
