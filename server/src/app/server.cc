#include "src/app/server.h"

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "k8snet/server/listener.h"
#include "k8snet/server/storage.h"
#include "src/api_handler.h"
#include "src/app/advertise_address.h"
#include "src/app/certificates.h"
#include "src/app/files.h"
#include "src/app/grace_timer.h"
#include "src/app/kubeconfig.h"
#include "src/app/options.h"
#include "src/app/signals.h"
#include "src/auth/authenticator.h"
#include "src/auth/authorizer.h"
#include "src/discovery/health.h"
#include "src/discovery/version.h"
#include "src/filters/chain.h"
#include "src/log/log.h"
#include "src/metrics/metered_storage.h"
#include "src/metrics/metrics.h"
#include "src/wakers.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kProgram = "k8snet-apiserver";

int Fail(const Error& error, int code) {
  std::fprintf(stderr, "%s: %s\n", kProgram.data(), error.message.c_str());
  return code;
}

// Lets a listener's waker be called as long as this lives.
class WakerLink {
 public:
  WakerLink(Wakers& wakers, Listener& listener) : wakers_(wakers), waker_(listener.waker()) {
    wakers_.Add(waker_);
  }
  ~WakerLink() { wakers_.Remove(waker_); }
  WakerLink(const WakerLink&) = delete;
  WakerLink& operator=(const WakerLink&) = delete;

 private:
  Wakers& wakers_;
  Waker& waker_;
};

// What the listener shows and trusts, and what the kubeconfig says.
struct Identity {
  KeyPair serving;
  std::string client_ca_pem;
  std::string server_ca_pem;      // For clients, to know the server by.
  std::optional<KeyPair> client;  // The administrator's.
};

Result<Identity> MakeIdentity(const Options& options, const Clock& clock, Random& random) {
  Identity identity;
  if (!options.client_ca_file.empty()) {
    K8SNET_ASSIGN_OR_RETURN(identity.client_ca_pem, ReadFile(options.client_ca_file));
  }
  const bool own_serving = options.tls_cert_file.empty();
  if (!own_serving) {
    K8SNET_ASSIGN_OR_RETURN(identity.serving.certificate_pem, ReadFile(options.tls_cert_file));
    K8SNET_ASSIGN_OR_RETURN(identity.serving.key_pem, ReadFile(options.tls_private_key_file));
    identity.server_ca_pem = identity.serving.certificate_pem;
  }
  const bool own_clients = options.client_ca_file.empty() || !options.write_kubeconfig.empty();
  if (!own_serving && !own_clients) {
    return identity;
  }
  K8SNET_ASSIGN_OR_RETURN(const CertificateAuthority authority,
                          CertificateAuthority::Open(options.cert_dir, clock, random));
  if (own_clients) {
    identity.client_ca_pem += authority.certificate_pem();
  }
  if (own_serving) {
    K8SNET_ASSIGN_OR_RETURN(identity.serving,
                            authority.Serving(ServingNames(options.bind_address)));
    // Somebody else's certificate may have been put into the directory: it is its own anchor.
    identity.server_ca_pem = authority.certificate_pem() + identity.serving.certificate_pem;
  }
  if (!options.write_kubeconfig.empty()) {
    K8SNET_ASSIGN_OR_RETURN(identity.client,
                            authority.IssueClient("k8snet-admin", "system:masters"));
  }
  return identity;
}

Result<std::unique_ptr<Storage>> OpenStorage(const Options& options) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (!options.storage.starts_with(kSqlite)) {
    return NewMemoryStorage();
  }
  const std::string path = options.storage.substr(kSqlite.size());
  if (const std::size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0) {
    K8SNET_RETURN_IF_ERROR(MakePrivateDirectory(path.substr(0, slash)));
  }
  return OpenSqliteStorage(path);
}

Result<std::unique_ptr<Authenticator>> MakeAuthenticator(const Options& options,
                                                         const Clock& clock) {
  std::vector<std::unique_ptr<Authenticator>> authenticators;
  authenticators.push_back(NewX509Authenticator(clock));
  // Without a file no token is good, but one that is sent is still looked at and refused.
  std::string csv;
  if (!options.token_auth_file.empty()) {
    K8SNET_ASSIGN_OR_RETURN(csv, ReadFile(options.token_auth_file));
  }
  K8SNET_ASSIGN_OR_RETURN(authenticators.emplace_back(),
                          NewTokenAuthenticator(csv, options.token_auth_file));
  return NewUnionAuthenticator(std::move(authenticators), options.anonymous_auth);
}

Status Nothing() { return {}; }

// The checks under the names that operators know from kube-apiserver. Those with nothing to look at
// hold whenever the server answers at all: it listens only once they do.
std::vector<HealthCheck> MakeChecks(Storage& storage, const std::atomic<bool>& ending) {
  const auto reads = [&storage]() -> Status {
    K8SNET_RETURN_IF_ERROR(storage.ChangesSince(std::numeric_limits<std::int64_t>::max()));
    return {};
  };
  std::vector<HealthCheck> checks;
  checks.push_back({"ping", false, Nothing});
  checks.push_back({"log", false, Nothing});
  checks.push_back({"etcd", false, reads});
  checks.push_back({"etcd-readiness", true, reads});
  checks.push_back({"informer-sync", true, Nothing});
  checks.push_back({"poststarthook/start-system-namespaces-controller", false, Nothing});
  checks.push_back({"shutdown", true, [&ending]() -> Status {
                      if (ending) {
                        return Error(Reason::kServiceUnavailable, "process is shutting down");
                      }
                      return {};
                    }});
  return checks;
}

// Serves until a signal comes, then ends in order.
Status Serve(const Options& options, Logger& logger, Clock& clock, Random& random) {
  K8SNET_ASSIGN_OR_RETURN(const Identity identity, MakeIdentity(options, clock, random));
  K8SNET_ASSIGN_OR_RETURN(const std::unique_ptr<Authenticator> authenticator,
                          MakeAuthenticator(options, clock));
  const std::unique_ptr<Authorizer> authorizer = NewAlwaysAllowAuthorizer();
  Metrics metrics(AllResources(), clock);
  K8SNET_ASSIGN_OR_RETURN(std::unique_ptr<Storage> opened, OpenStorage(options));
  const std::unique_ptr<Storage> storage = NewMeteredStorage(std::move(opened), metrics, clock);
  Wakers waker;  // Of the listener, which comes later and goes earlier.
  K8SNET_ASSIGN_OR_RETURN(
      const std::unique_ptr<ApiHandler> api,
      NewApiHandler({*storage, waker, clock, random, logger, options.feature_gates,
                     options.service_cluster_ip_ranges, options.node_port_first,
                     options.node_port_last, options.service_cidr_controller}));
  std::atomic<bool> ending = false;
  Health health(MakeChecks(*storage, ending));
  ChainOptions chain_options;
  chain_options.max_requests_in_flight = static_cast<std::size_t>(options.max_requests_inflight);
  chain_options.max_mutating_requests_in_flight =
      static_cast<std::size_t>(options.max_mutating_requests_inflight);
  chain_options.request_timeout = options.request_timeout;
  Chain chain({*authenticator, *authorizer, *api, health, logger, clock, random, &metrics},
              chain_options);

  ListenerOptions listener_options;
  listener_options.address = options.bind_address;
  listener_options.port = static_cast<std::uint16_t>(options.secure_port);
  listener_options.certificate_pem = identity.serving.certificate_pem;
  listener_options.private_key_pem = identity.serving.key_pem;
  listener_options.client_ca_pem = identity.client_ca_pem;
  listener_options.http2 = !options.disable_http2;
  if (options.http2_max_streams > 0) {
    listener_options.max_streams = static_cast<std::size_t>(options.http2_max_streams);
  }
  K8SNET_ASSIGN_OR_RETURN(
      const std::unique_ptr<Listener> listener,
      Listen(std::move(listener_options), [&](Request& request) { return chain.Handle(request); }));
  const WakerLink link(waker, *listener);

  const bool ipv6 = options.service_cluster_ip_ranges[0].find(':') != std::string::npos;
  api->Announce(options.advertise_address.empty() ? AdvertiseAddress(options.bind_address, ipv6)
                                                  : options.advertise_address,
                listener->port());

  const std::string url = LocalUrl(options.bind_address, listener->port());
  if (identity.client) {
    K8SNET_RETURN_IF_ERROR(WritePrivateFile(
        options.write_kubeconfig, KubeconfigText(url, identity.server_ca_pem, *identity.client)));
  }
  std::printf("Serving on %s\n", url.c_str());
  std::fflush(stdout);

  AwaitShutdownSignal();
  ending = true;
  logger.Info("Shutting down");
  std::this_thread::sleep_for(options.shutdown_delay);
  chain.Drain();
  const GraceTimer timer(options.request_timeout, [&] { chain.Abandon(); });
  listener->Stop(options.request_timeout);
  return {};
}

}  // namespace

int RunProgram(const std::vector<std::string>& arguments) {
  const Result<Options> options = ParseOptions(arguments);
  if (!options) {
    Error error = options.error();
    error.message += " (--help lists the flags)";
    return Fail(error, 2);
  }
  if (options->help) {
    std::fputs(HelpText().c_str(), stdout);
    return 0;
  }
  if (options->version) {
    std::printf("Kubernetes %s\n", GitVersion().c_str());
    return 0;
  }
  HoldSignals();
  const std::unique_ptr<Clock> clock = NewSystemClock();
  const std::unique_ptr<Random> random = NewSystemRandom();
  const LogLevel lowest = options->verbosity >= 3 ? LogLevel::kDebug : LogLevel::kInfo;
  const std::unique_ptr<Logger> logger =
      NewLineLogger(STDERR_FILENO, options->log_format, lowest, *clock);
  if (const Status status = Serve(*options, *logger, *clock, *random); !status) {
    return Fail(status.error(), 1);
  }
  return 0;
}

}  // namespace k8snet::server
