// Bearer tokens in the subprotocols of a WebSocket, for browsers, which can send no header of their
// own.
// Source: kubernetes/apiserver pkg/authentication/request/websocket/protocol.go.
#ifndef K8SNET_SERVER_SRC_AUTH_WEBSOCKET_TOKEN_H_
#define K8SNET_SERVER_SRC_AUTH_WEBSOCKET_TOKEN_H_

#include <string>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/http.h"

namespace k8snet::server {

// Returns the token among the subprotocols of `request`, "" if there is none.
// Errors: kUnauthorized, there are several, it is no base64, or it is all that is offered.
[[nodiscard]] Result<std::string> WebSocketToken(const Request& request);

// Takes the token out of the subprotocols, once it has been used.
void RemoveWebSocketToken(Request& request);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_AUTH_WEBSOCKET_TOKEN_H_
