#include "src/status.h"

#include <string>

#include <gtest/gtest.h>

#include "src/request_context.h"

namespace k8snet::server {
namespace {

TEST(StatusJson, WritesMembersInUpstreamsOrder) {
  ErrorDetails details;
  details.name = "a";
  details.group = "networking.k8s.io";
  details.kind = "ingresses";
  details.causes = {{"FieldValueRequired", "Required value", "spec"}, {"", "<why>", ""}};
  details.retry_after_seconds = 5;
  EXPECT_EQ(
      StatusJson(Error(Reason::kForbidden, "no <b>", details)),
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no \u003cb\u003e","reason":"Forbidden","details":{"name":"a","group":"networking.k8s.io","kind":"ingresses","causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec"},{"message":"\u003cwhy\u003e"}],"retryAfterSeconds":5},"code":403})"
      "\n");
  EXPECT_EQ(
      StatusJson(RouteNotFound()),
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404})"
      "\n");
  Error expired(Reason::kExpired, "old");
  expired.continue_token = "token";
  EXPECT_EQ(
      StatusJson(expired),
      R"({"kind":"Status","apiVersion":"v1","metadata":{"continue":"token"},"status":"Failure","message":"old","reason":"Expired","code":410})"
      "\n");
}

TEST(Warnings, AreQuotedAndSentOnce) {
  Warnings warnings;
  warnings.Add("a \"b\" \\c");
  warnings.Add("a \"b\" \\c");
  warnings.Add("");
  warnings.Add("line\nbreak");
  warnings.Add("two");
  EXPECT_EQ(warnings.HeaderValues(),
            (std::vector<std::string>{R"(299 - "a \"b\" \\c")", R"(299 - "two")"}));
}

TEST(Warnings, AreCutWhenOverTheBudget) {
  Warnings fits;
  fits.Add(std::string(4096, 'x'));
  EXPECT_EQ(fits.HeaderValues()[0].size(), 4096 + std::string_view("299 - \"\"").size());

  Warnings over;
  over.Add(std::string(4096, 'x'));
  over.Add("\u00E4");
  EXPECT_EQ(over.HeaderValues(), (std::vector<std::string>{"299 - \"" + std::string(256, 'x') + '"',
                                                           "299 - \"\u00E4\""}));

  Warnings many;
  for (char c = 'a'; c <= 'z'; ++c) {
    many.Add(std::string(300, c));
  }
  // 14 texts of 300 break the budget; cut to 256, 16 of them spend it.
  EXPECT_EQ(many.HeaderValues().size(), 16U);
}

}  // namespace
}  // namespace k8snet::server
