#include "k8snet/gadgets.h"

#include <string>
#include <utility>
#include <vector>

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
using Texts = std::vector<std::string>;
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

// A pair of fields, whatever the plural's elements are.
struct PairAccess {
  const char* name;
  std::string& (*singular)(v1::GadgetSpec& spec);
  Texts (*plural)(const v1::GadgetSpec& spec);
  void (*set_plural)(v1::GadgetSpec& spec, const Texts& texts);
};

const PairAccess kPairs[] = {
    {"address, addresses", [](v1::GadgetSpec& spec) -> std::string& { return spec.address; },
     [](const v1::GadgetSpec& spec) { return spec.addresses; },
     [](v1::GadgetSpec& spec, const Texts& texts) { spec.addresses = texts; }},
    {"podIP, podIPs", [](v1::GadgetSpec& spec) -> std::string& { return spec.pod_ip; },
     [](const v1::GadgetSpec& spec) {
       Texts texts;
       for (const v1::PodIP& ip : spec.pod_ips) {
         texts.push_back(ip.ip);
       }
       return texts;
     },
     [](v1::GadgetSpec& spec, const Texts& texts) {
       spec.pod_ips.clear();
       for (const std::string& text : texts) {
         spec.pod_ips.push_back({.ip = text});
       }
     }},
    {"podCIDR, podCIDRs", [](v1::GadgetSpec& spec) -> std::string& { return spec.pod_cidr; },
     [](const v1::GadgetSpec& spec) { return spec.pod_cidrs; },
     [](v1::GadgetSpec& spec, const Texts& texts) { spec.pod_cidrs = texts; }},
};

const Texts kSingulars = {"", "a", "b"};
const std::vector<Texts> kPlurals = {{},         {"a"},      {"b"},     {"a", "b"},
                                     {"b", "a"}, {"a", "a"}, {"b", "b"}};

// What the pair becomes, told by who the client is: the one that knows the singular only, and the
// one that knows both.
Texts Meant(const std::string& old_singular, const Texts& old_plural, const std::string& singular,
            const Texts& plural) {
  const bool changed = singular != old_singular;
  if (!changed && plural.empty()) {
    return old_plural;  // It could not send the plural.
  }
  if (changed && plural == old_plural) {
    return singular.empty() ? Texts() : Texts{singular};  // It left the plural as it read it.
  }
  return plural;
}

TEST(UserKindTest, EveryClientOfEveryPairIsUnderstood) {
  for (const PairAccess& pair : kPairs) {
    SCOPED_TRACE(pair.name);
    const auto make = [&](const std::string& singular, const Texts& plural) {
      v1::Gadget gadget;
      gadget.metadata.name = "a";
      pair.singular(gadget.spec) = singular;
      pair.set_plural(gadget.spec, plural);
      return gadget;
    };
    for (const Texts& old_plural : kPlurals) {
      const std::string old_singular = old_plural.empty() ? "" : old_plural[0];
      const Object old = Object::Of(make(old_singular, old_plural));
      for (const std::string& singular : kSingulars) {
        for (const Texts& plural : kPlurals) {
          MutableObject sent(Object::Of(make(singular, plural)));
          conversion::NormalizePlurals(&old, sent);
          const Object once = std::move(sent).Freeze();
          const v1::Gadget expected =
              make(singular, Meant(old_singular, old_plural, singular, plural));
          ASSERT_EQ(once.Get<v1::Gadget>(), expected) << old_singular << " " << old_plural.size()
                                                      << " " << singular << " " << plural.size();
          MutableObject again(once);
          conversion::NormalizePlurals(&old, again);
          ASSERT_EQ(std::move(again).Freeze(), once);
        }
      }
    }
    // A create has no former self.
    for (const std::string& singular : kSingulars) {
      for (const Texts& plural : kPlurals) {
        MutableObject sent(Object::Of(make(singular, plural)));
        conversion::NormalizePlurals(nullptr, sent);
        EXPECT_EQ(std::move(sent).Freeze().Get<v1::Gadget>(),
                  make(singular, Meant("", {}, singular, plural)));
      }
    }
  }
}

// The same through JSON, as a client that drops what it does not know writes back what it read.
TEST(UserKindTest, OldClientsWriteBackWhatTheyRead) {
  const auto read = [](const std::string& spec) {
    auto decoded =
        DecodeJson(TypeOf<v1::Gadget>(), R"({"metadata":{"name":"a"},"spec":)" + spec + "}");
    EXPECT_TRUE(decoded);
    return std::move(decoded->object);
  };
  const Object stored =
      std::move(
          read(
              R"({"podIP":"a","podIPs":[{"ip":"a"},{"ip":"b"}],"podCIDR":"c","podCIDRs":["c","d"]})"))
          .Freeze();
  const struct {
    const char* sent;
    const char* becomes;
  } cases[] = {
      {R"({"podIP":"a","podCIDR":"c"})",
       R"({"podIP":"a","podIPs":[{"ip":"a"},{"ip":"b"}],"podCIDR":"c","podCIDRs":["c","d"]})"},
      {R"({"podIP":"x","podIPs":[{"ip":"a"},{"ip":"b"}],"podCIDR":"","podCIDRs":["c","d"]})",
       R"({"podIP":"x","podIPs":[{"ip":"x"}]})"},
      {R"({"podIP":"x","podIPs":[{"ip":"x"},{"ip":"y"}],"podCIDR":"e","podCIDRs":["e"]})",
       R"({"podIP":"x","podIPs":[{"ip":"x"},{"ip":"y"}],"podCIDR":"e","podCIDRs":["e"]})"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.sent);
    MutableObject sent = read(c.sent);
    conversion::NormalizePlurals(&stored, sent);
    EXPECT_EQ(EncodeJson(std::move(sent).Freeze()),
              EncodeJson(std::move(read(c.becomes)).Freeze()));
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
