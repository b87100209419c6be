#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "src/errors.h"
#include "src/negotiate/accept.h"
#include "src/verbs/continue_token.h"
#include "src/verbs/verbs.h"
#include "src/verbs/wait.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kTooOldList = "The resourceVersion for the provided list is too old.";
constexpr std::string_view kTooOldToken =
    "The provided continue parameter is too old to display a consistent list result. You can start "
    "a new list without the continue parameter, or use the continue token in this response to "
    "retrieve the remainder of the results. Continuing with the provided token results in an "
    "inconsistent list - objects that were created, modified, or deleted between the time the "
    "first "
    "chunk was returned and now may show up in the list.";

bool AnyRevision(std::string_view version) { return version.empty() || version == "0"; }

}  // namespace

Result<Selection> ParseSelection(const Resource& hub, const ListOptions& options) {
  Selection selection;
  K8SNET_ASSIGN_OR_RETURN(selection.labels, LabelSelector::Parse(options.label_selector));
  K8SNET_ASSIGN_OR_RETURN(
      selection.fields,
      FieldSelector::Parse(options.field_selector, hub.selectable_fields, hub.namespaced));
  return selection;
}

// Source: kubernetes/apiserver pkg/endpoints/handlers/get.go, ListResource.
Result<Response> Verbs::List(const Call& call) const {
  K8SNET_ASSIGN_OR_RETURN(const Output output, NegotiateOutput(call.request, call.query(),
                                                               Endpoint::kObjects, call.offers()));
  K8SNET_ASSIGN_OR_RETURN(const ListOptions options, ParseListOptions(call.query(), false));
  K8SNET_ASSIGN_OR_RETURN(const Selection selection,
                          ParseSelection(*call.target.kind->hub, options));
  K8SNET_ASSIGN_OR_RETURN(const ListPage page, SelectPage(call, options, selection));
  return renderer_.RenderList(call, output, page);
}

Result<Snapshot> Verbs::ListSnapshot(const Call& call, const ListOptions& options,
                                     std::string& start) const {
  Cache& cache = *call.target.kind->cache;
  if (!options.continue_token.empty()) {
    K8SNET_ASSIGN_OR_RETURN(const ContinueToken token, DecodeContinueToken(options.continue_token));
    if (!AnyRevision(options.resource_version)) {
      return BadRequest("specifying resource version is not allowed when using continue");
    }
    start += token.start;
    if (token.revision < 0) {
      return cache.snapshot();
    }
    const auto revision = static_cast<std::uint64_t>(token.revision);
    K8SNET_RETURN_IF_ERROR(parts_.caches.WaitForRevision(
        revision, RevisionWait(call.context, parts_.clock.SteadyNow())));
    auto snapshot = cache.SnapshotAt(revision);
    if (!snapshot && snapshot.error().reason == Reason::kExpired) {
      Error error = Expired(std::string(kTooOldToken));
      error.continue_token = EncodeContinueToken({-1, token.start}, false);
      return error;
    }
    return snapshot;
  }
  if (AnyRevision(options.resource_version)) {
    return cache.snapshot();
  }
  auto revision = ParseResourceVersion(options.resource_version);
  if (!revision) {
    return std::move(revision).error().Wrap("invalid resource version");
  }
  K8SNET_RETURN_IF_ERROR(parts_.caches.WaitForRevision(
      *revision, RevisionWait(call.context, parts_.clock.SteadyNow())));
  const bool exact = options.match == VersionMatch::kExact ||
                     (options.match == VersionMatch::kUnset && options.limit > 0);
  if (!exact || *revision == 0) {
    return cache.snapshot();
  }
  auto snapshot = cache.SnapshotAt(*revision);
  if (!snapshot && snapshot.error().reason == Reason::kExpired) {
    return Expired(std::string(kTooOldList));
  }
  return snapshot;
}

Result<ListPage> Verbs::SelectPage(const Call& call, const ListOptions& options,
                                   const Selection& selection) const {
  const std::string prefix = call.target.kind->Prefix(call.route.name_space);
  std::string start = prefix;
  ListPage page;
  K8SNET_ASSIGN_OR_RETURN(page.snapshot, ListSnapshot(call, options, start));
  page.revision = page.snapshot.revision();
  // A list of any state is whole. Source: kubernetes/apiserver pkg/storage/cacher/cacher.go,
  // GetList.
  const bool whole = options.limit <= 0 || options.resource_version == "0";
  const std::size_t limit =
      whole ? std::numeric_limits<std::size_t>::max() : static_cast<std::size_t>(options.limit);
  if (selection.empty()) {
    page.entries.reserve(std::min(limit, page.snapshot.Count(prefix, start)));
  }
  for (auto it = page.snapshot.Seek(prefix, start); it.valid(); it.Next()) {
    if (page.entries.size() == limit) {
      // More follow, whether any of them matches or not.
      std::string next = page.entries.back()->key().substr(prefix.size());
      next += '\0';
      if (selection.empty()) {
        page.remaining = page.snapshot.Count(prefix, prefix + next);
      }
      page.continue_token =
          EncodeContinueToken({static_cast<std::int64_t>(page.revision), std::move(next)}, true);
      break;
    }
    const Entry& entry = *it.entry();
    if (selection.empty() || selection.Matches(entry)) {
      page.entries.push_back(&entry);
    }
  }
  return page;
}

}  // namespace k8snet::server
