#include "k8snet/server/api_server.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/server/testing/fake_clock.h"

namespace k8snet::server {
namespace {

using ::testing::HasSubstr;

class NoWaker final : public Waker {
 public:
  void Wake() override {}
};

// The table without all but one kind.
std::vector<Resource> IngressClassesOnly() {
  std::vector<Resource> resources;
  for (const Resource& resource : AllResources()) {
    if (resource.kind == "IngressClass" && resource.hub) {
      resources.push_back(resource);
    }
  }
  return resources;
}

TEST(ApiServer, ServesTheTableThatItIsGiven) {
  testing::FakeClock clock;
  testing::SeededRandom random(1);
  DiscardLogger logger;
  NoWaker waker;
  const std::vector<Resource> resources = IngressClassesOnly();
  const auto storage = NewMemoryStorage({.clock = &clock});
  auto server = ApiServer::Open({.storage = *storage,
                                 .clock = clock,
                                 .random = random,
                                 .logger = logger,
                                 .waker = waker,
                                 .resources = resources});
  ASSERT_TRUE(server) << server.error().message;
  const auto send = [&](std::string method, std::string target, std::string body) {
    Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    const Response response = (*server)->Handle(request);
    std::string text = std::to_string(response.status) + " ";
    for (const Bytes& part : response.body) {
      text += *part;
    }
    return text;
  };
  const std::string path = "/apis/networking.k8s.io/v1/ingressclasses";
  EXPECT_THAT(send("POST", path, R"({"metadata":{"name":"x"},"spec":{"controller":"a.io/b"}})"),
              HasSubstr(R"(201 {"kind":"IngressClass")"));
  EXPECT_THAT(send("GET", path + "/x", ""), HasSubstr(R"(200 {"kind":"IngressClass")"));
  EXPECT_THAT(send("GET", path, ""), HasSubstr(R"("kind":"IngressClassList")"));
  EXPECT_THAT(send("GET", "/apis/networking.k8s.io/v1", ""),
              HasSubstr(R"("name":"ingressclasses")"));
  EXPECT_THAT(send("GET", "/apis/networking.k8s.io/v1/ingresses", ""), HasSubstr("404 "));
  EXPECT_THAT(send("GET", "/api/v1/services", ""), HasSubstr("404 "));
}

}  // namespace
}  // namespace k8snet::server
