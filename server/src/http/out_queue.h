// What a connection has still to send: shared buffers in order.
#ifndef K8SNET_SRC_HTTP_OUT_QUEUE_H_
#define K8SNET_SRC_HTTP_OUT_QUEUE_H_

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/server/http.h"

namespace k8snet::server {

// A queue of shared buffers with a position. Not thread-safe.
class OutQueue {
 public:
  void Append(Bytes bytes);
  void AppendText(std::string text);
  void AppendAll(std::vector<Bytes> list);

  [[nodiscard]] bool empty() const { return next_ == items_.size(); }
  // Fills `slots` with what comes next and returns how many it filled.
  [[nodiscard]] std::size_t Fill(std::span<iovec> slots) const;
  // Returns what comes next, up to scratch.size() bytes: in place when the first buffer has that
  // much, else gathered into `scratch`. Gives the same bytes, or more, until Consume. Lifetime:
  // that of `scratch`, and until the next change.
  [[nodiscard]] std::string_view Gather(std::span<char> scratch) const;
  // Forgets the first `size` bytes.
  void Consume(std::size_t size);

 private:
  std::vector<Bytes> items_;  // None null or empty.
  std::size_t next_ = 0;
  std::size_t offset_ = 0;  // Into items_[next_].
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_HTTP_OUT_QUEUE_H_
