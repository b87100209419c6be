// Admission: rules that look at other objects or at who asks, between decoding and the registry.
// Source: kubernetes/apiserver pkg/admission/interfaces.go.
#ifndef K8SNET_SERVER_SRC_ADMISSION_ADMISSION_H_
#define K8SNET_SERVER_SRC_ADMISSION_ADMISSION_H_

#include <cstdint>
#include <string_view>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/base/result.h"

namespace k8snet::server {

enum class Operation : std::uint8_t { kCreate, kUpdate, kDelete };

// What is asked for.
struct AdmissionRequest {
  const Resource& resource;  // In the version of the request.
  Operation operation = Operation::kCreate;
  std::string_view name_space;
  std::string_view name;  // Empty for a create whose name the server makes.
  std::string_view subresource;
  bool dry_run = false;
};

// One rule. Thread-safe.
class Admission {
 public:
  virtual ~Admission() = default;

  // Lets the write pass, after changing the object if the rule says so, or refuses it. `object` is
  // in the hub version, and null for a delete. `old` is null for a create.
  [[nodiscard]] virtual Status Admit(const AdmissionRequest& request, MutableObject* object,
                                     const Object* old) = 0;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_ADMISSION_ADMISSION_H_
