// What the fuzzers of the codecs share.
#ifndef K8SNET_APIS_SRC_FUZZ_SUPPORT_H_
#define K8SNET_APIS_SRC_FUZZ_SUPPORT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/base/resource.h"

namespace k8snet::internal {

struct FuzzInput {
  const Type& type;
  std::string_view bytes;
};

// The first byte chooses the type, the others are what it is decoded from.
inline FuzzInput SplitInput(const std::uint8_t* data, std::size_t size) {
  const auto resources = AllResources();
  const std::size_t choice = size > 0 ? data[0] : 0;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  return {*resources[choice % resources.size()].type, all.substr(size > 0 ? 1 : 0)};
}

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_FUZZ_SUPPORT_H_
