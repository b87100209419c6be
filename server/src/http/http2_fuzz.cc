// Raw HTTP/2 frames, cut at places that the input chooses: whatever comes, what is kept is bounded,
// every request is answered at most once, and the connection ends when it says so.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "k8snet/apis/base/check.h"
#include "src/http/http2.h"

namespace k8snet::server::http2 {
namespace {

ListenerOptions MakeOptions() {
  ListenerOptions options;
  options.max_header_bytes = 1024;
  options.max_body_bytes = 512;
  options.max_pending_body_bytes = 1024;
  options.max_streams = 8;
  return options;
}

// A stream that gives a few pieces, now and then nothing.
class Drip final : public Stream {
 public:
  explicit Drip(int pieces) : pieces_(pieces) {}
  State Pull(std::size_t /*budget_bytes*/, std::vector<Bytes>& out) override {
    if (pieces_-- % 3 == 0) {
      return State::kIdle;
    }
    out.push_back(std::make_shared<const std::string>(std::string(3000, 'x')));
    return pieces_ <= 0 ? State::kEnd : State::kMore;
  }
  [[nodiscard]] Time next_deadline() const override { return Time::max(); }
  [[nodiscard]] bool ready() const override { return true; }

 private:
  int pieces_;
};

Response MakeResponse(const Request& request) {
  Response response;
  if (request.target.size() % 3 == 0) {
    response.stream = std::make_unique<Drip>(10);
  } else {
    response.body.assign(request.target.size() % 7,
                         std::make_shared<const std::string>(std::string(10'000, 'x')));
  }
  response.close = request.target.size() % 11 == 10;
  return response;
}

// Plays `bytes` in pieces of `step`; requests are answered `delay` pieces after they came.
void Play(std::string_view bytes, std::size_t step, std::size_t delay) {
  static const ListenerOptions* const options = new ListenerOptions(MakeOptions());
  Time now = Time() + std::chrono::hours(1);
  Endpoint endpoint(*options, now);
  std::deque<std::pair<std::size_t, Job>> waiting;
  OutQueue out;
  std::size_t piece = 0;
  const auto send = [&] {
    for (int i = 0; i < 100; ++i) {
      endpoint.Send(out, 16 * 1024, now);
      K8SNET_CHECK(out.size() <= 16 * 1024 + (1U << 24U));
      if (out.empty()) {
        return;
      }
      out.Consume(out.size());
    }
  };
  for (std::string_view rest = bytes; !rest.empty() && !endpoint.finished(); ++piece) {
    now += std::chrono::milliseconds(10);
    endpoint.Receive(rest.substr(0, step), now);
    rest.remove_prefix(std::min(step, rest.size()));
    for (Job& job : endpoint.TakeRequests()) {
      K8SNET_CHECK(job.request.body.size() <= options->max_body_bytes);
      K8SNET_CHECK(job.request.target.starts_with('/') && !job.request.method.empty());
      for (const auto& [name, value] : job.request.headers.items()) {
        K8SNET_CHECK(!name.starts_with(':') && value.find_first_of("\r\n") == std::string::npos);
      }
      waiting.emplace_back(piece + delay, std::move(job));
    }
    K8SNET_CHECK(waiting.size() <= options->max_streams);
    K8SNET_CHECK(endpoint.pending_body_bytes() <= options->max_streams * options->max_body_bytes);
    while (!waiting.empty() && waiting.front().first <= piece) {
      Job job = std::move(waiting.front().second);
      waiting.pop_front();
      endpoint.Respond(
          job.stream,
          job.cancelled->load() ? std::nullopt : std::optional(MakeResponse(job.request)), now);
    }
    endpoint.Tick(now);
    if (endpoint.Wake(now) || piece % 2 == 0) {
      send();
    }
  }
  // All that is under way ends, and so does the connection.
  for (auto& [when, job] : waiting) {
    endpoint.Respond(job.stream, MakeResponse(job.request), now);
  }
  endpoint.Finish(now);
  send();
  now += std::chrono::hours(1);
  endpoint.Tick(now);
  send();
  endpoint.Tick(now);
  send();
  K8SNET_CHECK(endpoint.finished());
  K8SNET_CHECK(!endpoint.idle() ||
               (endpoint.pending_body_bytes() == 0 && endpoint.pulled_streams() == 0));
}

}  // namespace
}  // namespace k8snet::server::http2

// The first byte is the size of the pieces, the second whether the preface is put before and when
// requests are answered.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  std::string bytes;
  if ((data[1] & 0x80U) == 0) {
    bytes.append(NGHTTP2_CLIENT_MAGIC).append(std::string_view("\0\0\0\4\0\0\0\0\0", 9));
  }
  bytes.append(reinterpret_cast<const char*>(data) + 2, size - 2);
  k8snet::server::http2::Play(bytes, std::size_t{data[0]} + 1, data[1] & 0x7U);
  return 0;
}
