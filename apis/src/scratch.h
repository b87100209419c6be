// A buffer that each thread keeps for its encoders, so that encoding allocates its result only.
#ifndef K8SNET_APIS_SRC_SCRATCH_H_
#define K8SNET_APIS_SRC_SCRATCH_H_

#include <cstddef>
#include <memory>

namespace k8snet::internal {

// Takes the thread's buffer while it lives; a second one at the same time gets its own.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] char* begin() { return bytes_.get(); }
  [[nodiscard]] char* end() { return bytes_.get() + size_; }
  // Makes the buffer at least twice as big, with room for `more` bytes. Its first `used` bytes are
  // kept at the begin, or its last ones at the end.
  void Grow(std::size_t used, std::size_t more, bool at_end);

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_SCRATCH_H_
