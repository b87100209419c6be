#include "src/discovery/version.h"

#include <array>
#include <string_view>
#include <utility>

#include "k8snet/apis/codec/json.h"

namespace k8snet::server {
namespace {

// The release of Kubernetes whose behaviour is followed.
constexpr std::string_view kMajor = "1";
constexpr std::string_view kMinor = "37";
constexpr std::string_view kPatch = "2";

#if defined(__clang__)
constexpr std::string_view kCompiler = "clang";
#else
constexpr std::string_view kCompiler = "gcc";
#endif

#if defined(__aarch64__)
constexpr std::string_view kPlatform = "linux/arm64";
#elif defined(__x86_64__)
constexpr std::string_view kPlatform = "linux/amd64";
#else
constexpr std::string_view kPlatform = "linux/unknown";
#endif

}  // namespace

std::string GitVersion() {
  std::string version = "v";
  version += kMajor;
  version += '.';
  version += kMinor;
  version += '.';
  version += kPatch;
  return version + "+k8snet." K8SNET_VERSION;
}

void AppendBuildInfo(Exposition& out) {
  const std::string version = GitVersion();
  out.Begin("kubernetes_build_info", "gauge", "Always 1, with what /version says.");
  out.Add({{"build_date", "1970-01-01T00:00:00Z"},
           {"compiler", kCompiler},
           {"git_commit", ""},
           {"git_tree_state", ""},
           {"git_version", version},
           {"go_version", ""},
           {"major", kMajor},
           {"minor", kMinor},
           {"platform", kPlatform}},
          1);
}

std::string VersionJson() {
  // There is no Go in it, no commit is known to a source archive, and builds are reproducible, so
  // these members say what a build of unknown origin says upstream.
  const std::array<std::pair<std::string_view, std::string>, 13> members{{
      {"major", std::string(kMajor)},
      {"minor", std::string(kMinor)},
      {"emulationMajor", std::string(kMajor)},
      {"emulationMinor", std::string(kMinor)},
      {"minCompatibilityMajor", std::string(kMajor)},
      {"minCompatibilityMinor", "36"},
      {"gitVersion", GitVersion()},
      {"gitCommit", ""},
      {"gitTreeState", ""},
      {"buildDate", "1970-01-01T00:00:00Z"},
      {"goVersion", ""},
      {"compiler", std::string(kCompiler)},
      {"platform", std::string(kPlatform)},
  }};
  std::string out = "{";
  for (const auto& [name, value] : members) {
    out += out.size() == 1 ? "\n  " : ",\n  ";
    AppendJsonString(name, out);
    out += ": ";
    AppendJsonString(value, out);
  }
  return out + "\n}";
}

}  // namespace k8snet::server
