#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/http/http1.h"
#include "src/http/out_queue.h"
#include "src/http/session.h"
#include "src/http/syntax.h"
#include "src/http/websocket.h"

namespace k8snet::server {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr int kRequestsPerTurn = 16;
constexpr int kReadsPerTurn = 4;
constexpr std::size_t kStreamBudgetBytes = 64 * 1024;
constexpr int kPullsPerTurn = 4;
constexpr std::chrono::milliseconds kLingerTimeout{2'000};

// HTTP/1.1 on one connection: a request after the other in workers; a response that streams, also
// as a WebSocket, in the pump.
class Http1Session final : public Session {
 public:
  Http1Session(const ConnectionContext& context, Channel& channel, const Peer& peer)
      : context_(context),
        channel_(channel),
        peer_(peer),
        reader_({context.options.max_header_bytes, context.options.max_body_bytes}),
        deadline_(Clock::now() + context.options.header_timeout),
        began_(Clock::now()) {}

  Next Serve(bool overloaded) override;
  [[nodiscard]] Clock::time_point deadline() const override { return deadline_; }
  [[nodiscard]] bool idle() const override { return idle_; }

  Pumped Pump(bool readable, std::vector<Job>& jobs) override;
  void Answer(std::int32_t /*stream*/, std::optional<Response> /*response*/) override {}
  [[nodiscard]] bool Woken() override {
    return stream_ != nullptr && !blocked_ && stream_->ready();
  }
  [[nodiscard]] bool wants_read() const override { return websocket_ != nullptr; }
  [[nodiscard]] bool wants_write() const override { return blocked_; }
  [[nodiscard]] std::size_t streams() const override { return stream_ != nullptr ? 1 : 0; }
  void Finish() override { EndStream(websocket::CloseCode::kGoingAway); }

 private:
  enum class Phase { kRequest, kWrite, kLinger };

  // Return nothing when the phase changed.
  std::optional<Next> ServeRequest(bool overloaded);
  std::optional<Next> ServeWrite();
  Next ServeLinger();
  Next WaitFor(Channel::Io io, std::chrono::milliseconds timeout);
  Next WaitUntil(Channel::Io io, Clock::time_point deadline);
  void AnswerRequest();
  void Respond(Response response);
  void RespondWebSocket(Response response, const Headers& headers);

  // Reads frames of the client; false if it is gone.
  bool ReadWebSocket();
  Pumped Wait(Channel::Io io, std::size_t size_before);
  // Returns whether there was anything to append.
  bool AppendPieces(std::vector<Bytes> pieces);
  void EndStream(websocket::CloseCode code);

  const ConnectionContext& context_;
  Channel& channel_;
  const Peer& peer_;
  Phase phase_ = Phase::kRequest;
  http1::RequestReader reader_;
  OutQueue out_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<websocket::Connection> websocket_;
  Clock::time_point deadline_;
  Clock::time_point began_;  // Of the head or body that is being received.
  bool idle_ = false;
  bool in_head_ = false;
  bool in_body_ = false;
  bool close_after_ = false;
  bool linger_ = false;   // After closing our side, read on, lest a reset cuts the answer off.
  bool chunked_ = false;  // The stream's framing.
  bool blocked_ = false;  // In the pump: the client takes no more now.
};

Session::Next Http1Session::Serve(bool overloaded) {
  idle_ = false;
  for (int requests = 0; requests < kRequestsPerTurn;) {
    std::optional<Next> next;
    switch (phase_) {
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

Session::Next Http1Session::WaitUntil(Channel::Io io, Clock::time_point deadline) {
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

Session::Next Http1Session::WaitFor(Channel::Io io, std::chrono::milliseconds timeout) {
  return WaitUntil(io, Clock::now() + timeout);
}

std::optional<Session::Next> Http1Session::ServeRequest(bool overloaded) {
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
          Respond(OverloadedResponse());
        } else {
          AnswerRequest();
        }
        return std::nullopt;
      case http1::RequestReader::State::kBody:
        if (overloaded) {
          Respond(OverloadedResponse());
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

void Http1Session::AnswerRequest() {
  Request request = reader_.TakeRequest();
  request.peer_address = peer_.address;
  request.peer_certificate = peer_.certificate;
  request.received_at = Clock::now();
  request.wants_websocket = request.method == "GET" && reader_.head().minor_version >= 1 &&
                            !reader_.has_unread_body() && websocket::IsUpgrade(request.headers);
  Response response = context_.handler(request);
  if (response.stream != nullptr && response.websocket && request.wants_websocket) {
    RespondWebSocket(std::move(response), request.headers);
  } else {
    Respond(std::move(response));
  }
}

void Http1Session::Respond(Response response) {
  const http1::Head& head = reader_.head();
  const std::string* connection = response.headers.Find("Connection");
  close_after_ = !head.keep_alive || response.close || reader_.has_unread_body() ||
                 context_.stopping.load(std::memory_order_relaxed) ||
                 (connection != nullptr && ListHolds(*connection, "close"));
  linger_ = reader_.has_unread_body();
  http1::ResponseFraming framing;
  framing.minor_version = head.minor_version;
  const bool has_body = StatusHasBody(response.status);
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

void Http1Session::RespondWebSocket(Response response, const Headers& headers) {
  websocket::Handshake handshake = websocket::Accept(headers);
  out_.AppendText(std::move(handshake.text));
  close_after_ = true;
  linger_ = true;
  phase_ = Phase::kWrite;
  if (handshake.accepted) {
    stream_ = std::move(response.stream);
    websocket_ = std::make_unique<websocket::Connection>(*response.websocket);
    websocket_->Receive(reader_.TakeRest(), out_);
  }
}

std::optional<Session::Next> Http1Session::ServeWrite() {
  const Channel::Io io = channel_.Write(out_);
  if (stream_ != nullptr && io != Channel::Io::kClosed) {
    return Next::kPump;
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

Session::Next Http1Session::ServeLinger() {
  return WaitUntil(channel_.Discard(), began_ + kLingerTimeout);
}

bool Http1Session::ReadWebSocket() {
  std::array<char, kReadBytes> scratch;
  for (int reads = 0; reads < kReadsPerTurn && !websocket_->client_closed(); ++reads) {
    std::size_t size = 0;
    const Channel::Io io = channel_.Read(scratch, size);
    if (io == Channel::Io::kClosed) {
      return false;
    }
    if (io != Channel::Io::kOk) {
      break;
    }
    websocket_->Receive({scratch.data(), size}, out_);
    if (size < scratch.size() && !channel_.has_pending()) {
      break;
    }
  }
  if (websocket_->client_closed()) {
    stream_.reset();
  }
  return true;
}

Session::Pumped Http1Session::Pump(bool readable, std::vector<Job>& /*jobs*/) {
  if (readable && websocket_ != nullptr && !ReadWebSocket()) {
    return Pumped::kClose;
  }
  bool idle = false;
  for (int pulls = 0;; ++pulls) {
    const std::size_t size_before = out_.size();
    const Channel::Io io = channel_.Write(out_);
    if (io != Channel::Io::kOk) {
      return Wait(io, size_before);
    }
    blocked_ = false;
    if (stream_ == nullptr) {
      return Pumped::kLeave;
    }
    deadline_ = stream_->next_deadline();
    if (websocket_ != nullptr && websocket_->has_pong()) {
      websocket_->AppendPong(out_);
      continue;
    }
    if (pulls >= kPullsPerTurn) {
      return Pumped::kMore;
    }
    if (idle && !stream_->ready()) {
      return websocket_ != nullptr && channel_.has_pending() ? Pumped::kMore : Pumped::kWait;
    }
    std::vector<Bytes> pulled;
    const Stream::State state = stream_->Pull(kStreamBudgetBytes, pulled);
    const bool nothing = !AppendPieces(std::move(pulled));
    idle = state == Stream::State::kIdle;
    if (state == Stream::State::kEnd) {
      EndStream(websocket::CloseCode::kNormal);
    } else if (nothing && idle) {
      deadline_ = stream_->next_deadline();
      return Pumped::kWait;
    }
  }
}

Session::Pumped Http1Session::Wait(Channel::Io io, std::size_t size_before) {
  if (io == Channel::Io::kClosed) {
    return Pumped::kClose;
  }
  const Clock::time_point now = Clock::now();
  if (!blocked_ || out_.size() != size_before) {
    blocked_ = true;
    deadline_ = now + context_.options.write_timeout;
  }
  return now >= deadline_ ? Pumped::kClose : Pumped::kWait;
}

bool Http1Session::AppendPieces(std::vector<Bytes> pieces) {
  std::size_t size = 0;
  for (const Bytes& bytes : pieces) {
    size += bytes == nullptr ? 0 : bytes->size();
  }
  if (size == 0) {
    return false;
  }
  if (websocket_ != nullptr) {
    websocket_->AppendMessages(std::move(pieces), out_);
    return true;
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

void Http1Session::EndStream(websocket::CloseCode code) {
  if (stream_ == nullptr) {
    return;
  }
  stream_.reset();
  if (websocket_ != nullptr) {
    websocket_->Close(code, out_);
  } else if (chunked_) {
    out_.AppendText("0\r\n\r\n");
  }
}

}  // namespace

Response OverloadedResponse() {
  Response response;
  response.status = 429;
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  response.headers.Add("Retry-After", "1");
  response.headers.Add("X-Content-Type-Options", "nosniff");
  response.body.push_back(
      std::make_shared<const std::string>("Too many requests, please try again later.\n"));
  return response;
}

std::unique_ptr<Session> NewHttp1Session(const ConnectionContext& context, Channel& channel,
                                         const Peer& peer) {
  return std::make_unique<Http1Session>(context, channel, peer);
}

}  // namespace k8snet::server
