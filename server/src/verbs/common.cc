#include <algorithm>
#include <chrono>
#include <utility>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/meta.h"
#include "src/verbs/managed_entries.h"
#include "src/verbs/verbs.h"

namespace k8snet::server {

WriteTarget Verbs::TargetOf(const Call& call, bool dry_run) const {
  return {.served = call.target,
          .name_space = std::string(call.route.name_space),
          .name = std::string(call.route.name),
          .scope = {.subresource = call.route.subresource,
                    .dry_run = dry_run,
                    .version = call.target.resource->version}};
}

void Verbs::AddWarnings(const Call& call, const WarningList& warnings) {
  for (const std::string& text : warnings) {
    call.context.warnings.Add(text);
  }
}

std::string Verbs::NowText() const {
  const auto now = std::chrono::floor<std::chrono::seconds>(parts_.clock.Now());
  return Time{now.time_since_epoch().count()}.ToString();
}

WriteContext Verbs::ContextOf(const Call& call, std::string_view manager,
                              std::string_view now) const {
  WriteContext context;
  context.type = &call.target.type();
  context.api_version = call.target.api_version;
  context.manager = manager;
  context.subresource = call.route.subresource;
  context.now = now;
  if (call.target.resource->status_subresource) {
    context.reset_field = call.route.subresource == "status" ? "spec" : "status";
  }
  context.convert = [this, &kind = *call.target.kind](
                        const std::string& json, std::string_view from,
                        std::string_view to) -> std::optional<VersionedDocument> {
    const ServedResource* source = kind.Find(from);
    const ServedResource* target = kind.Find(to);
    if (source == nullptr || target == nullptr) {
      return std::nullopt;
    }
    auto decoded = DecodeJson(source->type(), json);
    if (!decoded) {
      return std::nullopt;
    }
    auto hub = parts_.codec.ToHub(*source, std::move(decoded->object).Freeze());
    if (!hub) {
      return std::nullopt;
    }
    const auto object = parts_.codec.FromHub(*target, std::move(*hub).Freeze());
    if (!object) {
      return std::nullopt;
    }
    VersionedDocument document{&target->type(), ""};
    AppendJson(object->type(), object->data(), true, document.json);
    return document;
  };
  return context;
}

Status Verbs::TrackOwners(const Call& call, const WriteOptions& options, MutableObject& object,
                          const Object* old, bool cleared) const {
  const std::string now = NowText();
  const WriteContext context = ContextOf(call, options.field_manager, now);
  std::vector<ManagedEntry> live_entries;
  std::string live = call.target.zero_json;
  if (old != nullptr) {
    live_entries = EntriesOf(MetaOf(*old).managed_fields);
    K8SNET_ASSIGN_OR_RETURN(const Object versioned, parts_.codec.FromHub(call.target, *old));
    live.clear();
    AppendJson(versioned.type(), versioned.data(), true, live);
  }
  RequestedEntries requested;
  auto& entries = MetaOf(object).managed_fields;
  requested.present = cleared || !entries.empty();
  requested.entries = EntriesOf(entries);
  entries.clear();  // What a client sent as protobuf may hold sets that are not JSON.
  std::string json;
  AppendJson(object.type(), object.data(), true, json);
  entries = ManagedFieldsOf(TrackUpdate(context, live, json, live_entries, requested));
  return {};
}

}  // namespace k8snet::server
