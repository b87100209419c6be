#include "src/app/options.h"

#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Options> Parse(std::vector<std::string> arguments) { return ParseOptions(arguments); }

TEST(Options, HaveUpstreamsDefaults) {
  const Options options = Parse({}).value();
  EXPECT_EQ(options.bind_address, "0.0.0.0");
  EXPECT_EQ(options.secure_port, 6443);
  EXPECT_THAT(options.service_cluster_ip_ranges, ElementsAre("10.0.0.0/24"));
  EXPECT_EQ(options.node_port_first, 30000);
  EXPECT_EQ(options.node_port_last, 32767);
  EXPECT_EQ(options.request_timeout, std::chrono::seconds(60));
  EXPECT_TRUE(options.anonymous_auth);
}

TEST(Options, TakeAllSpellings) {
  const Options options =
      Parse({"--bind-address=::1", "--secure-port", "0", "-v=2", "--anonymous-auth=false",
             "--authorization-mode=AlwaysAllow", "--storage=memory",
             "--service-cluster-ip-range=fd00::/112,10.1.0.0/16",
             "--service-node-port-range=30000+100", "--feature-gates=ServiceTopology=true",
             "--feature-gates", "kube:AllAlpha=T, AllBeta=0", "--request-timeout=1m30s",
             "--logging-format=json", "--token-auth-file=", "--disable-http2-serving",
             "--http2-max-streams-per-connection=250"})
          .value();
  EXPECT_EQ(options.bind_address, "::1");
  EXPECT_EQ(options.secure_port, 0);
  EXPECT_EQ(options.verbosity, 2);
  EXPECT_FALSE(options.anonymous_auth);
  EXPECT_EQ(options.storage, "memory");
  EXPECT_THAT(options.service_cluster_ip_ranges, ElementsAre("fd00::/112", "10.1.0.0/16"));
  EXPECT_EQ(options.node_port_last, 30100);
  EXPECT_TRUE(options.feature_gates.enabled("ServiceTopology"));
  EXPECT_TRUE(options.feature_gates.enabled("AllAlpha"));
  EXPECT_EQ(options.request_timeout, std::chrono::seconds(90));
  EXPECT_EQ(options.log_format, LogFormat::kJson);
  EXPECT_TRUE(options.disable_http2);
  EXPECT_EQ(options.http2_max_streams, 250);
  EXPECT_TRUE(Parse({"-h"}).value().help);
  EXPECT_TRUE(Parse({"--help"}).value().help);
  EXPECT_TRUE(Parse({"--version"}).value().version);
}

TEST(Options, RefuseWhatIsWrongInOneLine) {
  const struct {
    const char* argument;
    const char* message;
  } cases[] = {
      {"--bogus=1", "unknown flag: --bogus"},
      {"-bind-address=::", "unknown flag: -bind-address"},
      {"serve", "takes no arguments, got \"serve\""},
      {"--secure-port", "flag needs an argument: --secure-port"},
      {"--secure-port=x",
       "invalid argument \"x\" for \"--secure-port\" flag: must be a number from 0 to 65535"},
      {"--secure-port=65536",
       "invalid argument \"65536\" for \"--secure-port\" flag: must be a number from 0 to 65535"},
      {"--bind-address=host",
       "invalid argument \"host\" for \"--bind-address\" flag: must be an IP address"},
      {"--anonymous-auth=maybe",
       "invalid argument \"maybe\" for \"--anonymous-auth\" flag: must be true or false"},
      {"--authorization-mode=RBAC",
       "invalid argument \"RBAC\" for \"--authorization-mode\" flag: supported modes: AlwaysAllow"},
      {"--storage=etcd",
       "invalid argument \"etcd\" for \"--storage\" flag: must be sqlite:PATH or memory"},
      {"--storage=sqlite:",
       "invalid argument \"sqlite:\" for \"--storage\" flag: must be sqlite:PATH or memory"},
      {"--request-timeout=5",
       "invalid argument \"5\" for \"--request-timeout\" flag: time: missing unit in duration "
       "\"5\""},
      {"--request-timeout=-5s",
       "invalid argument \"-5s\" for \"--request-timeout\" flag: must not be negative"},
      {"--service-cluster-ip-range=10.0.0.0/16,10.1.0.0/16",
       "invalid argument \"10.0.0.0/16,10.1.0.0/16\" for \"--service-cluster-ip-range\" flag: "
       "takes one CIDR, or one of each IP family"},
      {"--service-cluster-ip-range=10.0.0.0",
       "invalid argument \"10.0.0.0\" for \"--service-cluster-ip-range\" flag: invalid CIDR "
       "address: 10.0.0.0"},
      {"--service-cluster-ip-range=10.0.0.0/33",
       "invalid argument \"10.0.0.0/33\" for \"--service-cluster-ip-range\" flag: invalid CIDR "
       "address: 10.0.0.0/33"},
      {"--service-cluster-ip-range=10.0.0.0/30",
       "invalid argument \"10.0.0.0/30\" for \"--service-cluster-ip-range\" flag: specified range "
       "must hold at least 8 addresses"},
      {"--service-node-port-range=5-4",
       "invalid argument \"5-4\" for \"--service-node-port-range\" flag: must be a range of ports "
       "such as 30000-32767"},
      {"--feature-gates=Foo=true",
       "invalid argument \"Foo=true\" for \"--feature-gates\" flag: unrecognized feature gate: "
       "Foo"},
      {"--feature-gates=AllBeta",
       "invalid argument \"AllBeta\" for \"--feature-gates\" flag: missing bool value for AllBeta"},
      {"--tls-cert-file=x", "--tls-cert-file and --tls-private-key-file go together"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.argument);
    const Result<Options> options = Parse({c.argument});
    ASSERT_FALSE(options.has_value());
    EXPECT_EQ(options.error().message, c.message);
  }
}

TEST(Options, HelpNamesEveryFlagInLinesThatFit) {
  const std::string help = HelpText();
  for (const char* flag :
       {"--bind-address=IP", "--secure-port=N", "--cert-dir=DIR", "--tls-cert-file=FILE",
        "--client-ca-file=FILE", "--token-auth-file=FILE", "--storage=KIND", "-v, --v=N",
        "--write-kubeconfig=FILE", "--feature-gates=NAME=BOOL[,...]", "--help", "--version"}) {
    EXPECT_THAT(help, HasSubstr(std::string("  ") + flag + "\n"));
  }
  std::size_t start = 0;
  for (std::size_t end = 0; (end = help.find('\n', start)) != std::string::npos; start = end + 1) {
    EXPECT_LE(end - start, 100U) << help.substr(start, end - start);
  }
}

TEST(FeatureGates, KnowDefaultsAndLocks) {
  FeatureGates gates;
  EXPECT_FALSE(gates.enabled("ServiceTopology"));
  EXPECT_TRUE(gates.enabled("IPv6DualStack"));
  EXPECT_FALSE(gates.enabled("NoSuchGate"));
  EXPECT_TRUE(gates.Set("").has_value());
  const Status locked = gates.Set("DynamicResourceAllocation=false");
  ASSERT_FALSE(locked.has_value());
  EXPECT_EQ(
      locked.error().message,
      "cannot set feature gate DynamicResourceAllocation to false, feature is locked to true");
  EXPECT_TRUE(gates.Set("DynamicResourceAllocation=true").has_value());
  EXPECT_FALSE(gates.Set("ServiceTopology=yes").has_value());
}

}  // namespace
}  // namespace k8snet::server
