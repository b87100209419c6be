// What a fuzzer of conversions runs, of the project's own kinds or a user's.
#ifndef K8SNET_CONVERSION_TESTING_FUZZ_H_
#define K8SNET_CONVERSION_TESTING_FUZZ_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/resource.h"
#include "k8snet/conversion/converter.h"

namespace k8snet::testing {

// Makes an object of an input, as FuzzObject does, and takes it through every version of its kind,
// as it is and with its defaults. What must hold, or else it aborts:
//   - every version can be reached from every other;
//   - defaults, set twice, change nothing more, and neither do the pairs of plurals;
//   - what has been in a version once goes to the hub and comes back as it was, and what came back
//     to the hub survives further trips.
// `set_defaults` is SetDefaults of conversion/defaults.h or that of k8snet_generate's header.
void FuzzConversion(std::span<const Resource> resources, const conversion::Converter& converter,
                    void (*set_defaults)(MutableObject& object), const std::uint8_t* data,
                    std::size_t size);

}  // namespace k8snet::testing

#endif  // K8SNET_CONVERSION_TESTING_FUZZ_H_
