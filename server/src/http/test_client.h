// A blocking HTTP client and certificates, for the tests and benchmarks of the listener.
#ifndef K8SNET_SRC_HTTP_TEST_CLIENT_H_
#define K8SNET_SRC_HTTP_TEST_CLIENT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "k8snet/apis/base/check.h"
#include "src/descriptor.h"
#include "src/http/tls.h"

namespace k8snet::server::testing {

// A certificate with its key.
struct Identity {
  std::string certificate_pem;
  std::string key_pem;
};

struct IdentityOptions {
  std::string common_name;
  std::vector<std::string> organizations;
  bool is_ca = false;
  int valid_seconds = 3600;
};

// Makes a certificate signed by `issuer`, or by itself without one.
inline Identity MakeIdentity(const IdentityOptions& options, const Identity* issuer = nullptr) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  static long serial = 1;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate), options.valid_seconds);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto add = [name](const char* field, const std::string& text) {
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size()), -1, 0);
  };
  for (const std::string& organization : options.organizations) {
    add("O", organization);
  }
  add("CN", options.common_name);
  const auto extend = [certificate](int kind, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  };
  extend(NID_basic_constraints, options.is_ca ? "critical,CA:TRUE" : "CA:FALSE");
  EVP_PKEY* signer = key;
  if (issuer != nullptr) {
    BIO* bio = BIO_new_mem_buf(issuer->certificate_pem.data(),
                               static_cast<int>(issuer->certificate_pem.size()));
    X509* ca = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    X509_set_issuer_name(certificate, X509_get_subject_name(ca));
    X509_free(ca);
    bio = BIO_new_mem_buf(issuer->key_pem.data(), static_cast<int>(issuer->key_pem.size()));
    signer = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
  } else {
    X509_set_issuer_name(certificate, name);
  }
  K8SNET_CHECK(X509_sign(certificate, signer, EVP_sha256()) > 0);
  const auto text_of = [](BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
  };
  Identity identity;
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, certificate);
  identity.certificate_pem = text_of(out);
  out = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  identity.key_pem = text_of(out);
  if (signer != key) {
    EVP_PKEY_free(signer);
  }
  EVP_PKEY_free(key);
  X509_free(certificate);
  return identity;
}

// A response as it came.
struct Reply {
  int status = 0;  // 0: none came.
  std::string head;
  std::string body;

  [[nodiscard]] bool HasLine(std::string_view line) const {
    return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
  }
};

// A TLS context of clients, with `identity`'s certificate if any. Verifies no server.
inline SslContext NewClientContext(const Identity* identity = nullptr) {
  SslContext context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  if (identity != nullptr) {
    BIO* bio = BIO_new_mem_buf(identity->certificate_pem.data(),
                               static_cast<int>(identity->certificate_pem.size()));
    X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context.get(), certificate);
    X509_free(certificate);
    BIO_free(bio);
    bio = BIO_new_mem_buf(identity->key_pem.data(), static_cast<int>(identity->key_pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_PrivateKey(context.get(), key);
    EVP_PKEY_free(key);
    BIO_free(bio);
  }
  return context;
}

// One blocking connection to 127.0.0.1. Reads give up after ten seconds.
class Client {
 public:
  explicit Client(std::uint16_t port, SSL_CTX* tls = nullptr, int receive_buffer = 0,
                  SSL_SESSION* session = nullptr)
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) {
      setsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    const int on = 1;
    setsockopt(fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const timeval timeout{10, 0};
    setsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    if (connected_ && tls != nullptr) {
      ssl_.reset(SSL_new(tls));
      AttachSocket(ssl_.get(), fd());
      if (session != nullptr) {
        SSL_set_session(ssl_.get(), session);
      }
      connected_ = SSL_connect(ssl_.get()) == 1;
    }
  }

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int fd() const { return socket_.get(); }
  [[nodiscard]] SSL* ssl() const { return ssl_.get(); }

  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ssl_ != nullptr
                               ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                               : send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Reads a response; `head_only` for that to a HEAD.
  Reply Read(bool head_only = false) {
    Reply reply;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!Fill()) {
        return reply;
      }
    }
    reply.head = buffer_.substr(0, end + 4);
    buffer_.erase(0, end + 4);
    std::from_chars(reply.head.data() + 9, reply.head.data() + 12, reply.status);
    if (head_only || reply.status < 200 || reply.status == 204 || reply.status == 304) {
      return reply;
    }
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    if (const std::size_t at = reply.head.find(kLength); at != std::string::npos) {
      std::size_t length = 0;
      std::from_chars(reply.head.data() + at + kLength.size(),
                      reply.head.data() + reply.head.size(), length);
      while (buffer_.size() < length && Fill()) {
      }
      reply.body = buffer_.substr(0, length);
      buffer_.erase(0, length);
    } else if (reply.HasLine("Transfer-Encoding: chunked")) {
      while (true) {
        const std::string chunk = ReadChunk();
        if (chunk.empty()) {
          break;
        }
        reply.body += chunk;
      }
    } else {
      while (Fill()) {
      }
      reply.body = std::exchange(buffer_, {});
    }
    return reply;
  }

  // Reads only the head of a response.
  Reply ReadHead() { return Read(true); }

  // Reads one chunk of a chunked body; "" is the last, or that the connection ended.
  std::string ReadChunk() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      if (!Fill()) {
        return {};
      }
    }
    std::size_t size = 0;
    const auto parsed = std::from_chars(buffer_.data(), buffer_.data() + end, size, 16);
    chunk_is_good_ = parsed.ec == std::errc() && parsed.ptr == buffer_.data() + end;
    while (buffer_.size() < end + 2 + size + 2) {
      if (!Fill()) {
        chunk_is_good_ = false;
        return {};
      }
    }
    std::string chunk = buffer_.substr(end + 2, size);
    buffer_.erase(0, end + 2 + size + 2);
    return chunk;
  }
  // Whether the last ReadChunk read a whole chunk.
  [[nodiscard]] bool chunk_is_good() const { return chunk_is_good_; }

  Reply Get(const std::string& target) {
    Send("GET " + target + " HTTP/1.1\r\nHost: test\r\n\r\n");
    return Read();
  }

  // Whether the server closes the connection, with nothing more sent before.
  bool AtEnd() { return buffer_.empty() && !Fill(); }

  // Returns what has come, or waits for some; "" at the end.
  std::string ReadSome() {
    if (buffer_.empty()) {
      Fill();
    }
    return std::exchange(buffer_, {});
  }
  // Whether the connection has ended, not just been silent.
  [[nodiscard]] bool at_end() const { return at_end_; }

  // Waits until something can be read, at most `milliseconds`.
  bool Readable(int milliseconds) {
    pollfd waiting{fd(), POLLIN, 0};
    return !buffer_.empty() || poll(&waiting, 1, milliseconds) == 1;
  }

 private:
  bool Fill() {
    std::array<char, 16 * 1024> bytes;
    const ssize_t got = ssl_ != nullptr
                            ? SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                            : recv(fd(), bytes.data(), bytes.size(), 0);
    if (got <= 0) {
      at_end_ = got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
      return false;
    }
    buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
  }

  Descriptor socket_;
  Ssl ssl_;
  std::string buffer_;
  bool connected_ = false;
  bool at_end_ = false;
  bool chunk_is_good_ = false;
};

}  // namespace k8snet::server::testing

#endif  // K8SNET_SRC_HTTP_TEST_CLIENT_H_
