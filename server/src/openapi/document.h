// Whole OpenAPI documents.
// Source: kubernetes/kube-openapi pkg/builder/openapi.go, pkg/builder/parameters.go,
// pkg/builder3/openapi.go.
#ifndef K8SNET_SERVER_SRC_OPENAPI_DOCUMENT_H_
#define K8SNET_SERVER_SRC_OPENAPI_DOCUMENT_H_

#include <map>
#include <string>
#include <vector>

#include "src/openapi/paths.h"
#include "src/patch/json.h"

namespace k8snet::server {

// Returns the one document of OpenAPI v2 (Swagger 2.0) that tells all of `api`.
[[nodiscard]] Json BuildOpenApiV2(const DocumentedApi& api);

// Returns the documents of OpenAPI v3 by their names: "api/v1", "apis/networking.k8s.io",
// "version".
[[nodiscard]] std::map<std::string, Json> BuildOpenApiV3(const DocumentedApi& api);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_OPENAPI_DOCUMENT_H_
