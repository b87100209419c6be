// How long a read waits for a revision that is still to come.
#ifndef K8SNET_SERVER_SRC_VERBS_WAIT_H_
#define K8SNET_SERVER_SRC_VERBS_WAIT_H_

#include <algorithm>
#include <chrono>

#include "src/request_context.h"

namespace k8snet::server {

// Source: kubernetes/apiserver pkg/storage/cacher/watch_cache.go, blockTimeout.
inline constexpr std::chrono::milliseconds kRevisionWait{3000};

// Returns how long a request may wait for it at `now`: no longer than until its deadline, if it has
// one.
[[nodiscard]] inline std::chrono::milliseconds RevisionWait(
    const RequestContext& context, std::chrono::steady_clock::time_point now) {
  if (context.deadline == std::chrono::steady_clock::time_point()) {
    return kRevisionWait;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(context.deadline - now);
  return std::clamp(left, std::chrono::milliseconds(0), kRevisionWait);
}

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_WAIT_H_
