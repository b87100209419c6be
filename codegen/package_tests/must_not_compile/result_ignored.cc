// error: ignoring return value|unused-result
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/networking/v1.h"

void Use() {
  auto decoded = k8snet::DecodeJson(k8snet::TypeOf<k8snet::networking::v1::Ingress>(), "{}");
#ifdef OFFEND
  k8snet::DecodeJson(decoded->object.type(), "{}");
#endif
}
