// Protobuf: what is decoded must survive protobuf and, where JSON can say it, JSON.
#include <string>
#include <utility>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "src/fuzz_support.h"

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
      // What JSON cannot say, such as empty raw JSON that is there, goes the first time.
      const std::string once = EncodeJson(std::move(from_json->object).Freeze());
      auto twice = DecodeJson(type, once, unbounded);
      K8SNET_CHECK(twice.has_value());
      K8SNET_CHECK(EncodeJson(std::move(twice->object).Freeze()) == once);
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
