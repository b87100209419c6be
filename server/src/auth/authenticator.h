// Who sends a request.
#ifndef K8SNET_SERVER_SRC_AUTH_AUTHENTICATOR_H_
#define K8SNET_SERVER_SRC_AUTH_AUTHENTICATOR_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/http.h"
#include "src/request_context.h"

namespace k8snet::server {

// One way to tell who sends a request. Thread-safe.
// Source: kubernetes/apiserver pkg/authentication/authenticator/interfaces.go, Request.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // Returns the user, or nothing if the request has no credentials of this kind.
  // Errors: kUnauthorized, it has some and they are not good.
  [[nodiscard]] virtual Result<std::optional<UserInfo>> Authenticate(const Request& request) = 0;
};

// Users by the client certificate of the connection: the common name is the user, the organizations
// are the groups. A certificate that the listener did not find good, or that has expired since, is
// an error. Lifetime: `clock` outlives the authenticator. Source: kubernetes/apiserver
// pkg/authentication/request/x509/x509.go, CommonNameUserConversion.
[[nodiscard]] std::unique_ptr<Authenticator> NewX509Authenticator(const Clock& clock);

// Users by bearer tokens of a file: CSV lines `token,user,uid[,"group1,group2"]`. Tokens come in
// the Authorization header, or in a subprotocol of a WebSocket (websocket_token.h). `name` names
// the file in errors. Errors: kInvalid with one line that names it. Source: kubernetes/apiserver
// pkg/authentication/token/tokenfile/tokenfile.go, NewCSV.
[[nodiscard]] Result<std::unique_ptr<Authenticator>> NewTokenAuthenticator(std::string_view csv,
                                                                           std::string_view name);

// Asks each of `authenticators` in order; the first that knows the user wins, and an error of one
// does not stop the others. Adds the group system:authenticated. Without credentials of any kind
// the user is system:anonymous if `anonymous`. Source: kubernetes/apiserver
// pkg/authentication/request/union/union.go, pkg/authentication/group/authenticated_group_adder.go,
// pkg/authentication/request/anonymous.
[[nodiscard]] std::unique_ptr<Authenticator> NewUnionAuthenticator(
    std::vector<std::unique_ptr<Authenticator>> authenticators, bool anonymous);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_AUTH_AUTHENTICATOR_H_
