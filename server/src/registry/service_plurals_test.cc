// clusterIP and clusterIPs through the API, as clients write them that know one or both.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/networking/v1.h"
#include "k8snet/apis/testing/filler.h"
#include "src/verbs/test_api.h"

namespace k8snet::server {
namespace {

using ::testing::HasSubstr;

constexpr char kServices[] = "/api/v1/namespaces/default/services";
constexpr char kPath[] = "/api/v1/namespaces/default/services/x";
constexpr char kAddresses[] = "/apis/networking.k8s.io/v1/ipaddresses";

using core::v1::Service;
using core::v1::ServiceSpec;
using Ips = std::vector<std::string>;

template <typename T>
T Decode(const std::string& json) {
  auto decoded = DecodeJson(TypeOf<T>(), json);
  K8SNET_CHECK(decoded.has_value());
  return decoded->object.template Get<T>();
}

std::string SpecJson(const std::string& members) {
  return R"({"metadata":{"name":"x"},"spec":{"ports":[{"port":80}])" +
         (members.empty() ? "" : "," + members) + "}}";
}

// Where a service may come from.
constexpr const char* kStates[] = {
    "",
    R"("ipFamilyPolicy":"PreferDualStack")",
    R"("ipFamilyPolicy":"RequireDualStack","ipFamilies":["IPv6","IPv4"])",
    R"("clusterIP":"10.0.7.7")",
    R"("clusterIP":"None","selector":{"a":"b"})",
    R"("type":"ExternalName","externalName":"x.example.com")",
};

class ServicePluralsTest : public ::testing::Test {
 protected:
  Service Read() { return Decode<Service>(api_.Send("GET", kPath).body); }
  // Whatever the stored version is.
  TestAnswer Put(Service service) {
    service.metadata.resource_version.clear();
    return api_.Send("PUT", kPath, EncodeJson(Object::Of(service)));
  }
  TestAnswer Patch(const std::string& spec) {
    return api_.Send("PATCH", kPath, R"({"spec":)" + spec + "}",
                     {{"Content-Type", "application/merge-patch+json"}});
  }
  Service Start(const std::string& state) {
    api_.Send("DELETE", kPath);
    const TestAnswer created = api_.Send("POST", kServices, SpecJson(state));
    K8SNET_CHECK(created.status == 201);
    return Decode<Service>(created.body);
  }

  // The pair says the same, and the addresses that are taken are those that the service has.
  void CheckAgreement() {
    const ServiceSpec spec = Read().spec;
    EXPECT_EQ(spec.cluster_ip, spec.cluster_ips.empty() ? "" : spec.cluster_ips[0]);
    std::set<std::string> held(spec.cluster_ips.begin(), spec.cluster_ips.end());
    held.erase("None");
    if (spec.type == "ExternalName") {
      // It has none, though upstream lets an old client name one while it changes the type.
      held.clear();
    } else {
      EXPECT_FALSE(spec.cluster_ips.empty());
    }
    std::set<std::string> taken;
    for (const auto& address :
         Decode<networking::v1::IPAddressList>(api_.Send("GET", kAddresses).body).items) {
      taken.insert(address.metadata.name);
    }
    EXPECT_EQ(taken, held);
  }

  TestApi api_{{.cluster_ip_ranges = {"10.0.0.0/16", "fd00:10::/112"}}};
};

// What a client does not know, it drops when it writes back what it read.
TEST_F(ServicePluralsTest, ClientsThatDropFieldsLoseNothing) {
  for (const char* state : kStates) {
    SCOPED_TRACE(state);
    const Service before = Start(state);
    Service old_client = before;
    old_client.spec.cluster_ips.clear();
    old_client.spec.ip_families.clear();
    old_client.spec.ip_family_policy.reset();
    Service careless = old_client;
    careless.spec.cluster_ip.clear();
    for (const Service& sent : {before, old_client, careless}) {
      const TestAnswer answer = Put(sent);
      EXPECT_EQ(answer.status, 200) << answer.body;
      EXPECT_EQ(Read().spec, before.spec);
    }
    CheckAgreement();
  }
}

TEST_F(ServicePluralsTest, PatchesOfOneSideOfBothAndOfNeither) {
  for (const char* state : kStates) {
    SCOPED_TRACE(state);
    const Service before = Start(state);
    const std::string singular = "\"" + before.spec.cluster_ip + "\"";
    std::string plural = "[";
    for (const std::string& ip : before.spec.cluster_ips) {
      plural += (plural.size() == 1 ? "\"" : ",\"") + ip + "\"";
    }
    plural += "]";
    for (const std::string& patch :
         {std::string("{}"), R"({"clusterIP":)" + singular + "}",
          R"({"clusterIPs":)" + plural + "}",
          R"({"clusterIP":)" + singular + R"(,"clusterIPs":)" + plural + "}",
          std::string(R"({"clusterIP":""})"), std::string(R"({"clusterIP":null})"),
          std::string(R"({"clusterIPs":null})"), std::string(R"({"clusterIPs":[]})"),
          std::string(R"({"clusterIP":null,"clusterIPs":null})")}) {
      SCOPED_TRACE(patch);
      const TestAnswer answer = Patch(patch);
      EXPECT_EQ(answer.status, 200) << answer.body;
      EXPECT_EQ(Read().spec, before.spec);
    }
    for (const std::string& patch :
         {std::string(R"({"clusterIP":"10.0.9.9"})"), std::string(R"({"clusterIPs":["10.0.9.9"]})"),
          std::string(R"({"clusterIP":"10.0.9.9","clusterIPs":["10.0.9.9"]})"),
          std::string(R"({"clusterIP":"10.0.9.9","clusterIPs":["10.0.9.8"]})")}) {
      SCOPED_TRACE(patch);
      const std::string revision = Read().metadata.resource_version;
      EXPECT_EQ(Patch(patch).status, 422);
      EXPECT_EQ(Read().spec, before.spec);
      EXPECT_EQ(Read().metadata.resource_version, revision);
    }
    CheckAgreement();
  }
}

TEST_F(ServicePluralsTest, AnOldClientLetsTheAddressesGoAndGetsNewOnes) {
  const Service before = Start(R"("ipFamilyPolicy":"PreferDualStack")");
  Service old_client = before;
  old_client.spec.cluster_ips.clear();
  old_client.spec.ip_families.clear();
  old_client.spec.ip_family_policy.reset();
  old_client.spec.type = "ExternalName";
  old_client.spec.external_name = "x.example.com";
  old_client.spec.cluster_ip.clear();
  EXPECT_EQ(Put(old_client).status, 200);
  CheckAgreement();
  old_client.spec.type = "ClusterIP";
  old_client.spec.external_name.clear();
  EXPECT_EQ(Put(old_client).status, 200);
  CheckAgreement();
  EXPECT_EQ(Read().spec.cluster_ips.size(), 1U);
}

TEST_F(ServicePluralsTest, TheSecondAddressComesAndGoes) {
  const Service before = Start("");
  EXPECT_EQ(Patch(R"({"ipFamilyPolicy":"RequireDualStack"})").status, 200);
  const Ips both = Read().spec.cluster_ips;
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0], before.spec.cluster_ip);
  CheckAgreement();
  EXPECT_THAT(Patch(R"({"clusterIPs":[")" + both[0] + R"("]})").body,
              HasSubstr("must be 'SingleStack' to release the secondary cluster IP"));
  EXPECT_EQ(Patch(R"({"ipFamilyPolicy":"SingleStack"})").status, 200);
  EXPECT_EQ(Read().spec.cluster_ips, Ips{both[0]});
  CheckAgreement();
}

// Whatever clients send: the pair agrees, what is taken is what is held, the primary address stays
// as long as the service has one, and a refusal changes nothing.
TEST_F(ServicePluralsTest, AgreeAfterAnySequenceOfWrites) {
  k8snet::testing::Filler random(k8snet::testing::TestSeed());
  const auto pick = [&](const std::vector<std::string>& values) {
    return values[random.Below(values.size())];
  };
  const std::vector<std::string> ips = {"",         "None",       "10.0.7.7",   "10.0.7.8",
                                        "10.1.0.1", "fd00:10::7", "fd00:10::8", "x"};
  Start("");
  for (int i = 0; i < 3'000; ++i) {
    const Service before = Read();
    Service sent = before;
    ServiceSpec& spec = sent.spec;
    if (random.Below(3) == 0) {
      spec.cluster_ip = pick(ips);
    }
    if (random.Below(3) == 0) {
      spec.cluster_ips.resize(random.Below(4));
      for (std::string& ip : spec.cluster_ips) {
        ip = random.Below(2) == 0 ? pick(ips) : ip;
      }
    }
    if (random.Below(3) == 0) {
      spec.ip_family_policy = pick({"SingleStack", "PreferDualStack", "RequireDualStack"});
    }
    if (random.Below(4) == 0) {
      spec.ip_families.resize(random.Below(3));
      for (std::string& family : spec.ip_families) {
        family = pick({"IPv4", "IPv6"});
      }
    }
    if (random.Below(4) == 0) {
      spec.type = pick({"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"});
      spec.external_name = spec.type == "ExternalName" ? "x.example.com" : "";
    }
    if (random.Below(2) == 0) {
      // A client that knows the singular only.
      spec.cluster_ips.clear();
      spec.ip_families.clear();
      spec.ip_family_policy.reset();
    }
    const TestAnswer answer = Put(sent);
    const Service after = Read();
    if (answer.status != 200) {
      ASSERT_TRUE(answer.status == 422 || answer.status == 400) << answer.body;
      ASSERT_EQ(after, before);
      continue;
    }
    CheckAgreement();
    if (before.spec.type != "ExternalName" && after.spec.type != "ExternalName") {
      ASSERT_EQ(after.spec.cluster_ip, before.spec.cluster_ip);
    }
    if (HasFailure()) {
      FAIL() << EncodeJson(Object::Of(before)) << "\n" << EncodeJson(Object::Of(sent));
    }
    if (random.Below(20) == 0) {
      Start(kStates[random.Below(std::size(kStates))]);
    }
  }
}

}  // namespace
}  // namespace k8snet::server
