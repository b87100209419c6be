// The server that the benchmarks of the listener measure.
#ifndef K8SNET_SRC_HTTP_BENCH_SERVER_H_
#define K8SNET_SRC_HTTP_BENCH_SERVER_H_

#include <time.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "k8snet/apis/base/check.h"
#include "k8snet/server/listener.h"
#include "src/http/test_client.h"

namespace k8snet::server::testing {

// What all watches of a server say: `event`, as many times as `count`. Set `event` before a watch.
struct BenchEvents {
  Bytes event = std::make_shared<const std::string>(std::string(1024, 'x'));
  std::atomic<int> count = 0;
};

// A watch that has an event whenever the count grows.
class BenchStream final : public Stream {
 public:
  explicit BenchStream(const BenchEvents& events) : events_(events), seen_(events.count) {}

  State Pull(std::size_t /*budget_bytes*/, std::vector<Bytes>& out) override {
    for (; seen_ < events_.count; ++seen_) {
      out.push_back(events_.event);
    }
    return State::kIdle;
  }
  [[nodiscard]] std::chrono::steady_clock::time_point next_deadline() const override {
    return std::chrono::steady_clock::time_point::max();
  }
  [[nodiscard]] bool ready() const override { return seen_ < events_.count; }

 private:
  const BenchEvents& events_;
  int seen_;
};

// Answers /watch with `events`, /list with 2,000 shared bodies of 1 kB, and all else with one.
// Lifetime: `events` must outlive the listener.
inline std::unique_ptr<Listener> StartBenchServer(const BenchEvents& events, bool tls = true) {
  ListenerOptions options;
  options.address = "127.0.0.1";
  if (tls) {
    const Identity identity = MakeIdentity({.common_name = "server"});
    options.certificate_pem = identity.certificate_pem;
    options.private_key_pem = identity.key_pem;
  }
  const auto body = std::make_shared<const std::string>(std::string(1024, 'x'));
  auto listener = Listen(options, [body, &events](Request& request) {
    Response response;
    if (request.target == "/watch") {
      response.stream = std::make_unique<BenchStream>(events);
      return response;
    }
    response.headers.Add("Content-Type", "application/json");
    response.headers.Add("Cache-Control", "no-cache, private");
    response.headers.Add("Audit-Id", "5f1c7c0a-3f0e-4f43-a6a2-2c3a86b1a0f1");
    response.body.assign(request.target == "/list" ? 2000 : 1, body);
    return response;
  });
  K8SNET_CHECK(listener.has_value());
  return *std::move(listener);
}

inline double CpuSeconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace k8snet::server::testing

#endif  // K8SNET_SRC_HTTP_BENCH_SERVER_H_
