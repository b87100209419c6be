// JSON: what is decoded must survive JSON, YAML and protobuf, and be refused where Go refuses it.
#include <string>
#include <utility>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/codec/yaml.h"
#include "src/fuzz_support.h"

namespace k8snet {
namespace {

// Whether YAML reads all of `text` as JSON does: it folds some characters, and its line ends and
// directives differ.
bool IsPlain(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x7F || c == '\\' ||
        (static_cast<unsigned char>(c) < 0x20 && c != '\n')) {
      return false;
    }
  }
  return true;
}

void Run(const Type& type, std::string_view json) {
  const std::string syntax = JsonSyntaxError(json);
  auto decoded = DecodeJson(type, json);
  K8SNET_CHECK(syntax.empty() || !decoded);
  K8SNET_CHECK(syntax.empty() == PeekJson(json).has_value() || syntax.empty());
  if (!decoded) {
    K8SNET_CHECK(!decoded.error().message.empty());
    return;
  }
  const Object object = std::move(decoded->object).Freeze();
  const std::string text = EncodeJson(object);
  K8SNET_CHECK(JsonSyntaxError(text).empty());
  K8SNET_CHECK(IndentJson(text) == EncodeJson(object, JsonStyle::kPretty));
  const DecodeOptions unbounded = {.limits = {.max_bytes = SIZE_MAX}};
  auto again = DecodeJson(type, text, unbounded);
  K8SNET_CHECK(again.has_value());
  K8SNET_CHECK(again->findings.empty());
  K8SNET_CHECK(EncodeJson(std::move(again->object).Freeze()) == text);

  const std::string wire = EncodeProtobuf(object);
  auto from_wire = DecodeProtobuf(type, wire, unbounded);
  K8SNET_CHECK(from_wire.has_value());
  K8SNET_CHECK(EncodeProtobuf(std::move(from_wire->object).Freeze()) == wire);

  if (IsPlain(text)) {
    auto from_yaml = DecodeYaml(type, EncodeYaml(object), unbounded);
    K8SNET_CHECK(from_yaml.has_value());
    // Raw JSON comes back with its names sorted.
    K8SNET_CHECK(EncodeYaml(std::move(from_yaml->object).Freeze()) == EncodeYaml(object));
  }
}

}  // namespace
}  // namespace k8snet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const k8snet::internal::FuzzInput input = k8snet::internal::SplitInput(data, size);
  k8snet::Run(input.type, input.bytes);
  return 0;
}
