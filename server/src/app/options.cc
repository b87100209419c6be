#include "src/app/options.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "src/app/flags.h"
#include "src/duration.h"

namespace k8snet::server {
namespace {

Error Invalid(std::string message) { return {Reason::kInvalid, std::move(message)}; }

// Returns all of `text` as a number from 0 to `maximum`.
std::optional<int> ParseNumber(std::string_view text, int maximum) {
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end || number < 0 || number > maximum) {
    return std::nullopt;
  }
  return number;
}

// Returns the family of an IP address, AF_INET or AF_INET6, or nothing.
std::optional<int> IpFamily(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, text.c_str(), address.data()) == 1) {
      return family;
    }
  }
  return std::nullopt;
}

// Returns the family of a CIDR such as 10.0.0.0/16 that holds at least 8 addresses.
Result<int> CidrFamily(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto family = IpFamily(std::string(text.substr(0, slash)));
  if (slash == std::string_view::npos || !family) {
    return Invalid("invalid CIDR address: " + std::string(text));
  }
  const int bits = *family == AF_INET ? 32 : 128;
  const auto prefix = ParseNumber(text.substr(slash + 1), bits);
  if (!prefix) {
    return Invalid("invalid CIDR address: " + std::string(text));
  }
  if (bits - *prefix < 3) {
    return Invalid("specified range must hold at least 8 addresses");
  }
  return *family;
}

Status ParseServiceRanges(std::string_view text, Options& options) {
  std::vector<std::string> ranges;
  std::vector<int> families;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view range = text.substr(0, comma);
    K8SNET_ASSIGN_OR_RETURN(const int family, CidrFamily(range));
    families.push_back(family);
    ranges.emplace_back(range);
    if (comma == std::string_view::npos) {
      break;
    }
    text.remove_prefix(comma + 1);
  }
  if (ranges.size() > 2 || (ranges.size() == 2 && families[0] == families[1])) {
    return Invalid("takes one CIDR, or one of each IP family");
  }
  options.service_cluster_ip_ranges = std::move(ranges);
  return {};
}

// `first-last`, or `first+size`.
// Source: kubernetes/apimachinery pkg/util/net/port_range.go, PortRange.Set.
Status ParsePortRange(std::string_view text, Options& options) {
  const std::size_t separator = text.find_first_of("-+");
  const auto first = ParseNumber(text.substr(0, separator), 65535);
  auto last = first;
  if (separator != std::string_view::npos) {
    last = ParseNumber(text.substr(separator + 1), 65535);
    if (first && last && text[separator] == '+') {
      last = std::min(*first + *last, 65535);
    }
  }
  if (!first || !last || *last < *first || *first == 0) {
    return Invalid("must be a range of ports such as 30000-32767");
  }
  options.node_port_first = *first;
  options.node_port_last = *last;
  return {};
}

Flags::Parse DurationInto(std::chrono::milliseconds& target) {
  return [&target](std::string_view text) -> Status {
    K8SNET_ASSIGN_OR_RETURN(const std::chrono::nanoseconds duration, ParseDuration(text));
    if (duration.count() < 0) {
      return Invalid("must not be negative");
    }
    target = std::chrono::duration_cast<std::chrono::milliseconds>(duration);
    return {};
  };
}

void AddServingFlags(Flags& flags, Options& options) {
  flags.Group("Serving");
  flags.Add("bind-address", "IP", options.bind_address,
            "The address to listen on; 0.0.0.0 and :: are all", [&](std::string_view text) {
              options.bind_address = text;
              return IpFamily(options.bind_address) ? Status()
                                                    : Status(Invalid("must be an IP address"));
            });
  flags.Add("advertise-address", "IP", "",
            "The address that the Service kubernetes leads to. Without it, --bind-address, or that "
            "of the default route if others cannot reach it",
            [&](std::string_view text) {
              options.advertise_address = text;
              return IpFamily(options.advertise_address) ? Status()
                                                         : Status(Invalid("must be an IP address"));
            });
  flags.AddNumber("secure-port", 0, 65535,
                  "The port for HTTPS. 0 picks a free one, which is printed when it serves",
                  options.secure_port);
  flags.AddText("cert-dir", "DIR",
                "Where the server keeps its own CA and certificates (ca.crt, ca.key, "
                "apiserver.crt, apiserver.key); made on the first start",
                options.cert_dir);
  flags.AddText("tls-cert-file", "FILE",
                "The serving certificate, with its chain, instead of one of the own CA",
                options.tls_cert_file);
  flags.AddText("tls-private-key-file", "FILE", "The key of --tls-cert-file",
                options.tls_private_key_file);
  flags.AddText("write-kubeconfig", "FILE",
                "When the server is ready, write a kubeconfig for an administrator there. It "
                "holds a client certificate of the own CA, which is then accepted besides "
                "--client-ca-file",
                options.write_kubeconfig);
}

void AddAccessFlags(Flags& flags, Options& options) {
  flags.Group("Access");
  flags.AddText("client-ca-file", "FILE",
                "Certificates of CAs whose clients are known: the common name is the user, "
                "organizations are groups. Without it, the own CA",
                options.client_ca_file);
  flags.AddText("token-auth-file", "FILE",
                "Bearer tokens, one a line: token,user,uid[,\"group1,group2\"]",
                options.token_auth_file);
  flags.AddSwitch("anonymous-auth",
                  "Whether requests without credentials are served, as user system:anonymous. On "
                  "unless switched off by --anonymous-auth=false",
                  options.anonymous_auth);
  flags.Add("authorization-mode", "MODE", "AlwaysAllow",
            "Who may do what. AlwaysAllow: everyone who is served, everything",
            [](std::string_view text) {
              return text == "AlwaysAllow" ? Status()
                                           : Status(Invalid("supported modes: AlwaysAllow"));
            });
}

void AddApiFlags(Flags& flags, Options& options) {
  flags.Group("Storage");
  flags.Add("storage", "KIND", options.storage,
            "Where objects are kept. sqlite:PATH, a file; memory, nowhere, for tests",
            [&](std::string_view text) -> Status {
              const bool file = text.starts_with("sqlite:") && text.size() > 7;
              if (text != "memory" && !file) {
                return Invalid("must be sqlite:PATH or memory");
              }
              options.storage = text;
              return {};
            });
  flags.Group("API");
  flags.Add("service-cluster-ip-range", "CIDR[,CIDR]", options.service_cluster_ip_ranges[0],
            "Addresses for Services, of one IP family or both, the preferred one first",
            [&](std::string_view text) { return ParseServiceRanges(text, options); });
  flags.Add("service-node-port-range", "FIRST-LAST", "30000-32767",
            "Ports for Services of type NodePort and LoadBalancer",
            [&](std::string_view text) { return ParsePortRange(text, options); });
  flags.AddSwitch("service-cidr-controller",
                  "Give ServiceCIDRs their finalizer and conditions, as kube-controller-manager "
                  "does in a whole cluster",
                  options.service_cidr_controller);
  flags.Add("feature-gates", "NAME=BOOL[,...]", "",
            "Switches Kubernetes' feature gates; those with no meaning here are accepted",
            [&](std::string_view text) { return options.feature_gates.Set(text); });
}

void AddLoadFlags(Flags& flags, Options& options) {
  flags.Group("Load and shutdown");
  constexpr std::int64_t kMaxInFlight = 1'000'000;
  flags.AddNumber("http2-max-streams-per-connection", 0, kMaxInFlight,
                  "Requests and watches at once on a connection of HTTP/2. 0 is 1000",
                  options.http2_max_streams);
  flags.AddSwitch("disable-http2-serving", "Speak HTTP/1.1 alone", options.disable_http2);
  flags.AddNumber("max-requests-inflight", 0, kMaxInFlight,
                  "Reading requests served at once; further ones get 429. 0 is no limit",
                  options.max_requests_inflight);
  flags.AddNumber("max-mutating-requests-inflight", 0, kMaxInFlight,
                  "Writing requests served at once; further ones get 429. 0 is no limit",
                  options.max_mutating_requests_inflight);
  flags.Add("request-timeout", "DURATION", "1m0s",
            "The time for a request other than a watch, and for such requests at shutdown",
            DurationInto(options.request_timeout));
  flags.Add("shutdown-delay-duration", "DURATION", "0s",
            "How long to serve on after SIGTERM, while /readyz says no",
            DurationInto(options.shutdown_delay));
}

void AddLogFlags(Flags& flags, Options& options) {
  flags.Group("Logs and information");
  flags.AddNumber("v", 0, 10, "How much is logged. 3 and up: a line for every request",
                  options.verbosity);
  flags.Add("logging-format", "FORMAT", "text", "text or json; lines go to standard error",
            [&](std::string_view text) -> Status {
              if (text != "text" && text != "json") {
                return Invalid("must be text or json");
              }
              options.log_format = text == "json" ? LogFormat::kJson : LogFormat::kText;
              return {};
            });
  flags.AddSwitch("version", "Print the version and end", options.version);
  flags.AddSwitch("help", "Print this and end", options.help);
}

Flags AllFlags(Options& options) {
  Flags flags;
  AddServingFlags(flags, options);
  AddAccessFlags(flags, options);
  AddApiFlags(flags, options);
  AddLoadFlags(flags, options);
  AddLogFlags(flags, options);
  return flags;
}

}  // namespace

Result<Options> ParseOptions(std::span<const std::string> arguments) {
  Options options;
  K8SNET_RETURN_IF_ERROR(AllFlags(options).ParseArguments(arguments));
  if (options.tls_cert_file.empty() != options.tls_private_key_file.empty()) {
    return Invalid("--tls-cert-file and --tls-private-key-file go together");
  }
  return options;
}

std::string HelpText() {
  Options options;
  return "k8snet-apiserver serves the Kubernetes networking types: it defaults, converts, "
         "validates,\nstores and watches them as kube-apiserver does.\n\nUsage:\n"
         "  k8snet-apiserver [--flag=value ...]\n" +
         AllFlags(options).Help() +
         "\nIt ends with 0 after SIGTERM or SIGINT, with 1 after a failure, with 2 after a wrong "
         "flag.\n";
}

}  // namespace k8snet::server
