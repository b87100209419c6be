// What the IDL of the gadgets leaves to be written by hand.
#include "k8snet/conversion/gadgets_defaults.h"
#include "k8snet/conversion/gadgets_v1beta1.h"

namespace k8snet::conversion {
namespace {

constexpr std::int32_t kLoud = 85;

}  // namespace

void DefaultHook(gadgets::v1::GadgetSpec& value) {
  if (value.port == IntOrString()) {
    value.port = "gadget";
  }
}

void CustomToHub(const gadgets::v1beta1::GadgetSpec& in, gadgets::v1::GadgetSpec& out) {
  out.loudness = in.loud ? kLoud : 0;
}

void CustomFromHub(const gadgets::v1::GadgetSpec& in, gadgets::v1beta1::GadgetSpec& out) {
  out.loud = in.loudness >= kLoud;
}

}  // namespace k8snet::conversion
