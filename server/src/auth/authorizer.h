// Who may do what.
#ifndef K8SNET_SERVER_SRC_AUTH_AUTHORIZER_H_
#define K8SNET_SERVER_SRC_AUTH_AUTHORIZER_H_

#include <memory>
#include <string>

#include "k8snet/apis/base/result.h"
#include "src/request_context.h"

namespace k8snet::server {

// Whether a request may go on, and why not.
struct Decision {
  bool allowed = false;
  std::string reason;  // Shown to the client when refused; may be empty.
};

// Decides by the user, and by verb, group, version, resource, subresource, namespace and name, or
// by verb and path. Thread-safe.
// Source: kubernetes/apiserver pkg/authorization/authorizer/interfaces.go, Authorizer.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // Errors: the decision could not be made; the request is answered with 500 and the message.
  [[nodiscard]] virtual Result<Decision> Authorize(const UserInfo& user,
                                                   const RequestInfo& info) = 0;
};

// Allows everything: --authorization-mode=AlwaysAllow.
[[nodiscard]] std::unique_ptr<Authorizer> NewAlwaysAllowAuthorizer();

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_AUTH_AUTHORIZER_H_
