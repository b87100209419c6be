// Reads the YAML that most manifests are, many times faster than a parser of all of YAML.
#ifndef K8SNET_APIS_SRC_YAML_PLAIN_H_
#define K8SNET_APIS_SRC_YAML_PLAIN_H_

#include <string>
#include <string_view>

#include "k8snet/apis/codec/decode.h"

namespace k8snet::internal {

// Returns the JSON that `yaml` stands for, as YamlToJson does, if it is one document of ASCII text
// in block style: maps with plain keys that occur once, lists, and scalars of one line, plain or
// quoted without escapes; comments too. Returns "" for all else: what has flow style, anchors,
// tags, block scalars or several documents, what is over a limit and what is no YAML.
std::string PlainYamlToJson(std::string_view yaml, const DecodeLimits& limits);

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_YAML_PLAIN_H_
