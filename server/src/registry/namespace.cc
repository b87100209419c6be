#include "k8snet/validation/namespace.h"

#include <algorithm>
#include <string>

#include "k8snet/apis/core/v1.h"
#include "src/errors.h"
#include "src/registry/api.h"
#include "src/registry/strategies.h"

namespace k8snet::server {
namespace {

using core::v1::Namespace;

// The finalizer behind which the content of a namespace is deleted.
constexpr std::string_view kContentFinalizer = "kubernetes";
// The label that says the name of the namespace.
constexpr std::string_view kNameLabel = "kubernetes.io/metadata.name";

// Source: kubernetes/kubernetes pkg/registry/core/namespace/strategy.go, storage/storage.go.
class NamespaceStrategy final : public GenericStrategy {
 public:
  NamespaceStrategy(const Resource& hub, Api& api) : GenericStrategy(hub), api_(api) {}

  void PrepareForCreate(const WriteScope& scope, MutableObject& object) override {
    GenericStrategy::PrepareForCreate(scope, object);
    auto& name_space = object.Get<Namespace>();
    name_space.status.phase = "Active";
    auto& finalizers = name_space.spec.finalizers;
    if (std::find(finalizers.begin(), finalizers.end(), kContentFinalizer) == finalizers.end()) {
      finalizers.emplace_back(kContentFinalizer);
    }
    // Defaults did so for a name that the client gave.
    name_space.metadata.labels[std::string(kNameLabel)] = name_space.metadata.name;
  }

  void PrepareForUpdate(const WriteScope& scope, MutableObject& object,
                        const Object& old) override {
    GenericStrategy::PrepareForUpdate(scope, object, old);
    if (scope.subresource.empty()) {
      object.Get<Namespace>().spec.finalizers = old.Get<Namespace>().spec.finalizers;
    }
  }

  field::ErrorList Validate(const WriteScope& scope, const Object& object,
                            const Object* old) override {
    if (old != nullptr && scope.subresource == "finalize") {
      return validation::ValidateNamespaceFinalize(object.Get<Namespace>(), old->Get<Namespace>());
    }
    return GenericStrategy::Validate(scope, object, old);
  }

  // The first deletion marks the namespace in any case.
  bool HoldsDeletion(const Object& object) override {
    const auto& name_space = object.Get<Namespace>();
    return !name_space.spec.finalizers.empty() || !name_space.metadata.deletion_timestamp;
  }

  Error PreconditionFailed(const Resource& resource, std::string_view name, std::string_view member,
                           std::string_view wanted, std::string_view have) override {
    std::string why = "Precondition failed: ";
    why.append(member).append(" in precondition: ").append(wanted).append(", ");
    why.append(member).append(" in object meta: ").append(have);
    return Conflict(resource, name, why);
  }

  void PrepareForDeletion(MutableObject& object, const Object& old) override {
    auto& name_space = object.Get<Namespace>();
    if (const auto& before = old.Get<Namespace>();
        before.metadata.deletion_timestamp && !before.spec.finalizers.empty()) {
      name_space.metadata.finalizers = before.metadata.finalizers;
    }
    name_space.status.phase = "Terminating";
    name_space.metadata.deletion_grace_period_seconds.reset();
  }

  void AfterMarked(const Object& object) override {
    if (NamespaceCleaner* cleaner = api_.namespace_cleaner()) {
      cleaner->Schedule(object.Get<Namespace>().metadata.name);
    }
  }

  std::vector<std::string> Subresources() const override { return {"finalize"}; }

 private:
  Api& api_;
};

}  // namespace

std::unique_ptr<Strategy> NewNamespaceStrategy(const Resource& hub, Api& api) {
  return std::make_unique<NamespaceStrategy>(hub, api);
}

}  // namespace k8snet::server
