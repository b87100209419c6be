// A stream that another one is behind.
#ifndef K8SNET_SERVER_SRC_FORWARDING_STREAM_H_
#define K8SNET_SERVER_SRC_FORWARDING_STREAM_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "k8snet/server/http.h"

namespace k8snet::server {

// Says what `stream` says. For those that do something when a stream begins or ends.
class ForwardingStream : public Stream {
 public:
  explicit ForwardingStream(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}

  State Pull(std::size_t budget_bytes, std::vector<Bytes>& out) override {
    return stream_->Pull(budget_bytes, out);
  }
  [[nodiscard]] std::chrono::steady_clock::time_point next_deadline() const override {
    return stream_->next_deadline();
  }
  [[nodiscard]] bool ready() const override { return stream_->ready(); }

 private:
  std::unique_ptr<Stream> stream_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_FORWARDING_STREAM_H_
