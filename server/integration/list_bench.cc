// Measures lists of a real server in every form, over kept-alive TLS connections. Prints a line a
// figure; the CPU is the server's own.
//   list_bench build/server/k8snet-apiserver
#include <cstdio>
#include <string>

#include "integration/load.h"

namespace k8snet::server::testing {
namespace {

constexpr const char* kBeta = "/apis/networking.k8s.io/v1beta1/namespaces/default/ingresses";

// Makes Ingresses until there are `count`; each tenth has the label.
void Fill(const Process& process, int from, int count) {
  Load(process, "create", 16, count - from, 201, [from](int i) {
    const int n = from + i;
    return Request("POST", kPath,
                   Ingress("web-" + std::to_string(n), n % 10 == 0 ? R"(,"tenth":"yes")" : ""));
  });
}

void Lists(const Process& process, const std::string& count) {
  const struct {
    const char *name, *path, *query, *headers;
  } cases[] = {
      {"JSON", kPath, "", ""},
      {"protobuf", kPath, "", "Accept: application/vnd.kubernetes.protobuf\r\n"},
      {"Table", kPath, "", "Accept: application/json;as=Table;v=v1;g=meta.k8s.io\r\n"},
      {"metadata", kPath, "",
       "Accept: application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io\r\n"},
      {"v1beta1", kBeta, "", ""},
      {"by label, a tenth", kPath, "?labelSelector=tenth%3Dyes", ""},
      {"a page of 500", kPath, "?limit=500", ""},
  };
  for (const auto& c : cases) {
    const std::string request = Request("GET", std::string(c.path) + c.query, "", c.headers);
    Load(process, count + " as " + c.name, 2, 0, 200, [&](int) { return request; });
  }
}

int Run(const std::string& binary) {
  const ServerDirectory directory;
  {
    const Process process(binary, directory);
    Fill(process, 0, 2000);
    Lists(process, "2,000");
    Fill(process, 2000, 20'000);
    process.PrintMemory("with 20,000, before lists");
    for (const char* name : {"first", "second"}) {
      process.ForgetPeak();
      Load(process, std::string("50 at once, ") + name, 50, 50, 200,
           [](int) { return Request("GET", kPath, ""); });
      process.PrintPeak("50 clients list 20,000");
    }
    Lists(process, "20,000");
    process.PrintMemory("after all");
  }
  return 0;
}

}  // namespace
}  // namespace k8snet::server::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: list_bench build/server/k8snet-apiserver\n");
    return 2;
  }
  return k8snet::server::testing::Run(argv[1]);
}
