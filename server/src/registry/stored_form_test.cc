#include "src/registry/stored_form.h"

#include <utility>

#include <gtest/gtest.h>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/discovery/v1.h"
#include "k8snet/apis/networking/v1.h"

namespace k8snet::server {
namespace {

std::string Stored(const Type& type, const char* json) {
  auto decoded = DecodeJson(type, json);
  EXPECT_TRUE(decoded);
  DropEmptyLists(decoded->object);
  return EncodeJson(std::move(decoded->object).Freeze());
}

TEST(StoredFormTest, EmptyListsAreNullAsAfterAReadFromTheStore) {
  EXPECT_EQ(Stored(TypeOf<discovery::v1::EndpointSlice>(),
                   R"({"addressType":"IPv4","endpoints":[{"addresses":[]},{"addresses":["a"]}],
                       "ports":[]})"),
            R"({"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1","metadata":{},)"
            R"("addressType":"IPv4","endpoints":[{"addresses":null,"conditions":{}},)"
            R"({"addresses":["a"],"conditions":{}}],"ports":null})");
  EXPECT_EQ(
      Stored(TypeOf<networking::v1::Ingress>(), R"({"spec":{"rules":[{"http":{"paths":[]}}]}})"),
      R"({"kind":"Ingress","apiVersion":"networking.k8s.io/v1","metadata":{},)"
      R"("spec":{"rules":[{"http":{"paths":null}}]},"status":{"loadBalancer":{}}})");
}

}  // namespace
}  // namespace k8snet::server
