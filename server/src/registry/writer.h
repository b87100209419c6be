// Writes of hub objects: admission, the kind's strategy, validation, the store. Knows no HTTP.
// Source: kubernetes/apiserver pkg/registry/generic/registry/store.go.
#ifndef K8SNET_SERVER_SRC_REGISTRY_WRITER_H_
#define K8SNET_SERVER_SRC_REGISTRY_WRITER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/apis/base/scalars.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/storage.h"
#include "src/admission/admission.h"
#include "src/registry/object_codec.h"
#include "src/registry/served.h"

namespace k8snet::server {

// Where a write goes.
struct WriteTarget {
  const ServedResource& served;  // The version that errors and admission speak of.
  std::string name_space;        // Empty for cluster-scoped kinds.
  std::string name;              // Of updates and deletes.
  WriteScope scope;
};

// What a write made.
struct Written {
  Object object;         // In the hub version, with its resourceVersion.
  bool created = false;  // Else updated.
};

// What the update does beside changing the object.
struct UpdateRules {
  // Creates the object if there is none.
  bool creates = false;
  // The uid that the client means; checked before anything else, if not empty.
  std::string uid;
};

// Preconditions and policy of a delete.
struct DeleteRules {
  std::optional<std::string> uid;
  std::optional<std::string> resource_version;
  enum class Policy : std::uint8_t { kUnset, kBackground, kForeground, kOrphan };
  Policy policy = Policy::kUnset;
  // Deletes only what cannot be decoded from the store.
  bool only_unreadable = false;
};

// What a delete did.
struct Deleted {
  Object object;  // As last stored. If it is gone, its resourceVersion is that of the deletion.
  bool gone = false;
};

// Texts of Warning headers that a write has.
using WarningList = std::vector<std::string>;

// Thread-safe.
class Writer {
 public:
  // All outlive this; `storage` is attached to the caches of the kinds.
  Writer(Storage& storage, const Clock& clock, Random& random, const ObjectCodec& codec,
         std::vector<std::unique_ptr<Admission>> admissions)
      : storage_(storage),
        clock_(clock),
        random_(random),
        codec_(codec),
        admissions_(std::move(admissions)) {}

  // Stores a new object.
  // Errors: kAlreadyExists, kInvalid, what admission says, what the store says.
  [[nodiscard]] Result<Written> Create(const WriteTarget& target, MutableObject object,
                                       WarningList& warnings);

  // Returns the new state of an object: `old` is its stored state with its resourceVersion, or
  // null if there is none. Called again after each lost race.
  using Transform = std::function<Result<MutableObject>(const Object* old)>;

  // Changes the stored object to what `transform` makes of it. A resourceVersion in the new state
  // must be the stored one. Nothing is written if nothing changes. An object whose deletion waits
  // for nothing any more is deleted.
  // Errors: kNotFound, kConflict, kInvalid, what `transform`, admission and the store say.
  [[nodiscard]] Result<Written> Update(const WriteTarget& target, const UpdateRules& rules,
                                       const Transform& transform, WarningList& warnings);

  // Deletes the object, or marks it if finalizers hold it.
  // Errors: kNotFound, kConflict, what admission and the store say.
  [[nodiscard]] Result<Deleted> Delete(const WriteTarget& target, const DeleteRules& rules);

 private:
  [[nodiscard]] Status Admit(const WriteTarget& target, Operation operation, MutableObject* object,
                             const Object* old) const;
  [[nodiscard]] Result<Written> CreateNamed(const WriteTarget& target, MutableObject object,
                                            WarningList& warnings);
  // One attempt; nothing if a companion of the object lost a race.
  [[nodiscard]] Result<std::optional<Written>> TryCreate(const WriteTarget& target,
                                                         MutableObject object,
                                                         WarningList& warnings);
  // Stores `object` with its companions and returns it as it is shown, with its new
  // resourceVersion.
  [[nodiscard]] Result<Object> Store(const StoredKind& kind, const std::string& key,
                                     const Object& object, std::uint64_t expected_revision,
                                     Companions companions = {});
  // Deletes what is `stored` at `revision`; `last` is what is shown of it.
  [[nodiscard]] Result<Deleted> Remove(const WriteTarget& target, const std::string& key,
                                       const Object& stored, const Object& last,
                                       std::uint64_t revision);
  [[nodiscard]] Error NameTaken(const WriteTarget& target, std::string_view name) const;
  // One attempt; nothing if it lost a race that the client need not know of.
  [[nodiscard]] Result<std::optional<Written>> TryUpdate(const WriteTarget& target,
                                                         const UpdateRules& rules,
                                                         const Transform& transform,
                                                         WarningList& warnings);
  [[nodiscard]] Result<std::optional<Deleted>> TryDelete(const WriteTarget& target,
                                                         const DeleteRules& rules);
  [[nodiscard]] std::string NewSuffix() const;
  [[nodiscard]] Time Now() const;

  Storage& storage_;
  const Clock& clock_;
  Random& random_;
  const ObjectCodec& codec_;
  const std::vector<std::unique_ptr<Admission>> admissions_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_WRITER_H_
