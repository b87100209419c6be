// How long a read waits for a revision that is still to come.
#ifndef K8SNET_SERVER_SRC_VERBS_WAIT_H_
#define K8SNET_SERVER_SRC_VERBS_WAIT_H_

#include <chrono>

namespace k8snet::server {

// Source: kubernetes/apiserver pkg/storage/cacher/watch_cache.go, blockTimeout.
inline constexpr std::chrono::milliseconds kRevisionWait{3000};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_WAIT_H_
