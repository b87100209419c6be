#include <cstdio>
#include <cstdlib>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/base/field.h"
#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/apis/base/scalars.h"

namespace k8snet::internal {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace k8snet::internal
