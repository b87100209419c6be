// Documents in the formats that are served.
#ifndef K8SNET_SERVER_SRC_NEGOTIATE_DOCUMENT_H_
#define K8SNET_SERVER_SRC_NEGOTIATE_DOCUMENT_H_

#include <string>
#include <string_view>

#include "k8snet/apis/base/error.h"
#include "k8snet/apis/base/object.h"
#include "k8snet/server/http.h"
#include "src/negotiate/accept.h"
#include "src/query.h"

namespace k8snet::server {

// Returns the struct at `data`, which `type` describes, as a document of the given kind and
// version, which need not be the type's own.
[[nodiscard]] std::string EncodeDocument(const Output& output, std::string_view api_version,
                                         std::string_view kind, const Type& type, const void* data);

// Returns the JSON text `json` as a document: indented, with a newline, or as YAML or CBOR.
[[nodiscard]] std::string LayOutJson(const Output& output, std::string json);

// Returns a response with `body`, whose format is that of `output`; compressed if it is large and
// `request` accepts that.
[[nodiscard]] Response BodyResponse(const Request& request, int status, const Output& output,
                                    std::string body);

// Returns the answer that says `error` as indented JSON, whatever the request accepts.
[[nodiscard]] Response PlainError(const Error& error);

// Returns the answer that says `error`, in a form that the request accepts. If it accepts none:
// indented JSON.
// Source: kubernetes/apiserver pkg/endpoints/handlers/responsewriters/writers.go, ErrorNegotiated.
[[nodiscard]] Response NegotiatedError(const Request& request, const Query& query,
                                       const Error& error, Offers offers = Offers::kDefault);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_NEGOTIATE_DOCUMENT_H_
