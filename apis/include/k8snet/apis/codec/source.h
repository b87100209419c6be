// Where everything in a document stands: the tree of a YAML or JSON text, with the place of each
// key and value. For tools that name a line and column, or change a part of a text and keep the
// rest.
#ifndef K8SNET_APIS_CODEC_SOURCE_H_
#define K8SNET_APIS_CODEC_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/codec/decode.h"

namespace k8snet {

struct SourceMember;

// A value of a document. All places are bytes from the beginning of the text.
struct SourceNode {
  enum class Form : std::uint8_t {
    kScalar,
    kList,
    kMap,
    kAlias,  // Of YAML: *name.
  };

  Form form = Form::kScalar;
  bool block = false;   // A list or map of YAML's block style: no brackets, a line for each entry.
  bool opaque = false;  // Something in it has no place that could be told, such as keys with `?`.
  // The value without its anchor and tag; `end` is behind its last byte. An empty value of YAML has
  // no bytes and stands behind the colon or dash.
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string json;                   // Of a scalar: what it stands for, as compact JSON.
  std::vector<SourceMember> members;  // In order; of a map, duplicate keys included.

  // Returns the member with this key, the last one if there are several; null if there is none.
  [[nodiscard]] const SourceMember* Find(std::string_view key) const;
};

// An entry of a map or list.
struct SourceMember {
  std::string key;        // Empty for elements of lists.
  std::size_t begin = 0;  // Of the key with its quotes; of a block list's element: the dash.
  std::size_t key_end = 0;
  SourceNode value;
};

// A document and what it says.
struct SourceTree {
  SourceNode root;
  // The whole document as compact JSON: of YAML with aliases expanded, of JSON with its escapes.
  std::string json;
  // Why it cannot be read, and where; empty: it can. Upstream's text without its "line N: ".
  std::string error;
  std::size_t error_at = 0;
};

// Returns the tree of the first document of `yaml`, which must not begin with a byte order mark.
// Cost: twice that of YamlToJson.
[[nodiscard]] SourceTree ReadYamlSource(std::string_view yaml, const DecodeLimits& limits = {});

// Returns the tree of the first document of `yaml`, which YamlToJson takes; else what there is.
[[nodiscard]] SourceNode ReadYamlTree(std::string_view yaml, const DecodeLimits& limits = {});

// Returns the tree of `json`, one value with white space around it.
[[nodiscard]] SourceTree ReadJsonSource(std::string_view json, const DecodeLimits& limits = {});

// Returns where the JSON value that begins at or behind `begin` ends: at the end of the text, if it
// is not closed. For texts that hold several values.
[[nodiscard]] std::size_t EndOfJsonValue(std::string_view text, std::size_t begin);

}  // namespace k8snet

#endif  // K8SNET_APIS_CODEC_SOURCE_H_
