// What the server counts of its requests and its store, under the names that kube-apiserver uses
// where the same thing is counted.
// Source: kubernetes/apiserver pkg/endpoints/metrics/metrics.go,
// pkg/storage/etcd3/metrics/metrics.go, pkg/endpoints/filters/metrics.go.
#ifndef K8SNET_SERVER_SRC_METRICS_METRICS_H_
#define K8SNET_SERVER_SRC_METRICS_METRICS_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/resource.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/http.h"
#include "src/metrics/exposition.h"
#include "src/metrics/histogram.h"
#include "src/request_context.h"

namespace k8snet::server {

// Requests with the same labels.
struct RequestSeries;

// Counts. Thread-safe: takes no lock; allocates once for each set of labels that occurs.
class Metrics {
 public:
  enum class Operation : std::uint8_t { kCreate, kUpdate, kDelete };

  // Lifetime: both outlive this. RequestContext::resource is to be one of `resources`.
  Metrics(std::span<const Resource> resources, const Clock& clock);
  ~Metrics();

  // An authorized request has been answered with `response`; one that streams counts as long as its
  // stream lives, and its time then.
  void Served(const RequestContext& context, const Request& request, Response& response);

  // Somebody proved to be `user`, or, if null, failed to prove anything.
  void Authenticated(const UserInfo* user);
  void Authorized(bool allowed);
  void AuthorizerFailed() { authorizer_failures_.fetch_add(1, std::memory_order_relaxed); }

  // The store has changed what is at `key`, in `seconds`.
  void Stored(Operation operation, std::string_view key, double seconds);

  // Adds all that is counted here.
  void AppendTo(Exposition& out) const;

 private:
  using Counter = std::atomic<std::uint64_t>;

  [[nodiscard]] RequestSeries* SeriesOf(const RequestContext& context, const Request& request);
  void AppendRequests(Exposition& out) const;
  void AppendStorage(Exposition& out) const;

  const std::span<const Resource> resources_;
  const Clock& clock_;
  // By resource, subresource, verb, scope and dry run; then one for each path that is no resource.
  // Null until the first request.
  std::vector<std::atomic<RequestSeries*>> series_;
  // By resource and operation; null for resources that are no hub.
  std::vector<std::unique_ptr<Histogram>> stored_;
  std::array<Counter, 3> users_{};  // "admin", "email_id", "other"
  Counter authenticated_ = 0;
  Counter unauthenticated_ = 0;
  Counter allowed_ = 0;
  Counter denied_ = 0;
  Counter authorizer_failures_ = 0;
};

// Adds what the operating system counts of this process: process_*.
// Source: prometheus/client_golang prometheus/process_collector_procfsenabled.go.
void AppendProcessMetrics(Exposition& out);

// Answers a scrape with the metrics in `out`, compressed if the client takes that.
// Differs: protobuf is not offered.
// Source: prometheus/client_golang prometheus/promhttp/http.go.
[[nodiscard]] Response MetricsResponse(const Request& request, const Exposition& out);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_METRICS_METRICS_H_
