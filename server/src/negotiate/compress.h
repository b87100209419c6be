// gzip of large bodies.
#ifndef K8SNET_SERVER_SRC_NEGOTIATE_COMPRESS_H_
#define K8SNET_SERVER_SRC_NEGOTIATE_COMPRESS_H_

#include <cstddef>

#include "k8snet/server/http.h"

namespace k8snet::server {

// The largest body that is always sent plain, in bytes.
// Source: kubernetes/apiserver pkg/endpoints/handlers/responsewriters/writers.go,
// defaultGzipThresholdBytes.
inline constexpr std::size_t kGzipThresholdBytes = 128 * 1024;

// Compresses the body of `response` if it is larger than `threshold_bytes` and `request` accepts
// gzip, and sets Content-Encoding and Vary. Cost: none for smaller ones.
void MaybeCompress(const Request& request, Response& response,
                   std::size_t threshold_bytes = kGzipThresholdBytes);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_NEGOTIATE_COMPRESS_H_
