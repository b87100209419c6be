// JSON, YAML, protobuf and CBOR against each other.
#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/testing/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  k8snet::testing::FuzzCodecs(k8snet::AllResources(), data, size);
  return 0;
}
