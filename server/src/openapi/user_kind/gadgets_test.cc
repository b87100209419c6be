// The documents of a server that a user makes of kinds of his own.
#include "k8snet/gadgets.h"

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "k8snet/server/api_server.h"
#include "k8snet/server/testing/fake_clock.h"
#include "src/patch/json.h"

namespace k8snet::server {
namespace {

class GadgetsServer {
 public:
  GadgetsServer() {
    auto server = ApiServer::Open({.storage = *storage_,
                                   .clock = clock_,
                                   .random = random_,
                                   .logger = logger_,
                                   .waker = waker_,
                                   .resources = gadgets::AllResources(),
                                   .spokes = gadgets::Spokes()});
    EXPECT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
  }

  Json Get(const std::string& path) {
    Request request;
    request.method = "GET";
    request.target = path;
    const Response response = server_->Handle(request);
    EXPECT_EQ(response.status, 200) << path;
    std::string body;
    for (const Bytes& part : response.body) {
      body += *part;
    }
    auto parsed = ParseJson(body);
    EXPECT_TRUE(parsed) << path;
    return parsed ? parsed->value : Json();
  }

 private:
  class NoWaker final : public Waker {
   public:
    void Wake() override {}
  };

  testing::FakeClock clock_;
  testing::SeededRandom random_{1};
  NoWaker waker_;
  DiscardLogger logger_;
  std::unique_ptr<Storage> storage_ = NewMemoryStorage({.clock = &clock_});
  std::unique_ptr<ApiServer> server_;
};

TEST(OpenApi, KindsOfAUserAppear) {
  GadgetsServer server;
  const Json v2 = server.Get("/openapi/v2");
  const Json* gadget = v2.Find("definitions")->Find("org.example.gadgets.v1.Gadget");
  ASSERT_NE(gadget, nullptr);
  EXPECT_EQ(gadget->Find("x-kubernetes-group-version-kind")->ToString(),
            R"([{"group":"gadgets.example.org","kind":"Gadget","version":"v1"}])");
  const Json* paths = v2.Find("paths");
  EXPECT_NE(paths->Find("/apis/gadgets.example.org/v1beta1/namespaces/{namespace}/gadgets/{name}"),
            nullptr);
  EXPECT_EQ(paths->Find("/api/"), nullptr);
  const Json* read = paths->Find("/apis/gadgets.example.org/v1/namespaces/{namespace}/gadgets")
                         ->Find("get")
                         ->Find("operationId");
  EXPECT_EQ(*read->AsString(), "listGadgetsExampleOrgV1NamespacedGadget");

  const Json v3 = server.Get("/openapi/v3/apis/gadgets.example.org/v1");
  const Json* properties = v3.Find("components")
                               ->Find("schemas")
                               ->Find("org.example.gadgets.v1.GadgetSpec")
                               ->Find("properties");
  EXPECT_EQ(properties->Find("addresses")->ToString(),
            R"({"description":"All addresses.","items":{"type":"string"},"type":"array",)"
            R"("x-kubernetes-list-type":"atomic"})");
  EXPECT_EQ(properties->Find("replicas")->ToString(),
            R"({"description":"How many there are; one by default.","format":"int32",)"
            R"("type":"integer"})");
}

}  // namespace
}  // namespace k8snet::server
