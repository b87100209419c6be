#include "src/selectors/field_selector.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

constexpr std::string_view kFields[] = {"spec.clusterIP", "spec.type"};

class FieldSelectorTest : public testing::Test {
 protected:
  EncodingBudget budget_{1 << 20};
  const Entry entry_{"/registry/services/specs/default/web",
                     sizeof("/registry/services/specs/") - 1,
                     true,
                     7,
                     std::make_shared<const std::string>("value"),
                     {{}, {"None", "ClusterIP"}},
                     budget_};
};

TEST_F(FieldSelectorTest, MatchesNameNamespaceAndFields) {
  const struct {
    std::string selector;
    bool matches;
  } cases[] = {
      {"", true},
      {",", true},
      {"metadata.name=web", true},
      {"metadata.name==web", true},
      {"metadata.name!=web", false},
      {"metadata.name=w\\=b", false},
      {"metadata.name= web", false},
      {"metadata.namespace=default,metadata.name=web", true},
      {"metadata.namespace=default,metadata.name=x", false},
      {"spec.clusterIP=None", true},
      {"spec.type!=ClusterIP", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.selector);
    const auto selector = FieldSelector::Parse(c.selector, kFields);
    ASSERT_TRUE(selector) << selector.error().message;
    EXPECT_EQ(selector->Matches(entry_), c.matches);
  }
}

TEST_F(FieldSelectorTest, RefusesWithUpstreamsWords) {
  const struct {
    std::string selector;
    bool own_fields;
    std::string message;
  } cases[] = {
      {"metadata.name", false,
       "invalid selector: 'metadata.name'; can't understand 'metadata.name'"},
      {"metadata.name=a=b", false, "invalid field selector: unescaped character in value: 61"},
      {"metadata.name=a\\x", false, "invalid field selector: invalid escape sequence: \\x"},
      {"metadata.name=\\", false, "invalid field selector: invalid escape sequence: \\"},
      {"spec.type=x", false,
       "\"spec.type\" is not a known field selector: only \"metadata.name\", "
       "\"metadata.namespace\""},
      {" metadata.name=x", true, "field label not supported:  metadata.name"},
      {"status.phase=x", true, "field label not supported: status.phase"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.selector);
    const auto selector =
        FieldSelector::Parse(c.selector, c.own_fields ? std::span<const std::string_view>(kFields)
                                                      : std::span<const std::string_view>());
    ASSERT_FALSE(selector);
    EXPECT_EQ(selector.error().reason, Reason::kBadRequest);
    EXPECT_EQ(selector.error().message, c.message);
  }
}

TEST_F(FieldSelectorTest, TellsTheNameItRequires) {
  EXPECT_EQ(FieldSelector::Parse("metadata.name=web", {})->RequiredName(), "web");
  EXPECT_EQ(FieldSelector::Parse("metadata.name!=web", {})->RequiredName(), std::nullopt);
  EXPECT_EQ(FieldSelector::Parse("", {})->RequiredName(), std::nullopt);
}

TEST(FieldSelector, LeavesOutTermsThatSayNothing) {
  for (const char* text : {"=", "==", "!=", ",", "=,!=,"}) {
    SCOPED_TRACE(text);
    const auto selector = FieldSelector::Parse(text, {});
    ASSERT_TRUE(selector);
    EXPECT_TRUE(selector->empty());
  }
  EXPECT_FALSE(FieldSelector::Parse("=x", {}));
}

TEST(FieldSelector, KnowsNoNamespaceOfClusterScopedKindsWithFields) {
  const std::string_view fields[] = {"status.phase"};
  EXPECT_TRUE(FieldSelector::Parse("metadata.namespace=", fields, true));
  EXPECT_TRUE(FieldSelector::Parse("metadata.namespace=", {}, false));
  EXPECT_EQ(FieldSelector::Parse("metadata.namespace=", fields, false).error().message,
            "field label not supported: metadata.namespace");
}

TEST(FieldSelector, ComplainsOfTheFirstTermInOrder) {
  EXPECT_EQ(FieldSelector::Parse("metadata.name=x,b=1,a=2", {}).error().message,
            "\"a\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
}

}  // namespace
}  // namespace k8snet::server
