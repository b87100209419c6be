// cpp-httplib's client against the listener: an HTTP stack that nobody here wrote.
#include <httplib.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "k8snet/server/listener.h"
#include "src/http/test_client.h"

namespace k8snet::server {
namespace {

// Answers with the method, the target and the size of the body.
Response Echo(Request& request) {
  Response response;
  response.headers.Add("Content-Type", "text/plain");
  response.body.push_back(std::make_shared<const std::string>(
      request.method + " " + request.target + " " + std::to_string(request.body.size())));
  return response;
}

class HttplibClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const testing::Identity identity = testing::MakeIdentity({.common_name = "localhost"});
    ListenerOptions options;
    options.address = "127.0.0.1";
    options.certificate_pem = identity.certificate_pem;
    options.private_key_pem = identity.key_pem;
    auto listening = Listen(std::move(options), Echo);
    ASSERT_TRUE(listening) << listening.error().message;
    listener_ = *std::move(listening);
    client_ = std::make_unique<httplib::SSLClient>("127.0.0.1", listener_->port());
    client_->enable_server_certificate_verification(false);
  }

  std::unique_ptr<Listener> listener_;
  std::unique_ptr<httplib::SSLClient> client_;
};

TEST_F(HttplibClientTest, EveryMethodIsAnswered) {
  EXPECT_EQ(client_->Get("/a?b=c")->body, "GET /a?b=c 0");
  EXPECT_EQ(client_->Post("/a", "body", "text/plain")->body, "POST /a 4");
  EXPECT_EQ(client_->Put("/a", std::string(100'000, 'x'), "text/plain")->body, "PUT /a 100000");
  EXPECT_EQ(client_->Patch("/a", "xy", "text/plain")->body, "PATCH /a 2");
  EXPECT_EQ(client_->Delete("/a")->body, "DELETE /a 0");
  EXPECT_EQ(client_->Head("/a")->status, 200);
}

TEST_F(HttplibClientTest, AConnectionIsKeptAndReused) {
  client_->set_keep_alive(true);
  for (int i = 0; i < 100; ++i) {
    const auto answer = client_->Get("/" + std::to_string(i));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "GET /" + std::to_string(i) + " 0");
  }
  EXPECT_EQ(listener_->stats().connections, 1U);
}

TEST_F(HttplibClientTest, ABodyOfUnknownLengthIsRead) {
  const auto answer = client_->Post(
      "/a",
      [](std::size_t offset, httplib::DataSink& sink) {
        const std::string part(1000, 'x');
        sink.write(part.data(), part.size());
        if (offset >= 9000) {
          sink.done();
        }
        return true;
      },
      "text/plain");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "POST /a 10000");
}

}  // namespace
}  // namespace k8snet::server
