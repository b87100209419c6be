#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "k8snet/apis/extensions/v1beta1.h"
#include "k8snet/apis/networking/v1.h"
#include "k8snet/apis/networking/v1beta1.h"
#include "k8snet/apis/testing/matchers.h"
#include "k8snet/conversion/converter.h"

namespace k8snet::conversion {
namespace {

namespace v1 = networking::v1;
namespace v1beta1 = networking::v1beta1;
using core::v1::TypedLocalObjectReference;
using testing::Holds;

// As protobuf can say it.
IntOrString Both(std::int32_t number, const char* text) {
  IntOrString both(text);
  both.int_value = number;
  return both;
}

const TypedLocalObjectReference kBucket{.kind = "Bucket", .name = "static"};

// A backend as v1beta1 says it, what the hub makes of it, and what v1beta1 reads back.
struct Case {
  const char* name;
  v1beta1::IngressBackend spoke;
  v1::IngressBackend hub;
  v1beta1::IngressBackend back;
};

v1::IngressBackend Service(std::string name, v1::ServiceBackendPort port,
                           std::optional<TypedLocalObjectReference> resource = {}) {
  return {.service = v1::IngressServiceBackend{.name = std::move(name), .port = std::move(port)},
          .resource = std::move(resource)};
}

TEST(NetworkingV1beta1Test, BackendsConvertAsTheTableSays) {
  const Case cases[] = {
      {"numbered port", {"s", 80}, Service("s", {.number = 80}), {"s", 80}},
      {"named port", {"s", "http"}, Service("s", {.name = "http"}), {"s", "http"}},
      {"digits as a name", {"s", "80"}, Service("s", {.name = "80"}), {"s", "80"}},
      {"no port", {"s", 0}, Service("s", {}), {"s", 0}},
      {"empty string as port", {"", ""}, Service("", {}), {"", 0}},
      {"port without a name", {"", 80}, Service("", {.number = 80}), {"", 80}},
      {"resource", {"", 0, kBucket}, {.resource = kBucket}, {"", 0, kBucket}},
      {"nothing", {}, {}, {}},
      {"service and resource",
       {"s", 80, kBucket},
       Service("s", {.number = 80}, kBucket),
       {"s", 80, kBucket}},
      {"number and string",
       {"s", Both(80, "http")},
       Service("s", {.name = "http", .number = 80}),
       {"s", "http"}},
  };
  const Converter converter(BuiltinSpokes());
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const v1beta1::Ingress spoke{.spec = {.backend = c.spoke}};
    const v1::Ingress hub{.spec = {.default_backend = c.hub}};
    const v1beta1::Ingress back{.spec = {.backend = c.back}};
    EXPECT_THAT(converter.Convert(Object::Of(spoke), TypeOf<v1::Ingress>()),
                Holds(Object::Of(hub)));
    EXPECT_THAT(converter.Convert(Object::Of(hub), TypeOf<v1beta1::Ingress>()),
                Holds(Object::Of(back)));
  }
}

TEST(NetworkingV1beta1Test, HubBackendsThatV1beta1CannotSayLoseWhatTheTableSays) {
  const struct {
    const char* name;
    v1::IngressBackend hub;
    v1beta1::IngressBackend spoke;
  } cases[] = {
      {"service without anything", Service("", {}), {}},
      {"port with name and number", Service("s", {.name = "a", .number = 5}), {"s", "a"}},
  };
  const Converter converter(BuiltinSpokes());
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const v1::Ingress hub{.spec = {.default_backend = c.hub}};
    const v1beta1::Ingress spoke{.spec = {.backend = c.spoke}};
    EXPECT_THAT(converter.Convert(Object::Of(hub), TypeOf<v1beta1::Ingress>()),
                Holds(Object::Of(spoke)));
  }
}

TEST(NetworkingV1beta1Test, AbsentAndEmptyStayApart) {
  const Converter converter(BuiltinSpokes());
  v1beta1::Ingress spoke;
  v1::Ingress hub;
  EXPECT_THAT(converter.Convert(Object::Of(spoke), TypeOf<v1::Ingress>()), Holds(Object::Of(hub)));
  // `paths` prints as null or [].
  spoke.spec.rules = {{.host = "a", .ingress_rule_value = {v1beta1::HTTPIngressRuleValue{}}},
                      {.ingress_rule_value = {v1beta1::HTTPIngressRuleValue{
                           .paths = std::vector<v1beta1::HTTPIngressPath>{}}}}};
  hub.spec.rules = {{.host = "a", .ingress_rule_value = {v1::HTTPIngressRuleValue{}}},
                    {.ingress_rule_value = {
                         v1::HTTPIngressRuleValue{.paths = std::vector<v1::HTTPIngressPath>{}}}}};
  EXPECT_THAT(converter.Convert(Object::Of(spoke), TypeOf<v1::Ingress>()), Holds(Object::Of(hub)));
  EXPECT_THAT(converter.Convert(Object::Of(hub), TypeOf<v1beta1::Ingress>()),
              Holds(Object::Of(spoke)));
}

TEST(NetworkingV1beta1Test, PathTypeAndClassAreCopiedAndTheAnnotationIsLeftAlone) {
  const Converter converter(BuiltinSpokes());
  extensions::v1beta1::Ingress spoke{
      .metadata = {.annotations = {{"kubernetes.io/ingress.class", "nginx"}}},
      .spec = {.rules = {{.ingress_rule_value = {extensions::v1beta1::HTTPIngressRuleValue{
                              .paths = std::vector<extensions::v1beta1::HTTPIngressPath>{
                                  {.path = "/", .path_type = "Prefix", .backend = {"s", 1}},
                                  {.path = "/b", .backend = {"s", 2}}}}}}}}};
  const v1::Ingress hub{
      .metadata = {.annotations = {{"kubernetes.io/ingress.class", "nginx"}}},
      .spec = {
          .rules = {
              {.ingress_rule_value = {v1::HTTPIngressRuleValue{
                   .paths = std::vector<v1::HTTPIngressPath>{
                       {.path = "/", .path_type = "Prefix", .backend = Service("s", {.number = 1})},
                       {.path = "/b", .backend = Service("s", {.number = 2})}}}}}}}};
  EXPECT_THAT(converter.Convert(Object::Of(spoke), TypeOf<v1::Ingress>()), Holds(Object::Of(hub)));
  EXPECT_THAT(converter.Convert(Object::Of(hub), TypeOf<extensions::v1beta1::Ingress>()),
              Holds(Object::Of(spoke)));
}

}  // namespace
}  // namespace k8snet::conversion
