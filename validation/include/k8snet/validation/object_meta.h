// Rules of metadata, which all kinds share.
// Source: kubernetes/apimachinery pkg/api/validation/objectmeta.go.
#ifndef K8SNET_VALIDATION_OBJECT_META_H_
#define K8SNET_VALIDATION_OBJECT_META_H_

#include <map>
#include <string>

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/meta/v1.h"
#include "k8snet/validation/formats.h"

namespace k8snet::validation {

// The rule of a kind's names. `prefix`: it is a prefix that names are generated from.
using NameRule = Messages (*)(std::string_view name, bool prefix);

[[nodiscard]] Messages SubdomainName(std::string_view name, bool prefix);
[[nodiscard]] Messages LabelName(std::string_view name, bool prefix);
[[nodiscard]] Messages PathSegmentRule(std::string_view name, bool prefix);

// Whose rules are asked for: a kind's own look at finalizers more closely than the generic ones.
enum class MetadataRules { kGeneric, kKind };

// Appends what is wrong with the metadata of any object, new or not.
void ValidateMetadata(const meta::v1::ObjectMeta& metadata, bool namespaced, NameRule name_rule,
                      MetadataRules rules, field::ErrorList& errors);

// Appends what is wrong with the change from `old`.
void ValidateMetadataUpdate(const meta::v1::ObjectMeta& metadata, const meta::v1::ObjectMeta& old,
                            MetadataRules rules, field::ErrorList& errors);

// Appends what is wrong with a map of labels at `path`.
void ValidateLabels(const std::map<std::string, std::string>& labels, const field::Path& path,
                    field::ErrorList& errors);

// Appends what is wrong with a selector at `path`. `any_values`: values of expressions are not
// looked at.
// Source: kubernetes/apimachinery pkg/apis/meta/v1/validation/validation.go.
void ValidateLabelSelector(const meta::v1::LabelSelector& selector, const field::Path& path,
                           bool any_values, field::ErrorList& errors);

}  // namespace k8snet::validation

#endif  // K8SNET_VALIDATION_OBJECT_META_H_
