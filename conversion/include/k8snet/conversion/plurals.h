// Fields that gained a plural beside the singular: clusterIP and clusterIPs, a list of strings;
// podIP and podIPs, a list of structs of one string. The first of the plural is the singular; old
// clients know the singular only, new ones send both.
#ifndef K8SNET_CONVERSION_PLURALS_H_
#define K8SNET_CONVERSION_PLURALS_H_

#include "k8snet/apis/base/object.h"

namespace k8snet::conversion {

// Makes the pairs that the IDL declares in `hub` say the same, where it is clear what the client
// meant. `old_hub` is the stored object of an update or patch, or null for a create or for an
// object that is read from the store. What a pair becomes:
//
//   singular                  plural                   becomes
//   as it was                 left out                 the plural as it was
//   cleared                   as it was                both empty: an old client cleared it
//   set or changed            as it was                [singular]: an old client changed it
//   anything else                                      as sent; validation compares the two
//
// Without an old object, both were empty. Pairs are looked for in the structs of the object, but
// not inside its lists and maps, whose elements have no former self. Idempotent with the same
// `old_hub`.
// Source: kubernetes/kubernetes pkg/registry/core/service/strategy.go, NormalizeClusterIPs.
void NormalizePlurals(const Object* old_hub, MutableObject& hub);

}  // namespace k8snet::conversion

#endif  // K8SNET_CONVERSION_PLURALS_H_
