#include "src/verbs/verbs.h"

#include <libdeflate.h>

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/networking/v1.h"
#include "src/verbs/test_api.h"

namespace k8snet::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kIngresses[] = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
constexpr char kIngress[] = "/apis/networking.k8s.io/v1/namespaces/default/ingresses/x";
constexpr char kClasses[] = "/apis/networking.k8s.io/v1/ingressclasses";

std::string Ingress(const std::string& name, const std::string& metadata = "",
                    const std::string& backend = "web") {
  return R"({"metadata":{"name":")" + name + "\"" + metadata +
         R"(},"spec":{"defaultBackend":{"service":{"name":")" + backend +
         R"(","port":{"number":80}}}}})";
}

// The text behind `key` up to the next quote.
std::string Member(const std::string& json, const std::string& key) {
  const std::string start = "\"" + key + "\":\"";
  const std::size_t at = json.find(start);
  if (at == std::string::npos) {
    return "";
  }
  const std::size_t begin = at + start.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

class VerbsTest : public ::testing::Test {
 protected:
  TestAnswer Create(const std::string& name, const std::string& metadata = "") {
    TestAnswer answer = api_.Send("POST", kIngresses, Ingress(name, metadata));
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer;
  }
  static std::string Version(const TestAnswer& answer) {
    return Member(answer.body, "resourceVersion");
  }

  TestApi api_;
};

TEST_F(VerbsTest, CreateFillsInWhatTheServerKnows) {
  const TestAnswer answer = Create("x", R"(,"uid":"mine","generation":7)");
  EXPECT_THAT(answer.body,
              StartsWith(R"({"kind":"Ingress","apiVersion":"networking.k8s.io/v1","metadata":{)"));
  EXPECT_THAT(answer.body, HasSubstr(R"("namespace":"default")"));
  EXPECT_THAT(answer.body, HasSubstr(R"("generation":1)"));
  EXPECT_THAT(answer.body, HasSubstr(R"("creationTimestamp":"2026-01-02T03:04:05Z")"));
  EXPECT_THAT(answer.body, HasSubstr(R"("status":{"loadBalancer":{}})"));
  EXPECT_EQ(Member(answer.body, "uid").size(), 36U);
}

TEST_F(VerbsTest, GetAnswersWithTheBytesThatCreateAnsweredWith) {
  const TestAnswer created = Create("x");
  EXPECT_EQ(api_.Send("GET", kIngress).body, created.body);
  EXPECT_EQ(api_.Send("GET", std::string(kIngress) + "/status").body, created.body);
}

TEST_F(VerbsTest, CreateRefusesATakenName) {
  Create("x");
  const TestAnswer answer = api_.Send("POST", kIngresses, Ingress("x"));
  EXPECT_EQ(answer.status, 409);
  EXPECT_THAT(answer.body, HasSubstr(R"(ingresses.networking.k8s.io \"x\" already exists)"));
}

TEST_F(VerbsTest, CreateMakesUpANameBehindAPrefix) {
  const TestAnswer answer = api_.Send(
      "POST", kClasses, R"({"metadata":{"generateName":"g-"},"spec":{"controller":"a/b"}})");
  EXPECT_EQ(answer.status, 201) << answer.body;
  const std::string name = Member(answer.body, "name");
  EXPECT_EQ(name.size(), 7U);
  EXPECT_THAT(name, StartsWith("g-"));
}

TEST_F(VerbsTest, CreateChecksTheNamespace) {
  const std::string missing = "/apis/networking.k8s.io/v1/namespaces/none/ingresses";
  EXPECT_THAT(api_.Send("POST", missing, Ingress("x")).body,
              HasSubstr(R"(namespaces \"none\" not found)"));
  EXPECT_THAT(api_.Send("POST", kIngresses, Ingress("x", R"(,"namespace":"other")")).body,
              HasSubstr("the namespace of the provided object does not match"));
}

TEST_F(VerbsTest, DryRunStoresNothing) {
  const TestAnswer answer =
      api_.Send("POST", std::string(kIngresses) + "?dryRun=All", Ingress("x"));
  EXPECT_EQ(answer.status, 201);
  EXPECT_THAT(answer.body, Not(HasSubstr("resourceVersion")));
  EXPECT_EQ(api_.Send("GET", kIngress).status, 404);
}

TEST_F(VerbsTest, UnknownFieldsWarnOrFail) {
  const std::string body = R"({"metadata":{"name":"x","foo":1},"spec":{"defaultBackend":
      {"service":{"name":"a","port":{"number":1}}}}})";
  EXPECT_THAT(api_.Send("POST", kIngresses, body).warnings,
              ElementsAre(R"(unknown field "metadata.foo")"));
  const TestAnswer strict =
      api_.Send("POST", std::string(kIngresses) + "?fieldValidation=Strict", body);
  EXPECT_EQ(strict.status, 400);
  EXPECT_THAT(strict.body, HasSubstr(R"(Ingress in version \"v1\" cannot be handled as a Ingress: )"
                                     R"(strict decoding error: unknown field \"metadata.foo\")"));
}

TEST_F(VerbsTest, UpdateCountsChangesOfSpecAndKeepsStatus) {
  Create("x");
  const TestAnswer labelled = api_.Send("PUT", kIngress, Ingress("x", R"(,"labels":{"a":"b"})"));
  EXPECT_EQ(labelled.status, 200) << labelled.body;
  EXPECT_THAT(labelled.body, HasSubstr(R"("generation":1)"));
  const TestAnswer changed = api_.Send("PUT", kIngress, Ingress("x", "", "other"));
  EXPECT_THAT(changed.body, HasSubstr(R"("generation":2)"));
}

TEST_F(VerbsTest, AnUpdateThatChangesNothingWritesNothing) {
  Create("x");
  const TestAnswer first = api_.Send("PUT", kIngress, Ingress("x"));
  const TestAnswer second = api_.Send("PUT", kIngress, Ingress("x"));
  EXPECT_EQ(Version(first), Version(second));
}

TEST_F(VerbsTest, UpdateChecksVersionUidAndName) {
  const TestAnswer created = Create("x");
  api_.Send("PUT", kIngress, Ingress("x", R"(,"labels":{"a":"b"})"));
  const TestAnswer stale =
      api_.Send("PUT", kIngress, Ingress("x", R"(,"resourceVersion":")" + Version(created) + "\""));
  EXPECT_EQ(stale.status, 409);
  EXPECT_THAT(stale.body, HasSubstr("the object has been modified"));
  EXPECT_THAT(api_.Send("PUT", kIngress, Ingress("x", R"(,"uid":"other")")).body,
              HasSubstr("Key: /registry/ingress/default/x"));
  EXPECT_THAT(api_.Send("PUT", kIngress, Ingress("y")).body,
              HasSubstr("the name of the object (y) does not match the name on the URL (x)"));
  EXPECT_EQ(api_.Send("PUT", std::string(kIngresses) + "/none", Ingress("none")).status, 404);
}

TEST_F(VerbsTest, VersionsAreViewsOfOneObject) {
  Create("x");
  const TestAnswer old =
      api_.Send("GET", "/apis/extensions/v1beta1/namespaces/default/ingresses/x");
  EXPECT_EQ(old.status, 200);
  EXPECT_THAT(old.body, HasSubstr(R"("backend":{"serviceName":"web","servicePort":80})"));
  EXPECT_THAT(old.warnings, ElementsAre(StartsWith("extensions/v1beta1 Ingress is deprecated")));
}

TEST_F(VerbsTest, DeleteAnswersWithAStatusAndForgets) {
  Create("x");
  const TestAnswer answer = api_.Send("DELETE", kIngress);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("status":"Success","details":{"name":"x")"));
  EXPECT_EQ(api_.Send("DELETE", kIngress).status, 404);
}

TEST_F(VerbsTest, FinalizersHoldADeletedObject) {
  Create("x", R"(,"finalizers":["a.io/f"])");
  const TestAnswer marked = api_.Send("DELETE", kIngress);
  EXPECT_EQ(marked.status, 200);
  EXPECT_THAT(marked.body, HasSubstr(R"("deletionTimestamp":"2026-01-02T03:04:05Z")"));
  EXPECT_EQ(Version(api_.Send("DELETE", kIngress)), Version(marked));
  EXPECT_EQ(api_.Send("PUT", kIngress, Ingress("x")).status, 200);
  EXPECT_EQ(api_.Send("GET", kIngress).status, 404);
}

TEST_F(VerbsTest, DeleteChecksPreconditions) {
  Create("x");
  const TestAnswer answer = api_.Send("DELETE", kIngress, R"({"preconditions":{"uid":"a"}})");
  EXPECT_EQ(answer.status, 409);
  EXPECT_THAT(answer.body, HasSubstr("the UID in the precondition (a) does not match"));
}

TEST_F(VerbsTest, DeleteCollectionDeletesWhatIsSelected) {
  Create("x", R"(,"labels":{"a":"1"})");
  Create("y");
  const TestAnswer answer = api_.Send("DELETE", std::string(kIngresses) + "?labelSelector=a%3D1");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("name":"x")"));
  EXPECT_EQ(api_.Send("GET", kIngress).status, 404);
  EXPECT_EQ(api_.Send("GET", std::string(kIngresses) + "/y").status, 200);
}

TEST_F(VerbsTest, ListsInPagesOfOneRevision) {
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    Create(name);
  }
  const std::string path = std::string(kIngresses) + "?limit=2";
  const TestAnswer first = api_.Send("GET", path);
  EXPECT_THAT(first.body, HasSubstr(R"("remainingItemCount":3)"));
  api_.Send("DELETE", std::string(kIngresses) + "/d");
  const TestAnswer second = api_.Send("GET", path + "&continue=" + Member(first.body, "continue"));
  EXPECT_THAT(second.body, HasSubstr(R"("name":"d")"));
  EXPECT_EQ(Version(second), Version(first));
  const TestAnswer third = api_.Send("GET", path + "&continue=" + Member(second.body, "continue"));
  EXPECT_THAT(third.body, HasSubstr(R"("name":"e")"));
  EXPECT_THAT(third.body, Not(HasSubstr("continue")));
}

TEST_F(VerbsTest, ListsAreWellFormedWhateverTheyHold) {
  EXPECT_THAT(api_.Send("GET", kIngresses).body, HasSubstr(R"("items":[]})"));
  Create("x");
  Create("y");
  const TestAnswer json = api_.Send("GET", kIngresses);
  EXPECT_EQ(JsonSyntaxError(json.body), "");
  EXPECT_THAT(json.body, Not(HasSubstr(R"("kind":"Ingress",)")));
  const TestAnswer pretty = api_.Send("GET", std::string(kIngresses) + "?pretty=1");
  EXPECT_EQ(IndentJson(json.body.substr(0, json.body.size() - 1)), pretty.body);
}

TEST_F(VerbsTest, AProtobufListDecodes) {
  Create("x");
  Create("y");
  const TestAnswer answer =
      api_.Send("GET", kIngresses, "", {{"Accept", "application/vnd.kubernetes.protobuf"}});
  auto list = DecodeProtobuf(TypeOf<networking::v1::IngressList>(), answer.body);
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->kind, "IngressList");
  const auto& items = list->object.Get<networking::v1::IngressList>().items;
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[1].metadata.name, "y");
}

TEST_F(VerbsTest, ARevisionMustBeANumber) {
  const TestAnswer answer = api_.Send("GET", std::string(kIngresses) + "?resourceVersion=x");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("invalid resource version: resourceVersion: Invalid value"));
}

TEST_F(VerbsTest, LargeBodiesAreCompressed) {
  const std::string note(140'000, 'a');
  Create("x", R"(,"annotations":{"note":")" + note + "\"}");
  const TestAnswer plain = api_.Send("GET", kIngress);
  const TestAnswer packed = api_.Send("GET", kIngress, "", {{"Accept-Encoding", "br, gzip"}});
  ASSERT_NE(packed.headers.Find("Content-Encoding"), nullptr);
  EXPECT_EQ(*packed.headers.Find("Vary"), "Accept-Encoding");
  std::string unpacked(plain.body.size(), '\0');
  libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
  EXPECT_EQ(libdeflate_gzip_decompress(decompressor, packed.body.data(), packed.body.size(),
                                       unpacked.data(), unpacked.size(), nullptr),
            LIBDEFLATE_SUCCESS);
  libdeflate_free_decompressor(decompressor);
  EXPECT_EQ(unpacked, plain.body);
}

TEST_F(VerbsTest, AWatchShowsEachChangeOnce) {
  const TestAnswer created = Create("x");
  TestAnswer watch =
      api_.Send("GET", std::string(kIngresses) + "?watch=1&resourceVersion=" + Version(created));
  ASSERT_NE(watch.stream, nullptr);
  EXPECT_FALSE(watch.stream->ready());
  const TestAnswer updated = api_.Send("PUT", kIngress, Ingress("x", R"(,"labels":{"a":"b"})"));
  EXPECT_TRUE(watch.stream->ready());
  const std::string object = updated.body.substr(0, updated.body.size() - 1);
  EXPECT_EQ(TestApi::Pull(*watch.stream), R"({"type":"MODIFIED","object":)" + object + "}\n");
  api_.Send("DELETE", kIngress);
  const std::string deleted = TestApi::Pull(*watch.stream);
  EXPECT_THAT(deleted, StartsWith(R"({"type":"DELETED","object":)"));
  EXPECT_GT(std::stoi(Member(deleted, "resourceVersion")), std::stoi(Version(updated)));
  EXPECT_THAT(TestApi::Pull(*watch.stream), IsEmpty());
}

TEST_F(VerbsTest, AWatchBySelectorSeesObjectsComeAndGo) {
  Create("x");
  TestAnswer watch = api_.Send("GET", std::string(kIngresses) + "?watch=1&labelSelector=a%3Db");
  EXPECT_THAT(TestApi::Pull(*watch.stream), IsEmpty());
  const std::string labelled = Ingress("x", R"(,"labels":{"a":"b"})");
  api_.Send("PUT", kIngress, labelled);
  EXPECT_THAT(TestApi::Pull(*watch.stream), StartsWith(R"({"type":"ADDED")"));
  const TestAnswer gone = api_.Send("PUT", kIngress, Ingress("x"));
  const std::string event = TestApi::Pull(*watch.stream);
  EXPECT_THAT(event, StartsWith(R"({"type":"DELETED")"));
  EXPECT_THAT(event, HasSubstr(R"("labels":{"a":"b"})"));
  EXPECT_EQ(Member(event, "resourceVersion"), Version(gone));
}

TEST_F(VerbsTest, AWatchBeginsWithWhatExistsAndSaysWhenThatIsOver) {
  Create("x");
  Create("y");
  TestAnswer watch = api_.Send("GET", std::string(kIngresses) +
                                          "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true"
                                          "&resourceVersionMatch=NotOlderThan");
  const std::string events = TestApi::Pull(*watch.stream);
  EXPECT_THAT(events, StartsWith(R"({"type":"ADDED","object":{"kind":"Ingress")"));
  EXPECT_THAT(events, HasSubstr(R"({"type":"BOOKMARK")"));
  EXPECT_THAT(events, HasSubstr(R"("k8s.io/initial-events-end":"true")"));
}

TEST_F(VerbsTest, RowsOfTablesAreKeptButForTheirAge) {
  constexpr char kTable[] = "application/json;as=Table;g=meta.k8s.io;v=v1";
  Create("x");
  const struct {
    std::chrono::seconds later;
    std::string_view age;
  } cases[] = {{std::chrono::seconds(0), "0s"},
               {std::chrono::seconds(90), "90s"},
               {std::chrono::hours(50), "2d2h"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.age);
    api_.clock().Advance(c.later);
    const std::string list = api_.Send("GET", kIngresses, "", {{"Accept", kTable}}).body;
    EXPECT_THAT(list, HasSubstr(R"("80",")" + std::string(c.age) + R"("],"object":{)"));
    EXPECT_THAT(
        list,
        HasSubstr(
            R"("object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"x")"));
  }
}

TEST_F(VerbsTest, AWatchAsListsOfMetadataEndsWithItsFirstEvent) {
  TestAnswer watch =
      api_.Send("GET", std::string(kIngresses) + "?watch=1", "",
                {{"Accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}});
  std::vector<Bytes> parts;
  EXPECT_EQ(watch.stream->Pull(1 << 20, parts), Stream::State::kIdle);
  Create("x");
  EXPECT_EQ(watch.stream->Pull(1 << 20, parts), Stream::State::kEnd);
  EXPECT_THAT(parts, IsEmpty());
}

TEST_F(VerbsTest, ReadsSelectorsBeforeItLooksAtListOptions) {
  const struct {
    std::string_view query;
    int status;
  } cases[] = {
      {"sendInitialEvents=true", 422},
      {"sendInitialEvents=true&labelSelector=a+in+(", 400},
      {"sendInitialEvents=true&fieldSelector=x", 400},
      {"sendInitialEvents=true&fieldSelector=bogus%3D1", 422},
      {"fieldSelector=bogus%3D1", 400},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.query);
    EXPECT_EQ(api_.Send("GET", std::string(kIngresses) + "?" + std::string(c.query)).status,
              c.status);
  }
}

TEST_F(VerbsTest, DeletesOnlyWhatCannotBeReadIfAsked) {
  Create("x");
  const std::string path =
      std::string(kIngress) + "?ignoreStoreReadErrorWithClusterBreakingPotential";
  EXPECT_THAT(api_.Send("DELETE", path + "=true").body,
              HasSubstr("the object is decodable from storage"));
  EXPECT_THAT(api_.Send("DELETE", path + "=true&propagationPolicy=Orphan").body,
              HasSubstr("cannot be set together with .propagationPolicy"));
  EXPECT_EQ(api_.Send("DELETE", path + "=false").status, 200);
}

TEST_F(VerbsTest, AnIdleWatchGetsBookmarksAndEnds) {
  TestAnswer watch = api_.Send(
      "GET", std::string(kIngresses) + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=90");
  EXPECT_THAT(TestApi::Pull(*watch.stream), HasSubstr("initial-events-end"));
  EXPECT_THAT(TestApi::Pull(*watch.stream), IsEmpty());
  Create("x");
  TestApi::Pull(*watch.stream);
  api_.clock().Advance(std::chrono::seconds(61));
  EXPECT_THAT(TestApi::Pull(*watch.stream), StartsWith(R"({"type":"BOOKMARK")"));
  api_.clock().Advance(std::chrono::seconds(30));
  std::vector<Bytes> parts;
  EXPECT_EQ(watch.stream->Pull(1 << 20, parts), Stream::State::kEnd);
}

TEST_F(VerbsTest, DeletingANamespaceDeletesWhatIsInIt) {
  ASSERT_EQ(api_.Send("POST", "/api/v1/namespaces", R"({"metadata":{"name":"team"}})").status, 201);
  const std::string path = "/apis/networking.k8s.io/v1/namespaces/team/ingresses";
  ASSERT_EQ(api_.Send("POST", path, Ingress("x")).status, 201);
  EXPECT_THAT(api_.Send("DELETE", "/api/v1/namespaces/team").body,
              HasSubstr(R"("phase":"Terminating")"));
  EXPECT_THAT(api_.Send("POST", path, Ingress("y")).body, HasSubstr("NamespaceTerminating"));
  api_.clock().Advance(NamespaceCleaner::kDelay);
  api_.api().namespace_cleaner()->RunDue();
  EXPECT_EQ(api_.Send("GET", path + "/x").status, 404);
  EXPECT_EQ(api_.Send("GET", "/api/v1/namespaces/team").status, 404);
  EXPECT_EQ(api_.Send("DELETE", "/api/v1/namespaces/default").status, 403);
}

TEST_F(VerbsTest, AnEmptyListInsteadOfNoneIsNoChangeForTheGeneration) {
  const std::string path = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
  ASSERT_EQ(api_.Send("POST", path, R"({"metadata":{"name":"x"},"addressType":"IPv4"})").status,
            201);
  const TestAnswer answer = api_.Send("PATCH", path + "/x", R"({"endpoints":[],"ports":[]})",
                                      {{"Content-Type", "application/merge-patch+json"}});
  EXPECT_THAT(answer.body, HasSubstr(R"("generation":1)"));
}

TEST_F(VerbsTest, ApplyingAStatusCreatesWhatAnUpdateWouldCreate) {
  const auto apply = [&](const std::string& path, const std::string& body) {
    return api_.Send("PATCH", path + "/x/status?fieldManager=a", body,
                     {{"Content-Type", "application/apply-patch+yaml"}});
  };
  const TestAnswer service =
      apply("/api/v1/namespaces/default/services",
            R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"x"}})");
  EXPECT_THAT(service.body, HasSubstr("spec.ports: Required value"));
  const TestAnswer ingress =
      apply(kIngresses,
            R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"x"}})");
  EXPECT_EQ(ingress.status, 404);
}

TEST_F(VerbsTest, NewIngressesGetTheDefaultClass) {
  const auto make = [&](const std::string& name, const std::string& value) {
    EXPECT_EQ(api_.Send("POST", kClasses,
                        R"({"metadata":{"name":")" + name +
                            R"(","annotations":{"ingressclass.kubernetes.io/is-default-class":")" +
                            value + R"("}},"spec":{"controller":"a.io/b"}})")
                  .status,
              201);
  };
  make("no", "True");
  EXPECT_THAT(Create("w").body, Not(HasSubstr("ingressClassName")));
  make("old", "true");
  api_.clock().Advance(std::chrono::seconds(1));
  make("new-b", "true");
  make("new-a", "true");
  EXPECT_THAT(Create("x").body, HasSubstr(R"("ingressClassName":"new-a")"));
}

TEST_F(VerbsTest, WritersOfOneObjectLoseNothing) {
  Create("x");
  constexpr int kWriters = 4;
  constexpr int kWrites = 25;
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < kWrites; ++i) {
        const std::string key = "w" + std::to_string(writer) + "-" + std::to_string(i);
        const TestAnswer answer =
            api_.Send("PATCH", kIngress, R"({"metadata":{"annotations":{")" + key + R"(":""}}})",
                      {{"Content-Type", "application/merge-patch+json"}});
        EXPECT_EQ(answer.status, 200) << answer.body;
      }
    });
  }
  writers.clear();
  const std::string body = api_.Send("GET", kIngress).body;
  for (int writer = 0; writer < kWriters; ++writer) {
    for (int i = 0; i < kWrites; ++i) {
      EXPECT_THAT(body,
                  HasSubstr("\"w" + std::to_string(writer) + "-" + std::to_string(i) + "\":\"\""));
    }
  }
}

TEST_F(VerbsTest, RouterErrorsComeInOrder) {
  EXPECT_EQ(api_.Send("GET", "/apis/networking.k8s.io/v1/none").status, 404);
  EXPECT_EQ(api_.Send("POST", kIngress).status, 405);
  EXPECT_EQ(api_.Send("PATCH", kIngress, "", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(api_.Send("GET", kIngress, "", {{"Accept", "text/html"}}).status, 406);
  EXPECT_EQ(api_.Send("GET", std::string(kIngresses) + "/a%25b").status, 400);
}

TEST_F(VerbsTest, DiscoveryNamesWhatIsServed) {
  EXPECT_THAT(api_.Send("GET", "/apis/networking.k8s.io/v1").body,
              HasSubstr(R"("shortNames":["ing"],"storageVersionHash":"39NQlfNR+bo=")"));
  const TestAnswer aggregated = api_.Send(
      "GET", "/apis", "",
      {{"Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"}});
  EXPECT_THAT(aggregated.body, StartsWith(R"({"kind":"APIGroupDiscoveryList")"));
  const std::string* etag = aggregated.headers.Find("Etag");
  ASSERT_NE(etag, nullptr);
  EXPECT_EQ(api_.Send("GET", "/apis", "",
                      {{"Accept",
                        "application/json;g=apidiscovery.k8s.io;v=v2;as="
                        "APIGroupDiscoveryList"},
                       {"If-None-Match", *etag}})
                .status,
            304);
}

}  // namespace
}  // namespace k8snet::server
