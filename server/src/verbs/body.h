// Bodies of creates and updates.
// Source: kubernetes/apiserver pkg/endpoints/handlers/{create,update,rest}.go;
// kubernetes/apimachinery pkg/runtime/serializer/codec_factory.go.
#ifndef K8SNET_SERVER_SRC_VERBS_BODY_H_
#define K8SNET_SERVER_SRC_VERBS_BODY_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/apis/codec/decode.h"
#include "src/negotiate/accept.h"
#include "src/registry/catalog.h"
#include "src/verbs/call.h"
#include "src/verbs/options.h"

namespace k8snet::server {

// Checks the size of the body.
// Errors: kRequestEntityTooLarge.
[[nodiscard]] Status CheckBodySize(const Request& request);

// Decodes `body`, which is in `format`.
[[nodiscard]] Result<Decoded> DecodeAs(const Type& type, Format format, std::string_view body,
                                       const DecodeOptions& options);

// Returns the object that the body says, in the version of the request and not defaulted. Findings
// become warnings or the error, as `validation` says.
// Errors: kBadRequest, it cannot be decoded, is of another kind or version, or has findings that
// are not allowed.
[[nodiscard]] Result<MutableObject> DecodeBody(const Call& call, const Catalog& catalog,
                                               Format format, FieldValidation validation);

// Checks that the object's namespace is that of the request, and fills it in.
// Errors: kBadRequest.
// Source: kubernetes/apiserver pkg/registry/rest/meta.go,
// EnsureObjectNamespaceMatchesRequestNamespace.
[[nodiscard]] Status CheckNamespace(const Call& call, MutableObject& object);

// Checks that the object's name is that of the path.
// Errors: kBadRequest.
// Source: kubernetes/apiserver pkg/endpoints/handlers/rest.go, checkName.
[[nodiscard]] Status CheckName(const Call& call, const MutableObject& object);

// Drops owner references that occur twice, with a warning.
// Source: kubernetes/apiserver pkg/endpoints/handlers/rest.go, dedupOwnerReferencesAndAddWarning.
void DropDuplicateOwners(const Call& call, MutableObject& object);

// Returns the beginning of `body` as errors show it: text if it begins like JSON, else hexadecimal.
[[nodiscard]] std::string Snippet(std::string_view body);

// Returns what strict field validation says of `findings`.
[[nodiscard]] std::string StrictText(std::span<const std::string> findings);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_BODY_H_
