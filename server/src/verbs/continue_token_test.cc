#include "src/verbs/continue_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

using std::string_literals::operator""s;

// The vectors of the wire contract.
TEST(ContinueToken, IsWrittenAsUpstreamWritesIt) {
  EXPECT_EQ(EncodeContinueToken({10245, "default/a\0"s}, true),
            "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTAyNDUsInN0YXJ0IjoiL2RlZmF1bHQvYVx1MDAwMCJ9");
  EXPECT_EQ(EncodeContinueToken({-1, "default/a\0"s}, false),
            "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiZGVmYXVsdC9hXHUwMDAwIn0");
}

TEST(ContinueToken, IsReadWithAndWithoutTheSlash) {
  for (const bool slash : {true, false}) {
    SCOPED_TRACE(slash);
    const auto token = DecodeContinueToken(EncodeContinueToken({7, "b\0"s}, slash));
    ASSERT_TRUE(token);
    EXPECT_EQ(token->revision, 7);
    EXPECT_EQ(token->start, "b\0"s);
  }
}

TEST(ContinueToken, IsReadOverEndsOfLines) {
  std::string text = EncodeContinueToken({7, "b\0"s}, true);
  text.insert(5, "\r\n");
  EXPECT_TRUE(DecodeContinueToken(text));
}

TEST(ContinueToken, IsReadWithoutRegardToCase) {
  // {"V":"meta.k8s.io/v1","RV":-1,"START":"x"}
  const auto token =
      DecodeContinueToken("eyJWIjoibWV0YS5rOHMuaW8vdjEiLCJSViI6LTEsIlNUQVJUIjoieCJ9");
  ASSERT_TRUE(token);
  EXPECT_EQ(token->revision, -1);
  EXPECT_EQ(token->start, "x");
}

TEST(ContinueToken, RefusesWhatItDidNotWrite) {
  const struct {
    std::string token;
    std::string why;
  } cases[] = {
      {"bogus", "illegal base64 data at input byte 4"},
      {"a+b=", "illegal base64 data at input byte 1"},
      {"", "unexpected end of JSON input"},
      {"e30", "server does not recognize this encoded version "},  // {}
      {"eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ",
       "incorrect encoded start resourceVersion"},  // Version only.
      {EncodeContinueToken({3, ""}, false), "encoded start key empty"},
      {EncodeContinueToken({3, "a/../b"}, true), "/a/../b"},
      {EncodeContinueToken({3, "."}, false), "."},
      {EncodeContinueToken({3, "/x"}, true), "//x"},
      {EncodeContinueToken({3, "x/"}, false), "x/"},
      // {"v":"meta.k8s.io/v1","rv":5.5,"start":"x"}
      {"eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NS41LCJzdGFydCI6IngifQ",
       "json: cannot unmarshal number 5.5 into Go struct field continueToken.rv of type int64"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.token);
    const auto token = DecodeContinueToken(c.token);
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().reason, Reason::kBadRequest);
    EXPECT_THAT(token.error().message,
                testing::StartsWith("invalid continue token: continue key is not valid: " + c.why));
  }
}

}  // namespace
}  // namespace k8snet::server
