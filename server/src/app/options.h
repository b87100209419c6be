// What the program is told on its command line.
#ifndef K8SNET_SERVER_SRC_APP_OPTIONS_H_
#define K8SNET_SERVER_SRC_APP_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "src/app/feature_gates.h"
#include "src/log/log.h"

namespace k8snet::server {

// Values of all flags. Names and defaults are kube-apiserver's where it has the flag.
// Source: kubernetes/kubernetes cmd/kube-apiserver/app/options, kubernetes/apiserver
// pkg/server/options.
struct Options {
  std::string bind_address = "0.0.0.0";
  std::string advertise_address;  // Empty: that of the machine.
  std::int64_t secure_port = 6443;
  std::string cert_dir = "apiserver.local.config/certificates";
  std::string tls_cert_file;
  std::string tls_private_key_file;
  std::string client_ca_file;
  std::string token_auth_file;
  bool anonymous_auth = true;
  std::string write_kubeconfig;

  // "memory", or "sqlite:" and a path.
  std::string storage = "sqlite:apiserver.local.config/k8snet.db";

  std::vector<std::string> service_cluster_ip_ranges = {"10.0.0.0/24"};  // One, or one a family.
  std::int64_t node_port_first = 30000;
  std::int64_t node_port_last = 32767;  // Included.
  bool service_cidr_controller = false;

  std::int64_t http2_max_streams = 0;  // 0: as the listener has it.
  bool disable_http2 = false;
  std::int64_t max_requests_inflight = 400;
  std::int64_t max_mutating_requests_inflight = 200;
  std::chrono::milliseconds request_timeout{60'000};
  std::chrono::milliseconds shutdown_delay{0};

  FeatureGates feature_gates;
  LogFormat log_format = LogFormat::kText;
  std::int64_t verbosity = 0;

  bool version = false;
  bool help = false;
};

// Parses the arguments after the program's name and checks what can be checked without a look at
// the machine. Errors: kInvalid with one line.
[[nodiscard]] Result<Options> ParseOptions(std::span<const std::string> arguments);

// Returns the text of --help.
[[nodiscard]] std::string HelpText();

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_APP_OPTIONS_H_
