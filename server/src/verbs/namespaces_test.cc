// What is particular about namespaces, from the request to what watchers see.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/verbs/test_api.h"

namespace k8snet::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kNamespaces[] = "/api/v1/namespaces";
constexpr char kTeam[] = "/api/v1/namespaces/team";
constexpr char kMerge[] = "application/merge-patch+json";
constexpr char kSlices[] = "/apis/discovery.k8s.io/v1/namespaces/team/endpointslices";

std::string Finalizers(const std::string& list) {
  return R"({"metadata":{"name":"team"},"spec":{"finalizers":[)" + list + "]}}";
}

class NamespacesTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(Create().status, 201); }

  TestAnswer Create() { return api_.Send("POST", kNamespaces, R"({"metadata":{"name":"team"}})"); }
  TestAnswer Finalize(const std::string& list) {
    return api_.Send("PUT", std::string(kTeam) + "/finalize", Finalizers(list));
  }
  TestAnswer Patch(const std::string& path, const std::string& body) {
    return api_.Send("PATCH", path, body, {{"Content-Type", kMerge}});
  }
  TestAnswer CreateSlice(const std::string& finalizers) {
    return api_.Send("POST", kSlices,
                     R"({"metadata":{"name":"s","finalizers":[)" + finalizers +
                         R"(]},"addressType":"IPv4","endpoints":[]})");
  }
  void Clean() {
    api_.clock().Advance(NamespaceCleaner::kDelay);
    api_.api().namespace_cleaner()->RunDue();
  }
  std::string Get() { return api_.Send("GET", kTeam).body; }

  TestApi api_;
};

TEST_F(NamespacesTest, FinalizersAreNamedWithTheirIndexInTheSubresourceAlone) {
  const std::string why = "name is neither a standard finalizer name nor is it fully qualified";
  EXPECT_THAT(api_.Send("POST", kNamespaces, Finalizers(R"("bad")")).body,
              HasSubstr(R"(spec.finalizers: Invalid value: \"bad\": )" + why));
  EXPECT_THAT(Finalize(R"("example.com/a","bad")").body,
              HasSubstr(R"(spec.finalizers[1]: Invalid value: \"bad\": )" + why));
  EXPECT_THAT(Finalize(R"("bad name")").body,
              AllOf(HasSubstr("spec.finalizers[0]: Invalid value: \\\"bad name\\\": name part"),
                    HasSubstr(why)));
  EXPECT_THAT(Get(), HasSubstr(R"("spec":{"finalizers":["kubernetes"]})"));
}

TEST_F(NamespacesTest, ThePhaseFollowsTheDeletion) {
  const std::string status = std::string(kTeam) + "/status";
  for (const char* phase : {"Terminating", "Weird"}) {
    SCOPED_TRACE(phase);
    EXPECT_THAT(Patch(status, std::string(R"({"status":{"phase":")") + phase + R"("}})").body,
                HasSubstr("may only be 'Active' if `deletionTimestamp` is empty"));
  }
  EXPECT_EQ(Patch(status, R"({"status":{"conditions":[{"type":"A","status":"True"}]}})").status,
            200);
  api_.Send("DELETE", kTeam);
  EXPECT_THAT(Patch(status, R"({"status":{"phase":"Active"}})").body,
              HasSubstr("may only be 'Terminating' if `deletionTimestamp` is not empty"));
}

TEST_F(NamespacesTest, TheFirstDeletionMarksEvenWhatNothingHolds) {
  ASSERT_EQ(Finalize("").status, 200);
  EXPECT_THAT(api_.Send("DELETE", kTeam).body, HasSubstr(R"("phase":"Terminating")"));
  EXPECT_THAT(Get(), AllOf(HasSubstr("deletionTimestamp"), HasSubstr(R"("spec":{})")));
  EXPECT_EQ(api_.Send("DELETE", kTeam).status, 200);
  EXPECT_EQ(api_.Send("GET", kTeam).status, 404);
}

TEST_F(NamespacesTest, FurtherDeletionsDoNotChangeWhatWasAskedForFirst) {
  api_.Send("DELETE", std::string(kTeam) + "?propagationPolicy=Foreground");
  const std::string before = Get();
  EXPECT_THAT(before, HasSubstr(R"("finalizers":["foregroundDeletion"])"));
  EXPECT_EQ(api_.Send("DELETE", std::string(kTeam) + "?propagationPolicy=Orphan").status, 200);
  EXPECT_EQ(Get(), before);
}

TEST_F(NamespacesTest, PreconditionsFailInWordsOfTheirOwn) {
  EXPECT_THAT(api_.Send("DELETE", kTeam, R"({"preconditions":{"uid":"x"}})").body,
              AllOf(HasSubstr(R"(Operation cannot be fulfilled on namespaces \"team\": )"
                              "Precondition failed: UID in precondition: x, UID in object meta: "),
                    HasSubstr(R"("kind":"namespaces")")));
  EXPECT_THAT(api_.Send("DELETE", kTeam, R"({"preconditions":{"resourceVersion":"1"}})").body,
              HasSubstr("Precondition failed: ResourceVersion in precondition: 1, ResourceVersion "
                        "in object meta: "));
}

TEST_F(NamespacesTest, WatchersSeeTheConditionsOfADeletion) {
  TestAnswer watch =
      api_.Send("GET", std::string(kNamespaces) + "?watch=1&fieldSelector=metadata.name=team");
  TestApi::Pull(*watch.stream);
  api_.Send("DELETE", kTeam);
  TestApi::Pull(*watch.stream);
  Clean();
  const std::string events = TestApi::Pull(*watch.stream);
  EXPECT_THAT(events, AllOf(HasSubstr(R"({"type":"MODIFIED")"), HasSubstr(R"({"type":"DELETED")"),
                            HasSubstr(R"("type":"NamespaceDeletionDiscoveryFailure","status":)"
                                      R"("False")"),
                            HasSubstr("All content successfully removed")));
}

TEST_F(NamespacesTest, ContentThatFinalizersHoldIsToldUntilItIsGone) {
  ASSERT_EQ(CreateSlice(R"("example.com/hold")").status, 201);
  api_.Send("DELETE", kTeam);
  Clean();
  EXPECT_THAT(
      Get(),
      AllOf(HasSubstr("Some resources are remaining: endpointslices.discovery.k8s.io has 1 "
                      "resource instances"),
            HasSubstr("Some content in the namespace has finalizers remaining: example.com/hold in "
                      "1 resource instances")));
  Patch(std::string(kSlices) + "/s", R"({"metadata":{"finalizers":null}})");
  Clean();
  EXPECT_EQ(api_.Send("GET", kTeam).status, 404);
}

TEST_F(NamespacesTest, ANamespaceOfTheSameNameThatCameLaterIsLeftAlone) {
  api_.Send("DELETE", kTeam);
  ASSERT_EQ(Finalize("").status, 200);
  ASSERT_EQ(Create().status, 201);
  ASSERT_EQ(CreateSlice("").status, 201);
  Clean();
  EXPECT_THAT(Get(),
              AllOf(HasSubstr(R"("finalizers":["kubernetes"])"), Not(HasSubstr("condition"))));
  EXPECT_EQ(api_.Send("GET", std::string(kSlices) + "/s").status, 200);
}

TEST_F(NamespacesTest, FinalizersOfOthersOutlastTheContent) {
  ASSERT_EQ(Finalize(R"("example.com/other","kubernetes")").status, 200);
  ASSERT_EQ(CreateSlice("").status, 201);
  api_.Send("DELETE", kTeam);
  Clean();
  EXPECT_EQ(api_.Send("GET", std::string(kSlices) + "/s").status, 404);
  EXPECT_THAT(Get(), HasSubstr(R"("spec":{"finalizers":["example.com/other"]})"));
  ASSERT_EQ(Finalize("").status, 200);
  EXPECT_EQ(api_.Send("GET", kTeam).status, 404);
}

}  // namespace
}  // namespace k8snet::server
