#include "k8snet/conversion/defaults.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/discovery/v1.h"
#include "k8snet/apis/discovery/v1beta1.h"
#include "k8snet/apis/networking/v1.h"
#include "k8snet/apis/networking/v1beta1.h"

namespace k8snet::conversion {
namespace {

template <typename T>
T Defaulted(T value) {
  MutableObject object(Object::Of(std::move(value)));
  SetDefaults(object);
  return object.Get<T>();
}

using core::v1::ClientIPConfig;
using core::v1::ServiceSpec;
using core::v1::SessionAffinityConfig;

ServiceSpec Spec(ServiceSpec spec) { return Defaulted(core::v1::Service{.spec = spec}).spec; }

TEST(DefaultsTest, EmptyServiceBecomesAClusterIPServiceWithoutAffinity) {
  EXPECT_EQ(Spec({}), (ServiceSpec{.type = "ClusterIP",
                                   .session_affinity = "None",
                                   .internal_traffic_policy = "Cluster"}));
}

TEST(DefaultsTest, TrafficPoliciesFollowTheType) {
  const struct {
    const char* type;
    std::vector<std::string> external_ips;
    std::string external;
    std::optional<std::string> internal;
    std::optional<bool> node_ports;
  } cases[] = {
      {"ClusterIP", {}, "", "Cluster", {}},
      {"ClusterIP", {"192.0.2.1"}, "Cluster", "Cluster", {}},
      {"NodePort", {}, "Cluster", "Cluster", {}},
      {"LoadBalancer", {}, "Cluster", "Cluster", true},
      {"ExternalName", {"192.0.2.1"}, "", {}, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.type) + " " + std::to_string(c.external_ips.size()));
    const ServiceSpec spec = Spec({.type = c.type, .external_ips = c.external_ips});
    EXPECT_EQ(spec.external_traffic_policy, c.external);
    EXPECT_EQ(spec.internal_traffic_policy, c.internal);
    EXPECT_EQ(spec.allocate_load_balancer_node_ports, c.node_ports);
  }
}

TEST(DefaultsTest, WhatIsGivenStays) {
  const ServiceSpec given{.type = "LoadBalancer",
                          .session_affinity = "None",
                          .external_traffic_policy = "Local",
                          .allocate_load_balancer_node_ports = false,
                          .internal_traffic_policy = "Local"};
  EXPECT_EQ(Spec(given), given);
}

TEST(DefaultsTest, AffinityConfigIsDroppedReplacedOrKept) {
  const auto config = [](std::optional<std::int32_t> seconds) {
    return SessionAffinityConfig{.client_ip = ClientIPConfig{.timeout_seconds = seconds}};
  };
  const struct {
    const char* name;
    std::string affinity;
    std::optional<SessionAffinityConfig> sent;
    std::optional<SessionAffinityConfig> becomes;
  } cases[] = {
      {"none drops it", "None", config(5), {}},
      {"unset is none", "", config(5), {}},
      {"missing", "ClientIP", {}, config(10800)},
      {"empty", "ClientIP", SessionAffinityConfig{}, config(10800)},
      {"without seconds", "ClientIP", config({}), config(10800)},
      {"zero stays for validation", "ClientIP", config(0), config(0)},
      {"unknown affinity keeps it", "Other", config({}), config({})},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const ServiceSpec spec =
        Spec({.session_affinity = c.affinity, .session_affinity_config = c.sent});
    EXPECT_EQ(spec.session_affinity_config, c.becomes);
  }
}

TEST(DefaultsTest, TargetPortIsThePortUnlessGiven) {
  const struct {
    IntOrString sent;
    IntOrString becomes;
  } cases[] = {{0, 80}, {"", 80}, {"0", "0"}, {8080, 8080}, {"web", "web"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.sent.ToString());
    const ServiceSpec spec = Spec({.ports = {{.port = 80, .target_port = c.sent}}});
    EXPECT_EQ(spec.ports.at(0).target_port, c.becomes);
    EXPECT_EQ(spec.ports.at(0).protocol, "TCP");
  }
}

TEST(DefaultsTest, LoadBalancerAddressesGetTheirMode) {
  core::v1::Service service{.spec = {.type = "LoadBalancer"}};
  service.status.load_balancer.ingress = {
      {.ip = "192.0.2.1"}, {.hostname = "a.example"}, {.ip = "192.0.2.2", .ip_mode = "Proxy"}};
  const auto points = Defaulted(service).status.load_balancer.ingress;
  EXPECT_EQ(points.at(0).ip_mode, "VIP");
  EXPECT_EQ(points.at(1).ip_mode, std::nullopt);
  EXPECT_EQ(points.at(2).ip_mode, "Proxy");
  service.spec.type = "ClusterIP";
  EXPECT_EQ(Defaulted(service).status.load_balancer.ingress.at(0).ip_mode, std::nullopt);
}

TEST(DefaultsTest, NetworkPolicyTypesFollowTheRules) {
  using Types = std::vector<std::string>;
  using networking::v1::NetworkPolicySpec;
  const struct {
    const char* name;
    NetworkPolicySpec spec;
    Types types;
  } cases[] = {
      {"nothing", {}, {"Ingress"}},
      {"egress rules", {.egress = {{}}}, {"Ingress", "Egress"}},
      {"given stays", {.ingress = {{}}, .policy_types = {"Egress"}}, {"Egress"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Defaulted(networking::v1::NetworkPolicy{.spec = c.spec}).spec.policy_types, c.types);
  }
}

TEST(DefaultsTest, NetworkPolicyPortsAreTcp) {
  const auto policy = Defaulted(networking::v1::NetworkPolicy{
      .spec = {.ingress = {{.ports = {{}}}}, .egress = {{.ports = {{.protocol = "UDP"}}}}}});
  EXPECT_EQ(policy.spec.ingress.at(0).ports.at(0).protocol, "TCP");
  EXPECT_EQ(policy.spec.egress.at(0).ports.at(0).protocol, "UDP");
}

TEST(DefaultsTest, OnlyV1beta1DefaultsPathTypes) {
  networking::v1beta1::Ingress old;
  old.spec.rules = {{.ingress_rule_value = {networking::v1beta1::HTTPIngressRuleValue{
                         .paths = std::vector<networking::v1beta1::HTTPIngressPath>{{}}}}}};
  EXPECT_EQ(Defaulted(old).spec.rules.at(0).ingress_rule_value.http->paths->at(0).path_type,
            "ImplementationSpecific");
  networking::v1::Ingress ingress;
  ingress.spec.rules = {{.ingress_rule_value = {networking::v1::HTTPIngressRuleValue{
                             .paths = std::vector<networking::v1::HTTPIngressPath>{{}}}}}};
  EXPECT_EQ(Defaulted(ingress), ingress);
}

TEST(DefaultsTest, ClassParametersAreOfTheClusterIfThereAreAny) {
  using networking::v1::IngressClass;
  EXPECT_EQ(Defaulted(IngressClass{}), IngressClass{});
  const auto with =
      Defaulted(IngressClass{.spec = {.parameters = {{.kind = "Settings", .name = "a"}}}});
  EXPECT_EQ(with.spec.parameters->scope, "Cluster");
}

TEST(DefaultsTest, SlicePortsGetNameAndProtocol) {
  using discovery::v1beta1::EndpointPort;
  const auto slice = Defaulted(discovery::v1beta1::EndpointSlice{
      .ports = std::vector<EndpointPort>{{}, {.name = "a", .protocol = "SCTP"}}});
  EXPECT_EQ(slice.ports->at(0), (EndpointPort{.name = "", .protocol = "TCP"}));
  EXPECT_EQ(slice.ports->at(1), (EndpointPort{.name = "a", .protocol = "SCTP"}));
}

TEST(DefaultsTest, EndpointsPortsAreTcp) {
  const auto endpoints =
      Defaulted(core::v1::Endpoints{.subsets = {{.ports = {{}, {.protocol = "UDP"}}}}});
  EXPECT_EQ(endpoints.subsets.at(0).ports.at(0).protocol, "TCP");
  EXPECT_EQ(endpoints.subsets.at(0).ports.at(1).protocol, "UDP");
}

TEST(DefaultsTest, ListsDefaultEachItem) {
  const auto list = Defaulted(core::v1::ServiceList{.items = {{}, {}}});
  EXPECT_EQ(list.items.at(0).spec.type, "ClusterIP");
  EXPECT_EQ(list.items.at(1).spec.type, "ClusterIP");
}

}  // namespace
}  // namespace k8snet::conversion
