#include "src/http/tls.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string_view>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {
namespace {

template <auto Free>
struct FreeBy {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using BioPtr = std::unique_ptr<BIO, FreeBy<BIO_free>>;
using X509Ptr = std::unique_ptr<X509, FreeBy<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;

Error TlsError(std::string_view what) {
  std::string message(what);
  const unsigned long code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  if (reason != nullptr) {
    message += ": ";
    message += reason;
  }
  ERR_clear_error();
  return {Reason::kInternalError, std::move(message)};
}

BioPtr OpenPem(const std::string& pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// A flag of ours on a BIO.
constexpr int kMoreFollows = 0x10000;

// A BIO on a socket that never raises SIGPIPE, which OpenSSL's own does.
int SocketWrite(BIO* bio, const char* data, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  int fd = -1;
  BIO_get_fd(bio, &fd);
  const int more = BIO_test_flags(bio, kMoreFollows) != 0 ? MSG_MORE : 0;
  ssize_t sent = 0;
  do {
    sent = send(fd, data, size, MSG_NOSIGNAL | more);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      BIO_set_retry_write(bio);
    }
    *written = 0;
    return 0;
  }
  *written = static_cast<std::size_t>(sent);
  return 1;
}

int SocketRead(BIO* bio, char* data, std::size_t size, std::size_t* read) {
  BIO_clear_retry_flags(bio);
  int fd = -1;
  BIO_get_fd(bio, &fd);
  ssize_t received = 0;
  do {
    received = recv(fd, data, size, 0);
  } while (received < 0 && errno == EINTR);
  if (received <= 0) {
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      BIO_set_retry_read(bio);
    }
    if (received == 0) {
      BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    }
    *read = 0;
    return 0;
  }
  *read = static_cast<std::size_t>(received);
  return 1;
}

long SocketControl(BIO* bio, int command, long /*number*/, void* pointer) {
  switch (command) {
    case BIO_C_GET_FD:
      *static_cast<int*>(pointer) =
          static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
      return 1;
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    default:
      return 0;
  }
}

BIO_METHOD* SocketMethod() {
  // Made once and kept for the life of the process.
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "k8snet socket");
    K8SNET_CHECK(made != nullptr);
    BIO_meth_set_write_ex(made, SocketWrite);
    BIO_meth_set_read_ex(made, SocketRead);
    BIO_meth_set_ctrl(made, SocketControl);
    return made;
  }();
  return method;
}

// Verifies what the client showed, and goes on whatever comes out: OpenSSL keeps the verdict.
int VerifyAndGoOn(X509_STORE_CTX* context, void* /*argument*/) {
  if (X509_verify_cert(context) != 1 && X509_STORE_CTX_get_error(context) == X509_V_OK) {
    X509_STORE_CTX_set_error(context, X509_V_ERR_UNSPECIFIED);
  }
  return 1;
}

// Chooses by the server's order. `argument` is not null if HTTP/2 is offered.
int SelectProtocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                   const unsigned char* in, unsigned int in_size, void* argument) {
  const std::string_view offered(reinterpret_cast<const char*>(in), in_size);
  for (const std::string_view protocol : {kHttp2Protocol, kHttp11Protocol}) {
    if (protocol == kHttp2Protocol && argument == nullptr) {
      continue;
    }
    for (std::size_t i = 0; i < offered.size();) {
      const auto size = static_cast<unsigned char>(offered[i]);
      if (offered.substr(i + 1, size) == protocol) {
        *out = in + i + 1;
        *out_size = size;
        return SSL_TLSEXT_ERR_OK;
      }
      i += 1U + size;
    }
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

Status UseCertificate(SSL_CTX* context, const std::string& certificate_pem,
                      const std::string& private_key_pem) {
  const BioPtr chain = OpenPem(certificate_pem);
  const X509Ptr leaf(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  if (leaf == nullptr || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return TlsError("cannot use the serving certificate");
  }
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, next) != 1) {
      X509_free(next);
      return TlsError("cannot use the serving certificate's chain");
    }
  }
  ERR_clear_error();  // The end of the text reads as an error.
  const BioPtr key_text = OpenPem(private_key_pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (key == nullptr || SSL_CTX_use_PrivateKey(context, key.get()) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return TlsError("cannot use the serving certificate's private key");
  }
  return {};
}

Status UseClientCas(SSL_CTX* context, const std::string& client_ca_pem) {
  const BioPtr text = OpenPem(client_ca_pem);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  std::size_t count = 0;
  while (true) {
    const X509Ptr ca(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
    if (ca == nullptr) {
      break;
    }
    if (X509_STORE_add_cert(store, ca.get()) != 1 ||
        SSL_CTX_add_client_CA(context, ca.get()) != 1) {
      return TlsError("cannot use a client CA certificate");
    }
    ++count;
  }
  if (count == 0) {
    return TlsError("no certificate in the client CA bundle");
  }
  ERR_clear_error();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, VerifyAndGoOn, nullptr);
  return {};
}

std::string ToDer(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  if (size <= 0) {
    return {};
  }
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

std::string ToUtf8(const ASN1_STRING* text) {
  unsigned char* bytes = nullptr;
  const int size = ASN1_STRING_to_UTF8(&bytes, text);
  if (size < 0) {
    return {};
  }
  std::string utf8(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return utf8;
}

std::chrono::system_clock::time_point ToTime(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    return {};
  }
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

}  // namespace

Result<SslContext> NewSslContext(const std::string& certificate_pem,
                                 const std::string& private_key_pem,
                                 const std::string& client_ca_pem, bool http2) {
  ERR_clear_error();
  SslContext context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) {
    return TlsError("cannot set up TLS");
  }
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_PRIORITIZE_CHACHA);
  // Buffers are given back while a connection has nothing to say; a write that is tried again may
  // come from another place.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 1);
  static constexpr std::array<unsigned char, 6> kSessionContext = {'k', '8', 's', 'n', 'e', 't'};
  SSL_CTX_set_session_id_context(context.get(), kSessionContext.data(), kSessionContext.size());
  SSL_CTX_set_alpn_select_cb(context.get(), SelectProtocol, http2 ? context.get() : nullptr);
  K8SNET_RETURN_IF_ERROR(UseCertificate(context.get(), certificate_pem, private_key_pem));
  if (!client_ca_pem.empty()) {
    K8SNET_RETURN_IF_ERROR(UseClientCas(context.get(), client_ca_pem));
  }
  return context;
}

void AttachSocket(SSL* ssl, int fd) {
  BIO* bio = BIO_new(SocketMethod());
  K8SNET_CHECK(bio != nullptr);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
}

void SetMoreFollows(SSL* ssl, bool more) {
  if (more) {
    BIO_set_flags(SSL_get_wbio(ssl), kMoreFollows);
  } else {
    BIO_clear_flags(SSL_get_wbio(ssl), kMoreFollows);
  }
}

Ssl NewSsl(SSL_CTX* context, int fd) {
  Ssl ssl(SSL_new(context));
  K8SNET_CHECK(ssl != nullptr);
  AttachSocket(ssl.get(), fd);
  SSL_set_accept_state(ssl.get());
  return ssl;
}

std::string_view SelectedProtocol(const SSL* ssl) {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::optional<PeerCertificate> ReadPeerCertificate(SSL* ssl) {
  const X509Ptr certificate(SSL_get1_peer_certificate(ssl));
  if (certificate == nullptr) {
    return std::nullopt;
  }
  PeerCertificate peer;
  peer.der = ToDer(certificate.get());
  peer.verified = SSL_get_verify_result(ssl) == X509_V_OK &&
                  X509_cmp_current_time(X509_get0_notAfter(certificate.get())) > 0;
  peer.not_before = ToTime(X509_get0_notBefore(certificate.get()));
  peer.not_after = ToTime(X509_get0_notAfter(certificate.get()));
  const X509_NAME* subject = X509_get_subject_name(certificate.get());
  for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(subject, i);
    const int kind = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
    if (kind == NID_commonName) {
      peer.common_name = ToUtf8(X509_NAME_ENTRY_get_data(entry));
    } else if (kind == NID_organizationName) {
      peer.organizations.push_back(ToUtf8(X509_NAME_ENTRY_get_data(entry)));
    }
  }
  // On the server's side the chain is without the leaf.
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    peer.intermediates_der.push_back(ToDer(sk_X509_value(chain, i)));
  }
  return peer;
}

}  // namespace k8snet::server
