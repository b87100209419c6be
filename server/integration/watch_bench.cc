// Measures what a real server spends on watchers: 1,000 of them, over HTTP/1.1 and HTTP/2, see each
// update of an object. Prints a line a figure; the CPU is the server's own, with the updates.
//   watch_bench build/server/k8snet-apiserver
#include <sys/resource.h>

#include <cstdio>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "integration/load.h"

#include "src/http/http2_test_peer.h"
#include "src/http/test_client.h"

namespace k8snet::server::testing {
namespace {

constexpr std::size_t kWatchers = 1000;
constexpr int kUpdates = 100;

// A kind with an object of it that is another for each number.
struct Subject {
  const char* name;
  const char* path;
  std::function<std::string(int)> object;
};

std::string SmallIngress(int number) {
  return R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"a",)"
         R"("annotations":{"n":")" +
         std::to_string(number) +
         R"("}},"spec":{"rules":[{"host":"a.example.com","http":{"paths":[{"path":"/",)"
         R"("pathType":"Prefix","backend":{"service":{"name":"web","port":{"number":80}}}}]}}]}})";
}

std::string LargeSlice(int number) {
  std::string endpoints;
  for (int i = 0; i < 100; ++i) {
    endpoints += endpoints.empty() ? "" : ",";
    endpoints += R"({"addresses":["10.0.1.)" + std::to_string(i) +
                 R"("],"conditions":{"ready":true,"serving":true,"terminating":false},"nodeName":)"
                 R"("node-7","targetRef":{"kind":"Pod","namespace":"default","name":"web-abc"}})";
  }
  return R"({"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"a",)"
         R"("annotations":{"n":")" +
         std::to_string(number) +
         R"("}},"addressType":"IPv4","ports":[{"name":"http","port":80}],"endpoints":[)" +
         endpoints + "]}";
}

std::string Head(const std::string& method, const std::string& path, std::size_t size) {
  return method + " " + path +
         " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\nContent-Type: "
         "application/json\r\nContent-Length: " +
         std::to_string(size) + "\r\n\r\n";
}

// Watchers of one kind, wherever their connections are.
class Watchers {
 public:
  virtual ~Watchers() = default;
  // Waits until each has one more event, and returns its size.
  virtual std::size_t AwaitEvent() = 0;
};

class Http1Watchers final : public Watchers {
 public:
  Http1Watchers(std::uint16_t port, const std::string& path) {
    for (std::size_t i = 0; i < kWatchers; ++i) {
      clients_.emplace_back(port, context_.get());
      K8SNET_CHECK(clients_.back().Send(Head("GET", path, 0)));
      K8SNET_CHECK(clients_.back().ReadHead().status == 200);
    }
  }
  std::size_t AwaitEvent() override {
    std::size_t size = 0;
    for (Client& client : clients_) {
      size = client.ReadChunk().size();
      K8SNET_CHECK(size > 0);
    }
    return size;
  }

 private:
  const SslContext context_ = NewClientContext();
  std::deque<Client> clients_;
};

class Http2Watchers final : public Watchers {
 public:
  Http2Watchers(std::uint16_t port, const std::string& path, std::size_t connections) {
    Fields fields = GetFields(path);
    fields.emplace_back("authorization", "Bearer t");
    for (std::size_t i = 0; i < connections; ++i) {
      clients_.emplace_back(port, context_.get(), Http2Peer::Options{.window_bytes = 4U << 20U});
      Http2Client& client = clients_.back();
      K8SNET_CHECK(client.connected());
      std::int32_t last = 0;
      for (std::size_t watch = 0; watch < kWatchers / connections; ++watch) {
        last = client.peer.Request(fields);
      }
      K8SNET_CHECK(client.Run([&] { return client.peer.answers[last].status == 200; }));
    }
  }
  std::size_t AwaitEvent() override {
    std::size_t size = 0;
    for (Http2Client& client : clients_) {
      for (auto& [id, found] : client.peer.answers) {
        Http2Peer::Answer& answer = found;
        K8SNET_CHECK(client.Run([&] { return answer.body.ends_with('\n'); }));
        size = answer.body.size();
        answer.body.clear();
      }
    }
    return size;
  }

 private:
  const SslContext context_ = NewHttp2ClientContext();
  std::deque<Http2Client> clients_;
};

void Measure(const Process& process, const Subject& subject, int http, std::size_t connections) {
  const SslContext context = NewClientContext();
  Client writer(process.port(), context.get());
  const std::string object_path = std::string(subject.path) + "/a";
  const auto update = [&](int number) {
    const std::string object = subject.object(number);
    K8SNET_CHECK(writer.Send(Head("PUT", object_path, object.size()) + object));
    K8SNET_CHECK(writer.Read().status == 200);
  };
  const std::string object = subject.object(0);
  K8SNET_CHECK(writer.Send(Head("POST", subject.path, object.size()) + object));
  const int made = writer.Read().status;
  K8SNET_CHECK(made == 201 || made == 409);
  update(-1);
  const std::string watch = std::string(subject.path) + "?watch=1";
  const double memory = process.resident_mebibytes();
  std::unique_ptr<Watchers> watchers;
  if (http == 1) {
    watchers = std::make_unique<Http1Watchers>(process.port(), watch);
  } else {
    watchers = std::make_unique<Http2Watchers>(process.port(), watch, connections);
  }
  watchers->AwaitEvent();  // What is there at first.
  const double after = process.resident_mebibytes();
  const double cpu = process.cpu_seconds();
  const auto start = Clock::now();
  std::size_t size = 0;
  for (int i = 1; i <= kUpdates; ++i) {
    update(i);
    size = watchers->AwaitEvent();
  }
  std::printf(
      "%-14s HTTP/%d %5zu connections %6zu bytes %8.1f us of CPU an event %8.1f ms for all "
      "%6.1f KiB a watch\n",
      subject.name, http, connections, size,
      (process.cpu_seconds() - cpu) * 1e6 / kUpdates / static_cast<double>(kWatchers),
      SecondsSince(start) * 1e3 / kUpdates,
      (after - memory) * 1024 / static_cast<double>(kWatchers));
}

int Run(const std::string& binary) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  const ServerDirectory directory;
  const std::vector<Subject> subjects = {
      {"Ingress", "/apis/networking.k8s.io/v1/namespaces/default/ingresses", SmallIngress},
      {"EndpointSlice", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", LargeSlice}};
  for (const Subject& subject : subjects) {
    for (const auto& [http, connections] :
         {std::pair<int, std::size_t>{1, kWatchers}, {2, kWatchers}, {2, 10}}) {
      const Process process(binary, directory);
      Measure(process, subject, http, connections);
    }
  }
  return 0;
}

}  // namespace
}  // namespace k8snet::server::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s SERVER\n", argv[0]);
    return 2;
  }
  return k8snet::server::testing::Run(argv[1]);
}
