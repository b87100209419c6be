// Kubernetes' protobuf of any generated struct.
// Source: kubernetes/apimachinery pkg/runtime/serializer/protobuf; the generated.pb.go of each
// group in kubernetes/api for the habits that canonical protobuf does not have: fields that are not
// pointers are always written, empty ones too.
#ifndef K8SNET_APIS_CODEC_PROTOBUF_H_
#define K8SNET_APIS_CODEC_PROTOBUF_H_

#include <string>
#include <string_view>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/apis/codec/decode.h"

namespace k8snet {

// Returns `object` in the envelope: "k8s\0" and the message runtime.Unknown, which holds kind,
// apiVersion and the object's own message.
[[nodiscard]] std::string EncodeProtobuf(const Object& object);

// Returns the struct of `type` that an enveloped message says. Unknown field numbers are skipped.
// Errors: kBadRequest, such as "provided data does not appear to be a protobuf message, expected
// prefix [107 56 115 0]"; "empty data" for no bytes at all.
[[nodiscard]] Result<Decoded> DecodeProtobuf(const Type& type, std::string_view bytes,
                                             const DecodeOptions& options = {});

// Returns the kind and apiVersion that the envelope states. Errors: as DecodeProtobuf.
[[nodiscard]] Result<TypeMeta> PeekProtobuf(std::string_view bytes);

// Appends an envelope around the message `raw` to `out`.
void AppendProtobufEnvelope(std::string_view api_version, std::string_view kind,
                            std::string_view raw, std::string& out);

// Appends the message of the struct at `data`, which `type` describes, to `out`, without envelope.
void AppendProtobuf(const Type& type, const void* data, std::string& out);

// Decodes the message `bytes`, without envelope, over the struct at `data`, which `type` describes:
// scalars are replaced, messages merged, lists and maps added to. After an error the struct holds
// what came before it. Raw JSON is not checked: for bytes that AppendProtobuf wrote.
[[nodiscard]] Status MergeProtobuf(const Type& type, void* data, std::string_view bytes,
                                   const DecodeLimits& limits = {});

}  // namespace k8snet

#endif  // K8SNET_APIS_CODEC_PROTOBUF_H_
