// Defaulting: what a version of a kind means when a field is left out.
#ifndef K8SNET_CONVERSION_DEFAULTS_H_
#define K8SNET_CONVERSION_DEFAULTS_H_

#include "k8snet/apis/base/object.h"

namespace k8snet::conversion {

// Fills in the defaults of the version that `object` is in: the ones that its IDL declares, then
// the hand-written ones. Of a list kind, those of each item. Does nothing to types without any.
// Idempotent. To be run on what was decoded, before conversion; never on what is to be encoded.
// Source: kubernetes/kubernetes pkg/apis/*/*/defaults.go.
void SetDefaults(MutableObject& object);

}  // namespace k8snet::conversion

#endif  // K8SNET_CONVERSION_DEFAULTS_H_
