// Whether a document fits a type, in the words of Kubernetes' converter of unstructured objects.
#ifndef K8SNET_SERVER_SRC_PATCH_SCHEMA_CHECK_H_
#define K8SNET_SERVER_SRC_PATCH_SCHEMA_CHECK_H_

#include <string>

#include "k8snet/apis/base/type.h"
#include "src/patch/json.h"

namespace k8snet::server::internal {

// Returns what is wrong with the first value of `document` that has not the type which `type`
// gives it, such as "cannot restore slice from string"; empty if all fit. Null fits everything,
// unknown members are not looked at. What a codec alone can judge (times, base64) passes.
// Source: kubernetes/apimachinery pkg/runtime/converter.go, fromUnstructured.
[[nodiscard]] std::string FindMisfit(const Type& type, const Json& document);

}  // namespace k8snet::server::internal

#endif  // K8SNET_SERVER_SRC_PATCH_SCHEMA_CHECK_H_
