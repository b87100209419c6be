// Throughput of the codecs. Bytes per second are of the encoded form; allocations are per object.
//   codec_bench --benchmark_filter=Json
//   codec_bench --write=DIR    writes the inputs, for .ci/bench.py, instead
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/codec/yaml.h"
#include "k8snet/apis/testing/allocations.h"
#include "k8snet/apis/testing/samples.h"
#include "src/rapidjson.h"

namespace k8snet {
namespace {

namespace rj = ::k8snet_rapidjson;

struct Format {
  const char* name;
  std::string (*encode)(const Object& object);
  Result<Decoded> (*decode)(const Type& type, std::string_view bytes, const DecodeOptions& options);
};

std::string CompactJson(const Object& object) { return EncodeJson(object); }

constexpr Format kFormats[] = {{"Json", CompactJson, DecodeJson},
                               {"Yaml", EncodeYaml, DecodeYaml},
                               {"Protobuf", EncodeProtobuf, DecodeProtobuf},
                               {"Cbor", EncodeCbor, DecodeCbor}};

// Runs `work` on and on, which handles `size` bytes.
template <typename Work>
void Run(benchmark::State& state, std::size_t size, Work work) {
  const std::int64_t before = testing::allocations;
  for (auto _ : state) {
    work();
  }
  const auto made = static_cast<double>(testing::allocations - before);
  state.SetBytesProcessed(static_cast<std::int64_t>(size) * state.iterations());
  state.counters["bytes"] = static_cast<double>(size);
  state.counters["allocs"] = made / static_cast<double>(state.iterations());
}

void Register(const Format& format, const testing::Sample& sample) {
  const Object object = sample.object;
  const std::string bytes = format.encode(object);
  benchmark::RegisterBenchmark((sample.name + "/Decode" + format.name).c_str(),
                               [=](benchmark::State& state) {
                                 Run(state, bytes.size(), [&] {
                                   auto decoded = format.decode(object.type(), bytes, {});
                                   benchmark::DoNotOptimize(decoded);
                                 });
                               });
  benchmark::RegisterBenchmark((sample.name + "/Encode" + format.name).c_str(),
                               [=](benchmark::State& state) {
                                 Run(state, bytes.size(), [&] {
                                   std::string encoded = format.encode(object);
                                   benchmark::DoNotOptimize(encoded);
                                 });
                               });
}

// A handler that looks at nothing: what a parse alone costs.
void RegisterBareJson(const testing::Sample& sample) {
  const std::string json = EncodeJson(sample.object);
  benchmark::RegisterBenchmark((sample.name + "/BareJson").c_str(), [=](benchmark::State& state) {
    Run(state, json.size(), [&] {
      rj::BaseReaderHandler<> handler;
      rj::StringStream stream(json.c_str());
      rj::Reader reader;
      auto result = reader.Parse(stream, handler);
      benchmark::DoNotOptimize(result);
    });
  });
}

void Write(const std::filesystem::path& folder) {
  for (const testing::Sample& sample : testing::Samples()) {
    for (const Format& format : kFormats) {
      std::ofstream(folder / (sample.name + "." + format.name), std::ios::binary)
          << format.encode(sample.object);
    }
  }
}

}  // namespace
}  // namespace k8snet

int main(int argc, char** argv) {
  constexpr std::string_view kWrite = "--write=";
  if (argc > 1 && std::string_view(argv[1]).starts_with(kWrite)) {
    k8snet::Write(argv[1] + kWrite.size());
    return 0;
  }
  for (const k8snet::testing::Sample& sample : k8snet::testing::Samples()) {
    if (sample.name.ends_with("V1beta1")) {
      continue;
    }
    k8snet::RegisterBareJson(sample);
    for (const k8snet::Format& format : k8snet::kFormats) {
      k8snet::Register(format, sample);
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
