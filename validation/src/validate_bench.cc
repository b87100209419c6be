#include <string>

#include <benchmark/benchmark.h>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/discovery/v1.h"
#include "k8snet/apis/networking/v1.h"
#include "k8snet/validation/validate.h"

namespace k8snet::validation {
namespace {

// About 1 kB of JSON.
void BM_Ingress(benchmark::State& state) {
  networking::v1::Ingress ingress;
  ingress.metadata.name = "web";
  ingress.metadata.namespace_ = "default";
  ingress.metadata.labels = {{"app", "web"}, {"app.kubernetes.io/part-of", "shop"}};
  for (int i = 0; i < 8; ++i) {
    networking::v1::HTTPIngressPath path;
    path.path = "/a/" + std::to_string(i);
    path.path_type = "Prefix";
    path.backend.service.emplace();
    path.backend.service->name = "service-" + std::to_string(i);
    path.backend.service->port.number = 80;
    networking::v1::IngressRule rule;
    rule.host = "host-" + std::to_string(i) + ".example.com";
    rule.ingress_rule_value.http.emplace();
    rule.ingress_rule_value.http->paths.emplace(1, path);
    ingress.spec.rules.push_back(rule);
  }
  const Object object = Object::Of(ingress);
  K8SNET_CHECK(Validate(object).empty());
  for (auto _ : state) {
    benchmark::DoNotOptimize(Validate(object));
  }
}
BENCHMARK(BM_Ingress);

void BM_SliceOf100(benchmark::State& state) {
  discovery::v1::EndpointSlice slice;
  slice.metadata.name = "web-1";
  slice.metadata.namespace_ = "default";
  slice.address_type = "IPv4";
  slice.endpoints.emplace();
  for (int i = 0; i < 100; ++i) {
    discovery::v1::Endpoint endpoint;
    endpoint.addresses = {"10.1.2." + std::to_string(i)};
    endpoint.node_name = "node-" + std::to_string(i);
    endpoint.zone = "zone-a";
    slice.endpoints->push_back(endpoint);
  }
  const Object object = Object::Of(slice);
  K8SNET_CHECK(Validate(object).empty());
  for (auto _ : state) {
    benchmark::DoNotOptimize(Validate(object));
  }
}
BENCHMARK(BM_SliceOf100);

}  // namespace
}  // namespace k8snet::validation
