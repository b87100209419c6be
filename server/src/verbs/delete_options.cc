#include "src/verbs/delete_options.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/meta/v1.h"
#include "src/errors.h"
#include "src/negotiate/accept.h"
#include "src/verbs/body.h"
#include "src/verbs/options.h"

namespace k8snet::server {
namespace {

using meta::v1::DeleteOptions;

// Kinds beside DeleteOptions that bodies of a delete are known to have, in every version.
// Source: kubernetes/apimachinery pkg/apis/meta/internalversion/scheme/register.go.
constexpr std::array<std::string_view, 7> kOtherKinds = {
    "Status",          "APIVersions",   "APIGroup",     "APIGroupList",
    "APIResourceList", "CreateOptions", "UpdateOptions"};

constexpr std::string_view kIgnoreReadErrors = "ignoreStoreReadErrorWithClusterBreakingPotential";

Result<DeleteOptions> OptionsFromBody(const Request& request, Offers offers) {
  K8SNET_ASSIGN_OR_RETURN(const Format format, NegotiateInput(request, offers));
  const Type& type = TypeOf<DeleteOptions>();
  auto decoded = DecodeAs(type, format, request.body, {});
  if (!decoded) {
    return std::move(decoded).error();
  }
  if (!decoded->kind.empty() && decoded->kind != type.name) {
    if (std::ranges::find(kOtherKinds, decoded->kind) != kOtherKinds.end()) {
      return BadRequest("converting (v1." + decoded->kind +
                        ") to (v1.DeleteOptions): unknown conversion");
    }
    const std::string version =
        decoded->api_version.empty() ? "meta.k8s.io/v1" : decoded->api_version;
    return BadRequest("no kind " + field::Quote(decoded->kind) + " is registered for version " +
                      field::Quote(version) + " in scheme \"pkg/runtime/scheme.go:111\"");
  }
  return std::move(decoded->object.Get<DeleteOptions>());
}

Result<DeleteOptions> OptionsFromQuery(const Query& query) {
  DeleteOptions options;
  K8SNET_ASSIGN_OR_RETURN(options.grace_period_seconds, QueryInt(query, "gracePeriodSeconds"));
  if (query.Find("orphanDependents") != nullptr) {
    options.orphan_dependents = QueryBool(query, "orphanDependents");
  }
  if (const std::string* policy = query.Find("propagationPolicy")) {
    options.propagation_policy = *policy;
  }
  options.dry_run = query.All("dryRun");
  if (query.Find(kIgnoreReadErrors) != nullptr) {
    options.ignore_store_read_error_with_cluster_breaking_potential =
        QueryBool(query, kIgnoreReadErrors);
  }
  const std::string_view uid = query.Get("uid");
  const std::string_view version = query.Get("resourceVersion");
  if (!uid.empty() || !version.empty()) {
    options.preconditions.emplace();
    if (!uid.empty()) {
      options.preconditions->uid = uid;
    }
    if (!version.empty()) {
      options.preconditions->resource_version = version;
    }
  }
  return options;
}

field::ErrorList Check(const DeleteOptions& options) {
  field::ErrorList errors;
  const field::Path policy("propagationPolicy");
  if (options.propagation_policy && options.orphan_dependents) {
    errors.push_back(field::Invalid(policy, *options.propagation_policy,
                                    "orphanDependents and deletionPropagation cannot be both set"));
  }
  if (options.propagation_policy && *options.propagation_policy != "Foreground" &&
      *options.propagation_policy != "Background" && *options.propagation_policy != "Orphan") {
    errors.push_back(field::NotSupported(policy, *options.propagation_policy,
                                         {"Foreground", "Background", "Orphan", "nil"}));
  }
  if (std::any_of(options.dry_run.begin(), options.dry_run.end(),
                  [](const auto& v) { return v != "All"; })) {
    errors.push_back(field::NotSupported(field::Path("dryRun"),
                                         field::BadValue::List(options.dry_run), {"All"}));
  }
  if (options.ignore_store_read_error_with_cluster_breaking_potential.value_or(false)) {
    const field::Path ignore(kIgnoreReadErrors);
    const std::pair<bool, std::string_view> others[] = {
        {options.propagation_policy.has_value(), ".propagationPolicy"},
        {options.orphan_dependents.has_value(), ".orphanDependents"},
        {options.grace_period_seconds.has_value(), ".gracePeriodSeconds"},
        {options.preconditions.has_value(), ".preconditions"}};
    for (const auto& [given, name] : others) {
      if (given) {
        errors.push_back(
            field::Invalid(ignore, true, "cannot be set together with " + std::string(name)));
      }
    }
  }
  return errors;
}

DeleteRules::Policy PolicyOf(const DeleteOptions& options) {
  using Policy = DeleteRules::Policy;
  if (options.orphan_dependents) {
    return *options.orphan_dependents ? Policy::kOrphan : Policy::kBackground;
  }
  if (!options.propagation_policy) {
    return Policy::kUnset;
  }
  return *options.propagation_policy == "Orphan"       ? Policy::kOrphan
         : *options.propagation_policy == "Foreground" ? Policy::kForeground
                                                       : Policy::kBackground;
}

}  // namespace

Result<DeleteRequest> ParseDeleteRequest(const Request& request, const Query& query,
                                         Offers offers) {
  K8SNET_ASSIGN_OR_RETURN(const DeleteOptions options, request.body.empty()
                                                           ? OptionsFromQuery(query)
                                                           : OptionsFromBody(request, offers));
  if (const field::ErrorList errors = Check(options); !errors.empty()) {
    return Invalid("DeleteOptions", "meta.k8s.io", "", errors);
  }
  DeleteRequest result;
  result.dry_run = !options.dry_run.empty();
  result.orphans_explicitly_not = options.orphan_dependents && !*options.orphan_dependents;
  result.rules.policy = PolicyOf(options);
  result.rules.only_unreadable =
      options.ignore_store_read_error_with_cluster_breaking_potential.value_or(false);
  if (options.preconditions) {
    result.rules.uid = options.preconditions->uid;
    result.rules.resource_version = options.preconditions->resource_version;
  }
  return result;
}

}  // namespace k8snet::server
