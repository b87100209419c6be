// HTTP/2 as bytes: requests out of the frames of one connection, responses into them, by nghttp2.
// No sockets, no clock: times are given.
#ifndef K8SNET_SRC_HTTP_HTTP2_H_
#define K8SNET_SRC_HTTP_HTTP2_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <nghttp2/nghttp2.h>

#include "k8snet/server/http.h"
#include "k8snet/server/listener.h"
#include "src/http/http2_fields.h"
#include "src/http/out_queue.h"
#include "src/http/session.h"

namespace k8snet::server::http2 {

using Time = std::chrono::steady_clock::time_point;

// A number that is spent and comes back over time. Not thread-safe.
class Allowance {
 public:
  Allowance(std::int64_t most, std::int64_t per_second, Time now)
      : most_(most), per_second_(per_second), left_(most), counted_(now) {}

  // Takes one; false if none is left.
  [[nodiscard]] bool Spend(Time now);
  // Adds beyond the most that time brings back.
  void Add(std::int64_t count) { left_ += count; }

 private:
  const std::int64_t most_;
  const std::int64_t per_second_;
  std::int64_t left_;
  Time counted_;
};

// The server's end of one connection. What a client may do that costs the server and brings the
// client nothing is bounded: streams that end before their response (CVE-2023-44487,
// CVE-2025-8671), PING, SETTINGS, PRIORITY, WINDOW_UPDATE and empty frames (CVE-2019-9511 to 9518),
// CONTINUATION (CVE-2024-28182), header sections, bodies, and the time that each may take. Beyond
// that the connection ends with ENHANCE_YOUR_CALM. Not thread-safe.
// Source: golang/net http2/server.go, for what is answered how.
class Endpoint {
 public:
  // Lifetime: `options` outlives the endpoint.
  Endpoint(const ListenerOptions& options, Time now);
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  // Takes bytes that were received.
  void Receive(std::string_view bytes, Time now);
  // Moves out the requests that are complete: each is to be answered by Respond. What identifies
  // the peer is left empty.
  [[nodiscard]] std::vector<Job> TakeRequests() { return std::move(complete_); }
  // Answers a request, if its stream still is there; nothing if it was cancelled before.
  void Respond(std::int32_t stream, std::optional<Response> response, Time now);
  // Appends what may be sent now, stopping soon after `out` holds `budget` bytes. Streams are
  // pulled only for what the client's windows let through.
  void Send(OutQueue& out, std::size_t budget, Time now);
  // Whether a stream has more, though it gave nothing yet: Send again when others had their turn.
  [[nodiscard]] bool has_more() const { return again_; }
  // Looks which streams have something to send; whether any has, and so Send would.
  [[nodiscard]] bool Wake(Time now);
  // Does what is due at `deadline()`. While the connection is `blocked` no stream is held to
  // account for what does not get out.
  void Tick(Time now, bool blocked = false);
  [[nodiscard]] Time deadline() const;

  // Tells the client to use another connection; this one ends with its streams.
  void GoAway(Time now);
  // Ends the streams that are pulled, now and to come, and goes away.
  void Finish(Time now);

  // Whether nothing is left to receive or to send.
  [[nodiscard]] bool finished() const;
  // Whether no stream is open.
  [[nodiscard]] bool idle() const { return streams_.empty(); }
  // How many responses are pulled from streams.
  [[nodiscard]] std::size_t pulled_streams() const { return pulled_streams_; }
  // Bytes of bodies that are kept for requests not yet complete.
  [[nodiscard]] std::size_t pending_body_bytes() const { return pending_body_; }

 private:
  struct StreamState;
  struct Callbacks;
  enum class Leaving { kNo, kAnnounced, kYes };

  void BeginStream(std::int32_t id);
  void CloseStream(StreamState& stream);
  void EndHead(StreamState& stream, bool end_stream);
  void ReceiveBody(StreamState& stream, std::string_view bytes);
  void Complete(StreamState& stream);
  void ReleaseBody(std::size_t bytes);
  void Submit(StreamState& stream, Response response);
  // Returns what nghttp2 wants of a read callback.
  ssize_t ReadBody(StreamState& stream, std::size_t length, std::uint32_t& flags);
  void PullBody(StreamState& stream);
  void Resume(StreamState& stream);
  void DropSource(StreamState& stream);
  void Reset(const StreamState& stream, std::uint32_t code);
  // Ends the connection: the client does what none should.
  void Calm();
  void Terminate(std::uint32_t code);
  void SpendFrame();
  void Expect(Time time) { next_ = std::min(next_, time); }
  StreamState* Find(std::int32_t id) const;

  const ListenerOptions& options_;
  nghttp2_session* session_ = nullptr;
  std::vector<std::unique_ptr<StreamState>> streams_;
  std::vector<Job> complete_;
  Time now_;
  Time next_ = Time::max();  // No stream is due before.
  Time opened_;
  Time idle_since_;
  Time head_deadline_ = Time::max();  // Of the header section that comes in,
  std::int32_t head_stream_ = 0;      // whose stream it is.
  Time leave_at_ = Time::max();
  Allowance frames_;
  Allowance resets_;
  OutQueue* out_ = nullptr;  // During Send.
  std::size_t budget_ = 0;
  std::size_t serving_ = 0;  // Requests that Respond is to be called for.
  std::size_t pulled_streams_ = 0;
  std::size_t pending_body_ = 0;
  std::size_t held_back_ = 0;  // Of the connection's window.
  std::size_t data_bytes_ = 0;
  Leaving leaving_ = Leaving::kNo;
  bool has_settings_ = false;
  bool finishing_ = false;
  bool again_ = false;   // Some stream is to be pulled again.
  bool dead_ = false;    // Nothing more is received.
  bool failed_ = false;  // Nor sent.
};

}  // namespace k8snet::server::http2

#endif  // K8SNET_SRC_HTTP_HTTP2_H_
