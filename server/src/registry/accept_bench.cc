// What a server does with a body before it stores the object, without a store or sockets: decode,
// default, convert to the hub, validate. And the conversion alone, from v1beta1 to v1.
#include <cstdint>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/testing/allocations.h"
#include "k8snet/apis/testing/samples.h"
#include "k8snet/conversion/converter.h"
#include "k8snet/conversion/defaults.h"
#include "k8snet/validation/validate.h"

namespace k8snet {
namespace {

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

void Accept(const conversion::Converter& converter, Result<Decoded> decoded) {
  K8SNET_CHECK(decoded.has_value());
  conversion::SetDefaults(decoded->object);
  const Type& hub = converter.HubOf(decoded->object.type());
  const auto object = converter.Convert(std::move(decoded->object).Freeze(), hub);
  K8SNET_CHECK(object.has_value());
  K8SNET_CHECK(validation::Validate(*object).empty());
}

void Register(const conversion::Converter& converter, const testing::Sample& sample) {
  const Type& type = sample.object.type();
  const std::string json = EncodeJson(sample.object);
  const std::string wire = EncodeProtobuf(sample.object);
  benchmark::RegisterBenchmark(
      (sample.name + "/AcceptJson").c_str(), [=, &converter, &type](auto& state) {
        Run(state, json.size(), [&] { Accept(converter, DecodeJson(type, json)); });
      });
  benchmark::RegisterBenchmark(
      (sample.name + "/AcceptProtobuf").c_str(), [=, &converter, &type](auto& state) {
        Run(state, wire.size(), [&] { Accept(converter, DecodeProtobuf(type, wire)); });
      });
  if (&converter.HubOf(type) != &type) {
    const Object object = sample.object;
    benchmark::RegisterBenchmark((sample.name + "/Convert").c_str(), [=, &converter](auto& state) {
      const Type& hub = converter.HubOf(object.type());
      Run(state, json.size(), [&] {
        auto converted = converter.Convert(object, hub);
        benchmark::DoNotOptimize(converted);
      });
    });
  }
}

}  // namespace
}  // namespace k8snet

int main(int argc, char** argv) {
  const k8snet::conversion::Converter converter(k8snet::conversion::BuiltinSpokes());
  for (const k8snet::testing::Sample& sample : k8snet::testing::Samples()) {
    k8snet::Register(converter, sample);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
