// error: no match for .*operator=|no viable overloaded '='
#include "k8snet/apis/networking/v1.h"
#include "k8snet/apis/networking/v1beta1.h"

void Use(k8snet::networking::v1::IngressSpec& now,
         const k8snet::networking::v1beta1::IngressSpec& old) {
  now.ingress_class_name = old.ingress_class_name;
#ifdef OFFEND
  now = old;
#endif
}
