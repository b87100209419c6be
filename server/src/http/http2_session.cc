#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "src/http/http2.h"
#include "src/http/out_queue.h"
#include "src/http/session.h"

namespace k8snet::server {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr int kReadsPerTurn = 8;
constexpr std::size_t kSendBytes = 64 * 1024;
constexpr std::size_t kSendBytesPerTurn = 256 * 1024;
constexpr std::chrono::milliseconds kLingerTimeout{1'000};

// HTTP/2 on one connection. It lives in the pump; its requests go to the workers as jobs.
class Http2Session final : public Session {
 public:
  Http2Session(const ConnectionContext& context, Channel& channel, const Peer& peer)
      : options_(context.options),
        channel_(channel),
        peer_(peer),
        endpoint_(context.options, Clock::now()) {}

  Next Serve(bool /*overloaded*/) override { return Next::kPump; }
  [[nodiscard]] Clock::time_point deadline() const override;
  [[nodiscard]] bool idle() const override { return endpoint_.idle(); }

  Pumped Pump(bool readable, std::vector<Job>& jobs) override;
  void Answer(std::int32_t stream, std::optional<Response> response) override {
    endpoint_.Respond(stream, std::move(response), Clock::now());
  }
  [[nodiscard]] bool Woken() override {
    return endpoint_.pulled_streams() > 0 && endpoint_.Wake(Clock::now()) && !blocked_;
  }
  [[nodiscard]] bool wants_read() const override { return true; }
  [[nodiscard]] bool wants_write() const override { return blocked_; }
  [[nodiscard]] std::size_t streams() const override { return endpoint_.pulled_streams(); }
  void Finish() override { endpoint_.Finish(Clock::now()); }

 private:
  // Reads and takes what has come; false if the client is gone.
  bool Read(Clock::time_point now, std::vector<Job>& jobs);
  // Writes what there is; false if the client is gone or takes nothing for too long.
  bool Write(Clock::time_point now);

  const ListenerOptions& options_;
  Channel& channel_;
  const Peer& peer_;
  http2::Endpoint endpoint_;
  OutQueue out_;
  bool more_to_read_ = true;  // The handshake may have brought some.
  bool more_to_write_ = false;
  bool blocked_ = false;
  Clock::time_point blocked_deadline_ = Clock::time_point::max();
  Clock::time_point linger_deadline_ = Clock::time_point::max();  // Set: our side is closed.
};

Session::Clock::time_point Http2Session::deadline() const {
  if (linger_deadline_ != Clock::time_point::max()) {
    return linger_deadline_;
  }
  return blocked_ ? std::min(blocked_deadline_, endpoint_.deadline()) : endpoint_.deadline();
}

bool Http2Session::Read(Clock::time_point now, std::vector<Job>& jobs) {
  std::array<char, kReadBytes> scratch;
  more_to_read_ = true;
  bool open = true;
  for (int reads = 0; reads < kReadsPerTurn && more_to_read_; ++reads) {
    std::size_t size = 0;
    const Channel::Io io = channel_.Read(scratch, size);
    open = io != Channel::Io::kClosed;
    if (io != Channel::Io::kOk) {
      more_to_read_ = false;
      break;
    }
    endpoint_.Receive({scratch.data(), size}, now);
    more_to_read_ = size == scratch.size() || channel_.has_pending();
  }
  for (Job& job : endpoint_.TakeRequests()) {
    if (job.cancelled->load(std::memory_order_relaxed)) {
      endpoint_.Respond(job.stream, std::nullopt, now);
      continue;
    }
    job.request.peer_address = peer_.address;
    job.request.peer_certificate = peer_.certificate;
    jobs.push_back(std::move(job));
  }
  return open;
}

bool Http2Session::Write(Clock::time_point now) {
  std::size_t sent = 0;
  more_to_write_ = false;
  while (true) {
    endpoint_.Send(out_, kSendBytes, now);
    if (out_.empty()) {
      blocked_ = false;
      return true;
    }
    const std::size_t size = out_.size();
    const Channel::Io io = channel_.Write(out_);
    if (io == Channel::Io::kClosed) {
      return false;
    }
    sent += size - out_.size();
    if (io != Channel::Io::kOk) {
      if (!blocked_ || sent > 0) {
        blocked_ = true;
        blocked_deadline_ = now + options_.write_timeout;
      }
      return now < blocked_deadline_;
    }
    blocked_ = false;
    if (sent >= kSendBytesPerTurn) {
      more_to_write_ = true;
      return true;
    }
  }
}

Session::Pumped Http2Session::Pump(bool readable, std::vector<Job>& jobs) {
  const Clock::time_point now = Clock::now();
  if (linger_deadline_ != Clock::time_point::max()) {
    return now >= linger_deadline_ || channel_.Discard() == Channel::Io::kClosed ? Pumped::kClose
                                                                                 : Pumped::kWait;
  }
  if ((readable || more_to_read_) && !Read(now, jobs)) {
    return Pumped::kClose;
  }
  endpoint_.Tick(now, blocked_);
  if (!Write(now)) {
    return Pumped::kClose;
  }
  if (endpoint_.finished() && out_.empty()) {
    // Read on, lest a reset cuts the last frames off.
    channel_.FinishWriting();
    linger_deadline_ = now + kLingerTimeout;
    return channel_.Discard() == Channel::Io::kClosed ? Pumped::kClose : Pumped::kWait;
  }
  return more_to_read_ || more_to_write_ || (endpoint_.has_more() && !blocked_) ? Pumped::kMore
                                                                                : Pumped::kWait;
}

}  // namespace

std::unique_ptr<Session> NewHttp2Session(const ConnectionContext& context, Channel& channel,
                                         const Peer& peer) {
  return std::make_unique<Http2Session>(context, channel, peer);
}

}  // namespace k8snet::server
