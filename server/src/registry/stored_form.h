// What an object looks like once it was stored.
#ifndef K8SNET_SRC_REGISTRY_STORED_FORM_H_
#define K8SNET_SRC_REGISTRY_STORED_FORM_H_

#include "k8snet/apis/base/object.h"

namespace k8snet::server {

// Makes every empty list of `object` that tells null from empty null: protobuf, which objects are
// stored in, has no empty list, and answers show what is stored.
void DropEmptyLists(MutableObject& object);

}  // namespace k8snet::server

#endif  // K8SNET_SRC_REGISTRY_STORED_FORM_H_
