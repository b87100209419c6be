// The API over a store in memory, for tests and benchmarks in one process.
#ifndef K8SNET_SERVER_SRC_VERBS_TEST_API_H_
#define K8SNET_SERVER_SRC_VERBS_TEST_API_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "k8snet/apis/base/check.h"
#include "k8snet/server/logger.h"
#include "k8snet/server/storage.h"
#include "k8snet/server/testing/fake_clock.h"
#include "src/api_handler.h"
#include "src/app/feature_gates.h"
#include "src/filters/request_info.h"
#include "src/registry/api.h"
#include "src/registry/strategies.h"

namespace k8snet::server {

// An answer with its parts joined.
struct TestAnswer {
  int status = 0;
  Headers headers;
  std::string body;
  std::vector<std::string> warnings;
  std::unique_ptr<Stream> stream;
};

struct TestApiOptions {
  std::string_view gates;      // As the flag --feature-gates takes them.
  Storage* storage = nullptr;  // Null: one of its own, in memory.
  std::vector<std::string> cluster_ip_ranges = {"10.0.0.0/16"};
  std::int64_t node_port_last = 32767;
  std::uint64_t seed = 1;
  std::chrono::seconds clock_offset{0};
};

// Thread-safe as far as its clock is left alone.
class TestApi {
 public:
  explicit TestApi(const TestApiOptions& options = {}) : random_(options.seed) {
    K8SNET_CHECK(gates_.Set(options.gates).has_value());
    clock_.Advance(options.clock_offset);
    if (options.storage == nullptr) {
      storage_ = NewMemoryStorage({.clock = &clock_});
    }
    Storage& storage = options.storage == nullptr ? *storage_ : *options.storage;
    auto api = NewApiHandler({storage, waker_, clock_, random_, logger_, gates_,
                              options.cluster_ip_ranges, 30000, options.node_port_last});
    K8SNET_CHECK(api.has_value());
    api_ = *std::move(api);
  }

  // Sends a request with a JSON body, unless `headers` say otherwise.
  TestAnswer Send(std::string method, std::string target, std::string body = "",
                  std::vector<std::pair<std::string, std::string>> headers = {}) {
    Response response;
    TestAnswer answer;
    response = Answer(std::move(method), std::move(target), std::move(body), std::move(headers),
                      answer.warnings);
    answer.status = response.status;
    answer.headers = std::move(response.headers);
    for (const Bytes& part : response.body) {
      answer.body += *part;
    }
    answer.stream = std::move(response.stream);
    return answer;
  }

  // As Send, with the body as it leaves the handler.
  Response Answer(std::string method, std::string target, std::string body,
                  std::vector<std::pair<std::string, std::string>> headers,
                  std::vector<std::string>& warnings) {
    Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    for (auto& [name, value] : headers) {
      request.headers.Add(std::move(name), std::move(value));
    }
    auto parsed = ParseTarget(request.target);
    K8SNET_CHECK(parsed.has_value());
    RequestContext context;
    auto info = ParseRequestInfo(request.method, *parsed);
    K8SNET_CHECK(info.has_value());
    context.info = *std::move(info);
    context.query = std::move(parsed->query);
    context.logger = &logger_;
    Response response = api_->Handle(context, request);
    warnings = context.warnings.texts();
    return response;
  }

  // Takes what a watch has to send now.
  static std::string Pull(Stream& stream) {
    std::string text;
    while (true) {
      std::vector<Bytes> parts;
      const Stream::State state = stream.Pull(1 << 20, parts);
      for (const Bytes& part : parts) {
        text += *part;
      }
      if (state != Stream::State::kMore) {
        return text;
      }
    }
  }

  testing::FakeClock& clock() { return clock_; }
  Api& api() { return static_cast<Api&>(*api_); }

 private:
  class NoWaker final : public Waker {
   public:
    void Wake() override {}
  };

  testing::FakeClock clock_;
  testing::SeededRandom random_;
  NoWaker waker_;
  DiscardLogger logger_;
  FeatureGates gates_;
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<ApiHandler> api_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_TEST_API_H_
