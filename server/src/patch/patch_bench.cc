#include <string>

#include <benchmark/benchmark.h>

#include "src/patch/json.h"
#include "src/patch/patch.h"
#include "src/patch/test_types.h"

namespace k8snet::server {
namespace {

// An Ingress of some 1 kB.
std::string Ingress() {
  std::string rules;
  for (int i = 0; i < 6; ++i) {
    rules += (i == 0 ? "" : ",") + std::string("{\"host\":\"host-") + std::to_string(i) +
             ".example.com\",\"backend\":{\"service\":{\"name\":\"service-" + std::to_string(i) +
             "\",\"port\":{\"number\":8080}}}}";
  }
  return R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"web",)"
         R"("namespace":"default","uid":"4f9b4b1e-8d5c-4c3a-9c55-0f1d7c8f9b10",)"
         R"("resourceVersion":"12345","generation":3,"creationTimestamp":"2024-01-01T00:00:00Z",)"
         R"("labels":{"app.kubernetes.io/name":"web","app.kubernetes.io/instance":"prod"},)"
         R"("annotations":{"example.com/a":"some text","example.com/b":"some other text"}},)"
         R"("spec":{"ingressClassName":"nginx","defaultBackend":{"service":{"name":"web",)"
         R"("port":{"number":80}}},"rules":[)" +
         rules + "]}}";
}

void BM_ParseJson(benchmark::State& state) {
  const std::string document = Ingress();
  for (auto _ : state) {
    benchmark::DoNotOptimize(ParseJson(document));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(document.size()));
}
BENCHMARK(BM_ParseJson);

void BM_JsonPatch(benchmark::State& state) {
  const std::string document = Ingress();
  const std::string patch =
      R"([{"op":"replace","path":"/metadata/labels/app.kubernetes.io~1name","value":"x"}])";
  for (auto _ : state) {
    benchmark::DoNotOptimize(ApplyJsonPatch(document, patch));
  }
}
BENCHMARK(BM_JsonPatch);

void BM_MergePatch(benchmark::State& state) {
  const std::string document = Ingress();
  const std::string patch = R"({"metadata":{"labels":{"a":"b"}}})";
  for (auto _ : state) {
    benchmark::DoNotOptimize(ApplyMergePatch(document, patch));
  }
}
BENCHMARK(BM_MergePatch);

void BM_StrategicMergePatch(benchmark::State& state) {
  const std::string document = Ingress();
  const std::string patch =
      R"({"metadata":{"labels":{"a":"b"}},"spec":{"defaultBackend":{"service":{"name":"c"}}}})";
  for (auto _ : state) {
    benchmark::DoNotOptimize(ApplyStrategicMergePatch(testing::IngressType(), document, patch));
  }
}
BENCHMARK(BM_StrategicMergePatch);

}  // namespace
}  // namespace k8snet::server
