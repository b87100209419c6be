#include "k8snet/validation/validate.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/discovery/v1.h"
#include "k8snet/apis/networking/v1.h"

namespace k8snet::validation {
namespace {

Object Decode(const Type& type, const std::string& json) {
  auto decoded = DecodeJson(type, json);
  EXPECT_TRUE(decoded) << json << ": " << decoded.error().message;
  return std::move(decoded->object).Freeze();
}

std::vector<std::string> Texts(const field::ErrorList& errors) {
  std::vector<std::string> out;
  for (const field::Error& error : errors) {
    out.push_back(error.ToString());
  }
  return out;
}

constexpr std::string_view kMetadata = R"("metadata":{"name":"a","namespace":"b"})";
constexpr std::string_view kClusterMetadata = R"("metadata":{"name":"a"})";

TEST(ValidateTest, CreateFindsWhatEachKindForbids) {
  const struct {
    const char* name;
    const Type* type;
    bool namespaced;
    const char* rest;  // Of the JSON object, after its metadata.
    std::vector<std::string> errors;
  } cases[] = {
      {"valid Ingress",
       &TypeOf<networking::v1::Ingress>(),
       true,
       R"("spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}})",
       {}},
      {"empty Ingress",
       &TypeOf<networking::v1::Ingress>(),
       true,
       R"("spec":{})",
       {"spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"}},
      {"Ingress path",
       &TypeOf<networking::v1::Ingress>(),
       true,
       R"("spec":{"rules":[{"host":"1.2.3.4","http":{"paths":[{"path":"a//b/.","pathType":"Exact",
          "backend":{"service":{"name":"s","port":{"name":"x","number":1}}}}]}}]})",
       {"spec.rules[0].host: Invalid value: \"1.2.3.4\": must be a DNS name, not an IP address",
        "spec.rules[0].http.paths[0].path: Invalid value: \"a//b/.\": must be an absolute path",
        "spec.rules[0].http.paths[0].path: Invalid value: \"a//b/.\": must not contain '//'",
        "spec.rules[0].http.paths[0].path: Invalid value: \"a//b/.\": cannot end with '/.'",
        "spec.rules[0].http.paths[0].backend: Invalid value: \"\": cannot set both port name & "
        "port number"}},
      {"IngressClass",
       &TypeOf<networking::v1::IngressClass>(),
       false,
       R"("spec":{"controller":"x","parameters":{"kind":"","name":"n","scope":"Cluster",
          "namespace":"q"}})",
       {"spec.controller: Invalid value: \"x\": must be a domain-prefixed path (such as "
        "\"acme.io/foo\")",
        "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
        "spec.parameters.kind: Required value"}},
      {"NetworkPolicy",
       &TypeOf<networking::v1::NetworkPolicy>(),
       true,
       R"("spec":{"podSelector":{},"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8",
          "except":["11.0.0.0/16"]}},{}]}],"policyTypes":["X"]})",
       {"spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": must be a "
        "strict subset of `cidr`",
        "spec.ingress[0].from[1]: Required value: must specify a peer",
        "spec.policyTypes[0]: Unsupported value: \"X\": supported values: \"Ingress\", "
        "\"Egress\""}},
      {"EndpointSlice",
       &TypeOf<discovery::v1::EndpointSlice>(),
       true,
       R"("addressType":"IPv4","endpoints":[{"addresses":["::1"]},{"addresses":[]}],"ports":[])",
       {"endpoints[0].addresses: Invalid value: \"::1\": must be an IPv4 address",
        "endpoints[0].addresses[0]: Invalid value: \"::1\": may not be in the loopback range "
        "(127.0.0.0/8, ::1/128)",
        "endpoints[1].addresses: Required value"}},
      {"Endpoints",
       &TypeOf<core::v1::Endpoints>(),
       true,
       R"("subsets":[{}])",
       {"subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"}},
      {"Service ports",
       &TypeOf<core::v1::Service>(),
       true,
       R"("spec":{"type":"ClusterIP","sessionAffinity":"None","internalTrafficPolicy":"Cluster",
          "ports":[{"port":80,"protocol":"TCP","targetPort":80},
                   {"name":"b","port":80,"protocol":"TCP","targetPort":80}]})",
       {"spec.ports[0].name: Required value",
        "spec.ports[1]: Duplicate value: "
        "{\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,\"TargetPort\":0,"
        "\"NodePort\":0}"}},
      {"ServiceCIDR",
       &TypeOf<networking::v1::ServiceCIDR>(),
       false,
       R"("spec":{})",
       {"spec.cidrs: Required value: at least one CIDR required"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string json =
        "{" + std::string(c.namespaced ? kMetadata : kClusterMetadata) + "," + c.rest + "}";
    EXPECT_EQ(Texts(Validate(Decode(*c.type, json))), c.errors);
  }
}

TEST(ValidateTest, MetadataIsValidatedForEveryKind) {
  const Object object = Decode(TypeOf<networking::v1::IngressClass>(),
                               R"({"metadata":{"name":"a","finalizers":["x"],"labels":{"a/":"-"},
          "ownerReferences":[{"apiVersion":"v1","kind":"Event","name":"n","uid":""}]},
          "spec":{"controller":"a.b/c"}})");
  const auto texts = Texts(Validate(object));
  ASSERT_EQ(texts.size(), 6U);
  EXPECT_TRUE(
      texts[0].starts_with("metadata.labels: Invalid value: \"a/\": name part must be non-empty"));
  EXPECT_TRUE(texts[2].starts_with("metadata.labels: Invalid value: \"-\": a valid label must"));
  EXPECT_EQ(texts[3], "metadata.ownerReferences[0].uid: Required value: must not be empty");
  EXPECT_TRUE(texts[4].ends_with("/v1, Kind=Event is disallowed from being an owner"));
  EXPECT_EQ(texts[5],
            "metadata.finalizers[0]: Invalid value: \"x\": name is neither a standard finalizer "
            "name nor is it fully qualified");
}

TEST(ValidateTest, UpdatesMayKeepWhatTheyCouldNotSet) {
  const std::string secret =
      R"("spec":{"defaultBackend":{"resource":{"kind":"K","name":"n"}},"tls":[{"secretName":"A_"}]}})";
  const std::string old_json = "{" + std::string(kMetadata) + "," + secret;
  const Object old = Decode(TypeOf<networking::v1::Ingress>(), old_json);
  EXPECT_EQ(Validate(old).size(), 1U);
  EXPECT_TRUE(ValidateUpdate(old, old).empty());
}

TEST(ValidateTest, WhatIsFixedCannotBeChanged) {
  const auto decode = [](const char* controller, const char* uid) {
    return Decode(TypeOf<networking::v1::IngressClass>(),
                  std::string(R"({"metadata":{"name":"a","uid":")") + uid +
                      R"("},"spec":{"controller":")" + controller + R"("}})");
  };
  EXPECT_EQ(
      Texts(ValidateUpdate(decode("a.b/d", "2"), decode("a.b/c", "1"))),
      (std::vector<std::string>{"metadata.uid: Invalid value: \"2\": field is immutable",
                                "spec.controller: Invalid value: \"a.b/d\": field is immutable"}));
}

}  // namespace
}  // namespace k8snet::validation
