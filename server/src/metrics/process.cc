#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "src/metrics/metrics.h"

namespace k8snet::server {
namespace {

// The second after which the machine started, since 1970; 0 if that cannot be told.
double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) {
      return std::strtod(line.c_str() + 6, nullptr);
    }
  }
  return 0;
}

double Limit(int resource) {
  rlimit limit{};
  return getrlimit(static_cast<decltype(RLIMIT_NOFILE)>(resource), &limit) == 0
             ? static_cast<double>(limit.rlim_cur)
             : 0;
}

}  // namespace

void AppendProcessMetrics(Exposition& out) {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');  // The name may hold blanks.
  if (name_end == std::string::npos) {
    return;
  }
  std::istringstream fields(text.substr(name_end + 1));
  // Field 3 of proc(5) comes first; the ones wanted are 14, 15, 22, 23 and 24.
  std::array<double, 22> values{};
  std::string state;
  fields >> state;
  for (std::size_t i = 1; i < values.size(); ++i) {
    fields >> values[i];
  }
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  out.Begin("process_cpu_seconds_total", "counter", "Time on processors, user and system.");
  out.Add({}, (values[11] + values[12]) / ticks);
  out.Begin("process_start_time_seconds", "gauge", "When the process started, since 1970.");
  out.Add({}, BootTime() + values[19] / ticks);
  out.Begin("process_virtual_memory_bytes", "gauge", "Size of the address space in use.");
  out.Add({}, values[20]);
  out.Begin("process_resident_memory_bytes", "gauge", "Memory that is resident.");
  out.Add({}, values[21] * static_cast<double>(sysconf(_SC_PAGESIZE)));
  out.Begin("process_virtual_memory_max_bytes", "gauge", "Limit of the address space.");
  out.Add({}, Limit(RLIMIT_AS));
  out.Begin("process_max_fds", "gauge", "Limit of open file descriptors.");
  out.Add({}, Limit(RLIMIT_NOFILE));
  std::error_code failed;
  double open = 0;
  for (auto it = std::filesystem::directory_iterator("/proc/self/fd", failed);
       !failed && it != std::filesystem::directory_iterator(); it.increment(failed)) {
    ++open;
  }
  out.Begin("process_open_fds", "gauge", "Open file descriptors.");
  out.Add({}, open);
}

}  // namespace k8snet::server
