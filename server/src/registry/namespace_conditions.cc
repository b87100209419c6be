#include "src/registry/namespace_conditions.h"

#include <algorithm>
#include <utility>

namespace k8snet::server {
namespace {

using core::v1::NamespaceCondition;

std::string Joined(std::vector<std::string> parts) {
  std::sort(parts.begin(), parts.end());
  std::string text;
  for (const std::string& part : parts) {
    text.append(text.empty() ? "" : ", ").append(part);
  }
  return text;
}

std::string Counted(const std::map<std::string, std::size_t>& counts, const std::string& verb) {
  std::vector<std::string> parts;
  parts.reserve(counts.size());
  for (const auto& [what, count] : counts) {
    parts.push_back(what + verb + std::to_string(count) + " resource instances");
  }
  return Joined(std::move(parts));
}

NamespaceCondition Condition(std::string type, bool holds, std::string reason,
                             std::string message) {
  NamespaceCondition condition;
  condition.type = std::move(type);
  condition.status = holds ? "True" : "False";
  condition.reason = std::move(reason);
  condition.message = std::move(message);
  return condition;
}

// All kinds are the server's own, so it always knows them: the first two never hold.
std::vector<NamespaceCondition> Conditions(const NamespaceLeftovers& left) {
  std::vector<NamespaceCondition> conditions = {
      Condition("NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered",
                "All resources successfully discovered"),
      Condition("NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions",
                "All legacy kube types successfully parsed"),
      Condition("NamespaceDeletionContentFailure", false, "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization"),
      Condition("NamespaceContentRemaining", false, "ContentRemoved",
                "All content successfully removed"),
      Condition("NamespaceFinalizersRemaining", false, "ContentHasNoFinalizers",
                "All content-preserving finalizers finished"),
  };
  const auto set = [&](std::size_t at, std::string reason, std::string message) {
    conditions[at] = Condition(conditions[at].type, true, std::move(reason), std::move(message));
  };
  if (!left.errors.empty()) {
    set(2, "ContentDeletionFailed",
        "Failed to delete all resource types, " + std::to_string(left.errors.size()) +
            " remaining: " + Joined(left.errors));
  }
  if (!left.resources.empty()) {
    set(3, "SomeResourcesRemain",
        "Some resources are remaining: " + Counted(left.resources, " has "));
  }
  if (!left.finalizers.empty()) {
    set(4, "SomeFinalizersRemain",
        "Some content in the namespace has finalizers remaining: " +
            Counted(left.finalizers, " in "));
  }
  return conditions;
}

}  // namespace

bool SetDeletionConditions(const NamespaceLeftovers& left, Time now,
                           core::v1::NamespaceStatus& status) {
  bool changed = false;
  for (NamespaceCondition& wanted : Conditions(left)) {
    const auto found =
        std::find_if(status.conditions.begin(), status.conditions.end(),
                     [&](const NamespaceCondition& c) { return c.type == wanted.type; });
    if (found == status.conditions.end()) {
      wanted.last_transition_time = now;
      status.conditions.push_back(std::move(wanted));
      changed = true;
      continue;
    }
    wanted.last_transition_time =
        found->status == wanted.status ? found->last_transition_time : now;
    if (*found != wanted) {
      *found = std::move(wanted);
      changed = true;
    }
  }
  return changed;
}

}  // namespace k8snet::server
