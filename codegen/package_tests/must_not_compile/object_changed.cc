// error: discards qualifiers|no viable overloaded '='|passing .const
#include "k8snet/apis/base/object.h"
#include "k8snet/apis/networking/v1.h"

void Use(const k8snet::Object& object) {
  k8snet::MutableObject copy(object);
  copy.Get<k8snet::networking::v1::Ingress>().metadata.name = "other";
#ifdef OFFEND
  object.Get<k8snet::networking::v1::Ingress>().metadata.name = "other";
#endif
}
