// What programs share that measure a real server under load.
#ifndef K8SNET_SERVER_INTEGRATION_LOAD_H_
#define K8SNET_SERVER_INTEGRATION_LOAD_H_

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "k8snet/server/testing/temporary_directory.h"
#include "src/http/test_client.h"

namespace k8snet::server::testing {

using Clock = std::chrono::steady_clock;

inline double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

inline std::string ReadAll(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Where servers keep their store, certificates and the token that Load sends.
class ServerDirectory : public TemporaryDirectory {
 public:
  ServerDirectory() { std::ofstream(path() + "/tokens") << "t,admin,admin,\"system:masters\"\n"; }
};

// A server process on the store in `place`.
class Process {
 public:
  Process(const std::string& binary, const ServerDirectory& place) {
    const std::string& directory = place.path();
    const std::string kubeconfig = directory + "/kubeconfig";
    unlink(kubeconfig.c_str());
    std::vector<std::string> arguments = {binary,
                                          "--bind-address=127.0.0.1",
                                          "--secure-port=0",
                                          "--storage=sqlite:" + directory + "/store.db",
                                          "--cert-dir=" + directory + "/certs",
                                          "--token-auth-file=" + directory + "/tokens",
                                          "--write-kubeconfig=" + kubeconfig,
                                          "--v=0"};
    std::vector<char*> argv;
    for (std::string& argument : arguments) {
      argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    const auto start = Clock::now();
    pid_ = fork();
    if (pid_ == 0) {
      const int null = open("/dev/null", O_RDWR);
      dup2(null, STDOUT_FILENO);
      dup2(null, STDERR_FILENO);
      execv(argv[0], argv.data());
      _exit(127);
    }
    std::string text;
    while ((text = ReadAll(kubeconfig)).find("server:") == std::string::npos) {
      usleep(100);
      if (SecondsSince(start) > 30) {
        std::fprintf(stderr, "the server did not start\n");
        std::exit(1);
      }
    }
    ready_seconds_ = SecondsSince(start);
    const auto at = text.find("https://127.0.0.1:");
    port_ = static_cast<std::uint16_t>(std::atoi(text.c_str() + at + 18));
  }
  ~Process() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] double ready_seconds() const { return ready_seconds_; }
  [[nodiscard]] double resident_mebibytes() const {
    const std::string status = ReadAll("/proc/" + std::to_string(pid_) + "/status");
    return std::atoi(status.c_str() + status.find("VmRSS:") + 6) / 1024.0;
  }
  // Of CPU, user and system.
  [[nodiscard]] double cpu_seconds() const {
    const std::string stat = ReadAll("/proc/" + std::to_string(pid_) + "/stat");
    unsigned long user = 0;
    unsigned long system = 0;
    std::sscanf(stat.c_str() + stat.rfind(')') + 2,
                "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  // Lets the peak that PrintPeak tells begin anew.
  void ForgetPeak() const { std::ofstream("/proc/" + std::to_string(pid_) + "/clear_refs") << "5"; }
  void PrintPeak(const char* when) const {
    const std::string status = ReadAll("/proc/" + std::to_string(pid_) + "/status");
    std::printf("memory %-28s %8.1f MiB resident at the peak\n", when,
                std::atoi(status.c_str() + status.find("VmHWM:") + 6) / 1024.0);
  }
  // Memory of its own, and with the libraries that others map too.
  void PrintMemory(const char* when) const {
    const std::string status = ReadAll("/proc/" + std::to_string(pid_) + "/status");
    const auto value = [&](const char* name) {
      return std::atoi(status.c_str() + status.find(name) + std::string(name).size()) / 1024.0;
    };
    std::printf("memory %-28s %8.1f MiB resident, %.1f MiB of it anonymous\n", when,
                value("VmRSS:"), value("RssAnon:"));
  }

 private:
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
  double ready_seconds_ = 0;
};

// `headers` are more lines of the head, each with its end.
inline std::string Request(const std::string& method, const std::string& path,
                           const std::string& body, const std::string& headers = "") {
  return method + " " + path +
         " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\nContent-Type: "
         "application/json\r\n" +
         headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// An Ingress of about 1 kB. `labels` are more labels: `,"a":"b"`.
inline std::string Ingress(const std::string& name, const std::string& labels = "") {
  std::string rules;
  for (const char* host : {"a.example.com", "b.example.com", "c.example.com"}) {
    rules += std::string(rules.empty() ? "" : ",") + R"({"host":")" + host +
             R"(","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":)"
             R"({"name":"web-frontend","port":{"number":8080}}}}]}})";
  }
  return R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":")" + name +
         R"(","labels":{"app.kubernetes.io/name":"web","app.kubernetes.io/part-of":"shop")" +
         labels +
         R"(}},"spec":{"ingressClassName":"nginx","tls":[{"hosts":["a.example.com"],)"
         R"("secretName":"cert"}],"rules":[)" +
         rules + "]}}";
}

inline constexpr const char* kPath = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";

// Runs `request(client, i)` for i below `count` on `clients` connections, or for three seconds if
// `count` is 0, and prints the rate.
inline void Load(const Process& process, const std::string& name, int clients, int count,
                 int expected, const std::function<std::string(int)>& request) {
  const SslContext context = NewClientContext();
  std::atomic<int> next = 0;
  std::atomic<int> done = 0;
  std::atomic<int> wrong = 0;
  const double cpu = process.cpu_seconds();
  const auto start = Clock::now();
  std::vector<std::thread> threads;
  for (int t = 0; t < clients; ++t) {
    threads.emplace_back([&] {
      Client client(process.port(), context.get());
      while (count != 0 || SecondsSince(start) < 3) {
        const int i = next.fetch_add(1);
        if (count != 0 && i >= count) {
          return;
        }
        if (!client.Send(request(i)) || client.Read().status != expected) {
          wrong.fetch_add(1);
          return;
        }
        done.fetch_add(1);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const double seconds = SecondsSince(start);
  std::printf("%-20s %2d clients %10.0f/s %10.1f us of CPU each%s\n", name.c_str(), clients,
              done.load() / seconds, (process.cpu_seconds() - cpu) * 1e6 / done.load(),
              wrong.load() == 0 ? "" : "  FAILED");
}

}  // namespace k8snet::server::testing

#endif  // K8SNET_SERVER_INTEGRATION_LOAD_H_
