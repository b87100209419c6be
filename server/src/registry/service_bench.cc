// What Services cost: a create while very many addresses are taken, and the memory of all.

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "src/registry/shared_store.h"
#include "src/verbs/test_api.h"

namespace k8snet::server {
namespace {

constexpr char kServices[] = "/api/v1/namespaces/default/services";

std::string Service(int number) {
  return R"({"metadata":{"name":"s)" + std::to_string(number) +
         R"("},"spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80}]}})";
}

double ResidentMiB() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// What this thread has used of a processor, in microseconds: on a busy machine the wall clock tells
// of the others.
double ThreadMicros() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// Fills a network of 131,070 addresses with as many services as the argument says, from as many
// threads as the other one; an iteration is all of them.
void BM_Create(benchmark::State& state) {
  const int count = static_cast<int>(state.range(0));
  const int threads = static_cast<int>(state.range(1));
  for (auto _ : state) {
    const double before = ResidentMiB();
    TestApi api({.cluster_ip_ranges = {"10.0.0.0/15"}});
    std::vector<std::vector<double>> micros(static_cast<std::size_t>(threads));
    {
      std::vector<std::jthread> workers;
      for (int thread = 0; thread < threads; ++thread) {
        workers.emplace_back([&, thread] {
          for (int i = thread; i < count; i += threads) {
            const double start = ThreadMicros();
            const auto answer = api.Send("POST", kServices, Service(i));
            micros[static_cast<std::size_t>(thread)].push_back(ThreadMicros() - start);
            K8SNET_CHECK(answer.status == 201);
          }
        });
      }
    }
    std::vector<double> all;
    for (const std::vector<double>& part : micros) {
      all.insert(all.end(), part.begin(), part.end());
    }
    std::sort(all.begin(), all.end());
    state.counters["p50_cpu_us"] = all[all.size() / 2];
    state.counters["p99_cpu_us"] = all[all.size() * 99 / 100];
    state.counters["max_cpu_us"] = all.back();
    state.counters["MiB"] = ResidentMiB() - before;
  }
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(BM_Create)
    ->ArgNames({"services", "threads"})
    ->Args({1'000, 1})
    ->Args({100'000, 1})
    ->Args({100'000, 2})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

// Opens an API over a store that holds as many services as the argument says: all of them are
// looked at, to see that their addresses are taken.
void BM_Open(benchmark::State& state) {
  SharedStore store;
  const auto seat = store.NewSeat();
  {
    TestApi api({.storage = seat.get(), .cluster_ip_ranges = {"10.0.0.0/15"}});
    for (int i = 0; i < static_cast<int>(state.range(0)); ++i) {
      K8SNET_CHECK(api.Send("POST", kServices, Service(i)).status == 201);
    }
  }
  for (auto _ : state) {
    const auto next = store.NewSeat();
    const TestApi api({.storage = next.get(), .cluster_ip_ranges = {"10.0.0.0/15"}});
  }
}
BENCHMARK(BM_Open)->ArgName("services")->Arg(0)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace k8snet::server
