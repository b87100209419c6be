#include "k8snet/gadgets.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/gadgets/v1.h"
#include "k8snet/apis/gadgets/v1beta1.h"
#include "k8snet/apis/testing/filler.h"
#include "k8snet/conversion/converter.h"
#include "k8snet/conversion/plurals.h"

namespace k8snet {
namespace {

namespace v1 = gadgets::v1;
namespace v1beta1 = gadgets::v1beta1;

TEST(UserKindTest, JsonDecodesDefaultsAndConverts) {
  auto decoded =
      DecodeJson(TypeOf<v1beta1::Gadget>(),
                 R"({"kind":"Gadget","apiVersion":"gadgets.example.org/v1beta1",)"
                 R"("metadata":{"name":"a"},"spec":{"address":"192.0.2.1","loud":true}})");
  ASSERT_TRUE(decoded);
  gadgets::SetDefaults(decoded->object);
  const conversion::Converter converter(gadgets::Spokes());
  const auto hub = converter.Convert(std::move(decoded->object).Freeze(), TypeOf<v1::Gadget>());
  ASSERT_TRUE(hub);
  MutableObject object(*hub);
  gadgets::SetDefaults(object);
  conversion::NormalizePlurals(nullptr, object);
  EXPECT_EQ(EncodeJson(std::move(object).Freeze()),
            R"({"kind":"Gadget","apiVersion":"gadgets.example.org/v1","metadata":{"name":"a"},)"
            R"("spec":{"port":"gadget","replicas":1,"address":"192.0.2.1",)"
            R"("addresses":["192.0.2.1"],"loudness":85}})");
}

TEST(UserKindTest, RandomGadgetsRoundTripThroughTheCodecsAndTheHub) {
  testing::Filler filler(testing::TestSeed());
  const conversion::Converter converter(gadgets::Spokes());
  for (int i = 0; i < 1'000; ++i) {
    const Object gadget = filler.Make(TypeOf<v1beta1::Gadget>());
    auto json = DecodeJson(gadget.type(), EncodeJson(gadget));
    ASSERT_TRUE(json);
    ASSERT_EQ(std::move(json->object).Freeze(), gadget);
    auto wire = DecodeProtobuf(gadget.type(), EncodeProtobuf(gadget));
    ASSERT_TRUE(wire);
    ASSERT_EQ(std::move(wire->object).Freeze(), gadget);
    const auto hub = converter.Convert(gadget, TypeOf<v1::Gadget>());
    ASSERT_TRUE(hub);
    const auto back = converter.Convert(*hub, TypeOf<v1beta1::Gadget>());
    ASSERT_TRUE(back);
    ASSERT_EQ(*back, gadget);
  }
}

TEST(UserKindTest, ResourceTableHasBothVersionsWithTheHubFirst) {
  const auto resources = gadgets::AllResources();
  ASSERT_EQ(resources.size(), 2U);
  EXPECT_EQ(resources[0].version, "v1");
  EXPECT_TRUE(resources[0].hub);
  EXPECT_EQ(resources[1].version, "v1beta1");
  EXPECT_EQ(resources[1].storage_prefix, "gadgets");
  EXPECT_EQ(resources[1].short_names.front(), "gd");
  EXPECT_EQ(resources[1].deprecation, "gadgets.example.org/v1beta1 Gadget is deprecated");
}

}  // namespace
}  // namespace k8snet
