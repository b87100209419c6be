// Serves requests that come on standard input, without sockets, TLS and HTTP: the handler alone, as
// the program builds it, for tests that compare answers. Not installed.
//
//   in_process --service-cluster-ip-range=... --feature-gates=...
//
// A request is `<id> <method> <headers> <body bytes>`, a line with the target, a line
// `Name: value` for each header, and the body. An answer is `<id> <status> <headers> <body bytes>`,
// headers and body. Requests are served at once, each by a thread; what streams is answered when it
// ends.

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "k8snet/server/storage.h"
#include "src/api_handler.h"
#include "src/app/options.h"
#include "src/auth/authenticator.h"
#include "src/auth/authorizer.h"
#include "src/discovery/health.h"
#include "src/filters/chain.h"

namespace k8snet::server {
namespace {

// Lets threads wait for the next wake-up. Thread-safe.
class WaitingWaker final : public Waker {
 public:
  void Wake() override {
    const std::lock_guard lock(mutex_);
    ++wakes_;
    woken_.notify_all();
  }
  // Returns when `stream` has something to do.
  void Await(const Stream& stream) {
    std::unique_lock lock(mutex_);
    const auto deadline = stream.next_deadline();
    while (!stream.ready() && std::chrono::steady_clock::now() < deadline) {
      const int before = wakes_;
      woken_.wait_until(lock, deadline, [&] { return wakes_ != before; });
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  int wakes_ = 0;
};

std::string BodyOf(Response& response, WaitingWaker& waker) {
  std::vector<Bytes> parts = std::move(response.body);
  if (response.stream != nullptr) {
    constexpr std::size_t kBudget = 1 << 16;
    Stream::State state = Stream::State::kMore;
    while ((state = response.stream->Pull(kBudget, parts)) != Stream::State::kEnd) {
      if (state == Stream::State::kIdle) {
        waker.Await(*response.stream);
      }
    }
    response.stream.reset();
  }
  std::string body;
  for (const Bytes& part : parts) {
    body += *part;
  }
  return body;
}

struct Message {
  std::string id;
  Request request;
};

bool Read(Message& message) {
  std::string line;
  if (!std::getline(std::cin, line)) {
    return false;
  }
  std::istringstream head(line);
  std::size_t headers = 0;
  std::size_t size = 0;
  head >> message.id >> message.request.method >> headers >> size;
  std::getline(std::cin, message.request.target);
  for (std::size_t i = 0; i < headers && std::getline(std::cin, line); ++i) {
    const std::size_t colon = line.find(": ");
    message.request.headers.Add(line.substr(0, colon), line.substr(colon + 2));
  }
  message.request.body.resize(size);
  std::cin.read(message.request.body.data(), static_cast<std::streamsize>(size));
  message.request.received_at = std::chrono::steady_clock::now();
  return std::cin.good();
}

void Write(const std::string& id, const Response& response, std::string_view body) {
  static std::mutex mutex;
  std::ostringstream out;
  out << id << ' ' << response.status << ' ' << response.headers.items().size() << ' '
      << body.size() << '\n';
  for (const auto& [name, value] : response.headers.items()) {
    out << name << ": " << value << '\n';
  }
  const std::string head = out.str();
  const std::lock_guard lock(mutex);
  std::cout << head << body << std::flush;
}

int Fail(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 1;
}

int Run(const std::vector<std::string>& arguments) {
  const Result<Options> options = ParseOptions(arguments);
  if (!options) {
    return Fail(options.error());
  }
  const auto clock = NewSystemClock();
  const auto random = NewSystemRandom();
  DiscardLogger logger;
  WaitingWaker waker;
  const auto storage = NewMemoryStorage();
  const auto api = NewApiHandler({*storage, waker, *clock, *random, logger, options->feature_gates,
                                  options->service_cluster_ip_ranges, options->node_port_first,
                                  options->node_port_last});
  if (!api) {
    return Fail(api.error());
  }
  (*api)->Announce("192.0.2.1", 6443);
  std::vector<std::unique_ptr<Authenticator>> authenticators;
  auto tokens = NewTokenAuthenticator("integration,admin,admin,system:masters\n", "tokens");
  if (!tokens) {
    return Fail(tokens.error());
  }
  authenticators.push_back(*std::move(tokens));
  const auto authenticator = NewUnionAuthenticator(std::move(authenticators), true);
  const auto authorizer = NewAlwaysAllowAuthorizer();
  Health health({{"ping", false, [] { return Status(); }}});
  Chain chain({*authenticator, *authorizer, **api, health, logger, *clock, *random}, {});

  std::vector<std::jthread> workers;
  for (Message message; Read(message); message = Message()) {
    workers.emplace_back([&, message = std::move(message)]() mutable {
      Response response = chain.Handle(message.request);
      const std::string body = BodyOf(response, waker);
      Write(message.id, response, message.request.method == "HEAD" ? "" : body);
    });
  }
  return 0;
}

}  // namespace
}  // namespace k8snet::server

int main(int argc, char** argv) {
  return k8snet::server::Run(std::vector<std::string>(argv + 1, argv + argc));
}
