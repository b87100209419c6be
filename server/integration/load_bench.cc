// Measures a real server as its users load it: start, memory, durable creates, reads and lists over
// kept-alive TLS connections. Prints a line a figure; the CPU is the server's own.
//   load_bench build/server/k8snet-apiserver
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "integration/load.h"

namespace k8snet::server::testing {
namespace {

int Run(const std::string& binary) {
  const ServerDirectory directory;
  { const Process first(binary, directory); }
  std::vector<double> ready;
  for (int i = 0; i < 20; ++i) {
    ready.push_back(Process(binary, directory).ready_seconds());
  }
  std::sort(ready.begin(), ready.end());
  std::printf("exec to ready        median of 20 %8.1f ms\n", ready[10] * 1e3);

  const Process process(binary, directory);
  process.PrintMemory("idle");
  int made = 0;
  for (const int clients : {1, 4, 16}) {
    const int count = clients == 1 ? 1000 : 2000;
    const int first = made;
    Load(process, "create, durable", clients, count, 201, [first](int i) {
      return Request("POST", kPath, Ingress("web-" + std::to_string(first + i)));
    });
    made += count;
  }
  process.PrintMemory("with 5,000 Ingresses");
  for (const int clients : {1, 8, 64}) {
    Load(process, "get", clients, 0, 200, [](int i) {
      return Request("GET", std::string(kPath) + "/web-" + std::to_string(i % 5000), "");
    });
  }
  Load(process, "list of 2,000", 4, 0, 200,
       [](int) { return Request("GET", std::string(kPath) + "?limit=2000", ""); });
  Load(process, "OpenAPI v2, gzip", 8, 0, 200,
       [](int) { return Request("GET", "/openapi/v2", "", "Accept-Encoding: gzip\r\n"); });
  const std::string document = "/openapi/v3/apis/networking.k8s.io/v1";
  Load(process, "OpenAPI v3", 8, 0, 200, [&](int) { return Request("GET", document, ""); });
  Load(process, "OpenAPI v3, known", 8, 0, 304,
       [&](int) { return Request("GET", document, "", "If-None-Match: *\r\n"); });
  process.PrintMemory("after reads and lists");
  return 0;
}

}  // namespace
}  // namespace k8snet::server::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: load_bench build/server/k8snet-apiserver\n");
    return 2;
  }
  return k8snet::server::testing::Run(argv[1]);
}
