#include "src/registry/api.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "src/admission/default_ingress_class.h"
#include "src/admission/namespace_lifecycle.h"
#include "src/errors.h"
#include "src/negotiate/document.h"
#include "src/registry/strategies.h"
#include "src/status.h"
#include "src/verbs/patch_types.h"

namespace k8snet::server {
namespace {

// Bytes of encodings kept beside the objects themselves.
constexpr std::size_t kEncodingBudget = std::size_t{256} << 20;

// What OpenAPI documents tell.
DocumentedApi Documented(const Catalog& catalog, const FeatureGates& gates) {
  DocumentedApi documented;
  for (std::size_t i = 0; i < catalog.resources().size(); ++i) {
    const ServedResource& served = catalog.served(i);
    documented.resources.push_back({served.resource, served.kind->strategy->Subresources()});
  }
  std::copy_if(kRemovedGates.begin(), kRemovedGates.end(), std::back_inserter(documented.gates),
               [&](std::string_view gate) { return gates.enabled(gate); });
  return documented;
}

// Where clients are told to find the server; kubectl does not look at it.
constexpr std::string_view kServerAddress = "127.0.0.1:443";

Error UnsupportedPatch() {
  return {Reason::kUnsupportedMediaType, "415: Unsupported Media Type", ErrorDetails{}};
}

}  // namespace

Result<std::unique_ptr<ApiHandler>> NewApiHandler(ApiParts parts) {
  ApiKinds kinds;
  kinds.resources = AllResources();
  kinds.spokes = conversion::BuiltinSpokes();
  kinds.strategies = BuiltinStrategy;
  K8SNET_ASSIGN_OR_RETURN(std::unique_ptr<Api> api, Api::Open(parts, std::move(kinds)));
  return std::unique_ptr<ApiHandler>(std::move(api));
}

Api::Api(const ApiParts& parts, ApiKinds kinds)
    : parts_(parts),
      offers_(parts.feature_gates.enabled("CBORServingAndStorage") ? Offers::kCbor
                                                                   : Offers::kDefault),
      budget_(kEncodingBudget),
      caches_(parts.clock, budget_),
      converter_(std::move(kinds.spokes)),
      codec_(converter_),
      catalog_(kinds.resources, caches_,
               [&](const Resource& hub) {
                 return kinds.strategies ? kinds.strategies(hub, *this) : nullptr;
               }),
      network_(MakeNetwork()),
      writer_(parts.storage, parts.clock, parts.random, codec_, MakeAdmissions()),
      verbs_({.catalog = catalog_,
              .caches = caches_,
              .codec = codec_,
              .writer = writer_,
              .clock = parts.clock,
              .random = parts.random}),
      discovery_(catalog_, std::string(kServerAddress)),
      openapi_(Documented(catalog_, parts.feature_gates), parts.clock),
      cluster_objects_(*this, catalog_, codec_, network_.get(), parts.service_cluster_ip_ranges,
                       parts.logger) {
  if (const ServedResource* namespaces = catalog_.FindKind("v1", "Namespace")) {
    cleaner_ = std::make_unique<NamespaceCleaner>(*namespaces, catalog_, writer_, codec_,
                                                  parts.clock, parts.logger);
  }
}

Api::~Api() {
  cidr_controller_.reset();
  cleaner_.reset();
  caches_.Unsubscribe(parts_.waker);
}

Result<std::unique_ptr<Api>> Api::Open(const ApiParts& parts, ApiKinds kinds) {
  std::unique_ptr<Api> api(new Api(parts, std::move(kinds)));
  K8SNET_RETURN_IF_ERROR(api->caches_.Attach(parts.storage));
  api->caches_.Subscribe(parts.waker);
  K8SNET_RETURN_IF_ERROR(api->cluster_objects_.MakeBasics());
  if (api->network_ != nullptr) {
    const StoredKind& services = *api->catalog_.FindKind("v1", "Service")->kind;
    K8SNET_RETURN_IF_ERROR(api->network_->Repair(services, parts.storage));
  }
  if (api->cleaner_ != nullptr) {
    api->cleaner_->Start();
  }
  if (parts.service_cidr_controller) {
    api->cidr_controller_ =
        std::make_unique<ServiceCidrController>(*api, api->catalog_, parts.clock, parts.logger);
    api->cidr_controller_->Start();
  }
  return api;
}

std::vector<std::unique_ptr<Admission>> Api::MakeAdmissions() {
  std::vector<std::unique_ptr<Admission>> admissions;
  if (const ServedResource* namespaces = catalog_.FindKind("v1", "Namespace")) {
    admissions.push_back(NewNamespaceLifecycle(*namespaces->kind, codec_));
  }
  if (const ServedResource* classes = catalog_.FindKind("networking.k8s.io/v1", "IngressClass")) {
    admissions.push_back(NewDefaultIngressClass(*classes->kind, codec_));
  }
  return admissions;
}

std::unique_ptr<ClusterNetwork> Api::MakeNetwork() {
  if (catalog_.FindKind("v1", "Service") == nullptr) {
    return nullptr;
  }
  const ServiceSettings settings{.cluster_ip_ranges = parts_.service_cluster_ip_ranges,
                                 .node_port_first = parts_.node_port_first,
                                 .node_port_last = parts_.node_port_last};
  return std::make_unique<ClusterNetwork>(settings, catalog_, caches_, codec_, parts_.clock,
                                          parts_.random);
}

std::vector<std::string> Api::paths() const {
  std::vector<std::string> paths = discovery_.paths();
  for (std::string& path : OpenApi::paths()) {
    paths.push_back(std::move(path));
  }
  return paths;
}

// Source: kubernetes/apiserver pkg/storage/etcd3/metrics/metrics.go,
// pkg/storage/cacher/metrics/metrics.go, pkg/endpoints/metrics/metrics.go.
void Api::AppendMetrics(Exposition& out) const {
  const auto each = [&](const auto& value) {
    for (const auto& kind : catalog_.kinds()) {
      out.Add({{"group", kind->hub->group}, {"resource", kind->hub->plural}},
              static_cast<double>(value(*kind->cache)));
    }
  };
  out.Begin("apiserver_resource_objects", "gauge", "Objects that are stored.");
  each([](const Cache& cache) { return cache.snapshot().size(); });
  out.Begin("apiserver_watch_cache_resource_version", "gauge",
            "Revision up to which reads see all changes.");
  each([](const Cache& cache) { return cache.snapshot().revision(); });
  out.Begin("apiserver_watch_cache_events_received_total", "counter",
            "Changes since the start of the server.");
  each([](const Cache& cache) { return cache.event_stats().appended; });
  out.Begin("apiserver_watch_events_total", "counter", "Events sent to watchers.");
  const auto each_version = [&](const auto& add) {
    for (std::size_t i = 0; i < catalog_.resources().size(); ++i) {
      const ServedResource& served = catalog_.served(i);
      if (const std::uint64_t sent = served.watch_counters->events.load(); sent > 0) {
        add(served, sent);
      }
    }
  };
  each_version([&](const ServedResource& served, std::uint64_t sent) {
    out.Add({{"group", served.resource->group},
             {"resource", served.resource->plural},
             {"version", served.resource->version}},
            static_cast<double>(sent));
  });
  out.Begin("apiserver_watch_events_sizes", "histogram", "Bytes of events sent to watchers.");
  each_version([&](const ServedResource& served, std::uint64_t) {
    out.Add({{"group", served.resource->group},
             {"resource", served.resource->plural},
             {"version", served.resource->version}},
            served.watch_counters->sizes.data());
  });
}

Response Api::Handle(RequestContext& context, Request& request) {
  context.offers = offers_;
  const std::string_view path = context.info.path;
  if (const std::optional<RouteView> route = catalog_.routes().Match(path)) {
    return HandleRoute(context, request, *route);
  }
  if (std::optional<Response> document = discovery_.Handle(context, request)) {
    return *std::move(document);
  }
  if (std::optional<Response> document = openapi_.Handle(context, request)) {
    return *std::move(document);
  }
  if (catalog_.routes().Installed(path)) {
    return NegotiatedError(request, context.query, RouteNotFound(), context.offers);
  }
  return PathNotFound();
}

Response Api::HandleRoute(RequestContext& context, const Request& request, const RouteView& route) {
  const ServedResource& served = catalog_.served(route.resource);
  const Method method = ParseMethod(request.method);
  const auto fail = [&](const Error& error) {
    return NegotiatedError(request, context.query, error, context.offers);
  };
  if (!TakesMethod(route, method) ||
      (route.form == RouteForm::kCollection && method == Method::kDelete &&
       served.resource->no_delete_collection)) {
    return fail(MethodNotAllowed());
  }
  if (method == Method::kPatch && PatchTypeOf(request, context.offers).empty()) {
    return fail(UnsupportedPatch());
  }
  const bool streams = method == Method::kGet && (route.lists() || route.form == RouteForm::kWatch);
  if (const Status routable = CheckRoutable(AcceptOf(request), streams, context.offers);
      !routable) {
    return fail(routable.error());
  }
  context.resource = served.resource;
  if (!served.resource->deprecation.empty()) {
    context.warnings.Add(served.resource->deprecation);
  }
  auto response =
      Dispatch({.context = context, .request = request, .target = served, .route = route});
  return response ? *std::move(response) : fail(response.error());
}

Result<Response> Api::Dispatch(const Call& call) const {
  const bool named = !call.route.name.empty();
  switch (ParseMethod(call.request.method)) {
    case Method::kGet:
      if (call.route.form == RouteForm::kWatch || (!named && QueryBool(call.query(), "watch"))) {
        return verbs_.Watch(call);
      }
      return named ? verbs_.Get(call) : verbs_.List(call);
    case Method::kPost:
      return verbs_.Create(call);
    case Method::kPut:
      return verbs_.Update(call);
    case Method::kPatch:
      return verbs_.Patch(call);
    case Method::kDelete:
      return named ? verbs_.Delete(call) : verbs_.DeleteCollection(call);
    case Method::kOther:
      break;
  }
  return MethodNotAllowed();
}

}  // namespace k8snet::server
