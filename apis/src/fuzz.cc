#include "k8snet/apis/testing/fuzz.h"

#include <string>
#include <string_view>
#include <utility>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/codec/yaml.h"
#include "k8snet/apis/testing/filler.h"

namespace k8snet::testing {
namespace {

// What an object is encoded to may be longer than what it came from, and its YAML deeper.
const DecodeOptions& Unbounded() {
  static const DecodeOptions options = {
      .limits = {.max_bytes = SIZE_MAX, .max_depth = 1000, .max_items = SIZE_MAX}};
  return options;
}

struct Input {
  const Type* type = nullptr;
  std::uint8_t mode = 0;
  std::string_view body;
};

Input Split(std::span<const Resource> resources, const std::uint8_t* data, std::size_t size) {
  Input input;
  if (size < 2 || resources.empty()) {
    return input;
  }
  const std::size_t choice = data[0] % (2 * resources.size());
  const Resource& resource = resources[choice / 2];
  input.type =
      choice % 2 == 0 || resource.list_type == nullptr ? resource.type : resource.list_type;
  input.mode = data[1] % 4;
  input.body = std::string_view(reinterpret_cast<const char*>(data), size).substr(2);
  return input;
}

Object Taken(Result<Decoded> decoded) {
  K8SNET_CHECK(decoded.has_value());
  return std::move(decoded->object).Freeze();
}

std::string CborOf(std::string_view json) {
  std::string bytes(kCborSelfDescribed);
  AppendCborOfJson(json, bytes);
  return bytes;
}

void CheckFormats(const Object& decoded) {
  const Type& type = decoded.type();
  // Protobuf and CBOR carry text that is no UTF-8, which JSON mends.
  const Object object = Taken(DecodeJson(type, EncodeJson(decoded), Unbounded()));
  const std::string json = EncodeJson(object);
  K8SNET_CHECK(EncodeJson(Taken(DecodeJson(type, json, Unbounded()))) == json);
  K8SNET_CHECK(IndentJson(json) == EncodeJson(object, JsonStyle::kPretty));

  const std::string cbor = EncodeCbor(object);
  K8SNET_CHECK(CborOf(json) == cbor);
  const Object from_cbor = Taken(DecodeCbor(type, cbor, Unbounded()));
  K8SNET_CHECK(EncodeCbor(from_cbor) == cbor);
  const auto cbor_json = CborToJson(cbor, Unbounded().limits);
  K8SNET_CHECK(cbor_json.has_value());
  K8SNET_CHECK(CborOf(*cbor_json) == cbor);

  const std::string wire = EncodeProtobuf(object);
  const Object from_wire = Taken(DecodeProtobuf(type, wire, Unbounded()));
  K8SNET_CHECK(EncodeProtobuf(from_wire) == wire);
  K8SNET_CHECK(Taken(DecodeJson(type, EncodeJson(from_wire), Unbounded())) == from_wire);

  const std::string yaml = EncodeYaml(object);
  K8SNET_CHECK(yaml == JsonToYaml(json));
  if (const auto from_yaml = DecodeYaml(type, yaml, Unbounded())) {
    K8SNET_CHECK(EncodeYaml(Object(
                     &type, from_yaml->object.type().ops->copy(from_yaml->object.data()))) == yaml);
  }
}

// Changes bytes of `wire` at the places that `changes` names, three bytes a change.
void Mutate(std::string_view changes, std::string& wire) {
  for (; changes.size() >= 3 && !wire.empty(); changes.remove_prefix(3)) {
    const std::size_t place = static_cast<std::size_t>(static_cast<unsigned char>(changes[0]))
                                  << 8U |
                              static_cast<unsigned char>(changes[1]);
    wire[place % wire.size()] = changes[2];
  }
}

}  // namespace

void FuzzCodecs(std::span<const Resource> resources, const std::uint8_t* data, std::size_t size) {
  const Input input = Split(resources, data, size);
  if (input.type == nullptr) {
    return;
  }
  auto decoded = input.mode == 0   ? DecodeJson(*input.type, input.body)
                 : input.mode == 1 ? DecodeYaml(*input.type, input.body)
                 : input.mode == 2 ? DecodeProtobuf(*input.type, input.body)
                                   : DecodeCbor(*input.type, input.body);
  if (!decoded) {
    K8SNET_CHECK(!decoded.error().message.empty());
    return;
  }
  CheckFormats(std::move(decoded->object).Freeze());
}

std::optional<Object> FuzzObject(std::span<const Resource> resources, const std::uint8_t* data,
                                 std::size_t size) {
  const Input input = Split(resources, data, size);
  if (input.type == nullptr) {
    return std::nullopt;
  }
  MutableObject object(*input.type);
  std::string message;
  switch (input.mode) {
    case 0:
    case 1: {
      auto decoded = input.mode == 0 ? DecodeJson(*input.type, input.body)
                                     : DecodeCbor(*input.type, input.body);
      if (!decoded) {
        return std::nullopt;
      }
      return std::move(decoded->object).Freeze();
    }
    case 2:
      message = input.body;
      break;
    default: {
      std::uint64_t seed = 0;
      for (const char c : input.body.substr(0, 4)) {
        seed = seed << 8U | static_cast<unsigned char>(c);
      }
      Filler(seed).Fill(*input.type, object.data());
      if (input.body.size() < 7) {
        return std::move(object).Freeze();
      }
      AppendProtobuf(*input.type, object.data(), message);
      Mutate(input.body.substr(4), message);
      object = MutableObject(*input.type);
      break;
    }
  }
  if (!MergeProtobuf(*input.type, object.data(), message)) {
    return std::nullopt;
  }
  return std::move(object).Freeze();
}

}  // namespace k8snet::testing
