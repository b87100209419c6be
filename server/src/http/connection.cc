#include "src/http/connection.h"

#include <algorithm>
#include <utility>

namespace k8snet::server {
namespace {

constexpr std::chrono::milliseconds kLingerTimeout{2'000};

Session::Next ToWaitFor(Channel::Io io) {
  switch (io) {
    case Channel::Io::kWantRead:
      return Session::Next::kWaitRead;
    case Channel::Io::kWantWrite:
      return Session::Next::kWaitWrite;
    default:
      return Session::Next::kClose;
  }
}

}  // namespace

Connection::Connection(const ConnectionContext& context, int fd, std::string peer_address)
    : context_(context), channel_(fd, context.tls), began_(Clock::now()) {
  peer_.address = std::move(peer_address);
}

Connection::Next Connection::Serve(bool overloaded) {
  if (session_ == nullptr) {
    const Next next = refused_ ? RefusePlainHttp() : ServeHandshake();
    if (session_ == nullptr) {
      return next;
    }
  }
  return session_->Serve(overloaded);
}

Connection::Next Connection::ServeHandshake() {
  const Channel::Io io = channel_.Handshake();
  if (io == Channel::Io::kPlainHttp) {
    channel_.DropTls();
    refusal_.AppendText(
        "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
    refused_ = true;
    return RefusePlainHttp();
  }
  if (io != Channel::Io::kOk) {
    return ToWaitFor(io);
  }
  peer_.certificate = channel_.peer_certificate();
  session_ = channel_.speaks_http2() ? NewHttp2Session(context_, channel_, peer_)
                                     : NewHttp1Session(context_, channel_, peer_);
  return Next::kAgain;
}

Connection::Next Connection::RefusePlainHttp() {
  if (!refusal_.empty()) {
    if (const Channel::Io io = channel_.Write(refusal_); io != Channel::Io::kOk) {
      return ToWaitFor(io);
    }
    // Read on, lest a reset cuts the answer off.
    channel_.FinishWriting();
    refused_deadline_ = Clock::now() + kLingerTimeout;
  }
  return ToWaitFor(channel_.Discard());
}

Connection::Clock::time_point Connection::deadline() const {
  return session_ != nullptr
             ? session_->deadline()
             : std::min(refused_deadline_, began_ + context_.options.header_timeout);
}

void Connection::Close() {
  session_.reset();
  refusal_ = {};
  channel_.Close();
}

}  // namespace k8snet::server
