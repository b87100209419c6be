// What a connection has still to send: pieces of shared buffers in order.
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

// A queue of bytes that are shared, not copied. Not thread-safe.
class OutQueue {
 public:
  void Append(Bytes bytes) { AppendFrom(std::move(bytes), 0); }
  // Appends `bytes` without the first `begin` of them.
  void AppendFrom(Bytes bytes, std::size_t begin);
  void AppendText(std::string text);
  void AppendAll(std::vector<Bytes> list);
  // Moves the first `size` bytes to the end of `to`.
  void MoveTo(OutQueue& to, std::size_t size);

  [[nodiscard]] bool empty() const { return next_ == items_.size(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  // Fills `slots` with what comes next and returns how many it filled.
  [[nodiscard]] std::size_t Fill(std::span<iovec> slots) const;
  // Returns what comes next, up to scratch.size() bytes: in place when the first buffer has that
  // much, else gathered into `scratch`. Gives the same bytes, or more, until Consume. Lifetime:
  // that of `scratch`, and until the next change.
  [[nodiscard]] std::string_view Gather(std::span<char> scratch) const;
  // Forgets the first `size` bytes.
  void Consume(std::size_t size);

 private:
  struct Item {
    Bytes bytes;  // Not null.
    std::size_t begin;
    std::size_t end;

    [[nodiscard]] std::size_t size() const { return end - begin; }
    [[nodiscard]] const char* data() const { return bytes->data() + begin; }
  };

  // Drops the first item.
  void Pop();

  std::vector<Item> items_;  // From next_ on none is empty.
  std::size_t next_ = 0;
  std::size_t size_ = 0;
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_HTTP_OUT_QUEUE_H_
