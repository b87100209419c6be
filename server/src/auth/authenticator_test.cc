#include "src/auth/authenticator.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/auth/websocket_token.h"

namespace k8snet::server {
namespace {

using ::testing::ElementsAre;

class FixedClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point Now() const override { return now; }
  [[nodiscard]] std::chrono::steady_clock::time_point SteadyNow() const override { return {}; }
  std::chrono::system_clock::time_point now{std::chrono::hours(1000)};
};

Request WithAuthorization(const std::string& value) {
  Request request;
  request.headers.Add("Authorization", value);
  return request;
}

Request WithCertificate(const FixedClock& clock, bool verified) {
  Request request;
  request.peer_certificate.emplace();
  request.peer_certificate->common_name = "jane";
  request.peer_certificate->organizations = {"dev", "ops"};
  request.peer_certificate->verified = verified;
  request.peer_certificate->not_before = clock.now - std::chrono::hours(1);
  request.peer_certificate->not_after = clock.now + std::chrono::hours(1);
  return request;
}

TEST(TokenAuthenticator, KnowsTheTokensOfItsFile) {
  auto made = NewTokenAuthenticator(
      "secret,jane,7,\"dev,ops\"\r\n"
      "\n"
      "\"a \"\"b\"\"\",\"jo,e\",\n"
      "twice,first,1\n"
      "twice,second,2,g\n"
      ",nobody,3",
      "tokens.csv");
  ASSERT_TRUE(made.has_value());
  Authenticator& authenticator = **made;
  auto user = authenticator.Authenticate(WithAuthorization("Bearer secret"));
  ASSERT_TRUE(user.has_value() && *user);
  EXPECT_EQ((*user)->name, "jane");
  EXPECT_EQ((*user)->uid, "7");
  EXPECT_THAT((*user)->groups, ElementsAre("dev", "ops"));
  user = authenticator.Authenticate(WithAuthorization("  bEARER twice more "));
  ASSERT_TRUE(user.has_value() && *user);
  EXPECT_EQ((*user)->name, "second");
}

TEST(TokenAuthenticator, HasNoOpinionWithoutAToken) {
  auto made = NewTokenAuthenticator("secret,jane,7", "tokens.csv");
  ASSERT_TRUE(made.has_value());
  EXPECT_FALSE((*made)->Authenticate(Request()).value().has_value());
  for (const char* header : {"", "Bearer", "Bearer ", "Basic secret", "Bearer  secret", "secret",
                             "Bearers secret", "Bearer\tsecret"}) {
    SCOPED_TRACE(header);
    EXPECT_FALSE((*made)->Authenticate(WithAuthorization(header)).value().has_value());
  }
}

TEST(TokenAuthenticator, KnowsTokensInSubprotocolsOfWebSockets) {
  auto made = NewTokenAuthenticator("secret,jane,7", "tokens.csv");
  ASSERT_TRUE(made.has_value());
  const std::string token = "base64url.bearer.authorization.k8s.io.c2VjcmV0";
  struct Case {
    std::string protocols;
    std::string name;  // "" for nobody, "-" for an error.
    std::string left;
    bool websocket = true;
  };
  for (const Case& c : std::vector<Case>{{token + ",a", "jane", "a"},
                                         {" a , " + token + ", b", "jane", "a,b"},
                                         {"a, b", "", "a, b"},
                                         {"", "", ""},
                                         {token, "-", ""},
                                         {token + "," + token + ",a", "-", "a"},
                                         {token + "?,a", "-", "a"},
                                         {token + "cw,a", "-", "a"},
                                         {token + ",a", "", "a", false}}) {
    SCOPED_TRACE(c.protocols);
    Request request;
    request.wants_websocket = c.websocket;
    request.headers.Add("Sec-WebSocket-Protocol", c.protocols);
    const auto user = (*made)->Authenticate(request);
    ASSERT_EQ(user.has_value(), c.name != "-");
    if (user) {
      EXPECT_EQ(*user ? (*user)->name : "", c.name);
    }
    RemoveWebSocketToken(request);
    const std::string* left = request.headers.Find("Sec-WebSocket-Protocol");
    EXPECT_EQ(left == nullptr ? "" : *left, c.left);
  }
}

TEST(TokenAuthenticator, RefusesOtherTokens) {
  auto made = NewTokenAuthenticator("secret,jane,7\n,nobody,3", "tokens.csv");
  ASSERT_TRUE(made.has_value());
  for (const char* header : {"Bearer secre", "Bearer secrets", "Bearer SECRET"}) {
    SCOPED_TRACE(header);
    const auto user = (*made)->Authenticate(WithAuthorization(header));
    ASSERT_FALSE(user.has_value());
    EXPECT_EQ(user.error().reason, Reason::kUnauthorized);
  }
}

TEST(TokenAuthenticator, RefusesFilesThatAreNotSuch) {
  const struct {
    const char* csv;
    const char* message;
  } cases[] = {
      {"a,b", "token file f must have at least 3 columns (token, user name, user uid), found 2"},
      {"a,b,c\nd",
       "token file f must have at least 3 columns (token, user name, user uid), found 1"},
      {"\"a,b,c", "token file f: a quoted field does not end"},
      {"\"a\"x,b,c", "token file f: text after a quoted field"},
      {"a\",b,c", "token file f: a bare quote in an unquoted field"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.csv);
    const auto made = NewTokenAuthenticator(c.csv, "f");
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().message, c.message);
  }
}

TEST(X509Authenticator, TakesUserAndGroupsFromTheSubject) {
  const FixedClock clock;
  const auto user = NewX509Authenticator(clock)->Authenticate(WithCertificate(clock, true));
  ASSERT_TRUE(user.has_value() && *user);
  EXPECT_EQ((*user)->name, "jane");
  EXPECT_THAT((*user)->groups, ElementsAre("dev", "ops"));
}

TEST(X509Authenticator, HasNoOpinionWithoutANameOrCertificate) {
  const FixedClock clock;
  const auto authenticator = NewX509Authenticator(clock);
  EXPECT_FALSE(authenticator->Authenticate(Request()).value().has_value());
  Request nameless = WithCertificate(clock, true);
  nameless.peer_certificate->common_name.clear();
  EXPECT_FALSE(authenticator->Authenticate(nameless).value().has_value());
}

TEST(X509Authenticator, RefusesUnverifiedAndExpiredCertificates) {
  FixedClock clock;
  const auto authenticator = NewX509Authenticator(clock);
  EXPECT_FALSE(authenticator->Authenticate(WithCertificate(clock, false)).has_value());
  const Request request = WithCertificate(clock, true);
  clock.now += std::chrono::hours(2);
  EXPECT_FALSE(authenticator->Authenticate(request).has_value());
  clock.now -= std::chrono::hours(4);
  EXPECT_FALSE(authenticator->Authenticate(request).has_value());
}

std::unique_ptr<Authenticator> Union(const Clock& clock, bool anonymous) {
  std::vector<std::unique_ptr<Authenticator>> authenticators;
  authenticators.push_back(NewX509Authenticator(clock));
  authenticators.push_back(
      NewTokenAuthenticator("secret,joe,7,\"a,system:authenticated\"", "f").value());
  return NewUnionAuthenticator(std::move(authenticators), anonymous);
}

TEST(UnionAuthenticator, TakesTheFirstThatKnowsTheUser) {
  const FixedClock clock;
  Request request = WithCertificate(clock, true);
  request.headers.Add("Authorization", "Bearer wrong");
  const auto user = Union(clock, true)->Authenticate(request);
  ASSERT_TRUE(user.has_value() && *user);
  EXPECT_EQ((*user)->name, "jane");
  EXPECT_THAT((*user)->groups, ElementsAre("dev", "ops", "system:authenticated"));
}

TEST(UnionAuthenticator, GoesOnAfterAnError) {
  const FixedClock clock;
  Request request = WithCertificate(clock, false);
  request.headers.Add("Authorization", "Bearer secret");
  const auto user = Union(clock, true)->Authenticate(request);
  ASSERT_TRUE(user.has_value() && *user);
  EXPECT_EQ((*user)->name, "joe");
  EXPECT_THAT((*user)->groups, ElementsAre("a", "system:authenticated"));
}

TEST(UnionAuthenticator, RefusesBadCredentialsEvenIfAnonymousIsServed) {
  const FixedClock clock;
  EXPECT_FALSE(Union(clock, true)->Authenticate(WithAuthorization("Bearer x")).has_value());
  EXPECT_FALSE(Union(clock, true)->Authenticate(WithCertificate(clock, false)).has_value());
}

TEST(UnionAuthenticator, ServesAnonymousOnlyIfAsked) {
  const FixedClock clock;
  const auto user = Union(clock, true)->Authenticate(Request());
  ASSERT_TRUE(user.has_value() && *user);
  EXPECT_EQ((*user)->name, "system:anonymous");
  EXPECT_THAT((*user)->groups, ElementsAre("system:unauthenticated"));
  EXPECT_FALSE(Union(clock, false)->Authenticate(Request()).value().has_value());
}

}  // namespace
}  // namespace k8snet::server
