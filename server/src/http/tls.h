// TLS of the listener, by OpenSSL.
#ifndef K8SNET_SRC_HTTP_TLS_H_
#define K8SNET_SRC_HTTP_TLS_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/http.h"

namespace k8snet::server {

struct SslContextDelete {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextDelete>;

struct SslDelete {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using Ssl = std::unique_ptr<SSL, SslDelete>;

// The names that ALPN knows the protocols by.
inline constexpr std::string_view kHttp11Protocol = "http/1.1";
inline constexpr std::string_view kHttp2Protocol = "h2";

// Makes the server's context: TLS 1.2 and newer, session tickets, ALPN with http/1.1 and, before
// it, h2 if `http2`. With a `client_ca_pem` clients are asked for a certificate; one that does not
// verify is let through and reported as such. Errors: kInternalError, what is wrong with which
// certificate or key.
[[nodiscard]] Result<SslContext> NewSslContext(const std::string& certificate_pem,
                                               const std::string& private_key_pem,
                                               const std::string& client_ca_pem, bool http2);

// Makes `ssl` read and write the socket `fd`, without ever raising SIGPIPE. Lifetime: `fd` is the
// caller's and stays open while `ssl` is used.
void AttachSocket(SSL* ssl, int fd);

// Says whether more is written at once after the next record, so that the kernel may wait for it.
void SetMoreFollows(SSL* ssl, bool more);

// Makes the server's state of one connection on the socket `fd`, which it does not own.
[[nodiscard]] Ssl NewSsl(SSL_CTX* context, int fd);

// Returns the protocol that the finished handshake of `ssl` chose, "" for none. Lifetime: that of
// `ssl`.
[[nodiscard]] std::string_view SelectedProtocol(const SSL* ssl);

// Returns the certificate the client showed in the finished handshake of `ssl`, if any.
[[nodiscard]] std::optional<PeerCertificate> ReadPeerCertificate(SSL* ssl);

}  // namespace k8snet::server

#endif  // K8SNET_SRC_HTTP_TLS_H_
