// What the API costs between a parsed request and the body of its answer, over a store in memory.

#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "src/verbs/test_api.h"

namespace k8snet::server {
namespace {

constexpr char kIngresses[] = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";

// An Ingress of about 1 kB.
std::string Ingress(const std::string& name) {
  std::string rules;
  for (int i = 0; i < 4; ++i) {
    rules += (i == 0 ? "" : ",") + std::string(R"({"host":"h)") + std::to_string(i) +
             R"(.example.com","http":{"paths":[{"path":"/a","pathType":"Prefix","backend":)"
             R"({"service":{"name":"svc","port":{"number":80}}}}]}})";
  }
  return R"({"metadata":{"name":")" + name + R"(","labels":{"app":"web"}},"spec":{"rules":[)" +
         rules + "]}}";
}

void CreateMany(TestApi& api, int count) {
  for (int i = 0; i < count; ++i) {
    const auto answer = api.Send("POST", kIngresses, Ingress("i" + std::to_string(i)));
    K8SNET_CHECK(answer.status == 201);
  }
}

void BM_Get(benchmark::State& state) {
  TestApi api;
  CreateMany(api, 2000);
  const std::string target = std::string(kIngresses) + "/i1000";
  std::vector<std::string> warnings;
  for (auto _ : state) {
    benchmark::DoNotOptimize(api.Answer("GET", target, "", {}, warnings));
  }
}
BENCHMARK(BM_Get);

void BM_List2000(benchmark::State& state) {
  TestApi api;
  CreateMany(api, 2000);
  std::vector<std::string> warnings;
  std::size_t bytes = 0;
  for (auto _ : state) {
    const Response response = api.Answer("GET", kIngresses, "", {}, warnings);
    bytes = 0;
    for (const Bytes& part : response.body) {
      bytes += part->size();
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}
BENCHMARK(BM_List2000)->Unit(benchmark::kMicrosecond);

void BM_Create(benchmark::State& state) {
  TestApi api;
  int i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(api.Send("POST", kIngresses, Ingress("i" + std::to_string(i++))));
  }
}
BENCHMARK(BM_Create)->Unit(benchmark::kMicrosecond);

void BM_Update(benchmark::State& state) {
  TestApi api;
  CreateMany(api, 1);
  const std::string target = std::string(kIngresses) + "/i0";
  int i = 0;
  for (auto _ : state) {
    std::string body = Ingress("i0");
    body.insert(body.find("\"app\":\"") + 7, std::to_string(i++ % 10));
    benchmark::DoNotOptimize(api.Send("PUT", target, std::move(body)));
  }
}
BENCHMARK(BM_Update)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace k8snet::server
