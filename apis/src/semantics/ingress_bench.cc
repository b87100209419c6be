// Measures matching over 10,000 rules: ns per request, and what the tables cost.
#include <benchmark/benchmark.h>

#include "k8snet/apis/semantics/ingress.h"

namespace k8snet::semantics {
namespace {

using networking::v1::Ingress;

// 10,000 paths, spread over `hosts` hosts; every tenth host is a wildcard, every third path exact.
std::vector<Ingress> Rules(int hosts) {
  constexpr int kPaths = 10'000;
  std::vector<Ingress> ingresses(static_cast<std::size_t>(hosts));
  for (int h = 0; h < hosts; ++h) {
    auto& rule = ingresses[static_cast<std::size_t>(h)].spec.rules.emplace_back();
    rule.host = (h % 10 == 9 ? "*.h" : "www.h") + std::to_string(h) + ".example.com";
    auto& paths = rule.ingress_rule_value.http.emplace().paths.emplace();
    for (int p = 0; p < kPaths / hosts; ++p) {
      auto& path = paths.emplace_back();
      path.path = "/api/v1/service-" + std::to_string(p) + "/items";
      path.path_type = p % 3 == 0 ? "Exact" : "Prefix";
      path.backend.service.emplace().name = "web";
    }
  }
  return ingresses;
}

void BM_Find(benchmark::State& state) {
  const int hosts = static_cast<int>(state.range(0));
  const IngressRouter router(Rules(hosts));
  std::vector<std::pair<std::string, std::string>> requests;
  for (int i = 0; i < 1024; ++i) {
    const int p = i * 31 % (10'000 / hosts);
    requests.emplace_back("www.h" + std::to_string(i * 7919 % hosts) + ".example.com:443",
                          "/api/v1/service-" + std::to_string(p) + "/items" +
                              (p % 3 == 0 ? "?page=2" : "/17/parts?page=2"));
  }
  std::size_t i = 0, found = 0;
  for (auto _ : state) {
    const auto& [host, path] = requests[i++ % requests.size()];
    found += router.Find(host, path) != nullptr ? 1U : 0U;
  }
  if (found != i) {
    state.SkipWithError("a request found no rule");
  }
}
BENCHMARK(BM_Find)->Arg(1)->Arg(100)->Arg(10'000);

void BM_Compile(benchmark::State& state) {
  const std::vector<Ingress> ingresses = Rules(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(IngressRouter(ingresses));
  }
}
BENCHMARK(BM_Compile)->Arg(1)->Arg(100)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace k8snet::semantics
