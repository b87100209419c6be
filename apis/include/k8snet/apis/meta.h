// The metadata of any object, for code that does not know its kind.
#ifndef K8SNET_APIS_META_H_
#define K8SNET_APIS_META_H_

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/meta/v1.h"

namespace k8snet {

// Whether objects of `type` have an ObjectMeta: kinds do, list kinds have a ListMeta.
[[nodiscard]] bool HasObjectMeta(const Type& type);

// Return the metadata of an object whose type has an ObjectMeta.
// Lifetime: that of the object.
[[nodiscard]] const meta::v1::ObjectMeta& MetaOf(const Object& object);
[[nodiscard]] const meta::v1::ObjectMeta& MetaOf(const MutableObject& object);
[[nodiscard]] meta::v1::ObjectMeta& MetaOf(MutableObject& object);

// Return the metadata of a list kind. Lifetime: that of the list.
[[nodiscard]] const meta::v1::ListMeta& ListMetaOf(const Object& list);
[[nodiscard]] meta::v1::ListMeta& ListMetaOf(MutableObject& list);

}  // namespace k8snet

#endif  // K8SNET_APIS_META_H_
