#include "src/discovery/health.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <utility>

#include "k8snet/apis/base/field.h"
#include "src/status.h"

namespace k8snet::server {
namespace {

constexpr std::array<std::string_view, 3> kEndpoints{"healthz", "livez", "readyz"};

bool Applies(const HealthCheck& check, std::string_view endpoint) {
  return !check.ready_only || endpoint == "readyz";
}

}  // namespace

Health::Health(std::vector<HealthCheck> checks)
    : checks_(std::move(checks)), results_(kEndpoints.size() * checks_.size()) {}

Status Health::Ask(std::size_t endpoint, std::size_t check) const {
  Status status = checks_[check].check();
  Results& results = results_[endpoint * checks_.size() + check];
  (status ? results.good : results.bad).fetch_add(1, std::memory_order_relaxed);
  results.last_good.store(status.has_value(), std::memory_order_relaxed);
  return status;
}

void Health::AppendMetrics(Exposition& out) const {
  const auto each = [this](const auto& add) {
    for (std::size_t i = 0; i < results_.size(); ++i) {
      const Results& results = results_[i];
      if (results.good.load() + results.bad.load() > 0) {
        add(checks_[i % checks_.size()].name, kEndpoints[i / checks_.size()], results);
      }
    }
  };
  out.Begin("kubernetes_healthcheck", "gauge", "Whether a check held when it was last asked.");
  each([&](std::string_view name, std::string_view type, const Results& results) {
    out.Add({{"name", name}, {"type", type}}, results.last_good.load() ? 1 : 0);
  });
  out.Begin("kubernetes_healthchecks_total", "counter", "What checks said.");
  each([&](std::string_view name, std::string_view type, const Results& results) {
    for (const auto& [status, count] :
         {std::pair<std::string_view, std::uint64_t>("error", results.bad.load()),
          {"success", results.good.load()}}) {
      if (count > 0) {
        out.Add({{"name", name}, {"status", status}, {"type", type}}, static_cast<double>(count));
      }
    }
  });
}

std::optional<Response> Health::Handle(const RequestContext& context) const {
  std::string_view path = context.info.path;
  for (std::size_t e = 0; e < kEndpoints.size(); ++e) {
    const std::string_view endpoint = kEndpoints[e];
    if (!path.starts_with('/') || !path.substr(1).starts_with(endpoint)) {
      continue;
    }
    const std::string_view rest = path.substr(1 + endpoint.size());
    if (rest.empty()) {
      return All(e, context);
    }
    for (std::size_t c = 0; c < checks_.size(); ++c) {
      const HealthCheck& check = checks_[c];
      if (!Applies(check, endpoint) || !rest.starts_with('/') || rest.substr(1) != check.name) {
        continue;
      }
      const Status status = Ask(e, c);
      if (!status) {
        return TextResponse(500, "internal server error: " + status.error().message + "\n");
      }
      Response response = TextResponse(200, "ok");
      response.headers.Remove("X-Content-Type-Options");
      return response;
    }
  }
  return std::nullopt;
}

std::vector<std::string> Health::paths() const {
  std::vector<std::string> paths;
  for (const std::string_view endpoint : kEndpoints) {
    const std::string root = "/" + std::string(endpoint);
    paths.push_back(root);
    for (const HealthCheck& check : checks_) {
      if (Applies(check, endpoint)) {
        paths.push_back(root + "/" + check.name);
      }
    }
  }
  return paths;
}

Response Health::All(std::size_t index, const RequestContext& context) const {
  const std::string_view endpoint = kEndpoints[index];
  const std::vector<std::string> excluded_list = context.query.All("exclude");
  const std::set<std::string> excluded(excluded_list.begin(), excluded_list.end());
  std::set<std::string> unknown = excluded;
  std::string lines;
  bool failed = false;
  for (std::size_t c = 0; c < checks_.size(); ++c) {
    const HealthCheck& check = checks_[c];
    if (!Applies(check, endpoint)) {
      continue;
    }
    if (excluded.contains(check.name)) {
      unknown.erase(check.name);
      lines += "[+]" + check.name + " excluded: ok\n";
    } else if (const Status status = Ask(index, c); status) {
      lines += "[+]" + check.name + " ok\n";
    } else {
      failed = true;
      lines += "[-]" + check.name + " failed: reason withheld\n";
      context.logger->Info(
          "Health check failed",
          {{"endpoint", endpoint}, {"check", check.name}, {"err", status.error().message}});
    }
  }
  if (!unknown.empty()) {
    lines += "warn: some health checks cannot be excluded: no matches for ";
    for (auto name = unknown.begin(); name != unknown.end(); ++name) {
      lines += (name == unknown.begin() ? "" : ",") + field::Quote(*name);
    }
    lines += '\n';
  }
  lines += endpoint;
  if (failed) {
    return TextResponse(500, lines + " check failed\n");
  }
  return TextResponse(200,
                      context.query.Find("verbose") == nullptr ? "ok" : lines + " check passed\n");
}

}  // namespace k8snet::server
