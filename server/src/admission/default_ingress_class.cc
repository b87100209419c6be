#include "src/admission/default_ingress_class.h"

#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "k8snet/apis/meta.h"
#include "k8snet/apis/networking/v1.h"
#include "src/errors.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kClassAnnotation = "kubernetes.io/ingress.class";
constexpr std::string_view kDefaultAnnotation = "ingressclass.kubernetes.io/is-default-class";

class DefaultIngressClass final : public Admission {
 public:
  DefaultIngressClass(const StoredKind& classes, const ObjectCodec& codec)
      : classes_(classes), codec_(codec) {}

  Status Admit(const AdmissionRequest& request, MutableObject* object, const Object*) override {
    if (request.operation != Operation::kCreate || !request.subresource.empty()) {
      return {};
    }
    auto* ingress = object->As<networking::v1::Ingress>();
    if (ingress == nullptr || ingress->spec.ingress_class_name ||
        ingress->metadata.annotations.contains(std::string(kClassAnnotation))) {
      return {};
    }
    auto name = FindDefault();
    if (!name) {
      return Forbidden(request.resource, request.name, name.error().message);
    }
    ingress->spec.ingress_class_name = *std::move(name);
    return {};
  }

 private:
  // The default class: of several the newest, of equally new ones the first by name.
  Result<std::optional<std::string>> FindDefault() const {
    std::optional<std::string> best;
    Time best_time;
    const Snapshot snapshot = classes_.cache->snapshot();
    for (auto it = snapshot.Seek(classes_.key_prefix); it.valid(); it.Next()) {
      const Entry& entry = *it.entry();
      K8SNET_ASSIGN_OR_RETURN(const Object object,
                              codec_.DecodeStored(classes_, entry, entry.revision()));
      const meta::v1::ObjectMeta& meta = MetaOf(object);
      const auto annotation = meta.annotations.find(std::string(kDefaultAnnotation));
      if (annotation == meta.annotations.end() || annotation->second != "true") {
        continue;
      }
      if (!best || meta.creation_timestamp > best_time) {
        best = meta.name;
        best_time = meta.creation_timestamp;
      }
    }
    return best;
  }

  const StoredKind& classes_;
  const ObjectCodec& codec_;
};

}  // namespace

std::unique_ptr<Admission> NewDefaultIngressClass(const StoredKind& classes,
                                                  const ObjectCodec& codec) {
  return std::make_unique<DefaultIngressClass>(classes, codec);
}

}  // namespace k8snet::server
