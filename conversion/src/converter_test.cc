#include "k8snet/conversion/converter.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/discovery/v1.h"
#include "k8snet/apis/discovery/v1beta1.h"
#include "k8snet/apis/extensions/v1beta1.h"
#include "k8snet/apis/networking/v1.h"
#include "k8snet/apis/networking/v1beta1.h"
#include "k8snet/apis/testing/filler.h"
#include "k8snet/apis/testing/matchers.h"
#include "k8snet/conversion/defaults.h"

namespace k8snet::conversion {
namespace {

using testing::FailsWith;
using testing::Holds;

constexpr int kObjects = 10'000;

Object Convert(const Object& in, const Type& to) {
  static const Converter converter(BuiltinSpokes());
  const Result<Object> out = converter.Convert(in, to);
  K8SNET_CHECK(out.has_value());
  return *out;
}

// What validation refuses in backends has no form on the other side; these make random objects
// such that it has. Each keeps the value random in all else.
void MakeSayable(networking::v1::IngressBackend& backend) {
  if (!backend.service) {
    return;
  }
  auto& service = *backend.service;
  if (!service.port.name.empty()) {
    service.port.number = 0;
  } else if (service.name.empty() && service.port.number == 0) {
    service.name = "web";
  }
}

template <typename Backend>
void MakeSayable(Backend& backend) {
  // Two members at once come from protobuf only, and an empty string is no port.
  auto& port = backend.service_port;
  if (port.is_string() && port.string_value.empty()) {
    port = 0;
  }
}

template <typename Ingress>
void MakeIngressSayable(Ingress& ingress) {
  for (auto& rule : ingress.spec.rules) {
    auto& http = rule.ingress_rule_value.http;
    if (http && http->paths) {
      for (auto& path : *http->paths) {
        MakeSayable(path.backend);
      }
    }
  }
  if constexpr (requires { ingress.spec.default_backend; }) {
    if (ingress.spec.default_backend) {
      MakeSayable(*ingress.spec.default_backend);
    }
  } else if (ingress.spec.backend) {
    MakeSayable(*ingress.spec.backend);
  }
}

template <typename Ingress, typename IngressList>
void MakeSayableIfIngress(MutableObject& object) {
  if (auto* ingress = object.As<Ingress>()) {
    MakeIngressSayable(*ingress);
  } else if (auto* list = object.As<IngressList>()) {
    for (auto& item : list->items) {
      MakeIngressSayable(item);
    }
  }
}

Object Random(testing::Filler& filler, const Type& type) {
  MutableObject object(type);
  filler.Fill(type, object.data());
  MakeSayableIfIngress<networking::v1::Ingress, networking::v1::IngressList>(object);
  MakeSayableIfIngress<networking::v1beta1::Ingress, networking::v1beta1::IngressList>(object);
  MakeSayableIfIngress<extensions::v1beta1::Ingress, extensions::v1beta1::IngressList>(object);
  return std::move(object).Freeze();
}

TEST(ConverterTest, SpokeToHubToSpokeLosesNothing) {
  testing::Filler filler(testing::TestSeed());
  for (const Spoke& spoke : BuiltinSpokes()) {
    SCOPED_TRACE(std::string(spoke.type->openapi_name));
    for (int i = 0; i < kObjects; ++i) {
      const Object in = Random(filler, *spoke.type);
      const Object hub = Convert(in, *spoke.hub);
      const Object back = Convert(hub, *spoke.type);
      const auto* slice = in.As<discovery::v1beta1::EndpointSlice>();
      if (slice == nullptr && in.As<discovery::v1beta1::EndpointSliceList>() == nullptr) {
        ASSERT_EQ(back, in) << i;
        continue;
      }
      // topology may gain the host name, once.
      ASSERT_EQ(Convert(Convert(back, *spoke.hub), *spoke.type), back) << i;
      if (slice != nullptr) {
        auto topologies_aside = *slice;
        auto expected = back.Get<discovery::v1beta1::EndpointSlice>();
        for (auto* both : {&topologies_aside, &expected}) {
          if (both->endpoints) {
            for (auto& endpoint : *both->endpoints) {
              endpoint.topology.clear();
            }
          }
        }
        ASSERT_EQ(topologies_aside, expected) << i;
      }
    }
  }
}

TEST(ConverterTest, HubToSpokeToHubLosesNothing) {
  testing::Filler filler(testing::TestSeed());
  for (const Spoke& spoke : BuiltinSpokes()) {
    SCOPED_TRACE(std::string(spoke.type->openapi_name));
    for (int i = 0; i < kObjects; ++i) {
      const Object in = Random(filler, *spoke.hub);
      ASSERT_EQ(Convert(Convert(in, *spoke.type), *spoke.hub), in) << i;
    }
  }
}

TEST(ConverterTest, SpokesConvertToEachOtherByWayOfTheHub) {
  testing::Filler filler(testing::TestSeed());
  const Type& old_type = TypeOf<networking::v1beta1::Ingress>();
  const Type& older_type = TypeOf<extensions::v1beta1::Ingress>();
  for (int i = 0; i < 1'000; ++i) {
    const Object in = Random(filler, older_type);
    const Object old = Convert(in, old_type);
    ASSERT_EQ(&old.type(), &old_type);
    ASSERT_EQ(Convert(old, older_type), in);
  }
}

TEST(ConverterTest, SameVersionSharesTheObject) {
  const Converter converter(BuiltinSpokes());
  const Object in = Object::Of(networking::v1::Ingress{});
  const auto out = converter.Convert(in, VersionOf<networking::v1::Ingress>());
  ASSERT_THAT(out, Holds(in));
  EXPECT_EQ(out->data(), in.data());
}

TEST(ConverterTest, UnknownVersionsAndForeignKindsAreNotRegistered) {
  const Converter converter(BuiltinSpokes());
  const Object in = Object::Of(networking::v1::Ingress{});
  EXPECT_THAT(converter.Convert(in, GroupVersion{"networking.k8s.io", "v9"}),
              FailsWith(Reason::kNotRegistered));
  EXPECT_THAT(converter.Convert(in, GroupVersion{"discovery.k8s.io", "v1"}),
              FailsWith(Reason::kNotRegistered));
  EXPECT_THAT(converter.Convert(in, TypeOf<discovery::v1::EndpointSlice>()),
              FailsWith(Reason::kNotRegistered));
}

TEST(ConverterTest, EveryServedVersionReachesItsHub) {
  const Converter converter(BuiltinSpokes());
  std::set<std::string_view> hubs;
  for (const Resource& resource : AllResources()) {
    if (resource.hub) {
      hubs.insert(resource.type->openapi_name);
    }
  }
  for (const Resource& resource : AllResources()) {
    SCOPED_TRACE(std::string(resource.type->openapi_name));
    EXPECT_EQ(hubs.count(converter.HubOf(*resource.type).openapi_name), 1U);
    EXPECT_EQ(&converter.HubOf(*resource.type) == resource.type, resource.hub);
  }
}

TEST(ConverterTest, DefaultingIsIdempotentOnRandomObjects) {
  testing::Filler filler(testing::TestSeed());
  for (const Resource& resource : AllResources()) {
    SCOPED_TRACE(std::string(resource.type->openapi_name));
    for (int i = 0; i < 1'000; ++i) {
      MutableObject object(*resource.type);
      filler.Fill(*resource.type, object.data());
      SetDefaults(object);
      const Object once = std::move(object).Freeze();
      MutableObject again(once);
      SetDefaults(again);
      ASSERT_EQ(std::move(again).Freeze(), once) << i;
    }
  }
}

}  // namespace
}  // namespace k8snet::conversion
