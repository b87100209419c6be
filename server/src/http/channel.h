// A socket with or without TLS, never blocking.
#ifndef K8SNET_SRC_HTTP_CHANNEL_H_
#define K8SNET_SRC_HTTP_CHANNEL_H_

#include <cstddef>
#include <optional>
#include <span>

#include "k8snet/server/http.h"
#include "src/http/out_queue.h"
#include "src/http/tls.h"

namespace k8snet::server {

// Owns a connected, non-blocking socket. Not thread-safe.
class Channel {
 public:
  enum class Io {
    kOk,
    kWantRead,   // Call again when the socket is readable.
    kWantWrite,  // Call again when the socket is writable.
    kPlainHttp,  // The handshake met plain HTTP.
    kClosed,     // By the peer or by an error.
  };

  // With a `context` the channel speaks TLS, once Handshake has returned kOk. Lifetime: `context`
  // outlives the channel.
  Channel(int fd, SSL_CTX* context) : fd_(fd), context_(context) {}
  ~Channel() { Close(); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  // At once kOk without TLS.
  Io Handshake();
  // Reads some bytes into `out` and sets `size` to how many.
  Io Read(std::span<char> out, std::size_t& size);
  // Writes what `out` holds; kOk when that is all of it.
  Io Write(OutQueue& out);
  // Reads and forgets what comes; kClosed at the end.
  Io Discard();
  // Whether received bytes wait inside the TLS layer, where the socket does not show them.
  [[nodiscard]] bool has_pending() const;
  [[nodiscard]] std::optional<PeerCertificate> peer_certificate() const;
  // Whether the handshake chose HTTP/2.
  [[nodiscard]] bool speaks_http2() const;
  // Speaks no TLS from here on: the answer to a client that speaks none.
  void DropTls() { ssl_.reset(), context_ = nullptr; }
  // Says that nothing more will be sent.
  void FinishWriting();
  // Closes the socket and frees all but the object. Idempotent.
  void Close();

 private:
  Io TlsResult(int result);
  Io WriteTls(OutQueue& out);
  Io WritePlain(OutQueue& out);

  int fd_;
  SSL_CTX* context_;
  Ssl ssl_;
  bool tls_failed_ = false;  // After which not even a close_notify may be sent.
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_HTTP_CHANNEL_H_
