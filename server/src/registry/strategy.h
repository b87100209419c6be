// What a kind does on its own at each step of a write. Generic code calls these; a kind with a
// behaviour of its own has it in registry/<kind>.cc, as a class derived from GenericStrategy.
// Source: kubernetes/apiserver pkg/registry/rest/{create,update,delete}.go.
#ifndef K8SNET_SERVER_SRC_REGISTRY_STRATEGY_H_
#define K8SNET_SERVER_SRC_REGISTRY_STRATEGY_H_

#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/server/storage.h"

namespace k8snet::server {

// What a write is, as far as a strategy needs to know.
struct WriteScope {
  std::string_view subresource;  // "status" or empty.
  bool dry_run = false;          // Nothing may be kept.
  std::string_view version;      // Of the request: "v1beta1".
};

// Changes to other keys that are committed together with an object: all of them or none.
struct Companions {
  std::vector<Change> before;  // Their revisions are lower than the object's.
  std::vector<Change> after;
};

// The behaviour of one stored kind. All objects are in the hub version. Thread-safe.
class Strategy {
 public:
  virtual ~Strategy() = default;

  // Fills in what the object needs from the cluster, and returns the changes by which it takes it
  // and gives back what it no longer needs. Called before the preparation and the validation, so
  // it must bear with any values; again, with the object as it was, if such a change lost a race.
  // `old` is null for a create.
  [[nodiscard]] virtual Result<Companions> Begin(const WriteScope& scope, MutableObject& object,
                                                 const Object* old) = 0;
  // Whether Begin ever returns changes.
  [[nodiscard]] virtual bool HasCompanions() const { return false; }

  // Resets what a client may not set, and fills in what follows from the rest.
  virtual void PrepareForCreate(const WriteScope& scope, MutableObject& object) = 0;
  virtual void PrepareForUpdate(const WriteScope& scope, MutableObject& object,
                                const Object& old) = 0;

  // Fills in what clients are shown though it may not be stored: called for each object that was
  // read, is to be shown, or is about to be changed.
  virtual void FillOnRead(MutableObject& /*object*/) {}
  // Whether FillOnRead ever does anything.
  [[nodiscard]] virtual bool FillsOnRead() const { return false; }

  // All findings, those about metadata included; `old` is null for a create.
  [[nodiscard]] virtual field::ErrorList Validate(const WriteScope& scope, const Object& object,
                                                  const Object* old) = 0;
  // Texts of Warning headers for an object that is valid.
  [[nodiscard]] virtual std::vector<std::string> Warnings(const WriteScope& scope,
                                                          const Object& object,
                                                          const Object* old) = 0;

  // Whether a name that is made of generateName gets an end of its own.
  [[nodiscard]] virtual bool RandomizesNames() const { return true; }

  // The error of a deletion whose precondition on `member`, "UID" or "ResourceVersion", fails:
  // the object of that name has the value `have` there.
  [[nodiscard]] virtual Error PreconditionFailed(const Resource& resource, std::string_view name,
                                                 std::string_view member, std::string_view wanted,
                                                 std::string_view have) = 0;
  // Whether the object, whose deletion is asked for, must stay for a reason other than
  // metadata.finalizers.
  [[nodiscard]] virtual bool HoldsDeletion(const Object& object) = 0;
  // Called when the object, so far `old`, stays but is marked for deletion; may change it.
  virtual void PrepareForDeletion(MutableObject& object, const Object& old) = 0;
  // Called when such a mark was stored, with the marked object.
  virtual void AfterMarked(const Object& object) = 0;
  // Returns the changes that are to be committed with the deletion of what is `stored`.
  [[nodiscard]] virtual std::vector<Change> Leaves(const Object& stored) = 0;
  // The object is gone from the store.
  virtual void AfterDelete(const Object& last) = 0;

  // Subresources beside status, which take PUT only: "finalize".
  [[nodiscard]] virtual std::vector<std::string> Subresources() const = 0;
};

// The behaviour that the resource table describes: status is reset and kept apart, generation
// counts, values follow the declared rules.
class GenericStrategy : public Strategy {
 public:
  // `hub` outlives this.
  explicit GenericStrategy(const Resource& hub) : hub_(hub) {}

  [[nodiscard]] Result<Companions> Begin(const WriteScope& scope, MutableObject& object,
                                         const Object* old) override;
  void PrepareForCreate(const WriteScope& scope, MutableObject& object) override;
  void PrepareForUpdate(const WriteScope& scope, MutableObject& object, const Object& old) override;
  [[nodiscard]] field::ErrorList Validate(const WriteScope& scope, const Object& object,
                                          const Object* old) override;
  [[nodiscard]] std::vector<std::string> Warnings(const WriteScope& scope, const Object& object,
                                                  const Object* old) override;
  [[nodiscard]] bool HoldsDeletion(const Object& object) override;
  [[nodiscard]] Error PreconditionFailed(const Resource& resource, std::string_view name,
                                         std::string_view member, std::string_view wanted,
                                         std::string_view have) override;
  void PrepareForDeletion(MutableObject& object, const Object& old) override;
  void AfterMarked(const Object& object) override;
  [[nodiscard]] std::vector<Change> Leaves(const Object& stored) override;
  void AfterDelete(const Object& last) override;
  [[nodiscard]] std::vector<std::string> Subresources() const override;

 protected:
  [[nodiscard]] const Resource& hub() const { return hub_; }

 private:
  const Resource& hub_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_STRATEGY_H_
