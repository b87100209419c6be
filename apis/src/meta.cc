#include "k8snet/apis/meta.h"

#include "k8snet/apis/base/check.h"

namespace k8snet {
namespace {

template <typename Meta, typename Data>
auto* Metadata(const Type& type, Data* data) {
  K8SNET_CHECK(type.metadata != nullptr && type.metadata->type == &TypeOf<Meta>());
  if constexpr (std::is_const_v<Data>) {
    return static_cast<const Meta*>(type.metadata->In(data));
  } else {
    return static_cast<Meta*>(type.metadata->In(data));
  }
}

}  // namespace

bool HasObjectMeta(const Type& type) {
  return type.metadata != nullptr && type.metadata->type == &TypeOf<meta::v1::ObjectMeta>();
}

const meta::v1::ObjectMeta& MetaOf(const Object& object) {
  return *Metadata<meta::v1::ObjectMeta>(object.type(), object.data());
}

const meta::v1::ObjectMeta& MetaOf(const MutableObject& object) {
  return *Metadata<meta::v1::ObjectMeta>(object.type(), object.data());
}

meta::v1::ObjectMeta& MetaOf(MutableObject& object) {
  return *Metadata<meta::v1::ObjectMeta>(object.type(), object.data());
}

const meta::v1::ListMeta& ListMetaOf(const Object& list) {
  return *Metadata<meta::v1::ListMeta>(list.type(), list.data());
}

meta::v1::ListMeta& ListMetaOf(MutableObject& list) {
  return *Metadata<meta::v1::ListMeta>(list.type(), list.data());
}

}  // namespace k8snet
