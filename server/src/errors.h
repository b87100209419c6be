// The errors that the API answers with, worded as clients of Kubernetes know them.
// Source: kubernetes/apimachinery pkg/api/errors/errors.go.
#ifndef K8SNET_SERVER_SRC_ERRORS_H_
#define K8SNET_SERVER_SRC_ERRORS_H_

#include <string>
#include <string_view>

#include "k8snet/apis/base/error.h"
#include "k8snet/apis/base/field.h"
#include "k8snet/apis/base/resource.h"

namespace k8snet::server {

// Returns `name` and `group` joined by a dot, as messages name a resource or a kind:
// "ingresses.networking.k8s.io", or "services" for the core group.
[[nodiscard]] std::string Qualified(std::string_view name, std::string_view group);

// 400 with `message`.
[[nodiscard]] Error BadRequest(std::string message);
// 404: there is no object `name`.
[[nodiscard]] Error NotFound(const Resource& resource, std::string_view name);
// 404: there is no namespace `name`.
[[nodiscard]] Error NamespaceNotFound(std::string_view name);
// 409: the name is taken.
[[nodiscard]] Error AlreadyExists(const Resource& resource, std::string_view name);
// 409 about the resource: `why` follows "Operation cannot be fulfilled on <resource> "<name>": ".
[[nodiscard]] Error Conflict(const Resource& resource, std::string_view name, std::string_view why);
// 409 about the kind, as failed preconditions of a delete are.
[[nodiscard]] Error KindConflict(const Resource& resource, std::string_view name,
                                 std::string_view why);
// 409: the resourceVersion that the client knows is not the stored one.
[[nodiscard]] Error ModifiedConflict(const Resource& resource, std::string_view name);
// 403 of an admission: `why` follows `<resource> "<name>" is forbidden: `.
[[nodiscard]] Error Forbidden(const Resource& resource, std::string_view name,
                              std::string_view why);
// 422 with all findings. `errors` is not empty.
[[nodiscard]] Error Invalid(std::string_view kind, std::string_view group, std::string_view name,
                            const field::ErrorList& errors);
// 500 without a reason: the text of an error that nothing classifies.
[[nodiscard]] Error Unclassified(std::string message);
// 500: `why` follows "Internal error occurred: ".
[[nodiscard]] Error InternalError(std::string_view why);
// 405 of the handler: the resource does not take `verb`.
[[nodiscard]] Error NotSupported(const Resource& resource, std::string_view verb);
// 406 of the handler. `types` is the list of what is offered.
[[nodiscard]] Error NotAcceptable(std::string_view types);
// 410: what the client wants to go on with is no longer kept.
[[nodiscard]] Error Expired(std::string message);
// 413: the body is over `limit` bytes.
[[nodiscard]] Error BodyTooLarge(std::size_t limit);
// 415 of the handler.
[[nodiscard]] Error UnsupportedMediaType(std::string_view accepted);
// 504: the request could not be answered in time.
[[nodiscard]] Error TimedOut(std::string_view why);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_ERRORS_H_
