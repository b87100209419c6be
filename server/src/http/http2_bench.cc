// Requests over HTTP/2, and watch events over either protocol. `server_us` is the CPU time that the
// server's threads spent a request or a delivered event.
#include <sys/resource.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "k8snet/apis/base/check.h"
#include "k8snet/server/listener.h"
#include "src/http/bench_server.h"
#include "src/http/http2_test_peer.h"
#include "src/http/test_client.h"

namespace k8snet::server {
namespace {

using testing::BenchEvents;
using testing::Client;
using testing::CpuSeconds;
using testing::Http2Client;
using testing::NewClientContext;
using testing::NewHttp2ClientContext;
using testing::StartBenchServer;

// Every connection keeps as many requests under way.
void BM_Http2Get(benchmark::State& state) {
  const auto connections = static_cast<std::size_t>(state.range(0));
  const auto streams = static_cast<std::size_t>(state.range(1));
  const BenchEvents events;
  const auto listener = StartBenchServer(events);
  const SslContext tls = NewHttp2ClientContext();
  std::deque<Http2Client> clients;
  for (std::size_t i = 0; i < connections; ++i) {
    clients.emplace_back(listener->port(), tls.get());
    K8SNET_CHECK(clients.back().connected());
  }
  const std::size_t requests = 32'000 / connections / streams;
  testing::Fields fields =
      testing::GetFields("/apis/networking.k8s.io/v1/namespaces/default/ingresses/web");
  fields.emplace_back("user-agent", "kubectl/v1.37.2 (linux/amd64) kubernetes/0123456");
  fields.emplace_back("accept", "application/json");
  fields.emplace_back("accept-encoding", "gzip");
  double server_seconds = 0;
  double wall_seconds = 0;
  std::size_t total = 0;
  for ([[maybe_unused]] auto round : state) {
    std::atomic<double> client_seconds = 0;
    const double before = CpuSeconds(CLOCK_PROCESS_CPUTIME_ID);
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (Http2Client& client : clients) {
      threads.emplace_back([&] {
        std::vector<std::int32_t> ids;
        for (std::size_t i = 0; i < requests; ++i) {
          ids.clear();
          for (std::size_t s = 0; s < streams; ++s) {
            ids.push_back(client.peer.Request(fields));
          }
          for (const std::int32_t id : ids) {
            K8SNET_CHECK(client.Await(id).status == 200);
          }
          client.peer.answers.clear();
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
    total += connections * streams * requests;
  }
  state.counters["server_us"] = server_seconds * 1e6 / static_cast<double>(total);
  state.counters["rps"] = static_cast<double>(total) / wall_seconds;
}
BENCHMARK(BM_Http2Get)
    ->ArgNames({"connections", "streams"})
    ->Args({1, 1})
    ->Args({1, 64})
    ->Args({8, 1})
    ->Args({8, 8})
    ->Args({64, 1})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// Numbers between the server's process and that of its clients.
class Pipe {
 public:
  Pipe() { K8SNET_CHECK(pipe(ends_) == 0); }
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void Tell(std::uint16_t value) {
    K8SNET_CHECK(write(ends_[1], &value, sizeof value) == sizeof value);
  }
  std::uint16_t Hear() {
    std::uint16_t value = 0;
    K8SNET_CHECK(read(ends_[0], &value, sizeof value) == sizeof value);
    return value;
  }

 private:
  int ends_[2];
};

void RunHttp1Clients(std::size_t count, std::size_t size, Pipe& in, Pipe& out) {
  const std::uint16_t port = in.Hear();
  const SslContext tls = NewClientContext();
  std::deque<Client> clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.emplace_back(port, tls.get());
    K8SNET_CHECK(clients.back().Get("/").status == 200);
  }
  out.Tell(1);
  in.Hear();
  for (Client& client : clients) {
    client.Send("GET /watch HTTP/1.1\r\nHost: a\r\n\r\n");
    K8SNET_CHECK(client.ReadHead().status == 200);
  }
  out.Tell(1);
  while (in.Hear() != 0) {
    for (Client& client : clients) {
      K8SNET_CHECK(client.ReadChunk().size() == size);
    }
    out.Tell(1);
  }
}

void RunHttp2Clients(std::size_t connections, std::size_t each, std::size_t size, Pipe& in,
                     Pipe& out) {
  const std::uint16_t port = in.Hear();
  const SslContext tls = NewHttp2ClientContext();
  std::deque<Http2Client> clients;
  for (std::size_t i = 0; i < connections; ++i) {
    clients.emplace_back(port, tls.get(), testing::Http2Peer::Options{.window_bytes = 4U << 20U});
    K8SNET_CHECK(clients.back().Get("/").status == 200);
    clients.back().peer.answers.clear();
  }
  out.Tell(1);
  in.Hear();
  for (Http2Client& client : clients) {
    std::int32_t last = 0;
    for (std::size_t i = 0; i < each; ++i) {
      last = client.peer.Get("/watch");
    }
    K8SNET_CHECK(client.Run([&] { return client.peer.answers[last].status == 200; }));
  }
  out.Tell(1);
  while (in.Hear() != 0) {
    for (Http2Client& client : clients) {
      for (auto& [id, found] : client.peer.answers) {
        testing::Http2Peer::Answer& answer = found;
        K8SNET_CHECK(client.Run([&] { return answer.body.size() >= size; }));
        answer.body.erase(0, size);
      }
    }
    out.Tell(1);
  }
}

// A round is one event to all watchers, whose clients are another process.
void BM_Watchers(benchmark::State& state) {
  const bool http2 = state.range(0) == 2;
  const auto connections = static_cast<std::size_t>(state.range(1));
  const auto each = static_cast<std::size_t>(state.range(2)) / connections;
  const auto size = static_cast<std::size_t>(state.range(3));
  const auto watchers = static_cast<double>(connections * each);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  BenchEvents events;
  events.event = std::make_shared<const std::string>(std::string(size - 1, 'x') + "\n");
  Pipe to_child;
  Pipe from_child;
  const pid_t child = fork();
  if (child == 0) {
    if (http2) {
      RunHttp2Clients(connections, each, size, to_child, from_child);
    } else {
      RunHttp1Clients(connections, size, to_child, from_child);
    }
    _exit(0);
  }
  const auto listener = StartBenchServer(events);
  const double before = ResidentBytes();
  to_child.Tell(listener->port());
  from_child.Hear();
  const double idle = ResidentBytes();
  state.counters["idle_connection_bytes"] = (idle - before) / static_cast<double>(connections);
  to_child.Tell(1);
  from_child.Hear();
  while (listener->stats().streams < connections * each) {
    std::this_thread::yield();
  }
  state.counters["watch_bytes"] = (ResidentBytes() - idle) / watchers;
  const double cpu = CpuSeconds(CLOCK_PROCESS_CPUTIME_ID);
  double rounds = 0;
  for ([[maybe_unused]] auto round : state) {
    to_child.Tell(1);
    ++events.count;
    listener->waker().Wake();
    from_child.Hear();
    ++rounds;
  }
  state.counters["server_us"] =
      (CpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e6 / rounds / watchers;
  to_child.Tell(0);
  int status = 0;
  waitpid(child, &status, 0);
  K8SNET_CHECK(status == 0);
}
BENCHMARK(BM_Watchers)
    ->ArgNames({"http", "connections", "watchers", "bytes"})
    ->Args({1, 1000, 1000, 1024})
    ->Args({2, 1000, 1000, 1024})
    ->Args({2, 10, 1000, 1024})
    ->Args({1, 1000, 1000, 17'000})
    ->Args({2, 1000, 1000, 17'000})
    ->Args({2, 10, 1000, 17'000})
    ->Iterations(40)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace k8snet::server
