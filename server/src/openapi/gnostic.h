// OpenAPI documents in protobuf, as the field's clients read them: the messages of the packages
// openapi.v2 and openapi.v3.
// Source: google/gnostic-models openapiv2/OpenAPIv2.proto, openapiv3/OpenAPIv3.proto.
#ifndef K8SNET_SERVER_SRC_OPENAPI_GNOSTIC_H_
#define K8SNET_SERVER_SRC_OPENAPI_GNOSTIC_H_

#include <string>

#include "src/openapi/schema.h"
#include "src/patch/json.h"

namespace k8snet::server {

// Returns the message Document that says what the JSON document says. Knows the members that
// documents of BuildOpenApiV2 and BuildOpenApiV3 have; others abort.
[[nodiscard]] std::string EncodeOpenApi(Dialect dialect, const Json& document);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_OPENAPI_GNOSTIC_H_
