// The media types of patches.
#ifndef K8SNET_SERVER_SRC_VERBS_PATCH_TYPES_H_
#define K8SNET_SERVER_SRC_VERBS_PATCH_TYPES_H_

#include <string_view>

#include "k8snet/server/http.h"
#include "src/negotiate/accept.h"

namespace k8snet::server {

// Source: kubernetes/apimachinery pkg/types/patch.go.
inline constexpr std::string_view kJsonPatchType = "application/json-patch+json";
inline constexpr std::string_view kMergePatchType = "application/merge-patch+json";
inline constexpr std::string_view kStrategicPatchType = "application/strategic-merge-patch+json";
inline constexpr std::string_view kApplyPatchType = "application/apply-patch+yaml";
inline constexpr std::string_view kApplyCborPatchType = "application/apply-patch+cbor";

// Returns which of these that are on offer the request's Content-Type is; empty: none.
[[nodiscard]] std::string_view PatchTypeOf(const Request& request, Offers offers);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_PATCH_TYPES_H_
