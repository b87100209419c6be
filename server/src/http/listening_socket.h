// The socket that a listener accepts from.
#ifndef K8SNET_SRC_HTTP_LISTENING_SOCKET_H_
#define K8SNET_SRC_HTTP_LISTENING_SOCKET_H_

#include <cstdint>
#include <string>

#include "k8snet/apis/base/result.h"
#include "src/descriptor.h"

namespace k8snet::server {

// Binds and listens, non-blocking. What accepted sockets inherit is set: TCP_NODELAY, keep-alive.
// Errors: kInternalError, naming the address.
[[nodiscard]] Result<Descriptor> OpenListeningSocket(const std::string& address,
                                                     std::uint16_t port);

// Returns the port that `fd` is bound to.
[[nodiscard]] std::uint16_t LocalPort(int fd);

// A connection that was accepted; `socket` is invalid if none was, and `error` says why (errno).
struct Accepted {
  Descriptor socket;
  int error = 0;
  std::string peer_address;  // "127.0.0.1:40312", "[::1]:40312"
};

// Accepts one connection, non-blocking.
[[nodiscard]] Accepted AcceptOne(int fd);

}  // namespace k8snet::server

#endif  // K8SNET_SRC_HTTP_LISTENING_SOCKET_H_
