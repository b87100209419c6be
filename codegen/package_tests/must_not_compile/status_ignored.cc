// error: ignoring return value|unused-result|ignoring returned value|nodiscard
#include "k8snet/apis/base/result.h"

k8snet::Status Check();

bool Use() {
#ifdef OFFEND
  Check();
#endif
  return Check().has_value();
}
