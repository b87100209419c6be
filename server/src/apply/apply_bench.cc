#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "src/apply/field_set.h"
#include "src/apply/manager.h"
#include "src/patch/test_types.h"

namespace k8snet::server {
namespace {

// An Ingress of some 1 kB. `uid` empty: not yet created.
std::string Ingress(const std::string& uid, const std::string& label) {
  std::string rules;
  for (int i = 0; i < 6; ++i) {
    rules += (i == 0 ? "" : ",") + std::string("{\"host\":\"host-") + std::to_string(i) +
             ".example.com\",\"backend\":{\"service\":{\"name\":\"service-" + std::to_string(i) +
             "\",\"port\":{\"number\":8080}}}}";
  }
  return R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"web",)"
         R"("namespace":"default",)" +
         (uid.empty() ? "" : "\"uid\":\"" + uid + "\",") +
         R"("labels":{"app.kubernetes.io/name":")" + label +
         R"(","app.kubernetes.io/instance":"prod"},)"
         R"("annotations":{"example.com/a":"some text","example.com/b":"some other text"}},)"
         R"("spec":{"ingressClassName":"nginx","defaultBackend":{"service":{"name":"web",)"
         R"("port":{"number":80}}},"rules":[)" +
         rules + "]}}";
}

WriteContext Context() {
  return {.type = &testing::IngressType(),
          .api_version = "networking.k8s.io/v1",
          .manager = "manager",
          .now = "2024-01-01T00:00:00Z"};
}

const std::string kZero = R"({"metadata":{},"spec":{}})";

void BM_TrackCreate(benchmark::State& state) {
  const std::string object = Ingress("", "a");
  for (auto _ : state) {
    benchmark::DoNotOptimize(TrackUpdate(Context(), kZero, object, {}));
  }
}
BENCHMARK(BM_TrackCreate);

void BM_TrackUpdate(benchmark::State& state) {
  const std::string live = Ingress("u", "a");
  const std::string object = Ingress("u", "b");
  const auto entries = TrackUpdate(Context(), kZero, Ingress("", "a"), {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(TrackUpdate(Context(), live, object, entries));
  }
}
BENCHMARK(BM_TrackUpdate);

void BM_Apply(benchmark::State& state) {
  const std::string live = Ingress("u", "a");
  const std::string config = Ingress("", "b");
  const auto created = ApplyConfiguration(Context(), kZero, Ingress("", "a"), {}, false);
  for (auto _ : state) {
    benchmark::DoNotOptimize(ApplyConfiguration(Context(), live, config, created->entries, false));
  }
}
BENCHMARK(BM_Apply);

void BM_DecodeFields(benchmark::State& state) {
  const auto entries = TrackUpdate(Context(), kZero, Ingress("", "a"), {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(FieldSet::Decode(entries[0].fields_v1));
  }
}
BENCHMARK(BM_DecodeFields);

}  // namespace
}  // namespace k8snet::server
