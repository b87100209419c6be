#include "src/admission/namespace_lifecycle.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/meta.h"
#include "src/errors.h"

namespace k8snet::server {
namespace {

constexpr std::array<std::string_view, 3> kImmortal = {"default", "kube-system", "kube-public"};

class NamespaceLifecycle final : public Admission {
 public:
  NamespaceLifecycle(const StoredKind& namespaces, const ObjectCodec& codec)
      : namespaces_(namespaces), codec_(codec) {}

  Status Admit(const AdmissionRequest& request, MutableObject* object, const Object*) override {
    if (request.operation == Operation::kDelete) {
      return AdmitDelete(request);
    }
    if (request.operation != Operation::kCreate || !request.resource.namespaced) {
      return {};
    }
    const EntryPtr entry =
        namespaces_.cache->snapshot().Get(namespaces_.Key("", request.name_space));
    if (entry == nullptr) {
      return NamespaceNotFound(request.name_space);
    }
    K8SNET_ASSIGN_OR_RETURN(const Object found,
                            codec_.DecodeStored(namespaces_, *entry, entry->revision()));
    if (found.Get<core::v1::Namespace>().status.phase != "Terminating") {
      return {};
    }
    const auto& meta = MetaOf(std::as_const(*object));
    const std::string name_space(request.name_space);
    Error error = Forbidden(request.resource, meta.name.empty() ? meta.generate_name : meta.name,
                            "unable to create new content in namespace " + name_space +
                                " because it is being terminated");
    error.details->causes.push_back({"NamespaceTerminating",
                                     "namespace " + name_space + " is being terminated",
                                     "metadata.namespace"});
    return error;
  }

 private:
  Status AdmitDelete(const AdmissionRequest& request) const {
    if (request.resource.type->openapi_name == namespaces_.hub->type->openapi_name &&
        std::find(kImmortal.begin(), kImmortal.end(), request.name) != kImmortal.end()) {
      return Forbidden(request.resource, request.name, "this namespace may not be deleted");
    }
    return {};
  }

  const StoredKind& namespaces_;
  const ObjectCodec& codec_;
};

}  // namespace

std::unique_ptr<Admission> NewNamespaceLifecycle(const StoredKind& namespaces,
                                                 const ObjectCodec& codec) {
  return std::make_unique<NamespaceLifecycle>(namespaces, codec);
}

}  // namespace k8snet::server
