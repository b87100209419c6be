// Conversion between the served versions of a kind, always by way of the kind's hub version.
#ifndef K8SNET_CONVERSION_CONVERTER_H_
#define K8SNET_CONVERSION_CONVERTER_H_

#include <vector>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/result.h"

namespace k8snet::conversion {

// One direction between two versions of a kind; only ever called with the version it reads.
using Edge = Result<Object> (*)(const Object& in);

// A version of a kind that is not its hub, with the way to the hub and back. The two may belong
// to different groups: extensions/v1beta1 Ingress is a spoke of networking.k8s.io/v1 Ingress.
struct Spoke {
  const Type* type = nullptr;
  const Type* hub = nullptr;
  Edge to_hub = nullptr;
  Edge from_hub = nullptr;
};

// Returns the spokes of the built-in kinds and their list kinds.
[[nodiscard]] std::vector<Spoke> BuiltinSpokes();

// Converts objects between versions. Thread-safe: immutable once constructed.
class Converter {
 public:
  // Aborts if two spokes have the same type: the generated table is wrong.
  explicit Converter(std::vector<Spoke> spokes);

  // Returns `in` in version `to`. `in` is unchanged; the result may share immutable data with it.
  // Cost: at most two hops, each one copy of the object; none if `in` is in `to` already.
  // Errors:
  //   kNotRegistered  no edge leads from the version of `in` to `to`.
  // Source: kubernetes/apimachinery pkg/runtime/scheme.go, ConvertToVersion.
  [[nodiscard]] Result<Object> Convert(const Object& in, const GroupVersion& to) const;

  // As above, where the type of the result is known.
  [[nodiscard]] Result<Object> Convert(const Object& in, const Type& to) const;

  // Returns the hub of `type`: `type` itself if it is no spoke.
  [[nodiscard]] const Type& HubOf(const Type& type) const;

 private:
  [[nodiscard]] const Spoke* Find(const Type& type) const;

  std::vector<Spoke> spokes_;  // Sorted by type.
};

}  // namespace k8snet::conversion

#endif  // K8SNET_CONVERSION_CONVERTER_H_
