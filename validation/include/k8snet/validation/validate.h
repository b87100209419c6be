// Validation of the built-in kinds, on their hub versions.
//
// Errors come in upstream's order, with upstream's paths, values and words; equal ones once. Paths
// are those of the hub version, except for Ingresses and topologies of EndpointSlices written
// through a v1beta1 version.
#ifndef K8SNET_VALIDATION_VALIDATE_H_
#define K8SNET_VALIDATION_VALIDATE_H_

#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/base/object.h"

namespace k8snet::validation {

// What else than the object a rule may depend on.
struct Context {
  // The version that the request was made in, such as "v1beta1"; empty: the hub's.
  std::string_view request_version;
  // Feature gates that add or take rules.
  bool service_topology = false;
};

// Whether the functions below know the type of `object`: a hub type of a built-in kind. Others have
// no rules beyond ValidateMetadata.
[[nodiscard]] bool HasRules(const Type& type);

// Validates an object that is to be created, metadata included. Empty: valid.
// Source: kubernetes/kubernetes pkg/apis/*/validation/validation.go;
// kubernetes/apiserver pkg/registry/rest/create.go BeforeCreate.
[[nodiscard]] field::ErrorList Validate(const Object& object, const Context& context = {});

// Validates what `old` is to become, both of one type. What `old` holds already may stay, where
// upstream lets it.
// Source: as above; pkg/registry/rest/update.go BeforeUpdate.
[[nodiscard]] field::ErrorList ValidateUpdate(const Object& object, const Object& old,
                                              const Context& context = {});

// As ValidateUpdate, for a write through the status subresource.
[[nodiscard]] field::ErrorList ValidateStatusUpdate(const Object& object, const Object& old,
                                                    const Context& context = {});

// Returns the warnings that a valid write earns; `old` is null on create.
// Source: kubernetes/kubernetes pkg/api/service/warnings.go, pkg/api/endpoints/warnings.go and the
// kinds' strategies, WarningsOnCreate and WarningsOnUpdate.
[[nodiscard]] std::vector<std::string> Warnings(const Object& object, const Object* old,
                                                const Context& context = {});
[[nodiscard]] std::vector<std::string> StatusWarnings(const Object& object);

}  // namespace k8snet::validation

#endif  // K8SNET_VALIDATION_VALIDATE_H_
