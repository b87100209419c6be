// The filters around every request, in one place and one order.
#ifndef K8SNET_SERVER_SRC_FILTERS_CHAIN_H_
#define K8SNET_SERVER_SRC_FILTERS_CHAIN_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>

#include "k8snet/server/clock.h"
#include "k8snet/server/http.h"
#include "k8snet/server/logger.h"
#include "src/api_handler.h"
#include "src/auth/authenticator.h"
#include "src/auth/authorizer.h"
#include "src/discovery/health.h"
#include "src/filters/in_flight.h"
#include "src/metrics/metrics.h"
#include "src/request_context.h"

namespace k8snet::server {

// What the chain works with. Lifetime: the references outlive the chain.
struct ChainParts {
  Authenticator& authenticator;
  Authorizer& authorizer;
  ApiHandler& api;
  Health& health;
  Logger& logger;
  Clock& clock;
  Random& random;
  Metrics* metrics = nullptr;  // Null: nothing is counted, and /metrics does not exist.
};

struct ChainOptions {
  std::size_t max_requests_in_flight = 400;           // Read-only ones; 0 is no limit.
  std::size_t max_mutating_requests_in_flight = 200;  // 0 is no limit.
  std::chrono::milliseconds request_timeout{60'000};
};

// Takes each request through the filters to its handler, and its answer back. Thread-safe.
// Source: kubernetes/apiserver pkg/server/config.go, DefaultBuildHandlerChain.
class Chain {
 public:
  Chain(ChainParts parts, ChainOptions options);

  // Answers `request`, whatever happens in a handler.
  [[nodiscard]] Response Handle(Request& request);

  // From now on requests on open connections are told to go elsewhere.
  void Drain() { draining_ = true; }
  // Tells all requests in flight to give up. Implies Drain.
  void Abandon();

 private:
  [[nodiscard]] Response Recover(RequestContext& context, Request& request);
  [[nodiscard]] Response Serve(RequestContext& context, Request& request);
  [[nodiscard]] Response ServeAuthenticated(RequestContext& context, Request& request);
  [[nodiscard]] Response Authorize(RequestContext& context, Request& request);
  [[nodiscard]] Response Route(RequestContext& context, Request& request);
  [[nodiscard]] std::optional<Response> Dispatch(RequestContext& context, Request& request);
  [[nodiscard]] Response ServeMetrics(const Request& request) const;
  [[nodiscard]] Response Index() const;
  [[nodiscard]] std::string NewAuditId();

  const ChainParts parts_;
  const ChainOptions options_;
  InFlightPool read_only_;
  InFlightPool mutating_;
  std::atomic<bool> draining_ = false;
  std::stop_source stop_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_FILTERS_CHAIN_H_
