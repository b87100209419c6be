// CBOR: what is decoded must be the same after encoding it, and every form of reading must agree.
#include <string>
#include <utility>

#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "src/fuzz_support.h"

namespace k8snet {
namespace {

void Run(const Type& type, std::string_view bytes) {
  const auto size = CborItemSize(bytes);
  const auto json = CborToJson(bytes);
  const auto meta = PeekCbor(bytes);
  auto decoded = DecodeCbor(type, bytes);
  K8SNET_CHECK(!json || (size && *size == bytes.size() && JsonSyntaxError(*json).empty()));
  K8SNET_CHECK(!decoded || (size && meta));
  if (json) {
    // As text, since JSON escapes what is no UTF-8.
    std::string bytes_again;
    AppendCborOfJson(*json, bytes_again);
    const auto same = CborToJson(bytes_again, {.max_bytes = SIZE_MAX});
    K8SNET_CHECK(same.has_value());
    std::string third;
    AppendCborOfJson(*same, third);
    K8SNET_CHECK(third == bytes_again);
  }
  if (!decoded) {
    K8SNET_CHECK(!decoded.error().message.empty());
    K8SNET_CHECK(decoded.error().place.has_value() &&
                 decoded.error().place->offset <= bytes.size());
    return;
  }
  K8SNET_CHECK(meta->kind == decoded->kind && meta->api_version == decoded->api_version);
  const Object object = std::move(decoded->object).Freeze();
  const std::string encoded = EncodeCbor(object);
  auto again = DecodeCbor(type, encoded, {.limits = {.max_bytes = SIZE_MAX}});
  K8SNET_CHECK(again.has_value());
  K8SNET_CHECK(again->findings.empty());
  // Raw JSON escapes what is no UTF-8, once.
  const Object mended = std::move(again->object).Freeze();
  K8SNET_CHECK(EncodeCbor(mended) == encoded);
  auto third = DecodeCbor(type, encoded, {.limits = {.max_bytes = SIZE_MAX}});
  K8SNET_CHECK(third && std::move(third->object).Freeze() == mended);
}

}  // namespace
}  // namespace k8snet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const k8snet::internal::FuzzInput input = k8snet::internal::SplitInput(data, size);
  k8snet::Run(input.type, input.bytes);
  return 0;
}
