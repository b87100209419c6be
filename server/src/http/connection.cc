#include "src/http/connection.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <utility>
#include <vector>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr int kRequestsPerTurn = 16;
constexpr std::size_t kStreamBudgetBytes = 64 * 1024;
constexpr int kPullsPerTurn = 4;
constexpr std::chrono::milliseconds kLingerTimeout{2'000};

Bytes ConstantBytes(std::string_view text) { return std::make_shared<const std::string>(text); }

}  // namespace

Connection::Connection(const ConnectionContext& context, int fd, std::string peer_address)
    : context_(context),
      channel_(fd, context.tls),
      peer_address_(std::move(peer_address)),
      reader_({context.options.max_header_bytes, context.options.max_body_bytes}),
      deadline_(Clock::now() + context.options.header_timeout),
      began_(Clock::now()) {}

Connection::Next Connection::Serve(bool overloaded) {
  idle_ = false;
  for (int requests = 0; requests < kRequestsPerTurn;) {
    std::optional<Next> next;
    switch (phase_) {
      case Phase::kHandshake: {
        const Next handshake = ServeHandshake();
        if (phase_ == Phase::kHandshake) {
          return handshake;
        }
        break;
      }
      case Phase::kRequest:
        next = ServeRequest(overloaded);
        break;
      case Phase::kWrite:
        next = ServeWrite();
        ++requests;
        break;
      case Phase::kLinger:
        next = ServeLinger();
        break;
    }
    if (next) {
      return *next;
    }
  }
  return Next::kAgain;
}

Connection::Next Connection::WaitUntil(Channel::Io io, Clock::time_point deadline) {
  deadline_ = deadline;
  switch (io) {
    case Channel::Io::kWantRead:
      return Next::kWaitRead;
    case Channel::Io::kWantWrite:
      return Next::kWaitWrite;
    default:
      return Next::kClose;
  }
}

Connection::Next Connection::WaitFor(Channel::Io io, std::chrono::milliseconds timeout) {
  return WaitUntil(io, Clock::now() + timeout);
}

Connection::Next Connection::ServeHandshake() {
  const Channel::Io io = channel_.Handshake();
  if (io == Channel::Io::kOk) {
    peer_certificate_ = channel_.peer_certificate();
    phase_ = Phase::kRequest;
    return Next::kAgain;
  }
  if (io == Channel::Io::kPlainHttp) {
    channel_.DropTls();
    out_.AppendText(
        "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
    close_after_ = true;
    linger_ = true;
    phase_ = Phase::kWrite;
    return Next::kAgain;
  }
  return WaitUntil(io, began_ + context_.options.header_timeout);
}

std::optional<Connection::Next> Connection::ServeRequest(bool overloaded) {
  std::array<char, kReadBytes> scratch;
  while (true) {
    const http1::RequestReader::State state = reader_.Advance();
    switch (state) {
      case http1::RequestReader::State::kRefused:
        out_.AppendText(http1::FormatRefusal(reader_.refusal()));
        close_after_ = true;
        linger_ = true;
        phase_ = Phase::kWrite;
        return std::nullopt;
      case http1::RequestReader::State::kRequest:
        if (overloaded) {
          RespondOverloaded();
        } else {
          Answer();
        }
        return std::nullopt;
      case http1::RequestReader::State::kBody:
        if (overloaded) {
          RespondOverloaded();
          return std::nullopt;
        }
        if (!in_body_) {
          in_body_ = true;
          began_ = Clock::now();
        }
        if (reader_.TakeContinue()) {
          out_.AppendText("HTTP/1.1 100 Continue\r\n\r\n");
          if (channel_.Write(out_) == Channel::Io::kClosed) {
            return Next::kClose;
          }
        }
        break;
      case http1::RequestReader::State::kHead:
        if (!in_head_) {
          in_head_ = true;
          began_ = Clock::now();
        }
        break;
      case http1::RequestReader::State::kIdle:
        if (context_.stopping.load(std::memory_order_relaxed)) {
          return Next::kClose;
        }
        break;
    }
    std::size_t size = 0;
    const Channel::Io io = channel_.Read(scratch, size);
    if (io == Channel::Io::kOk) {
      reader_.Append({scratch.data(), size});
      continue;
    }
    switch (state) {
      case http1::RequestReader::State::kIdle:
        idle_ = true;
        return WaitFor(io, context_.options.idle_timeout);
      case http1::RequestReader::State::kHead:
        return WaitUntil(io, began_ + context_.options.header_timeout);
      default:
        return WaitUntil(io, began_ + context_.options.body_timeout);
    }
  }
}

void Connection::Answer() {
  Request request = reader_.TakeRequest();
  request.peer_address = peer_address_;
  request.peer_certificate = peer_certificate_;
  request.received_at = Clock::now();
  Respond(context_.handler(request));
}

void Connection::RespondOverloaded() {
  Response response;
  response.status = 429;
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  response.headers.Add("Retry-After", "1");
  response.headers.Add("X-Content-Type-Options", "nosniff");
  response.body.push_back(ConstantBytes("Too many requests, please try again later.\n"));
  Respond(std::move(response));
}

void Connection::Respond(Response response) {
  const http1::Head& head = reader_.head();
  const std::string* connection = response.headers.Find("Connection");
  close_after_ = !head.keep_alive || response.close || reader_.has_unread_body() ||
                 context_.stopping.load(std::memory_order_relaxed) ||
                 (connection != nullptr && http1::ListHolds(*connection, "close"));
  linger_ = reader_.has_unread_body();
  http1::ResponseFraming framing;
  framing.minor_version = head.minor_version;
  const bool has_body = http1::StatusHasBody(response.status);
  const bool sends_body = has_body && !head.is_head;
  if (response.stream != nullptr) {
    framing.chunked = has_body && head.minor_version >= 1;
    close_after_ = close_after_ || head.minor_version == 0;
  } else if (has_body) {
    std::uint64_t length = 0;
    for (const Bytes& bytes : response.body) {
      length += bytes == nullptr ? 0 : bytes->size();
    }
    framing.content_length = length;
  }
  framing.close = close_after_;
  out_.AppendText(http1::FormatHead(response.status, response.headers, framing));
  if (sends_body) {
    if (response.stream != nullptr) {
      stream_ = std::move(response.stream);
      chunked_ = framing.chunked;
    } else {
      out_.AppendAll(std::move(response.body));
    }
  }
  phase_ = Phase::kWrite;
}

std::optional<Connection::Next> Connection::ServeWrite() {
  const Channel::Io io = channel_.Write(out_);
  if (stream_ != nullptr && io != Channel::Io::kClosed) {
    return Next::kStream;
  }
  if (io != Channel::Io::kOk) {
    return WaitFor(io, context_.options.write_timeout);
  }
  if (close_after_) {
    if (!linger_) {
      return Next::kClose;
    }
    channel_.FinishWriting();
    began_ = Clock::now();
    phase_ = Phase::kLinger;
    return std::nullopt;
  }
  reader_.Finish();
  in_head_ = false;
  in_body_ = false;
  phase_ = Phase::kRequest;
  return std::nullopt;
}

Connection::Next Connection::ServeLinger() {
  return WaitUntil(channel_.Discard(), began_ + kLingerTimeout);
}

Connection::Pumped Connection::Pump() {
  bool idle = false;
  for (int pulls = 0;; ++pulls) {
    const Channel::Io io = channel_.Write(out_);
    if (io != Channel::Io::kOk) {
      return io == Channel::Io::kClosed ? Pumped::kClosed : Pumped::kBlocked;
    }
    if (stream_ == nullptr) {
      return Pumped::kDone;
    }
    if (pulls == kPullsPerTurn) {
      return Pumped::kMore;
    }
    if (idle && !stream_->ready()) {
      return Pumped::kIdle;
    }
    std::vector<Bytes> pulled;
    const Stream::State state = stream_->Pull(kStreamBudgetBytes, pulled);
    const bool nothing = !AppendChunk(std::move(pulled));
    idle = state == Stream::State::kIdle;
    if (state == Stream::State::kEnd) {
      EndStream();
    } else if (nothing && idle) {
      return Pumped::kIdle;
    }
  }
}

bool Connection::AppendChunk(std::vector<Bytes> pieces) {
  std::size_t size = 0;
  for (const Bytes& bytes : pieces) {
    size += bytes == nullptr ? 0 : bytes->size();
  }
  if (size == 0) {
    return false;
  }
  if (chunked_) {
    std::array<char, 18> text;
    char* end = std::to_chars(text.data(), text.data() + 16, size, 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    out_.AppendText(std::string(text.data(), end));
  }
  out_.AppendAll(std::move(pieces));
  if (chunked_) {
    out_.AppendText("\r\n");
  }
  return true;
}

void Connection::EndStream() {
  if (stream_ != nullptr) {
    stream_.reset();
    if (chunked_) {
      out_.AppendText("0\r\n\r\n");
    }
  }
}

Connection::Next Connection::FinishStream() {
  K8SNET_CHECK(stream_ == nullptr && out_.empty());
  phase_ = Phase::kWrite;
  return close_after_ ? Next::kClose : Next::kAgain;
}

void Connection::Close() {
  stream_.reset();
  out_ = {};
  channel_.Close();
}

}  // namespace k8snet::server
