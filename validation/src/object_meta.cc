#include "k8snet/validation/object_meta.h"

#include <algorithm>
#include <optional>
#include <set>

#include "k8snet/apis/codec/json.h"
#include "src/rules.h"

namespace k8snet::validation {
namespace {

using meta::v1::ObjectMeta;
using meta::v1::OwnerReference;

constexpr std::size_t kMaxAnnotationBytes = 262'144;
constexpr std::size_t kMaxManagerBytes = 128;
constexpr std::size_t kMaxSubresourceBytes = 256;

template <typename T>
std::string Json(const T& value) {
  std::string json;
  AppendJson(TypeOf<T>(), &value, false, json);
  return json;
}

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

void ValidateAnnotations(const std::map<std::string, std::string>& annotations,
                         const field::Path& path, field::ErrorList& errors) {
  std::size_t total = 0;
  for (const auto& [key, value] : annotations) {
    total += key.size() + value.size();
    const bool lower =
        std::none_of(key.begin(), key.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    AppendInvalid(path, key, lower ? LabelKey(key) : LabelKey(Lower(key)), errors, kLabelKey);
  }
  if (total > kMaxAnnotationBytes) {
    errors.push_back(field::TooLong(path, kMaxAnnotationBytes));
  }
}

void ValidateOwner(const OwnerReference& owner, const field::Path& path, field::ErrorList& errors) {
  const auto require = [&](const std::string& value, std::string_view name) {
    if (value.empty()) {
      errors.push_back(field::Required(path.Child(name), "must not be empty"));
    }
  };
  if (std::count(owner.api_version.begin(), owner.api_version.end(), '/') > 1 ||
      owner.api_version.ends_with('/')) {
    errors.push_back(field::Invalid(path.Child("apiVersion"), owner.api_version,
                                    "must be <group>/<version> or <version>"));
  } else {
    require(owner.api_version, "apiVersion");
  }
  require(owner.kind, "kind");
  require(owner.name, "name");
  require(owner.uid, "uid");
  if (owner.api_version == "v1" && owner.kind == "Event") {
    errors.push_back(field::Invalid(path, field::BadValue::Json(Json(owner)),
                                    "/v1, Kind=Event is disallowed from being an owner"));
  }
}

void ValidateOwners(const std::vector<OwnerReference>& owners, const field::Path& path,
                    field::ErrorList& errors) {
  const OwnerReference* controller = nullptr;
  for (std::size_t i = 0; i < owners.size(); ++i) {
    ValidateOwner(owners[i], path.Index(i), errors);
    if (!owners[i].controller.value_or(false)) {
      continue;
    }
    if (controller == nullptr) {
      controller = &owners[i];
      continue;
    }
    std::string list = "[";
    for (const OwnerReference& owner : owners) {
      list += (list.size() == 1 ? "" : ",") + Json(owner);
    }
    errors.push_back(field::Invalid(
        path, field::BadValue::Json(list + "]"),
        "Only one reference can have Controller set to true. Found \"true\" in references for " +
            controller->kind + "/" + controller->name + " and " + owners[i].kind + "/" +
            owners[i].name));
  }
}

void ValidateFinalizers(const std::vector<std::string>& finalizers, const field::Path& path,
                        field::ErrorList& errors) {
  const auto has = [&](std::string_view name) {
    return std::find(finalizers.begin(), finalizers.end(), name) != finalizers.end();
  };
  for (const std::string& finalizer : finalizers) {
    AppendInvalid(path, finalizer, LabelKey(finalizer), errors);
  }
  if (has("orphan") && has("foregroundDeletion")) {
    errors.push_back(field::Invalid(path, field::BadValue::List(finalizers),
                                    "finalizer orphan and foregroundDeletion cannot be both set"));
  }
}

// What kinds ask beyond that.
// Source: kubernetes/kubernetes pkg/apis/core/validation/validation.go, validateKubeFinalizerName.
void ValidateFinalizerNames(const std::vector<std::string>& finalizers, const field::Path& path,
                            field::ErrorList& errors) {
  for (std::size_t i = 0; i < finalizers.size(); ++i) {
    const std::string& name = finalizers[i];
    if (name.find('/') == std::string::npos && name != "kubernetes" && name != "orphan" &&
        name != "foregroundDeletion") {
      errors.push_back(
          field::Invalid(path.Index(i), name,
                         "name is neither a standard finalizer name nor is it fully qualified"));
    }
  }
}

void ValidateManagers(const std::vector<meta::v1::ManagedFieldsEntry>& entries,
                      const field::Path& path, field::ErrorList& errors) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    const field::Path at = path.Index(i);
    if (entry.operation.empty()) {
      errors.push_back(field::Required(at.Child("operation"), "must not be empty"));
    } else if (entry.operation != "Apply" && entry.operation != "Update") {
      errors.push_back(
          field::NotSupported(at.Child("operation"), Named(entry.operation), {"Apply", "Update"}));
    }
    if (!entry.fields_type.empty() && entry.fields_type != "FieldsV1") {
      errors.push_back(
          field::Invalid(at.Child("fieldsType"), entry.fields_type, "must be `FieldsV1`"));
    }
    if (entry.manager.size() > kMaxManagerBytes) {
      errors.push_back(field::TooLong(at.Child("manager"), kMaxManagerBytes));
    }
    AppendInvalid(at.Child("manager"), entry.manager, PrintableName(entry.manager), errors);
    if (entry.subresource.size() > kMaxSubresourceBytes) {
      errors.push_back(field::TooLong(at.Child("subresource"), kMaxSubresourceBytes));
    }
  }
}

field::BadValue Text(const Time& time) {
  return time.is_zero() ? field::BadValue::Null()
                        : field::BadValue::Json("\"" + time.ToString() + "\"");
}
field::BadValue Text(const std::optional<Time>& time) {
  return time ? Text(*time) : field::BadValue::Null();
}
field::BadValue Text(const std::optional<std::int64_t>& number) {
  return number ? field::BadValue(*number) : field::BadValue::Null();
}
field::BadValue Text(const std::string& text) { return text; }

}  // namespace

Messages SubdomainName(std::string_view name, bool prefix) {
  return prefix ? Dns1123Subdomain(MaskTrailingDash(name)) : Dns1123Subdomain(name);
}

Messages LabelName(std::string_view name, bool prefix) {
  return prefix ? Dns1123Label(MaskTrailingDash(name)) : Dns1123Label(name);
}

Messages PathSegmentRule(std::string_view name, bool /*prefix*/) { return PathSegmentName(name); }

void ValidateMetadata(const ObjectMeta& metadata, bool namespaced, NameRule name_rule,
                      MetadataRules rules, field::ErrorList& errors) {
  const field::Path path("metadata");
  if (!metadata.generate_name.empty()) {
    AppendInvalid(path.Child("generateName"), metadata.generate_name,
                  name_rule(metadata.generate_name, true), errors);
  }
  if (metadata.name.empty()) {
    errors.push_back(field::Required(path.Child("name"), "name or generateName is required"));
  } else {
    AppendInvalid(path.Child("name"), metadata.name, name_rule(metadata.name, false), errors);
  }
  if (namespaced) {
    if (metadata.namespace_.empty()) {
      errors.push_back(field::Required(path.Child("namespace")));
    } else {
      AppendInvalid(path.Child("namespace"), metadata.namespace_, Dns1123Label(metadata.namespace_),
                    errors);
    }
  } else if (!metadata.namespace_.empty()) {
    errors.push_back(field::Forbidden(path.Child("namespace"), "not allowed on this type"));
  }
  if (metadata.generation < 0) {
    errors.push_back(field::Invalid(path.Child("generation"), metadata.generation,
                                    "must be greater than or equal to 0")
                         .WithOrigin("minimum"));
  }
  ValidateLabels(metadata.labels, path.Child("labels"), errors);
  ValidateAnnotations(metadata.annotations, path.Child("annotations"), errors);
  ValidateOwners(metadata.owner_references, path.Child("ownerReferences"), errors);
  ValidateFinalizers(metadata.finalizers, path.Child("finalizers"), errors);
  ValidateManagers(metadata.managed_fields, path.Child("managedFields"), errors);
  if (rules == MetadataRules::kKind) {
    ValidateFinalizerNames(metadata.finalizers, path.Child("finalizers"), errors);
  }
}

void ValidateMetadataUpdate(const ObjectMeta& metadata, const ObjectMeta& old, MetadataRules rules,
                            field::ErrorList& errors) {
  const field::Path path("metadata");
  if (old.deletion_timestamp) {
    std::set<std::string> added(metadata.finalizers.begin(), metadata.finalizers.end());
    for (const std::string& finalizer : old.finalizers) {
      added.erase(finalizer);
    }
    if (!added.empty()) {
      std::string list;
      for (const std::string& finalizer : added) {
        list += (list.empty() ? "" : ", ") + field::Quote(finalizer);
      }
      errors.push_back(field::Forbidden(
          path.Child("finalizers"),
          "no new finalizers can be added if the object is being deleted, found new finalizers "
          "[]string{" +
              list + "}"));
    }
  }
  if (metadata.generation < old.generation) {
    errors.push_back(
        field::Invalid(path.Child("generation"), metadata.generation, "must not be decremented"));
  }
  const auto immutable = [&](std::string_view name, const auto& now, const auto& before,
                             std::string_view origin) {
    if (!(now == before)) {
      errors.push_back(
          field::Invalid(path.Child(name), Text(now), "field is immutable").WithOrigin(origin));
    }
  };
  immutable("name", metadata.name, old.name, {});
  immutable("namespace", metadata.namespace_, old.namespace_, {});
  immutable("uid", metadata.uid, old.uid, kImmutable);
  immutable("creationTimestamp", metadata.creation_timestamp, old.creation_timestamp, kImmutable);
  immutable("deletionTimestamp", metadata.deletion_timestamp, old.deletion_timestamp, kImmutable);
  immutable("deletionGracePeriodSeconds", metadata.deletion_grace_period_seconds,
            old.deletion_grace_period_seconds, kImmutable);
  ValidateLabels(metadata.labels, path.Child("labels"), errors);
  ValidateAnnotations(metadata.annotations, path.Child("annotations"), errors);
  ValidateOwners(metadata.owner_references, path.Child("ownerReferences"), errors);
  ValidateManagers(metadata.managed_fields, path.Child("managedFields"), errors);
  if (rules == MetadataRules::kKind) {
    ValidateFinalizerNames(metadata.finalizers, path.Child("finalizers"), errors);
  }
}

void ValidateLabels(const std::map<std::string, std::string>& labels, const field::Path& path,
                    field::ErrorList& errors) {
  for (const auto& [key, value] : labels) {
    AppendInvalid(path, key, LabelKey(key), errors, kLabelKey);
    AppendInvalid(path, value, LabelValue(value), errors, kLabelValue);
  }
}

void ValidateLabelSelector(const meta::v1::LabelSelector& selector, const field::Path& path,
                           bool any_values, field::ErrorList& errors) {
  ValidateLabels(selector.match_labels, path.Child("matchLabels"), errors);
  const field::Path expressions = path.Child("matchExpressions");
  for (std::size_t i = 0; i < selector.match_expressions.size(); ++i) {
    const auto& expression = selector.match_expressions[i];
    const field::Path at = expressions.Index(i);
    const field::Path values = at.Child("values");
    if (expression.operator_ == "In" || expression.operator_ == "NotIn") {
      if (expression.values.empty()) {
        errors.push_back(
            field::Required(values, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
    } else if (expression.operator_ == "Exists" || expression.operator_ == "DoesNotExist") {
      if (!expression.values.empty()) {
        errors.push_back(field::Forbidden(
            values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      }
    } else {
      errors.push_back(field::Invalid(at.Child("operator"), Named(expression.operator_),
                                      "not a valid selector operator"));
    }
    AppendInvalid(at.Child("key"), expression.key, LabelKey(expression.key), errors, kLabelKey);
    if (any_values) {
      continue;
    }
    for (std::size_t j = 0; j < expression.values.size(); ++j) {
      AppendInvalid(values.Index(j), expression.values[j], LabelValue(expression.values[j]),
                    errors);
    }
  }
}

}  // namespace k8snet::validation
