// The listener under load. Clients run in the same process, on threads of their own; `server_us` is
// the CPU time that the server's threads spent a request, `rps` requests a second.
#include <sys/resource.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "k8snet/apis/base/check.h"
#include "k8snet/server/listener.h"
#include "src/http/bench_server.h"
#include "src/http/test_client.h"

namespace k8snet::server {
namespace {

using testing::BenchEvents;
using testing::Client;
using testing::CpuSeconds;
using testing::NewClientContext;
using testing::StartBenchServer;

constexpr char kGet[] =
    "GET /apis/networking.k8s.io/v1/namespaces/default/ingresses/web HTTP/1.1\r\n"
    "Host: 127.0.0.1:6443\r\nUser-Agent: kubectl/v1.37.2 (linux/amd64) kubernetes/0123456\r\n"
    "Accept: application/json\r\nAccept-Encoding: gzip\r\n\r\n";

// Runs `requests` on each of `clients` kept-alive connections and reports a round.
void RunGets(benchmark::State& state, const std::string& request) {
  const auto clients = static_cast<std::size_t>(state.range(0));
  const BenchEvents events;
  const auto listener = StartBenchServer(events, state.range(1) != 0);
  const SslContext tls = state.range(1) != 0 ? NewClientContext() : nullptr;
  std::vector<Client> connections;
  for (std::size_t i = 0; i < clients; ++i) {
    connections.emplace_back(listener->port(), tls.get());
    K8SNET_CHECK(connections.back().connected());
  }
  constexpr int kRequests = 500;
  double server_seconds = 0;
  double wall_seconds = 0;
  std::int64_t total = 0;
  for ([[maybe_unused]] auto round : state) {
    std::atomic<double> client_seconds = 0;
    const double before = CpuSeconds(CLOCK_PROCESS_CPUTIME_ID);
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (Client& client : connections) {
      threads.emplace_back([&] {
        for (int i = 0; i < kRequests; ++i) {
          K8SNET_CHECK(client.Send(request) && client.Read().status == 200);
        }
        client_seconds.fetch_add(CpuSeconds(CLOCK_THREAD_CPUTIME_ID));
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    wall_seconds += wall.count();
    server_seconds += CpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - before - client_seconds;
    total += static_cast<std::int64_t>(clients) * kRequests;
  }
  state.counters["server_us"] = server_seconds * 1e6 / static_cast<double>(total);
  state.counters["rps"] = static_cast<double>(total) / wall_seconds;
}

void BM_Get(benchmark::State& state) { RunGets(state, kGet); }
BENCHMARK(BM_Get)
    ->ArgNames({"clients", "tls"})
    ->Args({1, 1})
    ->Args({8, 1})
    ->Args({64, 1})
    ->Args({8, 0})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void BM_List2000(benchmark::State& state) {
  RunGets(state, "GET /list HTTP/1.1\r\nHost: a\r\n\r\n");
}
BENCHMARK(BM_List2000)
    ->ArgNames({"clients", "tls"})
    ->Args({1, 1})
    ->Args({1, 0})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

std::size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Memory of connections that are idle, then stream, seen from the server: the clients are another
// process. The round is one event to all streams.
void BM_Connections(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  int to_child[2];
  int from_child[2];
  K8SNET_CHECK(pipe(to_child) == 0 && pipe(from_child) == 0);
  const auto tell = [](int fd, std::uint16_t value) {
    K8SNET_CHECK(write(fd, &value, sizeof value) == sizeof value);
  };
  const auto hear = [](int fd) {
    std::uint16_t value = 0;
    K8SNET_CHECK(read(fd, &value, sizeof value) == sizeof value);
    return value;
  };
  const pid_t child = fork();
  if (child == 0) {
    const std::uint16_t port = hear(to_child[0]);
    const SslContext tls = NewClientContext();
    std::vector<Client> clients;
    for (std::size_t i = 0; i < count; ++i) {
      clients.emplace_back(port, tls.get());
      K8SNET_CHECK(clients.back().Get("/").status == 200);
    }
    tell(from_child[1], 1);
    hear(to_child[0]);
    for (Client& client : clients) {
      client.Send("GET /watch HTTP/1.1\r\nHost: a\r\n\r\n");
      K8SNET_CHECK(client.ReadHead().status == 200);
    }
    tell(from_child[1], 1);
    while (hear(to_child[0]) != 0) {
      for (Client& client : clients) {
        K8SNET_CHECK(client.ReadChunk().size() == 1024);
      }
      tell(from_child[1], 1);
    }
    _exit(0);
  }
  BenchEvents events;
  const auto listener = StartBenchServer(events);
  const std::size_t before = ResidentBytes();
  tell(to_child[1], listener->port());
  hear(from_child[0]);
  const auto each = [&] {
    return static_cast<double>(ResidentBytes() - before) / static_cast<double>(count);
  };
  state.counters["idle_bytes"] = each();
  tell(to_child[1], 1);
  hear(from_child[0]);
  while (listener->stats().streams < count) {
    std::this_thread::yield();
  }
  state.counters["stream_bytes"] = each();
  const double cpu = CpuSeconds(CLOCK_PROCESS_CPUTIME_ID);
  std::int64_t rounds = 0;
  for ([[maybe_unused]] auto round : state) {
    tell(to_child[1], 1);
    ++events.count;
    listener->waker().Wake();
    hear(from_child[0]);
    ++rounds;
  }
  state.counters["server_us_per_write"] = (CpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e6 /
                                          static_cast<double>(rounds) / static_cast<double>(count);
  // Wake-ups for events that no stream selects.
  constexpr int kWakes = 500;
  const double before_wakes = CpuSeconds(CLOCK_PROCESS_CPUTIME_ID);
  for (int i = 0; i < kWakes; ++i) {
    listener->waker().Wake();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  state.counters["server_us_per_idle_wake"] =
      (CpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - before_wakes) * 1e6 / kWakes;
  tell(to_child[1], 0);
  int status = 0;
  waitpid(child, &status, 0);
  K8SNET_CHECK(status == 0);
  for (const int fd : {to_child[0], to_child[1], from_child[0], from_child[1]}) {
    close(fd);
  }
}
BENCHMARK(BM_Connections)
    ->Arg(2000)
    ->Arg(10'000)
    ->Iterations(20)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace k8snet::server
