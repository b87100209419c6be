// What a fuzzer of kinds runs, of the project's own or a user's: a function for its
// LLVMFuzzerTestOneInput. What must hold is checked by K8SNET_CHECK, so a finding is an abort.
#ifndef K8SNET_APIS_TESTING_FUZZ_H_
#define K8SNET_APIS_TESTING_FUZZ_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/resource.h"

namespace k8snet::testing {

// Decodes an input and takes what comes of it through every format. The first byte chooses a type
// of `resources` or its list, the second JSON, YAML, protobuf or CBOR; the others are the body.
// What must hold: a refusal says why; an object that JSON can say is the same in JSON, protobuf and
// CBOR, and in YAML as far as its reader goes; encoding what was decoded gives the same bytes; the
// CBOR of an object is that of its JSON.
// Cost: a few times that of decoding.
void FuzzCodecs(std::span<const Resource> resources, const std::uint8_t* data, std::size_t size);

// Makes an object of an input, whose first byte chooses the type as above. By its second byte the
// rest is the object's JSON, protobuf without envelope or CBOR, or the seed of a random object
// whose protobuf is then changed at the places that it names. Nothing if that is no object.
[[nodiscard]] std::optional<Object> FuzzObject(std::span<const Resource> resources,
                                               const std::uint8_t* data, std::size_t size);

}  // namespace k8snet::testing

#endif  // K8SNET_APIS_TESTING_FUZZ_H_
