// error: use of deleted function|call to deleted constructor
#include "k8snet/apis/base/object.h"

void Use(k8snet::MutableObject& object) {
  const k8snet::MutableObject frozen(k8snet::Object{&object.type(), nullptr});
#ifdef OFFEND
  const k8snet::MutableObject fork(object);
#endif
}
