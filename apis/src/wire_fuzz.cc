// Protobuf: what is decoded must survive protobuf and, where JSON can say it, JSON.
#include <string>
#include <utility>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "src/fuzz_support.h"
#include "src/utf8.h"

namespace k8snet {
namespace {

void Run(const Type& type, std::string_view bytes) {
  std::string enveloped;
  AppendProtobufEnvelope(type.api_version, type.name, bytes, enveloped);
  // Fuzzers find the way into the message without the envelope, and into the envelope itself.
  for (const std::string_view input : {std::string_view(enveloped), bytes}) {
    auto decoded = DecodeProtobuf(type, input);
    K8SNET_CHECK(decoded.has_value() == PeekProtobuf(input).has_value() || !decoded);
    if (!decoded) {
      K8SNET_CHECK(!decoded.error().message.empty());
      continue;
    }
    const Object object = std::move(decoded->object).Freeze();
    const std::string wire = EncodeProtobuf(object);
    const DecodeOptions unbounded = {.limits = {.max_bytes = SIZE_MAX}};
    auto again = DecodeProtobuf(type, wire, unbounded);
    K8SNET_CHECK(again.has_value());
    K8SNET_CHECK(EncodeProtobuf(std::move(again->object).Freeze()) == wire);
    const std::string json = EncodeJson(object);
    K8SNET_CHECK(JsonSyntaxError(json).empty());
    // Years of more than four digits can be printed, not read.
    auto from_json = DecodeJson(type, json, unbounded);
    if (from_json) {
      // Text that is not UTF-8 comes back repaired.
      const std::string back = EncodeJson(std::move(from_json->object).Freeze());
      K8SNET_CHECK(back == json || !internal::IsUtf8(json) ||
                   json.find("\\ufffd") != std::string::npos);
    } else {
      K8SNET_CHECK(from_json.error().message.starts_with("parsing time"));
    }
  }
}

}  // namespace
}  // namespace k8snet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const k8snet::internal::FuzzInput input = k8snet::internal::SplitInput(data, size);
  k8snet::Run(input.type, input.bytes);
  return 0;
}
