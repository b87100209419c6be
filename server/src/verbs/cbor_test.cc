// CBOR over the verbs, with and without its feature gate.
#include "k8snet/apis/codec/cbor.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/networking/v1.h"
#include "src/verbs/test_api.h"

namespace k8snet::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kIngresses[] = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
constexpr char kIngress[] = "/apis/networking.k8s.io/v1/namespaces/default/ingresses/x";
constexpr char kJson[] =
    R"({"kind":"Ingress","apiVersion":"networking.k8s.io/v1","metadata":{"name":"x"},)"
    R"("spec":{"defaultBackend":{"service":{"name":"web","port":{"number":80}}}}})";

using Headers = std::vector<std::pair<std::string, std::string>>;

std::string Cbor(std::string_view json) {
  std::string bytes(kCborSelfDescribed);
  AppendCborOfJson(json, bytes);
  return bytes;
}

// The answer's body as JSON.
std::string Json(const TestAnswer& answer) {
  EXPECT_EQ(*answer.headers.Find("Content-Type"), "application/cbor");
  EXPECT_THAT(answer.body, StartsWith(kCborSelfDescribed));
  const auto json = CborToJson(answer.body);
  EXPECT_TRUE(json) << json.error().message;
  return json ? *json : "";
}

class CborTest : public ::testing::Test {
 protected:
  TestAnswer Send(std::string method, std::string target, std::string_view json = "",
                  std::string type = "application/cbor") {
    Headers headers = {{"Accept", "application/cbor"}};
    if (!json.empty()) {
      headers.emplace_back("Content-Type", std::move(type));
    }
    return api_.Send(std::move(method), std::move(target), json.empty() ? "" : Cbor(json),
                     std::move(headers));
  }

  TestApi api_{TestApiOptions{.gates = "CBORServingAndStorage=true"}};
};

TEST(CborWithoutGate, IsRefused) {
  TestApi api;
  TestAnswer answer = api.Send("GET", kIngresses, "", {{"Accept", "application/cbor"}});
  EXPECT_EQ(answer.status, 406);
  EXPECT_THAT(answer.body, HasSubstr("406: Not Acceptable"));
  answer = api.Send("GET", kIngresses, "", {{"Accept", "application/cbor,application/json"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(*answer.headers.Find("Content-Type"), "application/json");
  answer = api.Send("POST", kIngresses, Cbor(kJson), {{"Content-Type", "application/cbor"}});
  EXPECT_EQ(answer.status, 415);
  answer = api.Send("PATCH", std::string(kIngress) + "?fieldManager=m", Cbor(kJson),
                    {{"Content-Type", "application/apply-patch+cbor"}});
  EXPECT_EQ(answer.status, 415);
}

TEST_F(CborTest, CreatesGetsAndUpdates) {
  const TestAnswer created = Send("POST", kIngresses, kJson);
  ASSERT_EQ(created.status, 201) << created.body;
  const TestAnswer got = Send("GET", kIngress);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, created.body);
  auto decoded = DecodeCbor(TypeOf<networking::v1::Ingress>(), got.body);
  ASSERT_TRUE(decoded) << decoded.error().message;
  auto& ingress = decoded->object.Get<networking::v1::Ingress>();
  EXPECT_EQ(ingress.spec.default_backend->service->name, "web");
  EXPECT_EQ(ingress.metadata.managed_fields.size(), 1U);

  // The bytes are those that the object has in JSON, in another form.
  const TestAnswer text = api_.Send("GET", kIngress);
  auto same = DecodeJson(TypeOf<networking::v1::Ingress>(), text.body);
  ASSERT_TRUE(same);
  EXPECT_EQ(EncodeCbor(std::move(same->object).Freeze()), got.body);

  ingress.spec.default_backend->service->name = "other";
  const TestAnswer updated =
      api_.Send("PUT", kIngress, EncodeCbor(std::move(decoded->object).Freeze()),
                {{"Content-Type", "application/cbor"}});
  EXPECT_EQ(updated.status, 200) << updated.body;
  EXPECT_THAT(updated.body, HasSubstr(R"("name":"other")"));
}

TEST_F(CborTest, ListsAndMetadata) {
  EXPECT_THAT(Json(Send("GET", kIngresses)),
              StartsWith(R"({"apiVersion":"networking.k8s.io/v1","items":[],"kind":"IngressList",)"
                         R"("metadata":{"resourceVersion":")"));
  ASSERT_EQ(Send("POST", kIngresses, kJson).status, 201);
  const TestAnswer list = Send("GET", kIngresses);
  EXPECT_EQ(list.status, 200);
  auto decoded = DecodeCbor(TypeOf<networking::v1::IngressList>(), list.body);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->kind, "IngressList");
  EXPECT_EQ(decoded->object.Get<networking::v1::IngressList>().items.size(), 1U);
  EXPECT_EQ(EncodeCbor(std::move(decoded->object).Freeze()), list.body);

  // Upstream has no tables in CBOR.
  const TestAnswer table =
      api_.Send("GET", kIngresses, "",
                {{"Accept", "application/cbor;as=Table;v=v1;g=meta.k8s.io,application/json"}});
  EXPECT_EQ(*table.headers.Find("Content-Type"), "application/json");
  const TestAnswer metadata =
      api_.Send("GET", kIngress, "",
                {{"Accept", "application/cbor;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}});
  EXPECT_THAT(Json(metadata), HasSubstr(R"("kind":"PartialObjectMetadata")"));
}

TEST_F(CborTest, AppliesAndDeletes) {
  const std::string target = std::string(kIngress) + "?fieldManager=m";
  const TestAnswer applied = Send("PATCH", target, kJson, "application/apply-patch+cbor");
  ASSERT_EQ(applied.status, 201) << applied.body;
  EXPECT_THAT(Json(applied), HasSubstr(R"("operation":"Apply")"));
  const TestAnswer bad =
      api_.Send("PATCH", target, "\xA2", {{"Content-Type", "application/apply-patch+cbor"}});
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.body, HasSubstr("error decoding patch: unexpected EOF"));
  const TestAnswer list = Send("PATCH", target, "[]", "application/apply-patch+cbor");
  EXPECT_EQ(list.status, 400);
  EXPECT_THAT(Json(list), HasSubstr("error decoding patch: cbor: cannot unmarshal array into Go "
                                    "value of type map[string]interface {}"));
  const TestAnswer refused = Send("DELETE", kIngress, R"({"preconditions":{"uid":"other"}})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(Json(refused), HasSubstr(R"("kind":"Status")"));
  EXPECT_EQ(Send("DELETE", kIngress, R"({"kind":"DeleteOptions","apiVersion":"v1"})").status, 200);
}

TEST_F(CborTest, RefusesAsUpstreamDoes) {
  TestAnswer answer = api_.Send("POST", kIngresses, "\xA1", {{"Content-Type", "application/cbor"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body,
              HasSubstr("the object provided is unrecognized (must be of type Ingress): unable to "
                        "determine group/version/kind: unexpected EOF (a1)"));
  answer = Send("POST", std::string(kIngresses) + "?fieldValidation=Strict",
                R"({"metadata":{"name":"x"},"foo":1})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(Json(answer), HasSubstr("strict decoding error: cbor: found unknown field at map "
                                      "element index 0"));
  answer = api_.Send("GET", std::string(kIngresses) + "/y", "", {{"Accept", "application/cbor"}});
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(Json(answer), HasSubstr(R"("reason":"NotFound")"));
}

TEST_F(CborTest, WatchesAsASequence) {
  ASSERT_EQ(Send("POST", kIngresses, kJson).status, 201);
  TestAnswer watch = Send("GET", std::string(kIngresses) + "?watch=1");
  ASSERT_EQ(watch.status, 200);
  EXPECT_EQ(*watch.headers.Find("Content-Type"), "application/cbor-seq");
  ASSERT_EQ(api_.Send("DELETE", kIngress).status, 200);
  std::string rest = TestApi::Pull(*watch.stream);
  std::vector<std::string> events;
  while (!rest.empty()) {
    const auto size = CborItemSize(rest);
    ASSERT_TRUE(size) << size.error().message;
    const auto json = CborToJson(std::string_view(rest).substr(0, *size));
    ASSERT_TRUE(json);
    events.push_back(*json);
    rest.erase(0, *size);
  }
  ASSERT_EQ(events.size(), 2U);
  EXPECT_THAT(events[0], StartsWith(R"({"object":{"apiVersion":"networking.k8s.io/v1",)"));
  EXPECT_TRUE(events[0].ends_with(R"("type":"ADDED"})"));
  EXPECT_TRUE(events[1].ends_with(R"("type":"DELETED"})"));
}

}  // namespace
}  // namespace k8snet::server
