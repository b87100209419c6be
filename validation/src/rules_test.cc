#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/discovery/v1.h"
#include "k8snet/apis/meta.h"
#include "k8snet/apis/networking/v1.h"
#include "k8snet/apis/testing/filler.h"
#include "k8snet/validation/validate.h"

namespace k8snet::validation {
namespace {

template <typename T>
Object Parse(const std::string& json) {
  auto decoded = DecodeJson(TypeOf<T>(), json);
  EXPECT_TRUE(decoded) << json;
  return decoded ? std::move(decoded->object).Freeze() : Object::Of(T{});
}

template <typename T>
Object Named(const std::string& rest) {
  return Parse<T>(R"({"metadata":{"name":"x","namespace":"default"},)" + rest + "}");
}
template <typename T>
Object Global(const std::string& name, const std::string& rest) {
  return Parse<T>(R"({"metadata":{"name":")" + name + R"("},)" + rest + "}");
}

std::vector<std::string> Texts(const field::ErrorList& errors) {
  std::vector<std::string> texts;
  for (const field::Error& error : errors) {
    texts.push_back(error.ToString());
  }
  return texts;
}

using Lines = std::vector<std::string>;
using core::v1::Endpoints;
using core::v1::Service;
using discovery::v1::EndpointSlice;
using networking::v1::Ingress;
using networking::v1::IngressClass;
using networking::v1::IPAddress;
using networking::v1::NetworkPolicy;
using networking::v1::ServiceCIDR;

const std::vector<const Type*>& Kinds() {
  static const std::vector<const Type*> kKinds = {
      &TypeOf<Ingress>(),   &TypeOf<IngressClass>(), &TypeOf<NetworkPolicy>(),
      &TypeOf<IPAddress>(), &TypeOf<ServiceCIDR>(),  &TypeOf<EndpointSlice>(),
      &TypeOf<Service>(),   &TypeOf<Endpoints>(),    &TypeOf<core::v1::Namespace>()};
  return kKinds;
}

std::string IngressWith(const std::string& path) {
  return R"("spec":{"rules":[{"host":"a.b","http":{"paths":[)" + path + "]}}]}";
}

TEST(Rules, IngressFindingsComeInOrder) {
  struct Case {
    std::string json;
    Lines errors;
  };
  const std::string at = "spec.rules[0].http.paths[0]";
  const std::string backend = R"("backend":{"service":{"name":"s","port":{"number":80}}})";
  const std::vector<Case> cases = {
      {IngressWith(R"({"path":"/","pathType":"Prefix",)" + backend + "}"), {}},
      {R"("spec":{})",
       {"spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"}},
      {R"("spec":{"defaultBackend":{}})",
       {"spec.defaultBackend: Invalid value: \"\": resource or service backend is required"}},
      {R"("spec":{"rules":[{"host":"1.2.3.4","http":{"paths":null}}]})",
       {"spec.rules[0].host: Invalid value: \"1.2.3.4\": must be a DNS name, not an IP address",
        "spec.rules[0].http.paths: Required value"}},
      {IngressWith("{" + backend + "}"),
       {at + ".pathType: Required value: pathType must be specified"}},
      {IngressWith(R"({"path":"a//b/..","pathType":"Exact",)" + backend + "}"),
       {at + ".path: Invalid value: \"a//b/..\": must be an absolute path",
        at + ".path: Invalid value: \"a//b/..\": must not contain '//'",
        at + ".path: Invalid value: \"a//b/..\": cannot end with '/..'"}},
      {IngressWith(R"({"path":"/","pathType":"X","backend":{"service":{"name":"1s"}}})"),
       {at + ".pathType: Unsupported value: \"X\": supported values: \"Exact\", "
             "\"ImplementationSpecific\", \"Prefix\"",
        at + ".backend: Required value: port name or number is required"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.json);
    EXPECT_EQ(Texts(Validate(Named<Ingress>(c.json))), c.errors);
  }
}

TEST(Rules, OldIngressVersionsSeeTheirOwnPaths) {
  const Object ingress = Named<Ingress>(R"("spec":{"defaultBackend":{"service":{"name":"",
      "port":{"number":0}}}})");
  const auto errors = Validate(ingress, {.request_version = "v1beta1"});
  ASSERT_FALSE(errors.empty());
  EXPECT_EQ(errors[0].path, "spec.backend.serviceName");
}

TEST(Rules, InvalidSecretNamesMayStay) {
  const auto make = [](const std::string& secret) {
    return Named<Ingress>(
        R"("spec":{"defaultBackend":{"service":{"name":"s","port":{"number":1}}},"tls":[{"secretName":")" +
        secret + "\"}]}");
  };
  EXPECT_EQ(Validate(make("Bad")).size(), 1U);
  EXPECT_EQ(ValidateUpdate(make("Bad_too"), make("good")).size(), 1U);
  EXPECT_EQ(Texts(ValidateUpdate(make("Bad_too"), make("Bad"))), Lines());
}

TEST(Rules, SlicesTellDeclaredFindingsLast) {
  const Object slice = Named<EndpointSlice>(
      R"("addressType":"","endpoints":[{"addresses":[]}],"ports":[{"name":"","protocol":"X"}])");
  EXPECT_EQ(Texts(Validate(slice)),
            (Lines{"ports[0].protocol: Unsupported value: \"X\": supported values: \"SCTP\", "
                   "\"TCP\", \"UDP\"",
                   "addressType: Required value", "endpoints[0].addresses: Required value"}));
}

TEST(Rules, EndpointsOfASliceMayStayAsTheyAre) {
  const Object old = Named<EndpointSlice>(
      R"("addressType":"IPv4","endpoints":[{"addresses":["127.0.0.1"]}],"ports":null)");
  EXPECT_EQ(Texts(Validate(old)),
            Lines{"endpoints[0].addresses[0]: Invalid value: \"127.0.0.1\": may not be in the "
                  "loopback range (127.0.0.0/8, ::1/128)"});
  EXPECT_EQ(Texts(ValidateUpdate(old, old)), Lines());
}

TEST(Rules, AddressTypesAreFixed) {
  const Object v4 = Named<EndpointSlice>(R"("addressType":"IPv4","endpoints":null,"ports":null)");
  const Object v6 = Named<EndpointSlice>(R"("addressType":"IPv6","endpoints":null,"ports":null)");
  EXPECT_EQ(Texts(ValidateUpdate(v6, v4)),
            Lines{"addressType: Invalid value: null: field is immutable"});
}

TEST(Rules, IngressClassesNameTheirController) {
  EXPECT_EQ(Texts(Validate(Global<IngressClass>("x", R"("spec":{"controller":"a.b/c"})"))),
            Lines());
  EXPECT_EQ(Texts(Validate(Global<IngressClass>("x", R"("spec":{"controller":"acme"})"))),
            Lines{"spec.controller: Invalid value: \"acme\": must be a domain-prefixed path (such "
                  "as \"acme.io/foo\")"});
  EXPECT_EQ(Texts(ValidateUpdate(Global<IngressClass>("x", R"("spec":{"controller":"a.b/d"})"),
                                 Global<IngressClass>("x", R"("spec":{"controller":"a.b/c"})"))),
            Lines{"spec.controller: Invalid value: \"a.b/d\": field is immutable"});
}

TEST(Rules, PoliciesKeepNetworksOfTheOldOne) {
  const auto make = [](const std::string& cidr) {
    return Named<NetworkPolicy>(
        R"("spec":{"podSelector":{},"ingress":[{"from":[{"ipBlock":{"cidr":")" + cidr +
        R"("}}]}]})");
  };
  EXPECT_EQ(Texts(Validate(make("10.0.0.1/8"))),
            Lines{"spec.ingress[0].from[0].ipBlock.cidr: Invalid value: \"10.0.0.1/8\": must not "
                  "have bits set beyond the prefix length"});
  EXPECT_EQ(Texts(ValidateUpdate(make("10.0.0.1/8"), make("10.0.0.1/8"))), Lines());
}

TEST(Rules, AddressesAreNamedByTheirText) {
  const std::string rest = R"("spec":{"parentRef":{"resource":"services","name":"s"}})";
  EXPECT_EQ(Texts(Validate(Global<IPAddress>("fd00::1", rest))), Lines());
  EXPECT_EQ(Texts(Validate(Global<IPAddress>("FD00::1", rest))),
            Lines{"metadata.name: Invalid value: \"FD00::1\": must be in canonical form "
                  "(\"fd00::1\")"});
}

TEST(Rules, CidrsGrowByOneFamilyOnly) {
  const auto make = [](const std::string& cidrs) {
    return Global<ServiceCIDR>("x", "\"spec\":{\"cidrs\":" + cidrs + "}");
  };
  EXPECT_EQ(Texts(Validate(make("[]"))),
            Lines{"spec.cidrs: Required value: at least one CIDR required"});
  EXPECT_EQ(Texts(ValidateUpdate(make(R"(["10.0.0.0/8","fd00::/64"])"), make(R"(["10.0.0.0/8"])"))),
            Lines());
  EXPECT_EQ(Texts(ValidateUpdate(make("[]"), make(R"(["10.0.0.0/8"])"))),
            Lines{"spec.cidrs: Invalid value: null: field is immutable"});
}

TEST(Rules, ServicesTellDuplicatePorts) {
  const Object service = Named<Service>(
      R"("spec":{"type":"ClusterIP","sessionAffinity":"None","internalTrafficPolicy":"Cluster",
         "clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"],"ipFamilies":["IPv4"],
         "ipFamilyPolicy":"SingleStack","ports":[
         {"name":"a","protocol":"TCP","port":80,"targetPort":80},
         {"name":"b","protocol":"TCP","port":80,"targetPort":81}]})");
  EXPECT_EQ(Texts(Validate(service)),
            Lines{"spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\","
                  "\"AppProtocol\":null,\"Port\":80,\"TargetPort\":0,\"NodePort\":0}"});
}

TEST(Rules, EndpointsNeedAddresses) {
  EXPECT_EQ(Texts(Validate(Named<Endpoints>(R"("subsets":[{}])"))),
            Lines{"subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"});
}

TEST(Rules, NewFinalizersAreRefusedOnceDeletionBegan) {
  const auto make = [](const std::string& finalizers) {
    return Parse<Ingress>(
        R"({"metadata":{"name":"x","namespace":"d","deletionTimestamp":"2024-01-01T00:00:00Z",
            "finalizers":)" +
        finalizers +
        R"(},"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":1}}}}})");
  };
  EXPECT_EQ(Texts(ValidateUpdate(make(R"(["a.io/a","a.io/c","a.io/b"])"), make(R"(["a.io/a"])"))),
            Lines{"metadata.finalizers: Forbidden: no new finalizers can be added if the object is "
                  "being deleted, found new finalizers []string{\"a.io/b\", \"a.io/c\"}"});
}

TEST(Rules, EqualFindingsAreToldOnce) {
  // The generic rules and the kind's own both look at the name.
  const Object ingress = Parse<Ingress>(
      R"({"metadata":{"name":"x","namespace":"d","labels":{"a b":""}},
          "spec":{"defaultBackend":{"service":{"name":"s","port":{"number":1}}}}})");
  EXPECT_EQ(ValidateUpdate(ingress, ingress).size(), 1U);
}

TEST(Rules, SayWhatIsDeprecated) {
  EXPECT_EQ(Warnings(Parse<Ingress>(
                         R"({"metadata":{"annotations":{"kubernetes.io/ingress.class":"c"}}})"),
                     nullptr),
            Lines{"annotation \"kubernetes.io/ingress.class\" is deprecated, please use "
                  "'spec.ingressClassName' instead"});
  EXPECT_EQ(Warnings(Named<EndpointSlice>(R"("addressType":"FQDN","endpoints":null,"ports":null)"),
                     nullptr),
            Lines{"spec.addressType: FQDN endpoints are deprecated"});
}

// Whatever an object holds, validating it ends, and finds nothing new in an object that did not
// change unless that is not ratcheted.
TEST(Rules, TakesAnyObject) {
  testing::Filler filler(testing::TestSeed());
  for (const Type* kind : Kinds()) {
    SCOPED_TRACE(std::string(kind->name));
    ASSERT_TRUE(HasRules(*kind));
    for (int i = 0; i < 300; ++i) {
      const Object object = filler.Make(*kind);
      const Object old = filler.Make(*kind);
      const field::ErrorList errors = Validate(object);
      for (const field::Error& error : errors) {
        EXPECT_FALSE(error.ToString().empty());
      }
      EXPECT_EQ(Texts(errors), Texts(Validate(object)));
      static_cast<void>(ValidateUpdate(object, old));
      static_cast<void>(ValidateStatusUpdate(object, old));
      static_cast<void>(Warnings(object, nullptr));
      static_cast<void>(Warnings(object, &old));
      static_cast<void>(StatusWarnings(object));
    }
  }
}

// The rules that upstream names, each by a finding of it.
TEST(OriginsTest, FindingsAreMarkedAsUpstreamMarksThem) {
  const struct {
    Object object;
    const char* path;
    const char* origin;
  } cases[] = {
      {Named<Service>(R"("spec":{"type":"ExternalName","externalName":"A"})"), "spec.externalName",
       "format=k8s-long-name"},
      {Named<Service>(R"("spec":{"ports":[{"name":"A","port":80}]})"), "spec.ports[0].name",
       "format=k8s-short-name"},
      {Named<Service>(R"("spec":{"ports":[{"port":80,"appProtocol":"a b"}]})"),
       "spec.ports[0].appProtocol", "format=qualified-name"},
      {Named<Service>(R"("spec":{"selector":{"a b":"c"}})"), "spec.selector",
       "format=k8s-label-key"},
      {Named<Service>(R"("spec":{"selector":{"a":"b c"}})"), "spec.selector",
       "format=k8s-label-value"},
      {Named<Endpoints>(R"("subsets":[{"addresses":[{"ip":"127.0.0.1"}]}])"),
       "subsets[0].addresses[0].ip", "format=endpoint-ip"},
      {Named<Endpoints>(R"("subsets":[{"addresses":[{"ip":"1.2.3.4","hostname":"A"}]}])"),
       "subsets[0].addresses[0].hostname", "format=k8s-short-name"},
      {Named<Endpoints>(R"("subsets":[{"addresses":[{"ip":"1.2.3.4","nodeName":"A"}]}])"),
       "subsets[0].addresses[0].nodeName", "format=dns-label"},
      {Named<Endpoints>(R"("subsets":[{"addresses":[{"ip":"1.2.3.4"}],"ports":[{"port":0}]}])"),
       "subsets[0].ports[0].port", "portNum"},
      {Named<EndpointSlice>(
           R"("addressType":"IPv4","endpoints":[{"addresses":["1.2.3.4"],"hostname":"A"}])"),
       "endpoints[0].hostname", "format=k8s-short-name"},
      {Parse<Service>(R"({"metadata":{"name":"x","namespace":"default","generation":-1}})"),
       "metadata.generation", "minimum"},
      {Parse<Service>(
           R"({"metadata":{"name":"x","namespace":"default","annotations":{"a b":""}}})"),
       "metadata.annotations", "format=k8s-label-key"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.path);
    const field::ErrorList errors = Validate(c.object);
    const auto found = std::find_if(errors.begin(), errors.end(), [&](const field::Error& error) {
      return error.path == c.path && !error.origin.empty();
    });
    ASSERT_NE(found, errors.end());
    EXPECT_EQ(found->origin, c.origin);
  }
}

TEST(OriginsTest, ImmutableFieldsAreMarked) {
  const Object slice = Named<EndpointSlice>(R"("addressType":"IPv4")");
  const Object other = Parse<EndpointSlice>(
      R"({"metadata":{"name":"x","namespace":"default","uid":"u"},"addressType":"IPv6"})");
  std::vector<std::string> paths;
  for (const field::Error& error : ValidateUpdate(other, slice)) {
    if (error.origin == "immutable") {
      paths.push_back(error.path);
    }
  }
  EXPECT_EQ(paths, (Lines{"metadata.uid", "addressType"}));
}

}  // namespace
}  // namespace k8snet::validation
