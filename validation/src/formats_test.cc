#include "k8snet/validation/formats.h"

#include <string>

#include <gtest/gtest.h>

namespace k8snet::validation {
namespace {

constexpr const char* kLabelText =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must "
    "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr const char* kKeyText =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

TEST(FormatsTest, EachRuleSaysWhatUpstreamSays) {
  const struct {
    const char* name;
    Messages (*rule)(std::string_view);
    std::string value;
    Messages messages;
  } cases[] = {
      {"label", Dns1123Label, "my-name", {}},
      {"label of one", Dns1123Label, "1", {}},
      {"label of the greatest length", Dns1123Label, std::string(63, 'a'), {}},
      {"long label", Dns1123Label, std::string(64, 'a'), {"must be no more than 63 characters"}},
      {"dotted label", Dns1123Label, "a.b", {"must not contain dots"}},
      {"upper case label", Dns1123Label, "A", {kLabelText}},
      {"empty label", Dns1123Label, "", {kLabelText}},
      {"label with a hyphen at its end", Dns1123Label, "a-", {kLabelText}},
      {"subdomain", Dns1123Subdomain, "a.b-c.d1", {}},
      {"1035 label", Dns1035Label, "a1", {}},
      {"wildcard", WildcardSubdomain, "*.example.com", {}},
      {"key", LabelKey, "example.com/My_Name.1", {}},
      {"key without a prefix", LabelKey, "a", {}},
      {"key with an empty prefix", LabelKey, "/a", {"prefix part must be non-empty"}},
      {"empty key", LabelKey, "", {"name part must be non-empty", kKeyText}},
      {"long key", LabelKey, std::string(64, 'a'), {"name part must be no more than 63 bytes"}},
      {"value", LabelValue, "", {}},
      {"value with a dot", LabelValue, "a.b", {}},
      {"long value", LabelValue, std::string(64, 'a'), {"must be no more than 63 bytes"}},
      {"port", PortName, "http-1", {}},
      {"port of digits", PortName, "80", {"must contain at least one letter (a-z)"}},
      {"bad port",
       PortName,
       "-a--",
       {"must not contain consecutive hyphens", "must not begin or end with a hyphen"}},
      {"long port", PortName, std::string(16, 'a'), {"must be no more than 15 characters"}},
      {"segment", PathSegmentName, "a:b", {}},
      {"dots", PathSegmentName, "..", {"may not be '..'"}},
      {"slash and percent", PathSegmentName, "/%", {"may not contain '/'", "may not contain '%'"}},
      {"path", HttpPath, "foo/bar:1", {}},
      {"bad path",
       HttpPath,
       "a b",
       {"Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')"}},
      {"manager", PrintableName, "kubectl", {}},
      {"bad manager",
       PrintableName,
       "a\x01\x02",
       {"invalid character U+0001 (at position 1)", "invalid character U+0002 (at position 2)"}},
      {"manager in Greek", PrintableName, "\xCE\xB1\xCE\xB2", {}},
      {"manager with what does not show",
       PrintableName,
       "\xCE\xB1\xE2\x80\x8B\xC2\xA0",
       {"invalid character U+200B (at position 2)", "invalid character U+00A0 (at position 5)"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(c.rule(c.value), c.messages);
  }
}

TEST(FormatsTest, PortNumbersHaveBounds) {
  EXPECT_TRUE(PortNumber(1).empty());
  EXPECT_TRUE(PortNumber(65535).empty());
  for (const std::int64_t port : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{65536}}) {
    EXPECT_EQ(PortNumber(port), Messages{"must be between 1 and 65535, inclusive"});
  }
}

TEST(FormatsTest, APrefixIsCheckedWithoutItsHyphen) {
  EXPECT_EQ(MaskTrailingDash("web-"), "wea");
  EXPECT_EQ(MaskTrailingDash("web"), "web");
  EXPECT_EQ(MaskTrailingDash("-"), "-");
}

}  // namespace
}  // namespace k8snet::validation
