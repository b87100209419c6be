// What the decoders of all formats share: limits, options and what comes out.
#ifndef K8SNET_APIS_CODEC_DECODE_H_
#define K8SNET_APIS_CODEC_DECODE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "k8snet/apis/base/object.h"

namespace k8snet {

// Bounds on what a decoder takes. What is over a bound is an error: kRequestEntityTooLarge for
// bytes and items, kBadRequest for depth.
struct DecodeLimits {
  std::size_t max_bytes = 3145728;  // Of the input; also of YAML once its aliases are expanded.
  std::size_t max_depth = 64;       // Objects and lists inside each other, skipped ones included.
  std::size_t max_items = 200'000;  // List elements and map entries of the whole input.
};

struct DecodeOptions {
  DecodeLimits limits;
  bool findings = true;  // Whether to collect Decoded::findings.
  // Whether raw JSON inside protobuf, as in managedFields, must be JSON. To be left on for bytes
  // that others wrote: encoders take raw JSON for valid.
  bool check_raw = true;
};

// The kind of a body as the body says it. Both may be empty.
struct TypeMeta {
  std::string api_version;
  std::string kind;

  bool operator==(const TypeMeta&) const = default;
};

// A decoded body. `api_version` and `kind` are not checked against the type: that is the caller's.
struct Decoded {
  MutableObject object;
  std::string api_version;  // As the body says; may be empty.
  std::string kind;         // As the body says; may be empty.
  // What strict field validation refuses and lenient validation warns of, in the order met, each
  // text once, at most 100: `unknown field "spec.rules[0].foo"`, `duplicate field "spec.bar"`, and
  // for YAML first `line 5: key "a" already set in map`.
  std::vector<std::string> findings;
};

}  // namespace k8snet

#endif  // K8SNET_APIS_CODEC_DECODE_H_
