#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/codec/yaml.h"
#include "k8snet/apis/testing/filler.h"

namespace k8snet {
namespace {

constexpr int kRounds = 300;

Object Taken(Result<Decoded> decoded) {
  EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().message);
  return decoded ? std::move(decoded->object).Freeze() : Object();
}

TEST(RoundTrip, EveryKindSurvivesJson) {
  testing::Filler filler(testing::TestSeed());
  for (const Resource& resource : AllResources()) {
    SCOPED_TRACE(resource.type->openapi_name);
    for (const Type* type : {resource.type, resource.list_type}) {
      for (int i = 0; i < kRounds; ++i) {
        const Object object = filler.Make(*type);
        const std::string json = EncodeJson(object);
        ASSERT_TRUE(Taken(DecodeJson(*type, json)) == object) << json;
        // Raw JSON keeps its white space until it is printed.
        ASSERT_EQ(EncodeJson(Taken(DecodeJson(*type, IndentJson(json)))), json);
      }
    }
  }
}

TEST(RoundTrip, EveryKindSurvivesCbor) {
  testing::Filler filler(testing::TestSeed());
  for (const Resource& resource : AllResources()) {
    SCOPED_TRACE(resource.type->openapi_name);
    for (const Type* type : {resource.type, resource.list_type}) {
      for (int i = 0; i < kRounds; ++i) {
        const Object object = filler.Make(*type);
        ASSERT_TRUE(Taken(DecodeCbor(*type, EncodeCbor(object))) == object) << EncodeJson(object);
      }
    }
  }
}

TEST(RoundTrip, EveryKindSurvivesProtobuf) {
  testing::Filler filler(testing::TestSeed(), {.empty_lists = false});
  for (const Resource& resource : AllResources()) {
    SCOPED_TRACE(resource.type->openapi_name);
    for (const Type* type : {resource.type, resource.list_type}) {
      for (int i = 0; i < kRounds; ++i) {
        const Object object = filler.Make(*type);
        ASSERT_TRUE(Taken(DecodeProtobuf(*type, EncodeProtobuf(object))) == object)
            << EncodeJson(object);
      }
    }
  }
}

TEST(RoundTrip, EveryKindSurvivesYaml) {
  testing::Filler filler(testing::TestSeed(), {.any_text = false});
  for (const Resource& resource : AllResources()) {
    SCOPED_TRACE(resource.type->openapi_name);
    for (int i = 0; i < kRounds / 10; ++i) {
      const Object object = filler.Make(*resource.type);
      const std::string yaml = EncodeYaml(object);
      ASSERT_TRUE(Taken(DecodeYaml(*resource.type, yaml)) == object) << yaml;
    }
  }
}

}  // namespace
}  // namespace k8snet
