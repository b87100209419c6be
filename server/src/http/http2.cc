#include "src/http/http2.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <utility>

#include "k8snet/apis/base/check.h"
#include "src/http/syntax.h"

namespace k8snet::server::http2 {
namespace {

// What a client may send at once and how soon it may again. Frames that bring no request forward,
// and streams that end before their response began.
constexpr std::int64_t kFrameBurst = 10'000;
constexpr std::int64_t kFramesPerSecond = 1'000;
constexpr std::int64_t kResetBurst = 1'000;
constexpr std::int64_t kResetsPerSecond = 100;
// Clients say what they have read: a frame for as many bytes that were sent is fine.
constexpr std::size_t kBytesPerFreeFrame = 256;
// A part of a body that is smaller counts as a frame that brings nothing forward.
constexpr std::size_t kSmallDataBytes = 64;

// Source: golang/net http2/server.go, defaultMaxReadFrameSize and defaults of
// kubernetes/apiserver pkg/server/secure_serving.go.
constexpr std::uint32_t kMaxFrameBytes = 256 * 1024;
constexpr std::int32_t kStreamWindowBytes = 256 * 1024;
constexpr std::int32_t kConnectionWindowBytes = 25 * 1024 * 1024;
constexpr std::uint32_t kHeaderListSlack = 320;
// Enough for the largest header section in frames of the smallest maximum.
constexpr std::size_t kMaxContinuations = 80;

constexpr int kPullsPerRead = 4;
constexpr std::size_t kPullBytes = 64 * 1024;
// How long a client may take to acknowledge that it is to go away.
constexpr std::chrono::milliseconds kLeaveTimeout{1'000};
constexpr std::array<std::uint8_t, 8> kLeavePing = {'k', '8', 's', 'n', 'e', 't', '!', '!'};

std::string_view ToText(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// What golang/net http2/server.go, handleHeaderListTooLong says.
Response HeadTooLarge() {
  Response response;
  response.status = 431;
  response.headers.Add("Content-Type", "text/html; charset=utf-8");
  response.body.push_back(std::make_shared<const std::string>(
      "<h1>HTTP Error 431</h1><p>Request Header Field(s) Too Large</p>"));
  return response;
}

}  // namespace

bool Allowance::Spend(Time now) {
  const std::int64_t ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - counted_).count();
  const std::int64_t back = ms * per_second_ / 1'000;
  if (back > 0) {
    counted_ = now;
    left_ = std::max(left_, std::min(most_, left_ + back));
  }
  if (left_ <= 0) {
    return false;
  }
  --left_;
  return true;
}

struct Endpoint::StreamState {
  enum class Phase {
    kHead,      // The header section comes in.
    kBody,      // The body comes in.
    kServing,   // Respond is still to be called.
    kResponse,  // The response goes out.
  };

  std::int32_t id = 0;
  std::size_t index = 0;  // In streams_.
  Phase phase = Phase::kHead;
  bool is_head = false;
  bool received_all = false;  // The client has ended its side.
  bool deferred = false;      // The response waits for `source`.
  bool again = false;         // `source` has more at once.
  std::unique_ptr<RequestHead> head;
  std::unique_ptr<Request> request;
  std::shared_ptr<std::atomic<bool>> cancelled;
  OutQueue body;
  std::unique_ptr<Stream> source;
  Time since;  // When the phase began, or the response last got on.
};

struct Endpoint::Callbacks {
  static Endpoint& Self(void* user) { return *static_cast<Endpoint*>(user); }

  static int OnBeginFrame(nghttp2_session* /*session*/, const nghttp2_frame_hd* head, void* user) {
    Endpoint& self = Self(user);
    if (head->type != NGHTTP2_CONTINUATION) {
      self.head_deadline_ = Time::max();
    }
    switch (head->type) {
      case NGHTTP2_HEADERS:
        self.head_deadline_ = self.now_ + self.options_.header_timeout;
        self.head_stream_ = head->stream_id;
        break;
      case NGHTTP2_CONTINUATION:
        break;
      case NGHTTP2_DATA:
        if (head->length < kSmallDataBytes && (head->flags & NGHTTP2_FLAG_END_STREAM) == 0) {
          self.SpendFrame();
        }
        break;
      default:
        self.SpendFrame();
    }
    return 0;
  }

  static int OnBeginHeaders(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
      Self(user).BeginStream(frame->hd.stream_id);
    }
    return 0;
  }

  static int OnHeader(nghttp2_session* /*session*/, const nghttp2_frame* frame,
                      const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                      std::size_t value_size, std::uint8_t /*flags*/, void* user) {
    Endpoint& self = Self(user);
    StreamState* stream = self.Find(frame->hd.stream_id);
    // Trailers are read over.
    if (stream != nullptr && stream->head != nullptr &&
        !stream->head->Add(ToText(name, name_size), ToText(value, value_size),
                           self.options_.max_header_bytes)) {
      self.Calm();
    }
    return 0;
  }

  static int OnInvalidHeader(nghttp2_session* /*session*/, const nghttp2_frame* /*frame*/,
                             const std::uint8_t* /*name*/, std::size_t /*name_size*/,
                             const std::uint8_t* /*value*/, std::size_t /*value_size*/,
                             std::uint8_t /*flags*/, void* /*user*/) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;  // Resets the stream.
  }

  static int OnInvalidFrame(nghttp2_session* /*session*/, const nghttp2_frame* frame, int /*error*/,
                            void* user) {
    if (frame->hd.type == NGHTTP2_HEADERS) {
      Self(user).head_deadline_ = Time::max();  // What follows of it is not looked at.
    }
    return 0;
  }

  static int OnFrame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    Endpoint& self = Self(user);
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS: {
        self.head_deadline_ = Time::max();
        StreamState* stream = self.Find(frame->hd.stream_id);
        if (stream == nullptr) {
          break;
        }
        if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
          self.EndHead(*stream, ends);
        } else if (ends) {
          self.Complete(*stream);
        }
        break;
      }
      case NGHTTP2_DATA:
        if (StreamState* stream = self.Find(frame->hd.stream_id); stream != nullptr && ends) {
          self.Complete(*stream);
        }
        break;
      case NGHTTP2_SETTINGS:
        self.has_settings_ = true;
        break;
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0 && self.leaving_ == Leaving::kAnnounced &&
            std::equal(kLeavePing.begin(), kLeavePing.end(), frame->ping.opaque_data)) {
          self.leave_at_ = self.now_;
        }
        break;
      default:
        break;
    }
    return 0;
  }

  static int OnData(nghttp2_session* session, std::uint8_t /*flags*/, std::int32_t id,
                    const std::uint8_t* data, std::size_t size, void* user) {
    Endpoint& self = Self(user);
    if (StreamState* stream = self.Find(id); stream != nullptr) {
      self.ReceiveBody(*stream, ToText(data, size));
    } else {
      nghttp2_session_consume_connection(session, size);
    }
    return 0;
  }

  static int OnStreamClose(nghttp2_session* /*session*/, std::int32_t id, std::uint32_t /*code*/,
                           void* user) {
    Endpoint& self = Self(user);
    if (StreamState* stream = self.Find(id); stream != nullptr) {
      self.CloseStream(*stream);
    }
    return 0;
  }

  static int OnFrameSent(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    // What follows of a request that was answered early is of no use.
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 &&
        (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA)) {
      const StreamState* stream = Self(user).Find(frame->hd.stream_id);
      if (stream != nullptr && !stream->received_all) {
        nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_NO_ERROR);
      }
    }
    return 0;
  }

  static ssize_t OnSend(nghttp2_session* /*session*/, const std::uint8_t* data, std::size_t size,
                        int /*flags*/, void* user) {
    Endpoint& self = Self(user);
    if (self.out_->size() >= self.budget_) {
      return NGHTTP2_ERR_WOULDBLOCK;
    }
    self.out_->AppendText(std::string(ToText(data, size)));
    return static_cast<ssize_t>(size);
  }

  static ssize_t OnRead(nghttp2_session* /*session*/, std::int32_t id, std::uint8_t* /*buffer*/,
                        std::size_t length, std::uint32_t* flags, nghttp2_data_source* /*source*/,
                        void* user) {
    Endpoint& self = Self(user);
    if (StreamState* stream = self.Find(id); stream != nullptr) {
      return self.ReadBody(*stream, length, *flags);
    }
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }

  static int OnSendData(nghttp2_session* /*session*/, nghttp2_frame* frame,
                        const std::uint8_t* head, std::size_t length,
                        nghttp2_data_source* /*source*/, void* user) {
    Endpoint& self = Self(user);
    if (self.out_->size() >= self.budget_) {
      return NGHTTP2_ERR_WOULDBLOCK;
    }
    StreamState* stream = self.Find(frame->hd.stream_id);
    if (stream == nullptr) {
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    constexpr std::size_t kFrameHeadBytes = 9;
    self.out_->AppendText(std::string(ToText(head, kFrameHeadBytes)));
    stream->body.MoveTo(*self.out_, length);
    stream->since = self.now_;
    self.data_bytes_ += length;
    self.frames_.Add(static_cast<std::int64_t>(self.data_bytes_ / kBytesPerFreeFrame));
    self.data_bytes_ %= kBytesPerFreeFrame;
    return 0;
  }

  static nghttp2_session_callbacks* Make() {
    nghttp2_session_callbacks* made = nullptr;
    K8SNET_CHECK(nghttp2_session_callbacks_new(&made) == 0);
    nghttp2_session_callbacks_set_on_begin_frame_callback(made, OnBeginFrame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(made, OnHeader);
    nghttp2_session_callbacks_set_on_invalid_header_callback(made, OnInvalidHeader);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, OnFrame);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made, OnInvalidFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, OnData);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, OnStreamClose);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, OnFrameSent);
    nghttp2_session_callbacks_set_send_callback(made, OnSend);
    nghttp2_session_callbacks_set_send_data_callback(made, OnSendData);
    return made;
  }

  static nghttp2_option* MakeOption() {
    nghttp2_option* made = nullptr;
    K8SNET_CHECK(nghttp2_option_new(&made) == 0);
    nghttp2_option_set_no_auto_window_update(made, 1);
    nghttp2_option_set_no_closed_streams(made, 1);
    nghttp2_option_set_max_continuations(made, kMaxContinuations);
    // Resets are counted here, those that cost something.
    nghttp2_option_set_stream_reset_rate_limit(made, 1U << 30U, 1U << 30U);
    return made;
  }
};

Endpoint::Endpoint(const ListenerOptions& options, Time now)
    : options_(options),
      now_(now),
      opened_(now),
      idle_since_(now),
      frames_(kFrameBurst, kFramesPerSecond, now),
      resets_(kResetBurst, kResetsPerSecond, now) {
  // Made once and kept for the life of the process.
  static const nghttp2_session_callbacks* const callbacks = Callbacks::Make();
  static const nghttp2_option* const option = Callbacks::MakeOption();
  K8SNET_CHECK(nghttp2_session_server_new2(&session_, callbacks, this, option) == 0);
  const std::array<nghttp2_settings_entry, 5> settings = {{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, static_cast<std::uint32_t>(options.max_streams)},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindowBytes},
      {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, kMaxFrameBytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
       static_cast<std::uint32_t>(options.max_header_bytes) + kHeaderListSlack},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  }};
  K8SNET_CHECK(
      nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0);
  K8SNET_CHECK(nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                                     kConnectionWindowBytes) == 0);
}

Endpoint::~Endpoint() {
  for (const auto& stream : streams_) {
    if (stream->cancelled != nullptr) {
      stream->cancelled->store(true, std::memory_order_relaxed);
    }
  }
  nghttp2_session_del(session_);
}

Endpoint::StreamState* Endpoint::Find(std::int32_t id) const {
  return static_cast<StreamState*>(nghttp2_session_get_stream_user_data(session_, id));
}

void Endpoint::Receive(std::string_view bytes, Time now) {
  now_ = now;
  if (dead_) {
    return;
  }
  const ssize_t used = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (used == NGHTTP2_ERR_BAD_CLIENT_MAGIC) {
    dead_ = true;
    failed_ = true;
  } else if (used == NGHTTP2_ERR_FLOODED) {
    Calm();
  } else if (used < 0) {
    Terminate(NGHTTP2_INTERNAL_ERROR);
  }
}

void Endpoint::SpendFrame() {
  if (!frames_.Spend(now_)) {
    Calm();
  }
}

void Endpoint::Calm() { Terminate(NGHTTP2_ENHANCE_YOUR_CALM); }

void Endpoint::Terminate(std::uint32_t code) {
  if (!std::exchange(dead_, true)) {
    nghttp2_session_terminate_session(session_, code);
  }
}

void Endpoint::Reset(const StreamState& stream, std::uint32_t code) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id, code);
}

void Endpoint::BeginStream(std::int32_t id) {
  if (dead_) {
    return;
  }
  auto stream = std::make_unique<StreamState>();
  stream->id = id;
  stream->index = streams_.size();
  stream->since = now_;
  stream->head = std::make_unique<RequestHead>();
  nghttp2_session_set_stream_user_data(session_, id, stream.get());
  streams_.push_back(std::move(stream));
}

void Endpoint::CloseStream(StreamState& stream) {
  nghttp2_session_set_stream_user_data(session_, stream.id, nullptr);
  if (stream.id == head_stream_) {
    head_deadline_ = Time::max();
  }
  if (stream.phase != StreamState::Phase::kResponse && !resets_.Spend(now_)) {
    Calm();
  }
  if (stream.cancelled != nullptr) {
    stream.cancelled->store(true, std::memory_order_relaxed);
  }
  if (stream.request != nullptr) {
    ReleaseBody(stream.request->body.size());
  }
  DropSource(stream);
  const std::size_t index = stream.index;
  streams_[index].swap(streams_.back());
  streams_[index]->index = index;
  streams_.pop_back();
  if (streams_.empty()) {
    idle_since_ = now_;
  }
}

void Endpoint::EndHead(StreamState& stream, bool end_stream) {
  const std::unique_ptr<RequestHead> head = std::move(stream.head);
  stream.received_all = end_stream;
  stream.is_head = head->is_head();
  if (head->too_large()) {
    ++serving_;
    stream.phase = StreamState::Phase::kServing;
    Respond(stream.id, HeadTooLarge(), now_);
    return;
  }
  std::optional<Request> request = head->Take();
  if (!request) {
    Reset(stream, NGHTTP2_PROTOCOL_ERROR);
    return;
  }
  stream.request = std::make_unique<Request>(*std::move(request));
  if (end_stream) {
    Complete(stream);
    return;
  }
  stream.phase = StreamState::Phase::kBody;
  stream.since = now_;
  Expect(now_ + options_.body_timeout);
  if (head->expects_continue()) {
    const ResponseHead interim(100, {}, std::nullopt);
    nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id, nullptr, interim.fields().data(),
                           1, nullptr);
  }
}

void Endpoint::ReceiveBody(StreamState& stream, std::string_view bytes) {
  if (stream.phase != StreamState::Phase::kBody) {
    // Answered early: the stream's window is left to close.
    nghttp2_session_consume_connection(session_, bytes.size());
    return;
  }
  Request& request = *stream.request;
  if (request.body.size() + bytes.size() > options_.max_body_bytes) {
    nghttp2_session_consume_connection(session_, bytes.size());
    ReleaseBody(request.body.size());
    request.body = {};
    request.body_too_large = true;
    Complete(stream);
    return;
  }
  request.body += bytes;
  pending_body_ += bytes.size();
  nghttp2_session_consume_stream(session_, stream.id, bytes.size());
  if (pending_body_ <= options_.max_pending_body_bytes) {
    nghttp2_session_consume_connection(session_, bytes.size());
  } else {
    held_back_ += bytes.size();
  }
}

void Endpoint::ReleaseBody(std::size_t bytes) {
  pending_body_ -= bytes;
  if (held_back_ > 0 && pending_body_ <= options_.max_pending_body_bytes) {
    nghttp2_session_consume_connection(session_, std::exchange(held_back_, 0));
  }
}

void Endpoint::Complete(StreamState& stream) {
  stream.received_all =
      stream.received_all || stream.request == nullptr || !stream.request->body_too_large;
  if (stream.request == nullptr) {
    return;  // Answered already.
  }
  const std::unique_ptr<Request> request = std::move(stream.request);
  ReleaseBody(request->body.size());
  stream.phase = StreamState::Phase::kServing;
  if (dead_) {
    return;
  }
  if (serving_ >= options_.max_streams) {
    // Its client has cancelled requests that workers are still at.
    Reset(stream, NGHTTP2_REFUSED_STREAM);
    return;
  }
  ++serving_;
  stream.cancelled = std::make_shared<std::atomic<bool>>(false);
  request->received_at = now_;
  complete_.push_back({stream.id, std::move(*request), stream.cancelled});
}

void Endpoint::Respond(std::int32_t id, std::optional<Response> response, Time now) {
  now_ = now;
  --serving_;
  StreamState* stream = Find(id);
  if (stream != nullptr && response) {
    Submit(*stream, *std::move(response));
  }
}

void Endpoint::Submit(StreamState& stream, Response response) {
  const bool has_body = StatusHasBody(response.status);
  std::optional<std::uint64_t> length;
  if (has_body && response.stream == nullptr) {
    length = 0;
    for (const Bytes& bytes : response.body) {
      *length += bytes == nullptr ? 0 : bytes->size();
    }
  }
  const std::string* connection = response.headers.Find("Connection");
  if (response.close || (connection != nullptr && ListHolds(*connection, "close"))) {
    GoAway(now_);
  }
  const ResponseHead head(response.status, response.headers, length);
  const bool sends_body =
      has_body && !stream.is_head && (response.stream != nullptr || *length > 0);
  if (sends_body) {
    stream.body.AppendAll(std::move(response.body));
    if (response.stream != nullptr) {
      stream.source = std::move(response.stream);
      ++pulled_streams_;
      if (finishing_) {
        DropSource(stream);
      }
    }
  }
  stream.phase = StreamState::Phase::kResponse;
  stream.since = now_;
  Expect(now_ + options_.write_timeout);
  nghttp2_data_provider body{};
  body.read_callback = Callbacks::OnRead;
  if (nghttp2_submit_response(session_, stream.id, head.fields().data(), head.fields().size(),
                              sends_body ? &body : nullptr) != 0) {
    Reset(stream, NGHTTP2_INTERNAL_ERROR);
  }
}

void Endpoint::DropSource(StreamState& stream) {
  if (stream.source != nullptr) {
    stream.source.reset();
    --pulled_streams_;
  }
}

void Endpoint::PullBody(StreamState& stream) {
  std::vector<Bytes> pieces;
  stream.again = false;
  for (int pulls = 0; pulls < kPullsPerRead; ++pulls) {
    const Stream::State state = stream.source->Pull(kPullBytes, pieces);
    stream.body.AppendAll(std::exchange(pieces, {}));
    if (state == Stream::State::kEnd) {
      DropSource(stream);
      return;
    }
    if (!stream.body.empty()) {
      return;
    }
    if (state == Stream::State::kIdle && !stream.source->ready()) {
      Expect(stream.source->next_deadline());
      return;
    }
  }
  stream.again = true;
  again_ = true;
}

ssize_t Endpoint::ReadBody(StreamState& stream, std::size_t length, std::uint32_t& flags) {
  if (stream.body.empty() && stream.source != nullptr) {
    PullBody(stream);
  }
  if (stream.body.empty() && stream.source != nullptr) {
    stream.deferred = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (length >= stream.body.size() && stream.source == nullptr) {
    flags |= NGHTTP2_DATA_FLAG_EOF;
  }
  return static_cast<ssize_t>(std::min(length, stream.body.size()));
}

void Endpoint::Resume(StreamState& stream) {
  stream.deferred = false;
  stream.since = now_;
  Expect(now_ + options_.write_timeout);
  nghttp2_session_resume_data(session_, stream.id);
}

bool Endpoint::Wake(Time now) {
  now_ = now;
  bool any = false;
  for (const auto& stream : streams_) {
    if (stream->deferred && stream->source->ready()) {
      Resume(*stream);
      any = true;
    }
  }
  return any;
}

void Endpoint::Send(OutQueue& out, std::size_t budget, Time now) {
  now_ = now;
  if (failed_) {
    return;
  }
  if (std::exchange(again_, false)) {
    for (const auto& stream : streams_) {
      if (stream->deferred && stream->again) {
        Resume(*stream);
      }
    }
  }
  out_ = &out;
  budget_ = budget;
  if (nghttp2_session_send(session_) != 0) {
    dead_ = true;
    failed_ = true;
  }
  out_ = nullptr;
}

void Endpoint::Tick(Time now, bool blocked) {
  now_ = now;
  if (dead_) {
    return;
  }
  if (head_deadline_ <= now || (!has_settings_ && opened_ + options_.header_timeout <= now)) {
    Calm();
    return;
  }
  if (leave_at_ <= now && leaving_ != Leaving::kYes) {
    leaving_ = Leaving::kYes;
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                          nullptr, 0);
  }
  if (streams_.empty() && idle_since_ + options_.idle_timeout <= now) {
    GoAway(now);
  }
  if (next_ > now) {
    return;
  }
  next_ = Time::max();
  for (const auto& stream : streams_) {
    switch (stream->phase) {
      case StreamState::Phase::kBody:
        if (stream->since + options_.body_timeout <= now) {
          Reset(*stream, NGHTTP2_CANCEL);
        } else {
          Expect(stream->since + options_.body_timeout);
        }
        break;
      case StreamState::Phase::kResponse:
        if (stream->deferred) {
          if (stream->source->next_deadline() <= now) {
            Resume(*stream);
          } else {
            Expect(stream->source->next_deadline());
          }
        } else if (blocked) {
          stream->since = now;
          Expect(now + options_.write_timeout);
        } else if (stream->body.empty() && stream->source != nullptr && !stream->source->ready() &&
                   stream->source->next_deadline() > now) {
          stream->since = now;  // The window is closed, and nothing waits for it.
          Expect(std::min(now + options_.write_timeout, stream->source->next_deadline()));
        } else if (stream->since + options_.write_timeout <= now) {
          Reset(*stream, NGHTTP2_CANCEL);  // The client's window is full for too long.
        } else {
          Expect(stream->since + options_.write_timeout);
        }
        break;
      default:
        break;
    }
  }
}

Time Endpoint::deadline() const {
  if (dead_) {
    return Time::max();
  }
  Time due = std::min(next_, head_deadline_);
  if (!has_settings_) {
    due = std::min(due, opened_ + options_.header_timeout);
  }
  if (leaving_ == Leaving::kAnnounced) {
    due = std::min(due, leave_at_);
  }
  if (streams_.empty() && leaving_ == Leaving::kNo) {
    due = std::min(due, idle_since_ + options_.idle_timeout);
  }
  return due;
}

void Endpoint::GoAway(Time now) {
  if (leaving_ != Leaving::kNo || dead_) {
    return;
  }
  now_ = now;
  if (streams_.empty()) {
    leave_at_ = now;
    leaving_ = Leaving::kYes;
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                          nullptr, 0);
    return;
  }
  // Requests that are under way cross the announcement: they are still served, until the client
  // has seen it. Source: RFC 9113 section 6.8.
  leaving_ = Leaving::kAnnounced;
  leave_at_ = now + kLeaveTimeout;
  nghttp2_submit_shutdown_notice(session_);
  nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, kLeavePing.data());
}

void Endpoint::Finish(Time now) {
  now_ = now;
  finishing_ = true;
  for (const auto& stream : streams_) {
    if (stream->source != nullptr) {
      DropSource(*stream);
      if (stream->deferred) {
        Resume(*stream);
      }
    }
  }
  GoAway(now);
}

bool Endpoint::finished() const {
  if (failed_) {
    return true;
  }
  const bool sends = nghttp2_session_want_write(session_) != 0;
  if (dead_ || (leaving_ == Leaving::kYes && streams_.empty())) {
    return !sends;
  }
  return !sends && nghttp2_session_want_read(session_) == 0;
}

}  // namespace k8snet::server::http2
