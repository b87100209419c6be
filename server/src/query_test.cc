#include "src/query.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Query, KeepsOrderAndDecodes) {
  const Query query("a=1&b=x%20y+z&a=2&c&d=&&%61=3");
  EXPECT_THAT(query.items(), ElementsAre(Pair("a", "1"), Pair("b", "x y z"), Pair("a", "2"),
                                         Pair("c", ""), Pair("d", ""), Pair("a", "3")));
  EXPECT_THAT(query.All("a"), ElementsAre("1", "2", "3"));
  EXPECT_EQ(query.Get("b"), "x y z");
  EXPECT_EQ(query.Get("none"), "");
  EXPECT_EQ(query.Find("none"), nullptr);
  ASSERT_NE(query.Find("c"), nullptr);
}

TEST(Query, DropsPairsThatAreMalformed) {
  for (const char* text : {"a=1&b=%zz", "a=1&%=2", "b=2;c=3&a=1", "a=1&b=%4"}) {
    SCOPED_TRACE(text);
    EXPECT_THAT(Query(text).items(), ElementsAre(Pair("a", "1")));
  }
}

}  // namespace
}  // namespace k8snet::server
