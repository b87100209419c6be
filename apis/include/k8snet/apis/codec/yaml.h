// YAML of any generated struct, by way of the JSON that it stands for.
#ifndef K8SNET_APIS_CODEC_YAML_H_
#define K8SNET_APIS_CODEC_YAML_H_

#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/apis/codec/decode.h"

namespace k8snet {

// The JSON that a YAML document stands for.
struct YamlJson {
  std::string json;                     // Compact; names sorted; "null" for an empty document.
  std::vector<std::string> duplicates;  // `line 5: key "a" already set in map`, in order.
};

// Returns the JSON of the first document in `yaml`; what follows it is not read. YAML 1.1 words
// (yes, off) are booleans, 0120 is octal, dates stay strings, keys become strings. Of a key that
// occurs twice the last value counts.
// Errors: kBadRequest, beginning "yaml: ", as "yaml: line 2: mapping values are not allowed in this
// context", with the place; aliases that expand beyond `limits` are refused. Also refused, unlike
// upstream: a block text (| or >) behind a tag or anchor as an element of a list.
// Source: kubernetes-sigs/yaml yaml.go YAMLToJSON.
[[nodiscard]] Result<YamlJson> YamlToJson(std::string_view yaml, const DecodeLimits& limits = {});

// Returns the struct of `type` that the first document of `yaml` says; an empty one says an empty
// struct. Findings and errors are as DecodeJson's, after those of YAML itself.
[[nodiscard]] Result<Decoded> DecodeYaml(const Type& type, std::string_view yaml,
                                         const DecodeOptions& options = {});

// Returns kind and apiVersion of the first document. Errors: as YamlToJson and PeekJson.
[[nodiscard]] Result<TypeMeta> PeekYaml(std::string_view yaml, const DecodeLimits& limits = {});

// Returns the documents of a YAML stream, cut at the lines that begin with "---", without those
// that hold nothing but white space and comments. Lifetime: views of `yaml`.
// Source: kubernetes/apimachinery pkg/util/yaml/decoder.go splitYAMLDocument.
[[nodiscard]] std::vector<std::string_view> SplitYamlDocuments(std::string_view yaml);

// Returns `object` as a YAML document: names sorted, two spaces a level, lists not indented below
// their name, a newline at the end.
// Source: kubernetes-sigs/yaml yaml.go Marshal.
[[nodiscard]] std::string EncodeYaml(const Object& object);

// Returns `json`, which must be valid, as EncodeYaml writes it.
[[nodiscard]] std::string JsonToYaml(std::string_view json);

}  // namespace k8snet

#endif  // K8SNET_APIS_CODEC_YAML_H_
