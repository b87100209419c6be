// Errors as responses: the Status object and the plain-text answers.
#ifndef K8SNET_SERVER_SRC_STATUS_H_
#define K8SNET_SERVER_SRC_STATUS_H_

#include <string>
#include <string_view>

#include "k8snet/apis/base/error.h"
#include "k8snet/server/http.h"

namespace k8snet::server {

// Returns the HTTP status code of `reason`; 500 for what has none.
// Source: kubernetes/apimachinery pkg/api/errors/errors.go, constructors of StatusError.
[[nodiscard]] int HttpCode(Reason reason);

// Returns the Status of `error` as compact JSON with a newline at the end.
[[nodiscard]] std::string StatusJson(const Error& error);

// Returns the answer to `request` that says `error`: a Status in a form that the request accepts,
// with Retry-After where the error has one.
[[nodiscard]] Response ErrorResponse(const Request& request, const Error& error);

// Returns plain text as Go's http.Error writes it: text/plain, nosniff. `text` has its newline.
[[nodiscard]] Response TextResponse(int status, std::string_view text);

// Returns the answer for a path that nothing is installed at.
[[nodiscard]] Response PathNotFound();

// The errors of the router, which have empty details.
// Source: kubernetes/apimachinery pkg/api/errors/errors.go, NewGenericServerResponse.
[[nodiscard]] Error RouteNotFound();
[[nodiscard]] Error MethodNotAllowed();

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_STATUS_H_
