#include "src/metrics/metrics.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "src/forwarding_stream.h"

namespace k8snet::server {
namespace {

constexpr double kDurations[] = {0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1,  1.25, 1.5, 2,
                                 3,     4,     5,    6,   8,   10,  15,  20,  30, 45,   60};
// The buckets of apiserver_request_sli_duration_seconds are those from the third on.
constexpr std::size_t kFirstSliBucket = 2;
constexpr double kSizes[] = {1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

constexpr std::array<std::string_view, 3> kSubresources = {"", "status", "finalize"};
constexpr std::array<std::string_view, 10> kVerbs = {
    "GET", "LIST", "WATCH", "POST", "PUT", "PATCH", "APPLY", "DELETE", "CONNECT", "other"};
constexpr std::array<std::string_view, 3> kScopes = {"resource", "namespace", "cluster"};
constexpr std::array<std::string_view, 3> kDryRuns = {"", "All", "invalid"};
constexpr std::size_t kPerResource =
    kSubresources.size() * kVerbs.size() * kScopes.size() * kDryRuns.size();
constexpr std::array<std::string_view, 4> kPaths = {"/healthz", "/livez", "/readyz", "openapi/v3"};
// All codes that answers have; the last stands for any other.
constexpr std::array<int, 21> kCodes = {101, 200, 201, 202, 304, 400, 401, 403, 404, 405, 406,
                                        409, 410, 413, 415, 422, 429, 503, 504, 501, 500};
constexpr std::array<std::string_view, 3> kUsers = {"admin", "email_id", "other"};
constexpr std::array<std::string_view, 3> kOperations = {"create", "update", "delete"};

constexpr std::size_t kWatch = 2;

template <typename List, typename Value>
std::size_t IndexOf(const List& list, const Value& value) {
  const auto found = std::find(list.begin(), list.end(), value);
  return found == list.end() ? list.size() - 1 : static_cast<std::size_t>(found - list.begin());
}

// Source: kubernetes/apiserver pkg/endpoints/metrics/metrics.go, cleanVerb, canonicalVerb:
// deletions of collections count as deletions, with another scope.
std::size_t VerbOf(const RequestContext& context, const Request& request) {
  const std::string_view verb = context.info.verb;
  if (verb == "patch") {
    const std::string* type = request.headers.Find("Content-Type");
    const bool apply = type != nullptr && type->starts_with("application/apply-patch+");
    return IndexOf(kVerbs, std::string_view(apply ? "APPLY" : "PATCH"));
  }
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"get", "GET"},
      {"list", "LIST"},
      {"watch", "WATCH"},
      {"create", "POST"},
      {"update", "PUT"},
      {"delete", "DELETE"},
      {"deletecollection", "DELETE"}};
  for (const auto& [name, label] : kNames) {
    if (verb == name) {
      return IndexOf(kVerbs, label);
    }
  }
  return kVerbs.size() - 1;
}

// Source: kubernetes/apiserver pkg/endpoints/metrics/metrics.go, CleanScope.
std::size_t ScopeOf(const RequestInfo& info) {
  return !info.name.empty() || info.verb == "create" ? 0 : !info.ns.empty() ? 1 : 2;
}

// Source: kubernetes/apiserver pkg/endpoints/metrics/metrics.go, cleanDryRun.
std::size_t DryRunOf(const RequestContext& context) {
  if (context.query.Find("dryRun") == nullptr) {
    return 0;
  }
  const std::vector<std::string> values = context.query.All("dryRun");
  return std::all_of(values.begin(), values.end(), [](const auto& v) { return v == "All"; }) ? 1
                                                                                             : 2;
}

double Seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double Load(const std::atomic<std::uint64_t>& counter) {
  return static_cast<double>(counter.load(std::memory_order_relaxed));
}

}  // namespace

struct RequestSeries {
  std::array<std::atomic<std::uint64_t>, kCodes.size()> codes{};
  Histogram durations{kDurations};
  Histogram sizes{kSizes};
  std::atomic<std::int64_t> open = 0;  // Streams.

  void Count(int status, double seconds) {
    codes[IndexOf(kCodes, status)].fetch_add(1, std::memory_order_relaxed);
    durations.Observe(seconds);
  }
};

namespace {

// A stream that is counted as long as it lives.
class CountedStream final : public ForwardingStream {
 public:
  CountedStream(std::unique_ptr<Stream> stream, RequestSeries& series, int status,
                const Clock& clock, std::chrono::steady_clock::time_point since)
      : ForwardingStream(std::move(stream)),
        series_(series),
        status_(status),
        clock_(clock),
        since_(since) {
    series_.open.fetch_add(1, std::memory_order_relaxed);
  }
  ~CountedStream() override {
    series_.open.fetch_sub(1, std::memory_order_relaxed);
    series_.Count(status_, Seconds(clock_.SteadyNow() - since_));
  }

 private:
  RequestSeries& series_;
  const int status_;
  const Clock& clock_;
  const std::chrono::steady_clock::time_point since_;
};

// One set of labels, taken apart from its index.
struct SeriesLabels {
  std::string_view group, version, resource, subresource, verb, scope, dry_run, component;
};

SeriesLabels LabelsAt(std::size_t index, std::span<const Resource> resources) {
  if (index >= resources.size() * kPerResource) {
    return {"", "", "", kPaths[index - resources.size() * kPerResource], "GET", "", "", ""};
  }
  const Resource& resource = resources[index / kPerResource];
  std::size_t rest = index % kPerResource;
  const auto take = [&rest](const auto& list) {
    const std::string_view label = list[rest % list.size()];
    rest /= list.size();
    return label;
  };
  SeriesLabels labels{resource.group, resource.version, resource.plural, "", "", "", "",
                      "apiserver"};
  labels.dry_run = take(kDryRuns);
  labels.scope = take(kScopes);
  labels.verb = take(kVerbs);
  labels.subresource = take(kSubresources);
  return labels;
}

}  // namespace

Metrics::Metrics(std::span<const Resource> resources, const Clock& clock)
    : resources_(resources),
      clock_(clock),
      series_(resources.size() * kPerResource + kPaths.size()) {
  for (const Resource& resource : resources) {
    for (std::size_t i = 0; i < kOperations.size(); ++i) {
      stored_.push_back(resource.hub ? std::make_unique<Histogram>(kDurations) : nullptr);
    }
  }
}

Metrics::~Metrics() {
  for (const auto& series : series_) {
    delete series.load();
  }
}

RequestSeries* Metrics::SeriesOf(const RequestContext& context, const Request& request) {
  std::size_t index = 0;
  if (context.resource != nullptr) {
    const std::size_t parts[] = {IndexOf(kSubresources, std::string_view(context.info.subresource)),
                                 VerbOf(context, request), ScopeOf(context.info),
                                 DryRunOf(context)};
    const std::size_t sizes[] = {kSubresources.size(), kVerbs.size(), kScopes.size(),
                                 kDryRuns.size()};
    index = static_cast<std::size_t>(context.resource - resources_.data());
    for (std::size_t i = 0; i < std::size(parts); ++i) {
      index = index * sizes[i] + parts[i];
    }
  } else {
    std::string_view path = context.info.path;
    if (path == "/openapi/v3" || path.starts_with("/openapi/v3/")) {
      path = kPaths.back();
    }
    const auto found = std::find(kPaths.begin(), kPaths.end(), path);
    if (found == kPaths.end()) {
      return nullptr;
    }
    index = resources_.size() * kPerResource + static_cast<std::size_t>(found - kPaths.begin());
  }
  std::atomic<RequestSeries*>& place = series_[index];
  if (RequestSeries* series = place.load(std::memory_order_acquire)) {
    return series;
  }
  auto made = std::make_unique<RequestSeries>();
  RequestSeries* expected = nullptr;
  return place.compare_exchange_strong(expected, made.get()) ? made.release() : expected;
}

void Metrics::Served(const RequestContext& context, const Request& request, Response& response) {
  RequestSeries* series = SeriesOf(context, request);
  if (series == nullptr) {
    return;
  }
  if (response.stream != nullptr) {
    response.stream = std::make_unique<CountedStream>(std::move(response.stream), *series,
                                                      response.status, clock_, request.received_at);
    return;
  }
  series->Count(response.status, Seconds(clock_.SteadyNow() - request.received_at));
  if (context.info.verb == "get" || context.info.verb == "list") {
    std::size_t size = 0;
    for (const Bytes& part : response.body) {
      size += part->size();
    }
    series->sizes.Observe(static_cast<double>(size));
  }
}

// Source: kubernetes/apiserver pkg/endpoints/filters/metrics.go, compressUsername.
void Metrics::Authenticated(const UserInfo* user) {
  if (user == nullptr) {
    unauthenticated_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  authenticated_.fetch_add(1, std::memory_order_relaxed);
  const bool mail = user->name.find('@') != std::string::npos;
  users_[user->name == "admin" ? 0 : mail ? 1 : 2].fetch_add(1, std::memory_order_relaxed);
}

void Metrics::Authorized(bool allowed) {
  (allowed ? allowed_ : denied_).fetch_add(1, std::memory_order_relaxed);
}

void Metrics::Stored(Operation operation, std::string_view key, double seconds) {
  constexpr std::string_view kRoot = "/registry/";
  if (!key.starts_with(kRoot)) {
    return;
  }
  key.remove_prefix(kRoot.size());
  for (std::size_t i = 0; i < resources_.size(); ++i) {
    const std::string_view prefix = resources_[i].storage_prefix;
    if (resources_[i].hub && key.starts_with(prefix) && key.size() > prefix.size() &&
        key[prefix.size()] == '/') {
      stored_[i * kOperations.size() + static_cast<std::size_t>(operation)]->Observe(seconds);
      return;
    }
  }
}

void Metrics::AppendTo(Exposition& out) const {
  AppendRequests(out);
  AppendStorage(out);
  out.Begin("authenticated_user_requests", "counter", "Requests by who sent them.");
  for (std::size_t i = 0; i < kUsers.size(); ++i) {
    if (const double count = Load(users_[i]); count > 0) {
      out.Add({{"username", kUsers[i]}}, count);
    }
  }
  out.Begin("authentication_attempts", "counter",
            "Requests by whether it was found who sent them.");
  out.Add({{"result", "failure"}}, Load(unauthenticated_));
  out.Add({{"result", "success"}}, Load(authenticated_));
  out.Begin("authorization_attempts_total", "counter", "Requests by what the authorizer said.");
  out.Add({{"result", "allowed"}}, Load(allowed_));
  out.Add({{"result", "denied"}}, Load(denied_));
  out.Add({{"result", "error"}}, Load(authorizer_failures_));
}

void Metrics::AppendRequests(Exposition& out) const {
  struct Row {
    SeriesLabels labels;
    const RequestSeries* series;
  };
  std::vector<Row> rows;
  for (std::size_t i = 0; i < series_.size(); ++i) {
    if (const RequestSeries* series = series_[i].load(std::memory_order_acquire)) {
      rows.push_back({LabelsAt(i, resources_), series});
    }
  }
  out.Begin("apiserver_request_total", "counter", "Requests by verb, resource and status code.");
  for (const auto& [l, series] : rows) {
    for (std::size_t c = 0; c < kCodes.size(); ++c) {
      if (const double count = Load(series->codes[c]); count > 0) {
        out.Add({{"code", std::to_string(kCodes[c])},
                 {"component", l.component},
                 {"dry_run", l.dry_run},
                 {"group", l.group},
                 {"resource", l.resource},
                 {"scope", l.scope},
                 {"subresource", l.subresource},
                 {"verb", l.verb},
                 {"version", l.version}},
                count);
      }
    }
  }
  out.Begin("apiserver_request_duration_seconds", "histogram",
            "Time from a request's arrival to its answer, of watches to their end.");
  for (const auto& [l, series] : rows) {
    out.Add({{"component", l.component},
             {"dry_run", l.dry_run},
             {"group", l.group},
             {"resource", l.resource},
             {"scope", l.scope},
             {"subresource", l.subresource},
             {"verb", l.verb},
             {"version", l.version}},
            series->durations.data());
  }
  // Those that follow do not tell dry runs apart; rows that differ in nothing else are neighbours.
  struct Merged {
    SeriesLabels labels;
    HistogramData durations, sizes;
    double open;
  };
  std::vector<Merged> merged;
  for (const auto& [l, series] : rows) {
    Merged next{l, series->durations.data(), series->sizes.data(),
                static_cast<double>(series->open.load(std::memory_order_relaxed))};
    const SeriesLabels* last = merged.empty() ? nullptr : &merged.back().labels;
    if (last != nullptr && last->resource == l.resource && last->version == l.version &&
        last->group == l.group && last->subresource == l.subresource && last->verb == l.verb &&
        last->scope == l.scope) {
      merged.back().durations.Add(next.durations);
      merged.back().sizes.Add(next.sizes);
      merged.back().open += next.open;
    } else {
      merged.push_back(std::move(next));
    }
  }
  const auto add = [&out](const SeriesLabels& l, const auto& value) {
    out.Add({{"component", l.component},
             {"group", l.group},
             {"resource", l.resource},
             {"scope", l.scope},
             {"subresource", l.subresource},
             {"verb", l.verb},
             {"version", l.version}},
            value);
  };
  out.Begin("apiserver_request_sli_duration_seconds", "histogram",
            "Time from a request's arrival to its answer, without watches.");
  for (const Merged& row : merged) {
    if (row.labels.verb != kVerbs[kWatch]) {
      HistogramData sli = row.durations;
      sli.bounds = sli.bounds.subspan(kFirstSliBucket);
      for (std::size_t i = 0; i < kFirstSliBucket; ++i) {
        sli.counts[kFirstSliBucket] += sli.counts[i];
      }
      sli.counts.erase(sli.counts.begin(), sli.counts.begin() + kFirstSliBucket);
      add(row.labels, sli);
    }
  }
  out.Begin("apiserver_response_sizes", "histogram", "Bytes of answers to reads.");
  for (const Merged& row : merged) {
    if (std::ranges::any_of(row.sizes.counts, [](std::uint64_t n) { return n > 0; })) {
      add(row.labels, row.sizes);
    }
  }
  out.Begin("apiserver_longrunning_requests", "gauge", "Watches that are open.");
  for (const Merged& row : merged) {
    if (row.labels.verb == kVerbs[kWatch]) {
      add(row.labels, row.open);
    }
  }
  out.Begin("apiserver_requested_deprecated_apis", "gauge",
            "Deprecated versions that have been asked for.");
  const Merged* before = nullptr;
  for (const Merged& row : merged) {
    const auto found = std::ranges::find_if(resources_, [&](const Resource& r) {
      return r.group == row.labels.group && r.version == row.labels.version &&
             r.plural == row.labels.resource && !r.deprecation.empty();
    });
    const bool again = before != nullptr && before->labels.group == row.labels.group &&
                       before->labels.version == row.labels.version &&
                       before->labels.resource == row.labels.resource &&
                       before->labels.subresource == row.labels.subresource;
    if (found != resources_.end() && !again) {
      out.Add({{"group", found->group},
               {"removed_release", found->removed_release},
               {"resource", found->plural},
               {"subresource", row.labels.subresource},
               {"version", found->version}},
              1);
    }
    before = &row;
  }
}

void Metrics::AppendStorage(Exposition& out) const {
  const auto each = [this](const auto& use) {
    for (std::size_t i = 0; i < stored_.size(); ++i) {
      if (stored_[i] == nullptr) {
        continue;
      }
      const HistogramData data = stored_[i]->data();
      if (std::ranges::any_of(data.counts, [](std::uint64_t n) { return n > 0; })) {
        use(resources_[i / kOperations.size()], kOperations[i % kOperations.size()], data);
      }
    }
  };
  out.Begin("etcd_request_duration_seconds", "histogram",
            "Time of a change in the store, until it was durable and seen by all reads.");
  each([&](const Resource& resource, std::string_view operation, const HistogramData& data) {
    out.Add({{"group", resource.group}, {"operation", operation}, {"resource", resource.plural}},
            data);
  });
  out.Begin("etcd_requests_total", "counter", "Changes in the store.");
  each([&](const Resource& resource, std::string_view operation, const HistogramData& data) {
    double count = 0;
    for (const std::uint64_t n : data.counts) {
      count += static_cast<double>(n);
    }
    out.Add({{"group", resource.group}, {"operation", operation}, {"resource", resource.plural}},
            count);
  });
}

}  // namespace k8snet::server
