// JSON of any generated struct.
//
// A server decodes a body with the type that the endpoint expects and looks at what comes back. If
// kind and version are the expected ones, or empty, it is done; in every other case, an error
// included, PeekJson tells whether the text is JSON at all and which type to decode it with.
#ifndef K8SNET_APIS_CODEC_JSON_H_
#define K8SNET_APIS_CODEC_JSON_H_

#include <string>
#include <string_view>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/apis/codec/decode.h"

namespace k8snet {

// Returns the struct of `type` that `json` says. Names match by case, except that Decoded::kind and
// Decoded::api_version are taken from any spelling of these names. Bytes that are not UTF-8 and
// lone surrogates become U+FFFD. Of a name that occurs twice, the second value is decoded over the
// first.
// Errors: kBadRequest with upstream's text. One of syntax begins "couldn't get version/kind; json
// parse error: "; others are like "json: cannot unmarshal string into Go struct field
// IngressSpec.spec.rules of type []v1.IngressRule" or `parsing time "x" as ...`.
// Cost: one pass; a copy of the input; no tree.
// Source: kubernetes-sigs/json UnmarshalStrict; kubernetes/apimachinery
// pkg/runtime/serializer/json/json.go Decode.
[[nodiscard]] Result<Decoded> DecodeJson(const Type& type, std::string_view json,
                                         const DecodeOptions& options = {});

// Returns kind and apiVersion of `json`, their names in any case, after checking that the whole
// text is JSON.
// Errors: kBadRequest, "couldn't get version/kind; json parse error: " and upstream's text.
// Source: kubernetes/apimachinery pkg/runtime/serializer/json/meta.go Interpret.
[[nodiscard]] Result<TypeMeta> PeekJson(std::string_view json);

// Returns the text with which Go's encoding/json refuses `json`, such as "unexpected end of JSON
// input" or "invalid character 'x' looking for beginning of value"; "" if it is one JSON value.
// Source: golang/go src/encoding/json/scanner.go checkValid.
[[nodiscard]] std::string JsonSyntaxError(std::string_view json);

enum class JsonStyle {
  kCompact,
  kPretty,  // Indented by two spaces; empty objects and lists are {} and [].
};

// Returns `object` as JSON, without a newline at the end. A kind begins with its kind and
// apiVersion. `<`, `>`, `&`, U+2028 and U+2029 are escaped, bytes that are not UTF-8 are U+FFFD.
// Source: kubernetes/apimachinery pkg/runtime/serializer/json/json.go Encode.
[[nodiscard]] std::string EncodeJson(const Object& object, JsonStyle style = JsonStyle::kCompact);

// Appends the struct at `data`, which `type` describes, to `out` as compact JSON. `with_type_meta`
// says whether a kind begins with kind and apiVersion: objects do, items of a list do not.
void AppendJson(const Type& type, const void* data, bool with_type_meta, std::string& out);

// Appends `text` to `out` as a JSON string with quotes, as EncodeJson writes it.
void AppendJsonString(std::string_view text, std::string& out);

// Returns the JSON value `json`, which must be valid, indented by two spaces.
// Source: golang/go src/encoding/json/indent.go Indent.
[[nodiscard]] std::string IndentJson(std::string_view json);

// Appends the JSON value `json`, which must be valid, to `out` without white space and with the
// escapes of EncodeJson.
void AppendCompactJson(std::string_view json, std::string& out);

}  // namespace k8snet

#endif  // K8SNET_APIS_CODEC_JSON_H_
