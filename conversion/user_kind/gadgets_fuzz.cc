// Codecs and conversions of the gadgets, on any input.
#include "k8snet/apis/testing/fuzz.h"
#include "k8snet/conversion/converter.h"
#include "k8snet/conversion/testing/fuzz.h"
#include "k8snet/gadgets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const k8snet::conversion::Converter converter(k8snet::gadgets::Spokes());
  k8snet::testing::FuzzCodecs(k8snet::gadgets::AllResources(), data, size);
  k8snet::testing::FuzzConversion(k8snet::gadgets::AllResources(), converter,
                                  k8snet::gadgets::SetDefaults, data, size);
  return 0;
}
