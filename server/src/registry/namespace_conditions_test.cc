#include "src/registry/namespace_conditions.h"

#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

constexpr Time kThen{100};
constexpr Time kNow{200};

TEST(NamespaceConditionsTest, TellsThatNothingIsLeft) {
  core::v1::NamespaceStatus status;
  EXPECT_TRUE(SetDeletionConditions({}, kThen, status));
  ASSERT_EQ(status.conditions.size(), 5u);
  for (const auto& condition : status.conditions) {
    EXPECT_EQ(condition.status, "False") << condition.type;
    EXPECT_EQ(condition.last_transition_time, kThen) << condition.type;
  }
  EXPECT_FALSE(SetDeletionConditions({}, kNow, status));
}

TEST(NamespaceConditionsTest, CountsWhatIsLeftInTheOrderOfTheText) {
  NamespaceLeftovers left;
  left.resources = {{"services.", 2}, {"ingresses.networking.k8s.io", 1}};
  left.finalizers = {{"example.com/b", 3}, {"example.com/a", 1}};
  left.errors = {"second", "first"};
  core::v1::NamespaceStatus status;
  SetDeletionConditions(left, kThen, status);
  EXPECT_EQ(status.conditions[2].message,
            "Failed to delete all resource types, 2 remaining: first, second");
  EXPECT_EQ(status.conditions[3].message,
            "Some resources are remaining: ingresses.networking.k8s.io has 1 resource instances, "
            "services. has 2 resource instances");
  EXPECT_EQ(status.conditions[4].message,
            "Some content in the namespace has finalizers remaining: example.com/a in 1 resource "
            "instances, example.com/b in 3 resource instances");
}

TEST(NamespaceConditionsTest, KeepsTheTimeOfWhatStaysAndTheConditionsOfOthers) {
  NamespaceLeftovers left;
  left.resources = {{"services.", 2}};
  core::v1::NamespaceStatus status;
  status.conditions.emplace_back().type = "Mine";
  SetDeletionConditions(left, kThen, status);
  left.resources = {{"services.", 1}};
  EXPECT_TRUE(SetDeletionConditions(left, kNow, status));
  ASSERT_EQ(status.conditions.size(), 6u);
  EXPECT_EQ(status.conditions[0].type, "Mine");
  EXPECT_EQ(status.conditions[4].last_transition_time, kThen);
  EXPECT_TRUE(SetDeletionConditions({}, kNow, status));
  EXPECT_EQ(status.conditions[4].last_transition_time, kNow);
  EXPECT_EQ(status.conditions[4].reason, "ContentRemoved");
}

}  // namespace
}  // namespace k8snet::server
