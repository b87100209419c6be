// Throughput of the codecs. Bytes per second are of the encoded form; allocations are per object.
//   build/apis/codec_bench --benchmark_filter=Json
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <benchmark/benchmark.h>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/discovery/v1.h"
#include "k8snet/apis/networking/v1.h"
#include "src/rapidjson.h"

namespace {

std::int64_t allocations = 0;  // Benchmarks run on one thread.

}  // namespace

// Not inlined, so that compilers do not take new and free for a pair that does not match.
__attribute__((noinline)) void* operator new(std::size_t size) {
  ++allocations;
  void* p = std::malloc(size);
  if (p == nullptr) {
    std::abort();
  }
  return p;
}
__attribute__((noinline)) void operator delete(void* p) noexcept { std::free(p); }
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace k8snet {
namespace {

namespace rj = ::k8snet_rapidjson;

struct Sample {
  const Type* type;
  std::string json;
  std::string wire;
  Object object;
};

Sample MakeSample(const Type& type, std::string_view json) {
  auto decoded = DecodeJson(type, json);
  if (!decoded) {
    std::fprintf(stderr, "%s\n", decoded.error().message.c_str());
    std::abort();
  }
  Sample sample{&type, "", "", std::move(decoded->object).Freeze()};
  sample.json = EncodeJson(sample.object);
  sample.wire = EncodeProtobuf(sample.object);
  return sample;
}

Sample IngressSample() {
  return MakeSample(
      TypeOf<networking::v1::Ingress>(),
      R"({"kind":"Ingress","apiVersion":"networking.k8s.io/v1","metadata":{"name":"web-frontend",)"
      R"("namespace":"production","uid":"0f4b6d3c-7a62-4d0e-9f10-3b1f0b7f5a11",)"
      R"("resourceVersion":"123456","generation":3,"creationTimestamp":"2024-05-01T10:00:00Z",)"
      R"("labels":{"app.kubernetes.io/name":"web","app.kubernetes.io/part-of":"shop"},)"
      R"("annotations":{"nginx.ingress.kubernetes.io/rewrite-target":"/",)"
      R"("cert-manager.io/cluster-issuer":"letsencrypt"}},"spec":{"ingressClassName":"nginx",)"
      R"("tls":[{"hosts":["shop.example.com","www.example.com"],"secretName":"shop-tls"}],)"
      R"("rules":[{"host":"shop.example.com","http":{"paths":[{"path":"/","pathType":"Prefix",)"
      R"("backend":{"service":{"name":"web","port":{"number":80}}}},{"path":"/api",)"
      R"("pathType":"Prefix","backend":{"service":{"name":"api","port":{"name":"http"}}}}]}},)"
      R"({"host":"www.example.com","http":{"paths":[{"path":"/","pathType":"Exact","backend":)"
      R"({"service":{"name":"web","port":{"number":80}}}}]}}]},"status":{"loadBalancer":)"
      R"({"ingress":[{"ip":"203.0.113.10"}]}}})");
}

Sample ServiceSample() {
  return MakeSample(
      TypeOf<core::v1::Service>(),
      R"({"kind":"Service","apiVersion":"v1","metadata":{"name":"web","namespace":"production",)"
      R"("uid":"0f4b6d3c-7a62-4d0e-9f10-3b1f0b7f5a11","resourceVersion":"123456",)"
      R"("creationTimestamp":"2024-05-01T10:00:00Z","labels":{"app.kubernetes.io/name":"web"}},)"
      R"("spec":{"ports":[{"name":"http","protocol":"TCP","port":80,"targetPort":8080},)"
      R"({"name":"https","protocol":"TCP","appProtocol":"https","port":443,)"
      R"("targetPort":"https"}],"selector":{"app.kubernetes.io/name":"web"},)"
      R"("clusterIP":"10.0.171.239","clusterIPs":["10.0.171.239"],"type":"ClusterIP",)"
      R"("sessionAffinity":"None","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",)"
      R"("internalTrafficPolicy":"Cluster"},"status":{"loadBalancer":{}}})");
}

Sample SliceSample(int endpoints) {
  std::string json =
      R"({"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1","metadata":{"name":"web-x7k2p",)"
      R"("namespace":"production","labels":{"kubernetes.io/service-name":"web"}},)"
      R"("addressType":"IPv4","ports":[{"name":"http","protocol":"TCP","port":8080}],)"
      R"("endpoints":[)";
  for (int i = 0; i < endpoints; ++i) {
    const std::string n = std::to_string(i);
    json += (i == 0 ? "" : ",") +
            (R"({"addresses":["10.1.)" + std::to_string(i / 250) + "." + std::to_string(i % 250)) +
            R"("],"conditions":{"ready":true,"serving":true,"terminating":false},"targetRef":)"
            R"({"kind":"Pod","namespace":"production","name":"web-6d4cf56db6-)" +
            n + R"(","uid":"0f4b6d3c-7a62-4d0e-9f10-3b1f0b7f5a11"},"nodeName":"node-)" + n +
            R"(","zone":"eu-west-1a"})";
  }
  return MakeSample(TypeOf<discovery::v1::EndpointSlice>(), json + "]}");
}

// Sets bytes per second and allocations per object of a run that began at `since`.
void Report(benchmark::State& state, std::size_t bytes, std::int64_t since) {
  const double runs = static_cast<double>(state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
  state.counters["allocs"] = static_cast<double>(allocations - since) / runs;
  state.counters["bytes"] = static_cast<double>(bytes);
}

void DecodeJsonRun(benchmark::State& state, const Sample& sample) {
  const std::int64_t since = allocations;
  for (auto _ : state) {
    auto decoded = DecodeJson(*sample.type, sample.json);
    benchmark::DoNotOptimize(decoded);
  }
  Report(state, sample.json.size(), since);
}

// A handler that looks at nothing: what RapidJSON alone costs.
void BareJsonRun(benchmark::State& state, const Sample& sample) {
  const std::int64_t since = allocations;
  for (auto _ : state) {
    rj::BaseReaderHandler<> handler;
    rj::StringStream stream(sample.json.c_str());
    rj::Reader reader;
    auto result = reader.Parse(stream, handler);
    benchmark::DoNotOptimize(result);
  }
  Report(state, sample.json.size(), since);
}

void EncodeJsonRun(benchmark::State& state, const Sample& sample) {
  const std::int64_t since = allocations;
  for (auto _ : state) {
    std::string json = EncodeJson(sample.object);
    benchmark::DoNotOptimize(json);
  }
  Report(state, sample.json.size(), since);
}

void DecodeProtobufRun(benchmark::State& state, const Sample& sample) {
  const std::int64_t since = allocations;
  for (auto _ : state) {
    auto decoded = DecodeProtobuf(*sample.type, sample.wire);
    benchmark::DoNotOptimize(decoded);
  }
  Report(state, sample.wire.size(), since);
}

void EncodeProtobufRun(benchmark::State& state, const Sample& sample) {
  const std::int64_t since = allocations;
  for (auto _ : state) {
    std::string wire = EncodeProtobuf(sample.object);
    benchmark::DoNotOptimize(wire);
  }
  Report(state, sample.wire.size(), since);
}

void Register(const std::string& name, const Sample& sample) {
  benchmark::RegisterBenchmark((name + "/BareJson").c_str(), BareJsonRun, sample);
  benchmark::RegisterBenchmark((name + "/DecodeJson").c_str(), DecodeJsonRun, sample);
  benchmark::RegisterBenchmark((name + "/EncodeJson").c_str(), EncodeJsonRun, sample);
  benchmark::RegisterBenchmark((name + "/DecodeProtobuf").c_str(), DecodeProtobufRun, sample);
  benchmark::RegisterBenchmark((name + "/EncodeProtobuf").c_str(), EncodeProtobufRun, sample);
}

const bool kRegistered = [] {
  Register("Ingress", IngressSample());
  Register("Service", ServiceSample());
  Register("EndpointSlice100", SliceSample(100));
  Register("EndpointSlice1000", SliceSample(1000));
  return true;
}();

}  // namespace
}  // namespace k8snet
