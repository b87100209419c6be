// The endpoints /healthz, /livez and /readyz.
#ifndef K8SNET_SERVER_SRC_DISCOVERY_HEALTH_H_
#define K8SNET_SERVER_SRC_DISCOVERY_HEALTH_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/http.h"
#include "src/metrics/exposition.h"
#include "src/request_context.h"

namespace k8snet::server {

// One thing that must be in order for the server to be well.
struct HealthCheck {
  std::string name;
  bool ready_only = false;  // Asked by /readyz alone.
  std::function<Status()> check;
};

// Answers the health endpoints from a list of checks, in their order.
// Source: kubernetes/apiserver pkg/server/healthz/healthz.go. Thread-safe if the checks are.
class Health {
 public:
  explicit Health(std::vector<HealthCheck> checks);

  // Answers a request for one of the endpoints, or for one check below it; nothing for other paths.
  [[nodiscard]] std::optional<Response> Handle(const RequestContext& context) const;
  [[nodiscard]] std::vector<std::string> paths() const;

  // Adds what each check said last, and how often what, for each endpoint that it was asked by.
  // Source: kubernetes/component-base metrics/prometheus/slis/metrics.go.
  void AppendMetrics(Exposition& out) const;

 private:
  // What one check said to one endpoint.
  struct Results {
    std::atomic<std::uint64_t> good = 0;
    std::atomic<std::uint64_t> bad = 0;
    std::atomic<bool> last_good = false;
  };

  // Asks a check and counts what it says.
  [[nodiscard]] Status Ask(std::size_t endpoint, std::size_t check) const;

  [[nodiscard]] Response All(std::size_t endpoint, const RequestContext& context) const;

  const std::vector<HealthCheck> checks_;
  mutable std::vector<Results> results_;  // By endpoint and check.
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_DISCOVERY_HEALTH_H_
