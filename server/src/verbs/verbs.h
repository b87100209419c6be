// The verbs on resources: a request in, a response out. Each verb is in the file named after it.
#ifndef K8SNET_SERVER_SRC_VERBS_VERBS_H_
#define K8SNET_SERVER_SRC_VERBS_VERBS_H_

#include <optional>
#include <string>
#include <vector>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/apis/codec/decode.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/http.h"
#include "src/apply/manager.h"
#include "src/registry/catalog.h"
#include "src/registry/object_codec.h"
#include "src/registry/writer.h"
#include "src/selectors/field_selector.h"
#include "src/selectors/label_selector.h"
#include "src/storage/cache.h"
#include "src/verbs/call.h"
#include "src/verbs/options.h"
#include "src/verbs/render.h"

namespace k8snet::server {

// Which objects of a list are wanted.
struct Selection {
  LabelSelector labels;
  FieldSelector fields;

  [[nodiscard]] bool empty() const { return labels.empty() && fields.empty(); }
  [[nodiscard]] bool Matches(const Entry& entry) const {
    return labels.Matches(entry.attributes()) && fields.Matches(entry);
  }
};

// Errors: kBadRequest.
[[nodiscard]] Result<Selection> ParseSelection(const Resource& hub, const ListOptions& options);

// Answers requests about resources. Thread-safe.
class Verbs {
 public:
  // All outlive this.
  struct Parts {
    const Catalog& catalog;
    Caches& caches;
    const ObjectCodec& codec;
    Writer& writer;
    const Clock& clock;
    Random& random;
  };

  explicit Verbs(const Parts& parts) : parts_(parts), renderer_(parts.codec, parts.clock) {}

  [[nodiscard]] Result<Response> Create(const Call& call) const;
  [[nodiscard]] Result<Response> Get(const Call& call) const;
  [[nodiscard]] Result<Response> List(const Call& call) const;
  [[nodiscard]] Result<Response> Watch(const Call& call) const;
  [[nodiscard]] Result<Response> Update(const Call& call) const;
  [[nodiscard]] Result<Response> Patch(const Call& call) const;
  [[nodiscard]] Result<Response> Delete(const Call& call) const;
  [[nodiscard]] Result<Response> DeleteCollection(const Call& call) const;

 private:
  [[nodiscard]] WriteTarget TargetOf(const Call& call, bool dry_run) const;
  // Puts the texts of a write into the request's warnings.
  static void AddWarnings(const Call& call, const WarningList& warnings);

  // What the tracking of field owners is to know of the request. Lifetime: `now` and `manager` as
  // well as the call outlive the result.
  [[nodiscard]] WriteContext ContextOf(const Call& call, std::string_view manager,
                                       std::string_view now) const;
  [[nodiscard]] std::string NowText() const;
  // Sets managedFields of `object`, which is in the version of the request, after a write that is
  // no apply. `old` is the stored object in the hub version, or null. `cleared` says that the
  // client asked for an empty managedFields.
  [[nodiscard]] Status TrackOwners(const Call& call, const WriteOptions& options,
                                   MutableObject& object, const Object* old,
                                   bool cleared = false) const;

  [[nodiscard]] Result<ListPage> SelectPage(const Call& call, const ListOptions& options,
                                            const Selection& selection) const;
  [[nodiscard]] Result<Snapshot> ListSnapshot(const Call& call, const ListOptions& options,
                                              std::string& start) const;

  [[nodiscard]] Result<MutableObject> PatchedObject(const Call& call, const WriteOptions& options,
                                                    std::string_view type, const Object& old,
                                                    std::vector<std::string>& findings) const;
  [[nodiscard]] Result<MutableObject> AppliedObject(const Call& call, const WriteOptions& options,
                                                    std::string_view configuration,
                                                    const Object* old) const;
  // Returns the object that a patched document says, in the version of the request. A strategic
  // merge patch may say any kind and version: nobody looks at them.
  // Errors: the message says what InvalidPatch is to say.
  [[nodiscard]] Result<Decoded> DecodePatched(const Call& call, std::string_view document,
                                              bool checks_kind) const;

  const Parts parts_;
  const Renderer renderer_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_VERBS_H_
