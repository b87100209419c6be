// What it costs to give out OpenAPI documents, and to make them.
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "src/openapi/pack.h"
#include "src/verbs/test_api.h"

namespace k8snet::server {
namespace {

void Get(benchmark::State& state, const std::string& target,
         const std::vector<std::pair<std::string, std::string>>& headers) {
  TestApi api;
  std::size_t bytes = 0;
  for (auto _ : state) {
    const TestAnswer answer = api.Send("GET", target, "", headers);
    bytes = answer.body.size();
    benchmark::DoNotOptimize(bytes);
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}

void BM_V2Gzip(benchmark::State& state) {
  Get(state, "/openapi/v2", {{"Accept-Encoding", "gzip"}});
}
BENCHMARK(BM_V2Gzip)->Unit(benchmark::kMicrosecond);

void BM_V2Plain(benchmark::State& state) { Get(state, "/openapi/v2", {}); }
BENCHMARK(BM_V2Plain)->Unit(benchmark::kMicrosecond);

void BM_V2NotModified(benchmark::State& state) {
  TestApi api;
  const std::string tag = *api.Send("GET", "/openapi/v2").headers.Find("Etag");
  Get(state, "/openapi/v2", {{"Accept-Encoding", "gzip"}, {"If-None-Match", tag}});
}
BENCHMARK(BM_V2NotModified)->Unit(benchmark::kMicrosecond);

void BM_V3(benchmark::State& state) { Get(state, "/openapi/v3/apis/networking.k8s.io/v1", {}); }
BENCHMARK(BM_V3)->Unit(benchmark::kMicrosecond);

void BM_V3NotModified(benchmark::State& state) {
  TestApi api;
  const std::string target = "/openapi/v3/apis/networking.k8s.io/v1";
  const std::string tag = *api.Send("GET", target).headers.Find("Etag");
  Get(state, target + "?hash=" + tag.substr(1, tag.size() - 2), {{"If-None-Match", tag}});
}
BENCHMARK(BM_V3NotModified)->Unit(benchmark::kMicrosecond);

// What a server of a user's kinds does at the first request.
void BM_MakeAll(benchmark::State& state) {
  DocumentedApi api;
  for (const Resource& resource : AllResources()) {
    api.resources.push_back({&resource, {}});
  }
  for (auto _ : state) {
    const PackedOpenApi made(api, 6);
    benchmark::DoNotOptimize(made.documents().size());
  }
}
BENCHMARK(BM_MakeAll)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace k8snet::server
