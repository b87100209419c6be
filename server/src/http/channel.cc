#include "src/http/channel.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace k8snet::server {
namespace {

// A TLS record's plain text.
constexpr std::size_t kRecordBytes = 16 * 1024;

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK; }

}  // namespace

Channel::Io Channel::TlsResult(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Io::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return Io::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Io::kClosed;
    default:
      tls_failed_ = true;
      return Io::kClosed;
  }
}

Channel::Io Channel::Handshake() {
  if (context_ == nullptr) {
    return Io::kOk;
  }
  if (ssl_ == nullptr) {
    ssl_ = NewSsl(context_, fd_);
  }
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    return Io::kOk;
  }
  const Io io = TlsResult(result);
  if (io == Io::kClosed && ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) {
    return Io::kPlainHttp;
  }
  return io;
}

Channel::Io Channel::Read(std::span<char> out, std::size_t& size) {
  size = 0;
  if (ssl_ != nullptr) {
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_.get(), out.data(), out.size(), &size);
    return result == 1 ? Io::kOk : TlsResult(result);
  }
  ssize_t received = 0;
  do {
    received = recv(fd_, out.data(), out.size(), 0);
  } while (received < 0 && errno == EINTR);
  if (received > 0) {
    size = static_cast<std::size_t>(received);
    return Io::kOk;
  }
  return received < 0 && WouldBlock() ? Io::kWantRead : Io::kClosed;
}

Channel::Io Channel::Write(OutQueue& out) {
  return ssl_ != nullptr ? WriteTls(out) : WritePlain(out);
}

Channel::Io Channel::WriteTls(OutQueue& out) {
  std::array<char, kRecordBytes> scratch;
  while (!out.empty()) {
    const std::string_view record = out.Gather(scratch);
    std::size_t written = 0;
    SetMoreFollows(ssl_.get(), record.size() < out.size());
    ERR_clear_error();
    const int result = SSL_write_ex(ssl_.get(), record.data(), record.size(), &written);
    if (result != 1) {
      return TlsResult(result);
    }
    out.Consume(written);
  }
  return Io::kOk;
}

Channel::Io Channel::WritePlain(OutQueue& out) {
  std::array<iovec, 64> slots;
  while (!out.empty()) {
    msghdr message{};
    message.msg_iov = slots.data();
    message.msg_iovlen = out.Fill(slots);
    const ssize_t sent = sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) {
        continue;
      }
      return WouldBlock() ? Io::kWantWrite : Io::kClosed;
    }
    out.Consume(static_cast<std::size_t>(sent));
  }
  return Io::kOk;
}

Channel::Io Channel::Discard() {
  std::array<char, kRecordBytes> scratch;
  // Bounded, so that a client that never stops sending leaves its thread to others.
  for (int i = 0; i < 64; ++i) {
    const ssize_t received = recv(fd_, scratch.data(), scratch.size(), 0);
    if (received == 0 || (received < 0 && errno != EINTR && !WouldBlock())) {
      return Io::kClosed;
    }
    if (received < 0 && WouldBlock()) {
      break;
    }
  }
  return Io::kWantRead;
}

bool Channel::has_pending() const { return ssl_ != nullptr && SSL_has_pending(ssl_.get()) == 1; }

bool Channel::speaks_http2() const {
  return ssl_ != nullptr && SelectedProtocol(ssl_.get()) == kHttp2Protocol;
}

std::optional<PeerCertificate> Channel::peer_certificate() const {
  return ssl_ == nullptr ? std::nullopt : ReadPeerCertificate(ssl_.get());
}

void Channel::FinishWriting() {
  if (ssl_ != nullptr && !tls_failed_ && SSL_is_init_finished(ssl_.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  tls_failed_ = true;  // Said once.
  shutdown(fd_, SHUT_WR);
}

void Channel::Close() {
  if (fd_ < 0) {
    return;
  }
  FinishWriting();
  ssl_.reset();
  close(fd_);
  fd_ = -1;
}

}  // namespace k8snet::server
