// A folder of 10,000 manifests, as `k8snet convert --check`, `validate` and `diff` see it.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "k8snet/server/testing/temporary_directory.h"
#include "src/cli/command.h"

namespace k8snet::cli {
namespace {

constexpr int kFiles = 10'000;

// A Service and an old Ingress of some 1 kB together.
std::string Manifest(int number) {
  const std::string name = "web-" + std::to_string(number);
  std::string text =
      "apiVersion: v1\nkind: Service\nmetadata:\n  name: " + name +
      "\n  labels:\n    app.kubernetes.io/name: " + name +
      "\n    app.kubernetes.io/part-of: shop\nspec:\n  type: ClusterIP\n  selector:\n"
      "    app: " +
      name +
      "\n  ports:\n  # The only one.\n  - name: http\n"
      "    port: 80\n    targetPort: 8080\n---\n"
      "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata:\n  name: " +
      name +
      "\n  annotations:\n    nginx.ingress.kubernetes.io/ssl-redirect: \"true\"\n"
      "spec:\n  rules:\n";
  for (const char* host : {"www", "shop", "api"}) {
    text += "  - host: " + std::string(host) + "." + name +
            ".example.com\n    http:\n      paths:\n"
            "      - path: /  # all\n        backend:\n          serviceName: " +
            name + "\n          servicePort: http\n";
  }
  return text;
}

// The folder, made once.
class Folder {
 public:
  Folder() {
    for (int i = 0; i < kFiles; ++i) {
      const std::filesystem::path folder = std::filesystem::path(path()) / std::to_string(i / 100);
      std::filesystem::create_directory(folder);
      const std::string text = Manifest(i);
      bytes_ += text.size();
      std::ofstream(folder / (std::to_string(i) + ".yaml")) << text;
    }
  }

  [[nodiscard]] const std::string& path() const { return directory_.path(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  const server::testing::TemporaryDirectory directory_;
  std::size_t bytes_ = 0;
};

void RunOnFolder(benchmark::State& state, std::vector<std::string> arguments) {
  static const Folder folder;
  std::FILE* null = std::fopen("/dev/null", "w");
  const Console console{.out = null, .err = null};
  arguments.push_back("--jobs=" + std::to_string(state.range(0)));
  arguments.push_back(folder.path());
  if (arguments.front() == "diff") {
    arguments.push_back(folder.path());
  }
  for (auto _ : state) {
    if (Run(arguments, console) == Exit::kUsage) {
      state.SkipWithError("usage");
    }
  }
  std::fclose(null);
  state.SetItemsProcessed(state.iterations() * kFiles);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(folder.bytes()));
}

BENCHMARK_CAPTURE(RunOnFolder, convert, {"convert", "--check"})
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(RunOnFolder, validate, {"validate"})
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(RunOnFolder, diff, {"diff"})
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace k8snet::cli
