// K8SNET_CHECK, for what only a bug in the program can break.
#ifndef K8SNET_APIS_BASE_CHECK_H_
#define K8SNET_APIS_BASE_CHECK_H_

namespace k8snet::internal {

// Prints where and what, then aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace k8snet::internal

// Aborts with file, line and text unless `condition` holds. Compiled in always. Never for what a
// client, a file or a peer can cause: that is a Result.
#define K8SNET_CHECK(condition) \
  ((condition) ? void() : ::k8snet::internal::CheckFailed(__FILE__, __LINE__, #condition))

#endif  // K8SNET_APIS_BASE_CHECK_H_
