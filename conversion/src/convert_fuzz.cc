// Random and mutated objects through every version of their kind.
#include "k8snet/apis/base/resource.h"
#include "k8snet/conversion/converter.h"
#include "k8snet/conversion/defaults.h"
#include "k8snet/conversion/testing/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const k8snet::conversion::Converter converter(k8snet::conversion::BuiltinSpokes());
  k8snet::testing::FuzzConversion(k8snet::AllResources(), converter,
                                  k8snet::conversion::SetDefaults, data, size);
  return 0;
}
