// Copies texts, most of which are a few bytes long, without a call.
#ifndef K8SNET_APIS_SRC_COPY_TEXT_H_
#define K8SNET_APIS_SRC_COPY_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace k8snet::internal {

// As memcpy. A text that is at least as long as a word is two words, which may overlap.
[[gnu::always_inline]] inline void CopyText(char* to, const char* from, std::size_t size) {
  struct Block {
    std::uint64_t words[2];
  };
  const auto ends = [&]<typename Word>(Word first) {
    Word last;
    std::memcpy(&first, from, sizeof(Word));
    std::memcpy(&last, from + size - sizeof(Word), sizeof(Word));
    std::memcpy(to, &first, sizeof(Word));
    std::memcpy(to + size - sizeof(Word), &last, sizeof(Word));
  };
  if (size > 2 * sizeof(Block)) {
    std::memcpy(to, from, size);
  } else if (size >= sizeof(Block)) {
    ends(Block{});
  } else if (size >= sizeof(std::uint64_t)) {
    ends(std::uint64_t{});
  } else if (size >= sizeof(std::uint32_t)) {
    ends(std::uint32_t{});
  } else if (size > 0) {
    to[0] = from[0];
    to[size / 2] = from[size / 2];
    to[size - 1] = from[size - 1];
  }
}

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_COPY_TEXT_H_
