#include <chrono>
#include <memory>
#include <utility>

#include "src/errors.h"
#include "src/negotiate/accept.h"
#include "src/verbs/verbs.h"
#include "src/verbs/wait.h"
#include "src/verbs/watch_stream.h"

namespace k8snet::server {
namespace {

// Source: kubernetes/apiserver pkg/endpoints/handlers/get.go: a watch without a timeout lasts
// between one and two times --min-request-timeout.
constexpr std::chrono::seconds kMinWatch{1800};

// No watch is asked to last longer than this, so that times do not overflow.
constexpr std::int64_t kMaxWatchSeconds = 10LL * 365 * 24 * 3600;

}  // namespace

// Source: kubernetes/apiserver pkg/endpoints/handlers/get.go, ListResource; watch.go, serveWatch.
Result<Response> Verbs::Watch(const Call& call) const {
  WatchPlan plan;
  // That nothing streams in the form which is asked for is told after all other faults.
  K8SNET_ASSIGN_OR_RETURN(
      plan.output, NegotiateOutput(call.request, call.query(), Endpoint::kObjects, call.offers()));
  // Options are looked at as those of a list where only the path asks for a watch.
  const bool by_query = QueryBool(call.query(), "watch");
  K8SNET_ASSIGN_OR_RETURN(ListOptions options, ParseListOptions(call.query(), by_query));
  if (!call.route.name.empty()) {
    // The deprecated watch of one object.
    const std::string by_name = "metadata.name=" + std::string(call.route.name);
    K8SNET_ASSIGN_OR_RETURN(const Selection asked, ParseSelection(*call.target.kind->hub, options));
    if (const auto name = asked.fields.RequiredName(); name && *name != call.route.name) {
      return BadRequest("fieldSelector metadata.name doesn't match requested name");
    }
    options.field_selector += (options.field_selector.empty() ? "" : ",") + by_name;
  }
  K8SNET_ASSIGN_OR_RETURN(plan.selection, ParseSelection(*call.target.kind->hub, options));
  const auto parsed = ParseResourceVersion(options.resource_version);
  if (!parsed) {
    return Unclassified(parsed.error().message);
  }
  if (plan.output.transform == Transform::kTable) {
    K8SNET_ASSIGN_OR_RETURN(plan.include, Renderer::ParseIncludeObject(call.query()));
  }
  K8SNET_ASSIGN_OR_RETURN(plan.output, NegotiateStream(call.request, call.query(), call.offers()));
  const std::uint64_t revision = *parsed;

  const auto now = parts_.clock.SteadyNow();
  const std::int64_t seconds = options.timeout_seconds.value_or(0);
  if (seconds != 0) {
    plan.deadline =
        now + std::chrono::seconds(std::clamp(seconds, std::int64_t{-1}, kMaxWatchSeconds));
  } else {
    plan.deadline =
        now + kMinWatch +
        std::chrono::seconds(parts_.random.Below(static_cast<std::uint64_t>(kMinWatch.count())));
  }
  plan.name_space = call.route.name_space;
  plan.bookmarks = options.allow_bookmarks;
  plan.initial_events = options.send_initial_events.value_or(revision == 0);
  // Where nothing is said, a watch from any state counts as one that asks for initial events.
  // Source: kubernetes/apimachinery pkg/apis/meta/internalversion/defaults.go,
  // SetListOptionsDefaults.
  const bool implied =
      by_query && (options.resource_version.empty() || options.resource_version == "0");
  plan.initial_marker = plan.initial_events && options.allow_bookmarks &&
                        (implied || options.send_initial_events.has_value());

  Cache& cache = *call.target.kind->cache;
  if (plan.initial_events && revision != 0) {
    if (auto waited = parts_.caches.WaitForRevision(revision, kRevisionWait); !waited) {
      plan.failure = std::move(waited).error();
    }
  }
  if (!plan.failure) {
    std::uint64_t start = revision;
    if (plan.initial_events || revision == 0) {
      plan.snapshot = cache.snapshot();
      start = plan.snapshot.revision();
    }
    auto cursor = cache.Watch(start, plan.name_space);
    if (cursor) {
      plan.cursor = *std::move(cursor);
    } else {
      plan.failure = Expired("too old resource version: " + std::to_string(start) + " (" +
                             std::to_string(cache.oldest_revision()) + ")");
    }
  }
  Response response;
  const Format format = plan.output.format;
  response.headers.Add("Content-Type", std::string(StreamMediaType(format)));
  // CBOR, which no client asks for there, stays an ordinary body.
  if (call.request.wants_websocket && format != Format::kCbor) {
    response.websocket = format == Format::kProtobuf ? WebSocketMessages::kLengthPrefixed
                                                     : WebSocketMessages::kLines;
  }
  response.stream = std::make_unique<WatchStream>(call.target, parts_.codec, renderer_,
                                                  parts_.clock, std::move(plan));
  return response;
}

}  // namespace k8snet::server
