#include "src/http/listening_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace k8snet::server {
namespace {

constexpr int kBacklog = 4096;
// Go's defaults for a served connection.
// Source: golang/go src/net/tcpsock.go, KeepAliveConfig.
constexpr int kKeepAliveSeconds = 15;
constexpr int kKeepAliveProbes = 9;

// An address of either family.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] sockaddr_in& v4() { return reinterpret_cast<sockaddr_in&>(storage); }
  [[nodiscard]] sockaddr_in6& v6() { return reinterpret_cast<sockaddr_in6&>(storage); }
};

Error SocketError(const std::string& address, std::uint16_t port, const char* what, int error) {
  const bool v6 = address.find(':') != std::string::npos;
  return {Reason::kInternalError, std::string("cannot listen on ") + (v6 ? "[" : "") + address +
                                      (v6 ? "]:" : ":") + std::to_string(port) + ": " + what +
                                      (error == 0 ? "" : std::string(": ") + strerror(error))};
}

void SetOption(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof value);
}

}  // namespace

Result<Descriptor> OpenListeningSocket(const std::string& address, std::uint16_t port) {
  SocketAddress bound;
  // Both families, as Go listens on either wildcard.
  // Source: golang/go src/net/ipsock_posix.go, favoriteAddrFamily.
  const bool wildcard = address == "0.0.0.0" || address == "::" || address.empty();
  Descriptor socket_fd;
  if (wildcard || inet_pton(AF_INET6, address.c_str(), &bound.v6().sin6_addr) == 1) {
    if (wildcard) {
      bound.v6().sin6_addr = in6addr_any;
    }
    socket_fd = Descriptor(socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket_fd.valid()) {
      bound.v6().sin6_family = AF_INET6;
      bound.v6().sin6_port = htons(port);
      bound.size = sizeof(sockaddr_in6);
      SetOption(socket_fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, wildcard ? 0 : 1);
    }
  }
  if (!socket_fd.valid()) {
    bound = {};
    if (!wildcard && inet_pton(AF_INET, address.c_str(), &bound.v4().sin_addr) != 1) {
      return SocketError(address, port, "not an IP address", 0);
    }
    socket_fd = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_fd.valid()) {
      return SocketError(address, port, "socket", errno);
    }
    bound.v4().sin_family = AF_INET;
    bound.v4().sin_port = htons(port);
    bound.size = sizeof(sockaddr_in);
  }
  const int fd = socket_fd.get();
  SetOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  SetOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveSeconds);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveSeconds);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepAliveProbes);
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (bind(fd, bound.get(), bound.size) != 0) {
    return SocketError(address, port, "bind", errno);
  }
  if (listen(fd, kBacklog) != 0) {
    return SocketError(address, port, "listen", errno);
  }
  return socket_fd;
}

std::uint16_t LocalPort(int fd) {
  SocketAddress local;
  if (getsockname(fd, local.get(), &local.size) != 0) {
    return 0;
  }
  return ntohs(local.storage.ss_family == AF_INET6 ? local.v6().sin6_port : local.v4().sin_port);
}

Accepted AcceptOne(int fd) {
  Accepted accepted;
  SocketAddress peer;
  accepted.socket = Descriptor(accept4(fd, peer.get(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!accepted.socket.valid()) {
    accepted.error = errno;
    return accepted;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.storage.ss_family == AF_INET) {
    inet_ntop(AF_INET, &peer.v4().sin_addr, text.data(), text.size());
    accepted.peer_address =
        std::string(text.data()) + ":" + std::to_string(ntohs(peer.v4().sin_port));
  } else if (IN6_IS_ADDR_V4MAPPED(&peer.v6().sin6_addr)) {
    inet_ntop(AF_INET, peer.v6().sin6_addr.s6_addr + 12, text.data(), text.size());
    accepted.peer_address =
        std::string(text.data()) + ":" + std::to_string(ntohs(peer.v6().sin6_port));
  } else {
    inet_ntop(AF_INET6, &peer.v6().sin6_addr, text.data(), text.size());
    accepted.peer_address =
        "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(peer.v6().sin6_port));
  }
  return accepted;
}

}  // namespace k8snet::server
