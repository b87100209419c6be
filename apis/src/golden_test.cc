// Compares the codecs with the bytes of Kubernetes' own serializers; testdata/golden/make wrote
// them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/codec/yaml.h"

namespace k8snet {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Protobuf has no empty list: what comes from it prints null where JSON printed [].
std::string ThroughWire(const Object& object) {
  auto decoded = DecodeProtobuf(object.type(), EncodeProtobuf(object));
  return decoded ? EncodeJson(std::move(decoded->object).Freeze()) : decoded.error().message;
}

TEST(Golden, EveryFormatGivesOneObjectAndTheSameBytes) {
  const fs::path folder = fs::path(K8SNET_SOURCE_DIR) / "testdata" / "golden" / "v1.37";
  std::set<fs::path> unused;
  for (const auto& entry : fs::directory_iterator(folder)) {
    unused.insert(entry.path());
  }
  ASSERT_FALSE(unused.empty());
  std::vector<const Type*> types;
  for (const Resource& resource : AllResources()) {
    types.push_back(resource.type);
    types.push_back(resource.list_type);
  }
  for (const Type* each : types) {
    const Type& type = *each;
    const std::string prefix = std::string(type.group.empty() ? "core" : type.group) + "." +
                               std::string(type.version) + "." + std::string(type.name) + ".";
    const std::set<fs::path> files = unused;
    for (const fs::path& path : files) {
      if (!path.filename().string().starts_with(prefix) || path.extension() != ".json") {
        continue;
      }
      SCOPED_TRACE(path.filename().string());
      const fs::path yaml_path = fs::path(path).replace_extension(".yaml");
      const fs::path wire_path = fs::path(path).replace_extension(".pb");
      unused.erase(path);
      unused.erase(yaml_path);
      unused.erase(wire_path);
      const fs::path cbor_path = fs::path(path).replace_extension(".cbor");
      unused.erase(cbor_path);
      const std::string json = ReadFile(path);
      const std::string yaml = ReadFile(yaml_path);
      const std::string wire = ReadFile(wire_path);
      const std::string cbor = ReadFile(cbor_path);
      auto from_json = DecodeJson(type, json);
      ASSERT_TRUE(from_json) << from_json.error().message;
      EXPECT_THAT(from_json->findings, ::testing::IsEmpty());
      const Object object = std::move(from_json->object).Freeze();
      EXPECT_EQ(EncodeJson(object) + "\n", json);
      EXPECT_EQ(EncodeYaml(object), yaml);
      EXPECT_EQ(EncodeProtobuf(object), wire);
      EXPECT_EQ(EncodeCbor(object), cbor);
      auto from_yaml = DecodeYaml(type, yaml);
      ASSERT_TRUE(from_yaml) << from_yaml.error().message;
      EXPECT_TRUE(std::move(from_yaml->object).Freeze() == object);
      auto from_cbor = DecodeCbor(type, cbor);
      ASSERT_TRUE(from_cbor) << from_cbor.error().message;
      EXPECT_THAT(from_cbor->findings, ::testing::IsEmpty());
      EXPECT_EQ(from_cbor->kind, type.name);
      EXPECT_EQ(from_cbor->api_version, type.api_version);
      EXPECT_TRUE(std::move(from_cbor->object).Freeze() == object);
      auto from_wire = DecodeProtobuf(type, wire);
      ASSERT_TRUE(from_wire) << from_wire.error().message;
      EXPECT_EQ(EncodeJson(std::move(from_wire->object).Freeze()), ThroughWire(object));
    }
  }
  EXPECT_THAT(unused, ::testing::IsEmpty()) << "golden files that no kind uses";
}

}  // namespace
}  // namespace k8snet
