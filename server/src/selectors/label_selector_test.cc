#include "src/selectors/label_selector.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

Attributes Labels() {
  Attributes attributes;
  attributes.labels = {{"app", "web"}, {"empty", ""}, {"n", "7"}, {"tier", "a"}};
  return attributes;
}

TEST(LabelSelector, MatchesAsUpstreamDoes) {
  const struct {
    std::string selector;
    bool matches;
  } cases[] = {
      {"", true},
      {" ", true},
      {"app", true},
      {"none", false},
      {"!none", true},
      {"!app", false},
      {"app=web", true},
      {" app == web ", true},
      {"app!=web", false},
      {"none!=web", true},
      {"empty=", true},
      {"app=", false},
      {"app in (db, web)", true},
      {"app in (db)", false},
      {"app notin (db)", true},
      {"none notin (db)", true},
      {"empty in ()", true},
      {"empty in (,)", true},
      {"empty in (a,)", true},
      {"app in (a,)", false},
      {"n>6", true},
      {"n>7", false},
      {"n<8", true},
      {"app>1", false},
      {"app=web,tier in (a,b),!none", true},
      {"app=web,tier=b", false},
      {"in", false},
      {"in notin (in)", true},
      {"notin!=in", true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.selector);
    const auto selector = LabelSelector::Parse(c.selector);
    ASSERT_TRUE(selector) << selector.error().message;
    EXPECT_EQ(selector->Matches(Labels()), c.matches);
  }
}

TEST(LabelSelector, RefusesWithUpstreamsWords) {
  const std::string requirement = "unable to parse requirement: ";
  const struct {
    std::string selector;
    std::string message;
  } cases[] = {
      {"k=v,", "found '', expected: identifier after ','"},
      {"k=v w", "found 'w', expected: ',' or 'end of string'"},
      {"n,!app=web", "found '=', expected: ',' or 'end of string'"},
      {"=x", "found '=', expected: !, identifier, or 'end of string'"},
      {"a in (", requirement + "found '', expected: ',', ')' or identifier"},
      {"x in (a", requirement + "found '', expected: ',' or ')'"},
      {"k in (a b)", requirement + "found 'b', expected: ',' or ')'"},
      {"app in (web,(db)", requirement + "found '(', expected: ',', or identifier"},
      {"k in v", requirement + "found 'v' expected: '('"},
      {"k gt 5", requirement + "found 'gt', expected: in, notin, =, ==, !=, gt, lt"},
      {"app===web", requirement + "found '=', expected: identifier"},
      {"!", requirement + "found '', expected: identifier"},
      {"n>1.5",
       requirement +
           "values[0]: Invalid value: \"1.5\": for 'Gt', 'Lt' operators, the value must be "
           "an integer"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.selector);
    const auto selector = LabelSelector::Parse(c.selector);
    ASSERT_FALSE(selector);
    EXPECT_EQ(selector.error().reason, Reason::kBadRequest);
    EXPECT_EQ(selector.error().message, c.message);
  }
}

TEST(LabelSelector, ChecksKeysAndValues) {
  const struct {
    std::string selector;
    std::string beginning;
  } cases[] = {
      {"/k", "<nil>: Invalid value: \"/k\": prefix part must be non-empty"},
      {"k/",
       "<nil>: Invalid value: \"k/\": name part must be non-empty; name part must consist of"},
      {"a/b/c", "<nil>: Invalid value: \"a/b/c\": a valid label key must consist of"},
      {"A_/b", "<nil>: Invalid value: \"A_/b\": prefix part a lowercase RFC 1123 subdomain"},
      {"k=-v", "values[0][k]: Invalid value: \"-v\": a valid label must be an empty string"},
      {"k=" + std::string(64, 'a'), "values[0][k]: Invalid value: \"" + std::string(64, 'a') +
                                        "\": must be no more than 63 bytes"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.selector);
    const auto selector = LabelSelector::Parse(c.selector);
    ASSERT_FALSE(selector);
    EXPECT_THAT(selector.error().message,
                testing::StartsWith("unable to parse requirement: " + c.beginning));
  }
}

}  // namespace
}  // namespace k8snet::server
