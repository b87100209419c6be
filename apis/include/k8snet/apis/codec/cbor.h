// CBOR (RFC 8949) of any generated struct, as the self-described data that Kubernetes serves.
#ifndef K8SNET_APIS_CODEC_CBOR_H_
#define K8SNET_APIS_CODEC_CBOR_H_

#include <string>
#include <string_view>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/apis/codec/decode.h"

namespace k8snet {

// Returns `object` as CBOR behind tag 55799: map keys sorted by bytes, text as byte strings where
// upstream writes them so.
// Source: kubernetes/apimachinery pkg/runtime/serializer/cbor/cbor.go Encode.
[[nodiscard]] std::string EncodeCbor(const Object& object);

// Returns the struct of `type` that `cbor` says. The tag may be missing. Findings as DecodeJson's.
// Errors: kBadRequest.
[[nodiscard]] Result<Decoded> DecodeCbor(const Type& type, std::string_view cbor,
                                         const DecodeOptions& options = {});

}  // namespace k8snet

#endif  // K8SNET_APIS_CODEC_CBOR_H_
