#include "k8snet/validation/ip.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace k8snet::validation {
namespace {

std::string Details(const field::ErrorList& errors) {
  std::string out;
  for (const field::Error& error : errors) {
    out += (out.empty() ? "" : " | ") + error.detail;
  }
  return out;
}

TEST(IpTest, AddressesAreReadAndPrintedCanonically) {
  const struct {
    const char* text;
    const char* canonical;  // Null: no address.
  } cases[] = {
      {"10.0.0.1", "10.0.0.1"},
      {"010.000.0.1", "10.0.0.1"},
      {"256.0.0.1", nullptr},
      {"1.2.3", nullptr},
      {"1.2.3.4.5", nullptr},
      {" 1.2.3.4", nullptr},
      {"", nullptr},
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"FD00:0:0::0:1", "fd00::1"},
      {"2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"},
      {"1:0:0:2:0:0:3:4", "1::2:0:0:3:4"},
      {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::1.2.3.4", "::102:304"},
      {"::ffff:1.2.3.4", "1.2.3.4"},
      {"1:2:3:4:5:6:7", nullptr},
      {"1:2:3:4:5:6:7:8:9", nullptr},
      {"1::2::3", nullptr},
      {":1", nullptr},
      {"1:", nullptr},
      {"12345::", nullptr},
      {"00001::1", "1::1"},
      {"::0000001.2.3.4", "::102:304"},
      {"fe80::1%eth0", nullptr},
      {":::", nullptr},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto ip = ParseIp(c.text);
    ASSERT_EQ(ip.has_value(), c.canonical != nullptr);
    if (ip) {
      EXPECT_EQ(ip->ToString(), c.canonical);
    }
  }
}

TEST(IpTest, RulesSayWhatUpstreamSays) {
  const std::vector<std::string> none;
  const auto legacy = [&](const char* text) {
    field::ErrorList errors;
    LegacyIp(text, field::Path("x"), none, errors);
    return Details(errors);
  };
  const auto strict = [&](const char* text) {
    field::ErrorList errors;
    StrictIp(text, field::Path("x"), errors);
    return Details(errors);
  };
  const auto cidr = [&](const char* text) {
    field::ErrorList errors;
    LegacyCidr(text, field::Path("x"), none, errors);
    return Details(errors);
  };
  EXPECT_EQ(legacy("1.2.3.4"), "");
  EXPECT_EQ(legacy("FD00::1"), "");
  EXPECT_EQ(legacy("01.2.3.4"), "must not have leading 0s");
  EXPECT_EQ(legacy("00001::1"), "must not have leading 0s");
  EXPECT_EQ(legacy("::ffff:1.2.3.4"), "must not be an IPv4-mapped IPv6 address");
  EXPECT_EQ(legacy("x"), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
  EXPECT_EQ(strict("FD00::1"), "must be in canonical form (\"fd00::1\")");
  EXPECT_EQ(strict("fd00::1"), "");
  EXPECT_EQ(cidr("10.0.0.0/8"), "");
  EXPECT_EQ(cidr("10.0.0.1/8"), "must not have bits set beyond the prefix length");
  EXPECT_EQ(cidr("10.0.0.0/08"), "must not have leading 0s in IP or prefix length");
  EXPECT_EQ(cidr("::ffff:10.0.0.0/104"), "must not have an IPv4-mapped IPv6 address");
  EXPECT_EQ(cidr("10.0.0.0/0000000008"), "must not have leading 0s in IP or prefix length");
  EXPECT_EQ(cidr("10.0.0.0/33"), "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
}

TEST(IpTest, OldTextsMayStay) {
  field::ErrorList errors;
  LegacyIp("01.2.3.4", field::Path("x"), {"01.2.3.4"}, errors);
  LegacyCidr("10.0.0.1/8", field::Path("x"), {"10.0.0.1/8"}, errors);
  EXPECT_TRUE(errors.empty());
}

TEST(IpTest, EndpointsHaveNoSpecialAddresses) {
  const struct {
    const char* text;
    const char* detail;
  } cases[] = {
      {"10.0.0.1", ""},
      {"0.0.0.0", "may not be unspecified (0.0.0.0)"},
      {"::", "may not be unspecified (::)"},
      {"127.1.2.3", "may not be in the loopback range (127.0.0.0/8, ::1/128)"},
      {"::1", "may not be in the loopback range (127.0.0.0/8, ::1/128)"},
      {"169.254.1.1", "may not be in the link-local range (169.254.0.0/16, fe80::/10)"},
      {"febf::1", "may not be in the link-local range (169.254.0.0/16, fe80::/10)"},
      {"224.0.0.9", "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"},
      {"ff12::1", "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"},
      {"x", "must be a valid IP address"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    field::ErrorList errors;
    EndpointIp(c.text, field::Path("x"), errors);
    EXPECT_EQ(Details(errors), c.detail);
  }
}

TEST(IpTest, NetworksContainTheirAddresses) {
  const auto network = ParseCidr("10.1.0.0/16");
  ASSERT_TRUE(network);
  EXPECT_TRUE(network->Contains(*ParseIp("10.1.255.255")));
  EXPECT_FALSE(network->Contains(*ParseIp("10.2.0.0")));
  EXPECT_FALSE(network->Contains(*ParseIp("::1")));
  EXPECT_EQ(ParseCidr("fd00::1/64")->ToString(), "fd00::/64");
}

TEST(IpTest, WarningsNameTheCanonicalForm) {
  std::vector<std::string> warnings;
  const field::Path path("x");
  WarnOfIp("01.2.3.4", path, warnings);
  WarnOfIp("FD00::1", path, warnings);
  WarnOfIp("fd00::1", path, warnings);
  WarnOfCidr("10.0.0.1/8", path, warnings);
  WarnOfCidr("FD00::/64", path, warnings);
  EXPECT_EQ(warnings,
            (std::vector<std::string>{
                "x: non-standard IP address \"01.2.3.4\" is invalid: use \"1.2.3.4\"",
                "x: IPv6 address \"FD00::1\" should be in RFC 5952 canonical format (\"fd00::1\")",
                "x: CIDR value \"10.0.0.1/8\" is ambiguous in this context (should be "
                "\"10.0.0.0/8\" or \"10.0.0.1/32\"?)",
                "x: IPv6 CIDR value \"FD00::/64\" should be in RFC 5952 canonical format "
                "(\"fd00::/64\")"}));
}

}  // namespace
}  // namespace k8snet::validation
