// YAML: whatever is taken becomes valid JSON.
#include <string>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/yaml.h"
#include "src/fuzz_support.h"
#include "src/yaml_plain.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const k8snet::internal::FuzzInput input = k8snet::internal::SplitInput(data, size);
  const auto converted = k8snet::YamlToJson(input.bytes);
  if (converted) {
    K8SNET_CHECK(k8snet::JsonSyntaxError(converted->json).empty());
    K8SNET_CHECK(!k8snet::JsonToYaml(converted->json).empty());
  } else {
    K8SNET_CHECK(!converted.error().message.empty());
  }
  // What the reader of plain YAML takes, the parser of all YAML takes too; the comment is for it.
  const k8snet::DecodeLimits limits;
  if (const std::string plain = k8snet::internal::PlainYamlToJson(input.bytes, limits);
      !plain.empty()) {
    const auto parsed = k8snet::YamlToJson(std::string(input.bytes) + "\n# \xC3\xA9\n");
    K8SNET_CHECK(parsed.has_value() && parsed->json == plain && parsed->duplicates.empty());
  }
  const auto decoded = k8snet::DecodeYaml(input.type, input.bytes);
  K8SNET_CHECK(converted.has_value() || !decoded.has_value());
  for (const std::string_view document : k8snet::SplitYamlDocuments(input.bytes)) {
    K8SNET_CHECK(!document.empty());
  }
  return 0;
}
