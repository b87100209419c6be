#include "k8snet/server/api_server.h"

#include <utility>

#include "src/app/feature_gates.h"
#include "src/filters/request_info.h"
#include "src/registry/api.h"
#include "src/registry/strategies.h"
#include "src/status.h"

namespace k8snet::server {
namespace {

constexpr std::int64_t kFirstNodePort = 30000;
constexpr std::int64_t kLastNodePort = 32767;

std::vector<std::string> SplitRanges(std::string_view text) {
  std::vector<std::string> ranges;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    ranges.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ranges;
}

class BareApiServer final : public ApiServer {
 public:
  explicit BareApiServer(Logger& logger) : logger_(logger) {}

  Status OpenApi(ApiServerOptions options) {
    ApiKinds kinds;
    kinds.resources = options.resources;
    kinds.spokes = std::move(options.spokes);
    kinds.strategies = BuiltinStrategy;
    K8SNET_ASSIGN_OR_RETURN(
        api_, Api::Open({options.storage, options.waker, options.clock, options.random,
                         options.logger, gates_, SplitRanges(options.service_cluster_ip_ranges),
                         kFirstNodePort, kLastNodePort},
                        std::move(kinds)));
    return {};
  }

  Response Handle(Request& request) override {
    auto target = ParseTarget(request.target);
    if (!target) {
      return ErrorResponse(request, target.error());
    }
    auto info = ParseRequestInfo(request.method, *target);
    if (!info) {
      return ErrorResponse(request, info.error());
    }
    RequestContext context;
    context.info = *std::move(info);
    context.query = std::move(target->query);
    context.logger = &logger_;
    Response response = api_->Handle(context, request);
    for (std::string& warning : context.warnings.HeaderValues()) {
      response.headers.Add("Warning", std::move(warning));
    }
    return response;
  }

 private:
  Logger& logger_;
  const FeatureGates gates_;
  std::unique_ptr<Api> api_;
};

}  // namespace

Result<std::unique_ptr<ApiServer>> ApiServer::Open(ApiServerOptions options) {
  auto server = std::make_unique<BareApiServer>(options.logger);
  K8SNET_RETURN_IF_ERROR(server->OpenApi(std::move(options)));
  return std::unique_ptr<ApiServer>(std::move(server));
}

}  // namespace k8snet::server
