#include "src/scratch.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace k8snet::internal {
namespace {

constexpr std::size_t kFirstSize = 16384;
constexpr std::size_t kMostKept = std::size_t{1} << 20U;  // Bytes that a thread keeps.

struct Kept {
  std::unique_ptr<char[]> bytes;
  std::size_t size = 0;
};

Kept& ThreadBuffer() {
  thread_local Kept kept;
  return kept;
}

}  // namespace

Scratch::Scratch() {
  Kept& kept = ThreadBuffer();
  bytes_ = std::move(kept.bytes);
  size_ = std::exchange(kept.size, 0);
  if (size_ == 0) {
    bytes_.reset(new char[kFirstSize]);
    size_ = kFirstSize;
  }
}

Scratch::~Scratch() {
  if (size_ <= kMostKept) {
    Kept& kept = ThreadBuffer();
    kept.bytes = std::move(bytes_);
    kept.size = size_;
  }
}

void Scratch::Grow(std::size_t used, std::size_t more, bool at_end) {
  const std::size_t size = std::max(size_ * 2, used + more);
  std::unique_ptr<char[]> bytes(new char[size]);
  if (at_end) {
    std::memcpy(bytes.get() + size - used, end() - used, used);
  } else {
    std::memcpy(bytes.get(), begin(), used);
  }
  bytes_ = std::move(bytes);
  size_ = size;
}

}  // namespace k8snet::internal
