// CBOR (RFC 8949) of any generated struct, as Kubernetes writes and reads it.
// Source: kubernetes/apimachinery pkg/runtime/serializer/cbor, with the modes of internal/modes.
#ifndef K8SNET_APIS_CODEC_CBOR_H_
#define K8SNET_APIS_CODEC_CBOR_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/apis/codec/decode.h"

namespace k8snet {

// The self-described tag, 55799, which stands before every object.
inline constexpr std::string_view kCborSelfDescribed("\xD9\xD9\xF7", 3);

// Returns `object` as one CBOR item behind the self-described tag. Strings and names are byte
// strings, names sorted shorter first, lengths definite, numbers in their shortest form.
// Source: Encode of cbor.go; collections.go gives lists the same bytes.
[[nodiscard]] std::string EncodeCbor(const Object& object);

// Appends the struct at `data`, which `type` describes, to `out`, without a tag. `with_type_meta`
// says whether a kind has kind and apiVersion: objects do, items of a list do not.
void AppendCbor(const Type& type, const void* data, bool with_type_meta, std::string& out);

// Appends the JSON value `json`, which must be valid, to `out` as CBOR, without a tag: numbers
// written as integers are integers, all others floats. Of a name that occurs twice the last value
// counts; numbers beyond a double are null.
// Source: TranscodeFromJSON of internal/modes/transcoding.go.
void AppendCborOfJson(std::string_view json, std::string& out);

// Append the beginning of a map of `size` entries or an array of `size` elements, which are to
// follow, and a string as EncodeCbor writes it: for lists made of items that are encoded already.
void AppendCborMapHead(std::size_t size, std::string& out);
void AppendCborArrayHead(std::size_t size, std::string& out);
void AppendCborString(std::string_view text, std::string& out);

// Returns the struct of `type` that the one item in `bytes` says. Text and byte strings are the
// same, tags that say nothing of the value are skipped, lengths may be indefinite. Raw JSON, as in
// managedFields, becomes compact JSON with sorted names.
// Findings: at most one, upstream's "cbor: found unknown field at map element index 2".
// Errors: kBadRequest with upstream's text and the place: "unexpected EOF", "cbor: invalid UTF-8
// string", `cbor: found duplicate map key "name" at map element index 1`. One that lies in kind,
// apiVersion, the outermost names or the form begins "unable to determine group/version/kind: ".
// Cost: two passes; the first, over the form, needs no memory.
// Source: Decode of cbor.go.
[[nodiscard]] Result<Decoded> DecodeCbor(const Type& type, std::string_view bytes,
                                         const DecodeOptions& options = {});

// Returns the kind and apiVersion that the item in `bytes` says. Errors: as DecodeCbor.
[[nodiscard]] Result<TypeMeta> PeekCbor(std::string_view bytes, const DecodeLimits& limits = {});

// Returns the one item in `bytes` as compact JSON with sorted names.
// Errors: as DecodeCbor, without what it says of the kind.
// Source: TranscodeToJSON of internal/modes/transcoding.go.
[[nodiscard]] Result<std::string> CborToJson(std::string_view bytes,
                                             const DecodeLimits& limits = {});

// As CborToJson, of an item that must be a map or null.
[[nodiscard]] Result<std::string> CborMapToJson(std::string_view bytes,
                                                const DecodeLimits& limits = {});

// Returns how many bytes the first item in `bytes`, such as one event of a watch, takes.
// Errors: kBadRequest; "unexpected EOF" if there is more of it to come.
// Source: cbor/framer.go.
[[nodiscard]] Result<std::size_t> CborItemSize(std::string_view bytes,
                                               const DecodeLimits& limits = {});

}  // namespace k8snet

#endif  // K8SNET_APIS_CODEC_CBOR_H_
