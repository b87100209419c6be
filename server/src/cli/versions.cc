// `k8snet versions`: the kinds and versions that the program knows.
#include <algorithm>
#include <array>

#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/codec/json.h"
#include "src/cli/commands.h"

namespace k8snet::cli {
namespace {

constexpr std::size_t kColumns = 6;
using Row = std::array<std::string, kColumns>;

std::vector<Row> Rows() {
  std::vector<Row> rows;
  for (const Resource& resource : AllResources()) {
    rows.push_back(
        {std::string(resource.kind),
         GroupVersion{std::string(resource.group), std::string(resource.version)}.ToString(),
         resource.namespaced ? "namespaced" : "cluster", std::string(resource.since_release),
         std::string(resource.removed_release), resource.hub ? "yes" : ""});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a[0] < b[0]; });
  return rows;
}

constexpr std::array<std::string_view, kColumns> kTitles = {"KIND",  "VERSION", "SCOPE",
                                                            "SINCE", "REMOVED", "HUB"};

Exit RunVersions(const Invocation& invocation, const Console& console) {
  if (!invocation.arguments.empty()) {
    return Refuse("versions", "takes no arguments", console);
  }
  const std::vector<Row> rows = Rows();
  std::string out;
  if (invocation.Value("output") == "json") {
    constexpr std::array<std::string_view, kColumns> kNames = {"kind",  "apiVersion", "scope",
                                                               "since", "removed",    "hub"};
    std::string json = "[";
    for (const Row& row : rows) {
      json += json.size() > 1 ? ",{" : "{";
      for (std::size_t i = 0; i + 1 < row.size(); ++i) {
        if (!row[i].empty()) {
          AppendJsonString(kNames[i], json);
          json += ':';
          AppendJsonString(row[i], json);
          json += ',';
        }
      }
      json += std::string("\"hub\":") + (row.back().empty() ? "false}" : "true}");
    }
    out = IndentJson(json + "]") + "\n";
  } else {
    std::array<std::size_t, kColumns> widths{};
    for (std::size_t i = 0; i < kTitles.size(); ++i) {
      widths[i] = kTitles[i].size();
      for (const Row& row : rows) {
        widths[i] = std::max(widths[i], row[i].size());
      }
    }
    const auto print = [&](const auto& row) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        line += row[i];
        line.append(widths[i] + 3 - row[i].size(), ' ');
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + "\n";
    };
    print(kTitles);
    for (const Row& row : rows) {
      print(row);
    }
  }
  console.Out(out);
  return Exit::kClean;
}

std::vector<std::string> TableChoices() { return {"json", "table"}; }

constexpr Option kOptions[] = {
    {"output", 'o', "FORMAT", "How to print: table, which is the default, or json.", TableChoices},
};

constexpr Example kExamples[] = {{"k8snet versions", "Show which versions Kubernetes removed"}};

}  // namespace

const Command kVersions = {
    .name = "versions",
    .arguments = "",
    .summary = "List the kinds and versions that are known",
    .description =
        "Lists kinds and their versions, and the releases of Kubernetes that brought and removed a "
        "version. The "
        "hub is the version that the others are converted by way of, and that rules look at.",
    .options = kOptions,
    .examples = kExamples,
    .run = RunVersions,
};

}  // namespace k8snet::cli
