// Addresses and node ports of Services, through the API: who gets which, and when they come back.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/server/testing/fault_storage.h"
#include "src/registry/shared_store.h"
#include "src/verbs/test_api.h"

namespace k8snet::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kServices[] = "/api/v1/namespaces/default/services";
constexpr char kAddresses[] = "/apis/networking.k8s.io/v1/ipaddresses";
constexpr char kCidrs[] = "/apis/networking.k8s.io/v1/servicecidrs";

std::string Service(const std::string& name, const std::string& spec = "") {
  return R"({"metadata":{"name":")" + name + R"("},"spec":{"ports":[{"port":80}])" +
         (spec.empty() ? "" : "," + spec) + "}}";
}

std::string Path(const char* collection, const std::string& name) {
  return std::string(collection) + "/" + name;
}

// The number or the text behind each `"key":`, without quotes.
std::vector<std::string> Members(const std::string& json, const std::string& key) {
  std::vector<std::string> found;
  const std::string start = "\"" + key + "\":";
  for (std::size_t at = json.find(start); at != std::string::npos; at = json.find(start, at)) {
    at += start.size();
    const bool quoted = json[at] == '"';
    const std::size_t begin = quoted ? at + 1 : at;
    found.push_back(json.substr(begin, json.find_first_of(quoted ? "\"" : ",}", begin) - begin));
  }
  return found;
}

std::string Member(const std::string& json, const std::string& key) {
  const std::vector<std::string> found = Members(json, key);
  return found.empty() ? "" : found[0];
}

// Runs `work(i)` in `count` threads.
template <typename F>
void InThreads(int count, F work) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&work, i] { work(i); });
  }
}

bool Exists(TestApi& api, const std::string& path) { return api.Send("GET", path).status == 200; }

TEST(ServiceAllocation, GivesAddressesOfBothFamiliesWithTheirObjects) {
  TestApi api({.cluster_ip_ranges = {"10.0.0.0/16", "fd00:10::/112"}});
  const auto created =
      api.Send("POST", kServices, Service("a", R"("ipFamilyPolicy":"RequireDualStack")"));
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string list = api.Send("GET", kAddresses).body;
  EXPECT_EQ(Members(list, "ipaddress.kubernetes.io/ip-family").size(), 2U);
  const std::string v4 = Member(created.body, "clusterIP");
  const std::string address = api.Send("GET", Path(kAddresses, v4)).body;
  EXPECT_THAT(address, HasSubstr(R"("parentRef":{"resource":"services","namespace":"default",)"
                                 R"("name":"a"})"));
  EXPECT_THAT(address, HasSubstr(R"("ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io")"));

  EXPECT_EQ(api.Send("DELETE", Path(kServices, "a")).status, 200);
  EXPECT_THAT(api.Send("GET", kAddresses).body, HasSubstr(R"("items":[])"));
}

TEST(ServiceAllocation, RefusesAnAddressThatIsTakenWhoeverHasIt) {
  TestApi api;
  ASSERT_EQ(api.Send("POST", kServices, Service("a", R"("clusterIP":"10.0.7.7")")).status, 201);
  ASSERT_EQ(api.Send("POST", kAddresses,
                     R"({"metadata":{"name":"10.0.7.8"},"spec":{"parentRef":)"
                     R"({"resource":"gateways","group":"acme.io","name":"g"}}})")
                .status,
            201);
  for (const char* ip : {"10.0.7.7", "10.0.7.8"}) {
    SCOPED_TRACE(ip);
    const auto refused =
        api.Send("POST", kServices, Service("b", R"("clusterIP":")" + std::string(ip) + "\""));
    EXPECT_EQ(refused.status, 422);
    EXPECT_THAT(refused.body, HasSubstr("failed to allocate IP " + std::string(ip) +
                                        ": provided IP is already allocated"));
  }
}

TEST(ServiceAllocation, EndsWithTheRangeAndGoesOnWhenOneIsFree) {
  TestApi api({.cluster_ip_ranges = {"10.0.0.0/29"}});
  for (int i = 0; i < 6; ++i) {
    ASSERT_EQ(api.Send("POST", kServices, Service("s" + std::to_string(i))).status, 201);
  }
  const auto full = api.Send("POST", kServices, Service("more"));
  EXPECT_EQ(full.status, 500);
  EXPECT_THAT(full.body,
              HasSubstr(R"(failed to allocate a serviceIP for Service \"more\": range is full)"));
  EXPECT_EQ(api.Send("DELETE", Path(kServices, "s3")).status, 200);
  EXPECT_EQ(api.Send("POST", kServices, Service("more")).status, 201);
}

TEST(ServiceAllocation, TakesNothingInADryRunOrWhenTheServiceIsRefused) {
  TestApi api;
  const std::string spec = R"("type":"NodePort","clusterIP":"10.0.7.7")";
  EXPECT_EQ(api.Send("POST", std::string(kServices) + "?dryRun=All", Service("a", spec)).status,
            201);
  // Refused by validation, which comes after the addresses.
  EXPECT_EQ(api.Send("POST", kServices, Service("a", spec + R"(,"sessionAffinity":"x")")).status,
            422);
  EXPECT_THAT(api.Send("GET", kAddresses).body, HasSubstr(R"("items":[])"));
  EXPECT_EQ(api.Send("POST", kServices, Service("a", spec)).status, 201);
}

TEST(ServiceAllocation, FollowsTheTypeOfTheService) {
  TestApi api;
  const std::string path = Path(kServices, "a");
  const auto patch = [&](const std::string& spec) {
    const auto answer = api.Send("PATCH", path, R"({"spec":)" + spec + "}",
                                 {{"Content-Type", "application/merge-patch+json"}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  };
  const auto created = api.Send("POST", kServices, Service("a", R"("type":"NodePort")"));
  const std::string first = Member(created.body, "clusterIP");
  const std::string port = Member(created.body, "nodePort");
  const std::string asked =
      Service("b", R"("type":"NodePort","ports":[{"port":80,"nodePort":)" + port + "}]");
  EXPECT_THAT(api.Send("POST", kServices, asked).body,
              HasSubstr("provided port is already allocated"));

  EXPECT_THAT(patch(R"({"type":"ExternalName","externalName":"x.example.com"})"),
              Not(HasSubstr("clusterIP")));
  EXPECT_FALSE(Exists(api, Path(kAddresses, first)));
  EXPECT_EQ(api.Send("POST", kServices, asked).status, 201);

  const std::string back = patch(R"({"type":"ClusterIP","externalName":null})");
  EXPECT_TRUE(Exists(api, Path(kAddresses, Member(back, "clusterIP"))));
}

TEST(ServiceAllocation, KeepsTheHealthCheckPortWhileItIsNeeded) {
  TestApi api({.node_port_last = 30003});
  const std::string local = R"("type":"LoadBalancer","externalTrafficPolicy":"Local")";
  const auto created = api.Send("POST", kServices, Service("a", local));
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string port = Member(created.body, "healthCheckNodePort");
  EXPECT_NE(port, Member(created.body, "nodePort"));
  const std::string asked = Service("b", local + R"(,"healthCheckNodePort":)" + port);
  EXPECT_THAT(api.Send("POST", kServices, asked).body,
              HasSubstr("failed to allocate requested HealthCheck NodePort " + port));
  EXPECT_EQ(api.Send("DELETE", Path(kServices, "a")).status, 200);
  EXPECT_EQ(api.Send("POST", kServices, asked).status, 201);
}

TEST(ServiceAllocation, CountsServiceCidrsThatAreReady) {
  TestApi api({.cluster_ip_ranges = {"10.0.0.0/29"}});
  const std::string other = Service("a", R"("clusterIP":"172.30.0.5")");
  EXPECT_THAT(api.Send("POST", kServices, other).body,
              HasSubstr("the provided network does not match the current range"));
  ASSERT_EQ(api.Send("POST", kCidrs,
                     R"({"metadata":{"name":"more","finalizers":["a.io/keep"]},)"
                     R"("spec":{"cidrs":["172.30.0.0/24"]}})")
                .status,
            201);
  EXPECT_EQ(api.Send("POST", kServices, other).status, 201);
  // More than the first range holds.
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(api.Send("POST", kServices, Service("s" + std::to_string(i))).status, 201);
  }
  const auto set_ready = [&](const std::string& status) {
    EXPECT_EQ(api.Send("PATCH", Path(kCidrs, "more/status"),
                       R"({"status":{"conditions":[{"type":"Ready","status":")" + status +
                           R"(","reason":"x","message":"","lastTransitionTime":)"
                           R"("2026-01-01T00:00:00Z"}]}})",
                       {{"Content-Type", "application/merge-patch+json"}})
                  .status,
              200);
  };
  const std::string next = Service("b", R"("clusterIP":"172.30.0.6")");
  set_ready("False");
  EXPECT_EQ(api.Send("POST", kServices, next).status, 422);
  set_ready("True");
  EXPECT_EQ(api.Send("POST", kServices, next).status, 201);
  // Marked for deletion, it gives no more.
  EXPECT_EQ(api.Send("DELETE", Path(kCidrs, "more")).status, 200);
  EXPECT_EQ(api.Send("POST", kServices, Service("c", R"("clusterIP":"172.30.0.7")")).status, 422);
}

TEST(ServiceAllocation, TakesAnAddressAgainThatSomebodyDeleted) {
  TestApi api;
  ASSERT_EQ(api.Send("POST", kServices, Service("a", R"("clusterIP":"10.0.7.7")")).status, 201);
  EXPECT_EQ(api.Send("DELETE", Path(kAddresses, "10.0.7.7")).status, 200);
  EXPECT_TRUE(Exists(api, Path(kAddresses, "10.0.7.7")));
}

TEST(ServiceAllocation, GivesNoAddressAndNoPortTwiceToTwoServers) {
  SharedStore store;
  const auto seat_a = store.NewSeat();
  const auto seat_b = store.NewSeat();
  constexpr int kPorts = 64;
  const auto options = [&](Storage& seat, std::uint64_t seed) {
    return TestApiOptions{.storage = &seat,
                          .cluster_ip_ranges = {"10.0.0.0/24", "fd00:10::/120"},
                          .node_port_last = 30000 + kPorts - 1,
                          .seed = seed};
  };
  // Of one seed, so that both look at the same numbers first.
  TestApi a(options(*seat_a, 7));
  TestApi b(options(*seat_b, 7));
  std::atomic<int> created = 0;
  std::atomic<int> full = 0;
  InThreads(8, [&](int thread) {
    TestApi& api = thread % 2 == 0 ? a : b;
    for (int i = 0; i < 10; ++i) {
      const auto answer =
          api.Send("POST", kServices,
                   Service("s" + std::to_string(thread) + "-" + std::to_string(i),
                           R"("type":"NodePort","ipFamilyPolicy":"RequireDualStack")"));
      created += answer.status == 201 ? 1 : 0;
      full += answer.body.find("failed to allocate a nodePort: range is full") != std::string::npos
                  ? 1
                  : 0;
    }
  });
  EXPECT_EQ(created, kPorts);
  EXPECT_EQ(full, 80 - kPorts);
  // Whatever `b` has missed is with it after a commit.
  EXPECT_EQ(b.Send("POST", "/api/v1/namespaces", R"({"metadata":{"name":"x"}})").status, 201);
  const std::string list = b.Send("GET", kServices).body;
  std::set<std::string> ports;
  for (const std::string& port : Members(list, "nodePort")) {
    EXPECT_TRUE(ports.insert(port).second) << port;
  }
  EXPECT_EQ(ports.size(), static_cast<std::size_t>(kPorts));
  std::set<std::string> ips;
  for (std::size_t at = list.find("\"clusterIPs\":["); at != std::string::npos;
       at = list.find("\"clusterIPs\":[", at + 1)) {
    const std::string pair = list.substr(at, list.find(']', at) - at);
    EXPECT_TRUE(ips.insert(pair).second) << pair;
  }
  EXPECT_EQ(ips.size(), static_cast<std::size_t>(kPorts));
  EXPECT_EQ(Members(b.Send("GET", kAddresses).body, "parentRef").size(), 2U * kPorts);
}

TEST(ServiceAllocation, GivesAnAddressThatManyAskForToOne) {
  SharedStore store;
  const auto seat_a = store.NewSeat();
  const auto seat_b = store.NewSeat();
  TestApi a({.storage = seat_a.get(), .seed = 1});
  TestApi b({.storage = seat_b.get(), .seed = 2});
  for (int round = 0; round < 20; ++round) {
    const std::string ip = "10.0.7." + std::to_string(round + 1);
    std::atomic<int> created = 0;
    std::atomic<int> refused = 0;
    InThreads(4, [&](int thread) {
      TestApi& api = thread % 2 == 0 ? a : b;
      const auto answer =
          api.Send("POST", kServices,
                   Service("s" + std::to_string(round) + "-" + std::to_string(thread),
                           R"("clusterIP":")" + ip + "\""));
      created += answer.status == 201 ? 1 : 0;
      refused += answer.status == 422 ? 1 : 0;
    });
    EXPECT_EQ(created, 1);
    EXPECT_EQ(refused, 3);
  }
}

TEST(ServiceAllocation, TakesNothingWhenTheStoreFails) {
  SharedStore store;
  {
    // Makes what every cluster has, so that the next one has nothing to commit when it is opened.
    const auto seat = store.NewSeat();
    TestApi first({.storage = seat.get()});
  }
  testing::FaultStorage seat(store.NewSeat(),
                             {.seed = 3, .failures_percent = 50, .delays_percent = 0});
  TestApi api({.storage = &seat});
  std::set<std::string> stored;
  for (int i = 0; i < 100; ++i) {
    const std::string name = "s" + std::to_string(i);
    const auto answer = api.Send("POST", kServices, Service(name, R"("type":"NodePort")"));
    if (answer.status == 201) {
      stored.insert(Member(answer.body, "clusterIP"));
    }
    if (i % 3 == 0 && api.Send("DELETE", Path(kServices, name)).status == 200) {
      stored.erase(Member(answer.body, "clusterIP"));
    }
  }
  EXPECT_GT(seat.failures(), 20U);
  EXPECT_FALSE(stored.empty());
  const std::vector<std::string> taken = Members(api.Send("GET", kAddresses).body, "name");
  std::set<std::string> addresses;
  std::copy_if(taken.begin(), taken.end(), std::inserter(addresses, addresses.end()),
               [](const std::string& name) { return name.starts_with("10."); });
  EXPECT_EQ(addresses, stored);
}

TEST(ServiceAllocation, IsRepairedAtTheStart) {
  SharedStore store;
  std::string port;
  {
    const auto seat = store.NewSeat();
    TestApi api({.storage = seat.get()});
    const auto created =
        api.Send("POST", kServices, Service("a", R"("type":"NodePort","clusterIP":"10.0.7.7")"));
    ASSERT_EQ(created.status, 201);
    port = Member(created.body, "nodePort");
    // What a service that is gone left, long ago; and one that is still to come.
    const auto leave = [&](const std::string& name) {
      EXPECT_EQ(api.Send("POST", kAddresses,
                         R"({"metadata":{"name":")" + name +
                             R"(","labels":{"ipaddress.kubernetes.io/managed-by":)"
                             R"("ipallocator.k8s.io"}},"spec":{"parentRef":{"resource":"services",)"
                             R"("namespace":"default","name":"gone"}}})")
                    .status,
                201);
    };
    leave("10.0.7.8");
    api.clock().Advance(std::chrono::seconds(61));
    leave("10.0.7.9");
    std::vector<Change> changes;
    changes.push_back({"/registry/ipaddresses/10.0.7.7", nullptr, std::nullopt});
    changes.push_back({"/registry/ranges/servicenodeports/" + port, nullptr, std::nullopt});
    changes.push_back({"/registry/ranges/servicenodeports/30001",
                       std::make_shared<const std::string>("default/gone"), 0});
    ASSERT_TRUE(seat->Commit(std::move(changes)));
  }
  const auto seat = store.NewSeat();
  TestApi api({.storage = seat.get(), .clock_offset = std::chrono::seconds(61)});
  EXPECT_TRUE(Exists(api, Path(kAddresses, "10.0.7.7")));
  EXPECT_FALSE(Exists(api, Path(kAddresses, "10.0.7.8")));
  EXPECT_TRUE(Exists(api, Path(kAddresses, "10.0.7.9")));
  const auto with_port = [&](const std::string& name, const std::string& number) {
    return api.Send(
        "POST", kServices,
        Service(name, R"("type":"NodePort","ports":[{"port":80,"nodePort":)" + number + "}]"));
  };
  EXPECT_EQ(with_port("b", port).status, 422);
  EXPECT_EQ(with_port("c", "30001").status, 201);
}

TEST(ServiceCidrController, KeepsANetworkWhileItsAddressesAreInUse) {
  TestApi api;
  DiscardLogger logger;
  ServiceCidrController controller(api.api(), api.api().catalog(), api.clock(), logger);
  const std::string path = Path(kCidrs, "more");
  ASSERT_EQ(
      api.Send("POST", kCidrs, R"({"metadata":{"name":"more"},"spec":{"cidrs":["172.30.0.0/24"]}})")
          .status,
      201);
  controller.Sync();
  const std::string ready = api.Send("GET", path).body;
  EXPECT_THAT(ready, HasSubstr(R"("finalizers":["networking.k8s.io/service-cidr-finalizer"])"));
  EXPECT_THAT(ready, HasSubstr(R"("type":"Ready","status":"True")"));
  EXPECT_THAT(ready, HasSubstr(R"("message":"Kubernetes Service CIDR is ready")"));
  const std::string revision = Member(ready, "resourceVersion");
  controller.Sync();
  EXPECT_EQ(Member(api.Send("GET", path).body, "resourceVersion"), revision);

  ASSERT_EQ(api.Send("POST", kServices, Service("a", R"("clusterIP":"172.30.0.5")")).status, 201);
  EXPECT_EQ(api.Send("DELETE", path).status, 200);
  api.clock().Advance(std::chrono::seconds(20));
  controller.Sync();
  EXPECT_THAT(api.Send("GET", path).body,
              HasSubstr(R"("status":"False","lastTransitionTime":"2026-01-02T03:04:25Z",)"
                        R"("reason":"Terminating")"));
  // Another network that holds the address lets it go.
  ASSERT_EQ(
      api.Send("POST", kCidrs, R"({"metadata":{"name":"wide"},"spec":{"cidrs":["172.30.0.0/16"]}})")
          .status,
      201);
  controller.Sync();
  EXPECT_FALSE(Exists(api, path));

  // One without addresses in use stays for the time that all servers need to hear of it.
  EXPECT_EQ(api.Send("DELETE", Path(kServices, "a")).status, 200);
  EXPECT_EQ(api.Send("DELETE", Path(kCidrs, "wide")).status, 200);
  controller.Sync();
  EXPECT_TRUE(Exists(api, Path(kCidrs, "wide")));
  api.clock().Advance(ServiceCidrController::kGrace);
  controller.Sync();
  EXPECT_FALSE(Exists(api, Path(kCidrs, "wide")));
}

TEST(ClusterObjects, LeadToTheServerAndComeBack) {
  TestApi api({.cluster_ip_ranges = {"10.0.0.0/16", "fd00:10::/112"}});
  api.api().Announce("192.0.2.7", 6443);
  const std::string service = Path(kServices, "kubernetes");
  const std::string endpoints = "/api/v1/namespaces/default/endpoints/kubernetes";
  const std::string slice =
      "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes";
  const auto check = [&] {
    EXPECT_THAT(api.Send("GET", service).body, HasSubstr(R"("clusterIP":"10.0.0.1")"));
    EXPECT_THAT(api.Send("GET", service).body, HasSubstr(R"("targetPort":6443)"));
    EXPECT_THAT(api.Send("GET", endpoints).body, HasSubstr(R"("ip":"192.0.2.7")"));
    EXPECT_THAT(api.Send("GET", endpoints).body, HasSubstr(R"("port":6443)"));
    EXPECT_THAT(api.Send("GET", slice).body, HasSubstr(R"("addresses":["192.0.2.7"])"));
    EXPECT_THAT(api.Send("GET", Path(kCidrs, "kubernetes")).body,
                HasSubstr(R"("message":"Kubernetes default Service CIDR is ready")"));
  };
  check();
  for (const std::string& path : {service, endpoints, slice, Path(kCidrs, "kubernetes")}) {
    EXPECT_EQ(api.Send("DELETE", path).status, 200) << path;
  }
  api.api().cluster_objects().Reconcile();
  check();
  const std::string before = api.Send("GET", slice).body;
  EXPECT_EQ(api.Send("PATCH", slice, R"({"endpoints":null})",
                     {{"Content-Type", "application/merge-patch+json"}})
                .status,
            200);
  api.api().cluster_objects().Reconcile();
  check();
  // Nothing is written when all is well.
  const std::string revision = Member(api.Send("GET", kAddresses).body, "resourceVersion");
  api.api().cluster_objects().Reconcile();
  EXPECT_EQ(Member(api.Send("GET", kAddresses).body, "resourceVersion"), revision);
}

}  // namespace
}  // namespace k8snet::server
