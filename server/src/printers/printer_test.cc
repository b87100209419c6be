#include "src/printers/printer.h"

#include <gtest/gtest.h>

#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/discovery/v1.h"
#include "k8snet/apis/networking/v1.h"
#include "src/printers/kinds.h"

namespace k8snet::server {
namespace {

using TimePoint = std::chrono::system_clock::time_point;

TEST(AgeText, CountsAsUpstreamDoes) {
  const std::int64_t created = 1'700'000'000;
  const struct {
    std::int64_t age;
    std::string_view text;
  } cases[] = {{-2, "<invalid>"},
               {-1, "0s"},
               {0, "0s"},
               {119, "119s"},
               {121, "2m1s"},
               {540, "9m"},
               {545, "9m5s"},
               {600, "10m"},
               {10'740, "179m"},
               {10'860, "3h1m"},
               {18'000, "5h"},
               {28'800, "8h"},
               {169'200, "47h"},
               {176'400, "2d1h"},
               {432'000, "5d"},
               {691'200, "8d"},
               {400 * 86'400, "400d"},
               {800 * 86'400, "2y70d"},
               {1095 * 86'400, "3y"},
               {9LL * 365 * 86'400, "9y"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.age);
    EXPECT_EQ(AgeText({created}, TimePoint(std::chrono::seconds(created + c.age))), c.text);
  }
  EXPECT_EQ(AgeText({}, TimePoint()), "<unknown>");
}

// Returns one cell of an object.
template <typename T>
std::string Cell(const Printer& printer, const T& object, std::size_t column) {
  return printer.Cells(Object::Of(object), TimePoint()).at(column);
}

TEST(IngressPrinter, ShowsThreeHostsAndCountsRules) {
  const struct {
    std::vector<std::string> hosts;
    std::string_view cell;
  } cases[] = {{{}, "*"},
               {{""}, "*"},
               {{"", "a"}, "a"},
               {{"a", "b", "c"}, "a,b,c"},
               {{"a", "b", "c", ""}, "a,b,c + 1 more..."},
               {{"", "", "a", "b", "c", "d"}, "a,b,c + 3 more..."}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.cell);
    networking::v1::Ingress ingress;
    for (const std::string& host : c.hosts) {
      ingress.spec.rules.emplace_back().host = host;
    }
    EXPECT_EQ(Cell(IngressPrinter(), ingress, 2), c.cell);
  }
}

TEST(IngressPrinter, ShowsAddressesOnceInOrder) {
  networking::v1::Ingress ingress;
  ingress.status.load_balancer.ingress = {
      {.ip = "2.2.2.2"}, {.hostname = "b.example"}, {.ip = "1.1.1.1"}, {.ip = "2.2.2.2"}};
  EXPECT_EQ(Cell(IngressPrinter(), ingress, 3), "1.1.1.1,2.2.2.2,b.example");
}

TEST(ServicePrinter, ShowsPortsAndAddresses) {
  core::v1::Service service;
  service.spec.type = "NodePort";
  service.spec.ports = {{.protocol = "TCP", .port = 80, .node_port = 30080},
                        {.protocol = "UDP", .port = 53}};
  EXPECT_EQ(Cell(ServicePrinter(), service, 4), "80:30080/TCP,53/UDP");
  EXPECT_EQ(Cell(ServicePrinter(), service, 3), "<none>");
  service.spec.type = "LoadBalancer";
  EXPECT_EQ(Cell(ServicePrinter(), service, 3), "<pending>");
  service.spec.external_ips = {"8.8.8.8"};
  service.status.load_balancer.ingress = {{.hostname = "lb"}};
  EXPECT_EQ(Cell(ServicePrinter(), service, 3), "lb,8.8.8.8");
}

TEST(EndpointsPrinter, ShowsReadyAddressesWithPorts) {
  core::v1::Endpoints endpoints;
  EXPECT_EQ(Cell(EndpointsPrinter(), endpoints, 1), "<none>");
  endpoints.subsets = {
      {.addresses = {{.ip = "10.0.0.1"}, {.ip = "fd00::1"}}, .ports = {{.port = 80}}}};
  EXPECT_EQ(Cell(EndpointsPrinter(), endpoints, 1), "10.0.0.1:80,[fd00::1]:80");
  endpoints.subsets = {{.not_ready_addresses = {{.ip = "10.0.0.1"}}, .ports = {{.port = 80}}}};
  EXPECT_EQ(Cell(EndpointsPrinter(), endpoints, 1), "");
}

TEST(EndpointSlicePrinter, ShowsNumbersElseNames) {
  discovery::v1::EndpointSlice slice;
  EXPECT_EQ(Cell(EndpointSlicePrinter(), slice, 2), "<unset>");
  slice.ports = {{.port = 80}, {.name = "b"}, {.name = ""}};
  EXPECT_EQ(Cell(EndpointSlicePrinter(), slice, 2), "80,b,");
  slice.endpoints.emplace();
  slice.endpoints->emplace_back().addresses = {"a", "b", "c", "d"};
  EXPECT_EQ(Cell(EndpointSlicePrinter(), slice, 3), "a,b,c + 1 more...");
}

TEST(NetworkPolicyPrinter, ShowsTheSelectorByKey) {
  networking::v1::NetworkPolicy policy;
  EXPECT_EQ(Cell(NetworkPolicyPrinter(), policy, 1), "<none>");
  policy.spec.pod_selector.match_labels = {{"role", "db"}};
  policy.spec.pod_selector.match_expressions = {
      {.key = "tier", .operator_ = "In", .values = {"b", "a"}},
      {.key = "app", .operator_ = "DoesNotExist"}};
  EXPECT_EQ(Cell(NetworkPolicyPrinter(), policy, 1), "!app,role=db,tier in (a,b)");
}

}  // namespace
}  // namespace k8snet::server
