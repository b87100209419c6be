#include "src/openapi/openapi.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/openapi/document.h"
#include "src/patch/json.h"
#include "src/registry/api.h"
#include "src/verbs/test_api.h"

namespace k8snet::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kProtobufV2 =
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
constexpr std::string_view kProtobufV3 =
    "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";

std::string Header(const TestAnswer& answer, std::string_view name) {
  const std::string* value = answer.headers.Find(name);
  return value == nullptr ? "-" : *value;
}

DocumentedApi Documented(const Catalog& catalog) {
  DocumentedApi documented;
  for (std::size_t i = 0; i < catalog.resources().size(); ++i) {
    documented.resources.push_back(
        {catalog.served(i).resource, catalog.served(i).kind->strategy->Subresources()});
  }
  return documented;
}

TEST(OpenApi, TheConstantsAreWhatTheResourcesGive) {
  TestApi api;
  const PackedOpenApi made(Documented(api.api().catalog()), 1);
  ASSERT_EQ(made.documents().size(), BuiltinOpenApi().size());
  for (std::size_t i = 0; i < made.documents().size(); ++i) {
    const PackedDocument& fresh = made.documents()[i];
    const PackedDocument& constant = BuiltinOpenApi()[i];
    SCOPED_TRACE(fresh.name);
    EXPECT_EQ(fresh.name, constant.name);
    EXPECT_EQ(fresh.hash, constant.hash);
    EXPECT_EQ(Unpack(fresh.json), Unpack(constant.json));
    EXPECT_EQ(Unpack(fresh.protobuf), Unpack(constant.protobuf));
  }
}

TEST(OpenApi, FieldsOfOldReleasesAreToldWhereTheirGatesAreOn) {
  TestApi api;
  for (const bool on : {false, true}) {
    DocumentedApi documented = Documented(api.api().catalog());
    if (on) {
      documented.gates = {"ServiceTopology"};
    }
    const Json v2 = BuildOpenApiV2(documented);
    const Json* properties =
        v2.Find("definitions")->Find("io.k8s.api.core.v1.ServiceSpec")->Find("properties");
    EXPECT_EQ(properties->Find("topologyKeys") != nullptr, on);
    EXPECT_EQ(properties->Find("ipFamily"), nullptr);
    EXPECT_NE(properties->Find("ipFamilies"), nullptr);
  }
}

TEST(OpenApi, AnswersByTypeHashAndCondition) {
  TestApi api;
  const std::string v2_tag = Header(api.Send("GET", "/openapi/v2"), "Etag");
  const TestAnswer version = api.Send("GET", "/openapi/v3/version");
  const std::string v3_tag = Header(version, "Etag");
  const std::string hash = v3_tag.substr(1, v3_tag.size() - 2);
  ASSERT_EQ(hash.size(), 128U);
  const struct {
    const char* what;
    std::string method;
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers;
    int status;
    std::string type;
    std::map<std::string, std::string> expected;
  } cases[] = {
      {"JSON by default",
       "GET",
       "/openapi/v2",
       {},
       200,
       "application/json",
       {{"Accept-Ranges", "bytes"}, {"Vary", "Accept-Encoding"}, {"Content-Encoding", "-"}}},
      {"any method", "POST", "/openapi/v2", {}, 200, "application/json", {}},
      {"gzip",
       "GET",
       "/openapi/v2",
       {{"Accept-Encoding", "deflate, gzip;q=0.5"}},
       200,
       "application/json",
       {{"Content-Encoding", "gzip"}, {"Etag", v2_tag}}},
      {"no gzip",
       "GET",
       "/openapi/v2",
       {{"Accept-Encoding", "gzip;q=0"}},
       200,
       "application/json",
       {{"Content-Encoding", "-"}}},
      {"no gzip for HEAD",
       "HEAD",
       "/openapi/v2",
       {{"Accept-Encoding", "gzip"}},
       200,
       "application/json",
       {{"Content-Encoding", "-"}}},
      {"protobuf by its old name",
       "GET",
       "/openapi/v2",
       {{"Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"}},
       200,
       std::string(kProtobufV2),
       {{"Etag", v2_tag}}},
      {"the best type",
       "GET",
       "/openapi/v2",
       {{"Accept", "application/json;q=0.1, " + std::string(kProtobufV2)}},
       200,
       std::string(kProtobufV2),
       {}},
      {"another type",
       "GET",
       "/openapi/v2",
       {{"Accept", "text/html"}},
       406,
       "-",
       {{"Vary", "Accept-Encoding"}}},
      {"protobuf of the other version",
       "GET",
       "/openapi/v2",
       {{"Accept", std::string(kProtobufV3)}},
       406,
       "-",
       {}},
      {"known", "GET", "/openapi/v2", {{"If-None-Match", v2_tag}}, 304, "-", {{"Etag", v2_tag}}},
      {"below version 2", "GET", "/openapi/v2/", {}, 404, "text/plain; charset=utf-8", {}},
      {"the root", "GET", "/openapi", {}, 404, "text/plain; charset=utf-8", {}},
      {"the index",
       "GET",
       "/openapi/v3",
       {{"Accept", "text/html"}},
       200,
       "application/json",
       {{"Vary", "-"}}},
      {"a slash behind the index", "GET", "/openapi/v3/", {}, 404, "-", {}},
      {"no document", "GET", "/openapi/v3/apis/none", {}, 404, "-", {}},
      {"version 3 is never compressed",
       "GET",
       "/openapi/v3/version",
       {{"Accept-Encoding", "gzip"}},
       200,
       "application/json",
       {{"Content-Encoding", "-"}, {"Vary", "Accept"}, {"Cache-Control", "-"}}},
      {"protobuf",
       "GET",
       "/openapi/v3/version",
       {{"Accept", std::string(kProtobufV3)}},
       200,
       std::string(kProtobufV3),
       {{"Etag", v3_tag}}},
      {"another type before the hash",
       "GET",
       "/openapi/v3/version?hash=x",
       {{"Accept", "text/html"}},
       406,
       "-",
       {}},
      {"the hash",
       "GET",
       "/openapi/v3/version?hash=" + hash,
       {},
       200,
       "application/json",
       {{"Cache-Control", "public, immutable"}}},
      {"the hash, known",
       "GET",
       "/openapi/v3/version?hash=" + hash,
       {{"If-None-Match", v3_tag}},
       304,
       "-",
       {{"Cache-Control", "public, immutable"}}},
      {"an empty hash",
       "GET",
       "/openapi/v3/version?hash=",
       {},
       200,
       "application/json",
       {{"Cache-Control", "-"}, {"Expires", "-"}}},
      {"another hash",
       "GET",
       "/openapi/v3/version?hash=x",
       {{"If-None-Match", v3_tag}},
       301,
       "application/json",
       {{"Location", "/openapi/v3/version?hash=" + hash}, {"Etag", v3_tag}}},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.what);
    const TestAnswer answer = api.Send(test.method, test.target, "", test.headers);
    EXPECT_EQ(answer.status, test.status);
    EXPECT_EQ(Header(answer, "Content-Type"), test.type);
    for (const auto& [name, value] : test.expected) {
      EXPECT_EQ(Header(answer, name), value) << name;
    }
    EXPECT_EQ(answer.body.empty(), test.status != 200 && test.type != "text/plain; charset=utf-8");
  }
}

TEST(OpenApi, ExpiresOnTheSameDayOfTheNextYear) {
  TestApi api;
  const std::string tag = Header(api.Send("GET", "/openapi/v3/version"), "Etag");
  const TestAnswer answer =
      api.Send("GET", "/openapi/v3/version?hash=" + tag.substr(1, tag.size() - 2));
  const std::string modified = Header(answer, "Last-Modified");
  const std::string expires = Header(answer, "Expires");
  ASSERT_EQ(modified.size(), 29U);
  ASSERT_EQ(expires.size(), 29U);
  EXPECT_EQ(expires.substr(5, 7), modified.substr(5, 7));
  EXPECT_EQ(std::stoi(expires.substr(12, 4)), std::stoi(modified.substr(12, 4)) + 1);
  EXPECT_EQ(expires.substr(16), modified.substr(16, 10) + "UTC");
}

TEST(OpenApi, CompressedAndPlainAreOneDocument) {
  TestApi api;
  const std::string plain = api.Send("GET", "/openapi/v2").body;
  const std::string packed = api.Send("GET", "/openapi/v2", "", {{"Accept-Encoding", "gzip"}}).body;
  EXPECT_LT(packed.size(), plain.size() / 5);
  EXPECT_EQ(Unpack({.bytes = packed, .plain_size = plain.size(), .gzip = true}), plain);
}

TEST(OpenApi, TheIndexTellsTheHashOfEachDocument) {
  TestApi api;
  const auto index = ParseJson(api.Send("GET", "/openapi/v3").body);
  ASSERT_TRUE(index);
  std::vector<std::string> names;
  for (const auto& [name, entry] : *index->value.Find("paths")->AsObject()) {
    names.push_back(name);
    const std::string url = *entry.Find("serverRelativeURL")->AsString();
    EXPECT_TRUE(url.starts_with("/openapi/v3/" + name + "?hash=")) << url;
    const TestAnswer answer = api.Send("GET", url);
    EXPECT_EQ(answer.status, 200) << name;
    EXPECT_EQ(Header(answer, "Cache-Control"), "public, immutable") << name;
  }
  EXPECT_THAT(
      names, ElementsAre("api", "api/v1", "apis", "apis/discovery.k8s.io",
                         "apis/discovery.k8s.io/v1", "apis/discovery.k8s.io/v1beta1",
                         "apis/extensions", "apis/extensions/v1beta1", "apis/networking.k8s.io",
                         "apis/networking.k8s.io/v1", "apis/networking.k8s.io/v1beta1", "version"));
}

// Visits each schema below `schema`.
void Visit(const std::string& where, const Json& schema,
           const std::function<void(const std::string&, const Json&)>& visit) {
  visit(where, schema);
  if (const Json* properties = schema.Find("properties")) {
    for (const auto& [name, property] : *properties->AsObject()) {
      Visit(where + "." + name, property, visit);
    }
  }
}

TEST(OpenApi, EverythingIsDescribed) {
  TestApi api;
  std::vector<std::string> silent;
  for (const PackedDocument& document : BuiltinOpenApi()) {
    if (document.name == "v3") {
      continue;
    }
    const auto parsed = ParseJson(Unpack(document.json));
    ASSERT_TRUE(parsed) << document.name;
    const Json& value = parsed->value;
    const Json* schemas = value.Find("definitions");
    schemas = schemas == nullptr ? value.Find("components")->Find("schemas") : schemas;
    ASSERT_FALSE(schemas->AsObject()->empty()) << document.name;
    for (const auto& [name, schema] : *schemas->AsObject()) {
      Visit(name, schema, [&](const std::string& where, const Json& one) {
        const Json* description = one.Find("description");
        if (description == nullptr || description->AsString()->empty()) {
          silent.push_back(where);
        }
      });
    }
    for (const auto& [path, item] : *value.Find("paths")->AsObject()) {
      for (const auto& [name, member] : *item.AsObject()) {
        if (name != "parameters" && member.Find("description") == nullptr) {
          silent.push_back(path + " " + name);
        }
      }
    }
  }
  EXPECT_THAT(silent, IsEmpty());
}

}  // namespace
}  // namespace k8snet::server
