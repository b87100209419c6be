#include "k8snet/conversion/plurals.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/testing/filler.h"

namespace k8snet::conversion {
namespace {

using core::v1::Service;
using Plural = std::vector<std::string>;

struct Pair {
  std::string singular;
  Plural plural;

  bool operator==(const Pair&) const = default;
};

Service Make(const Pair& pair) {
  return {.spec = {.cluster_ip = pair.singular, .cluster_ips = pair.plural}};
}

Pair Normalized(const Pair* old_pair, const Pair& pair) {
  const Object old_object = old_pair == nullptr ? Object() : Object::Of(Make(*old_pair));
  MutableObject object(Object::Of(Make(pair)));
  NormalizePlurals(old_pair == nullptr ? nullptr : &old_object, object);
  const Service& out = object.Get<Service>();
  return {out.spec.cluster_ip, out.spec.cluster_ips};
}

TEST(PluralsTest, CreateFillsThePluralFromTheSingularOnly) {
  const struct {
    Pair sent;
    Pair becomes;
  } cases[] = {
      {{"", {}}, {"", {}}},         {{"a", {}}, {"a", {"a"}}},
      {{"a", {"a"}}, {"a", {"a"}}}, {{"a", {"a", "b"}}, {"a", {"a", "b"}}},
      {{"a", {"b"}}, {"a", {"b"}}}, {{"", {"b"}}, {"", {"b"}}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.sent.singular + " " + std::to_string(c.sent.plural.size()));
    EXPECT_EQ(Normalized(nullptr, c.sent), c.becomes);
  }
}

TEST(PluralsTest, UpdateFollowsWhicheverTheClientChanged) {
  const Pair before{"a", {"a", "b"}};
  const struct {
    const char* name;
    Pair sent;
    Pair becomes;
  } cases[] = {
      {"same, same", {"a", {"a", "b"}}, {"a", {"a", "b"}}},
      {"same, left out", {"a", {}}, {"a", {"a", "b"}}},
      {"same, changed", {"a", {"a"}}, {"a", {"a"}}},
      {"same, changed to what contradicts", {"a", {"c"}}, {"a", {"c"}}},
      {"cleared, same", {"", {"a", "b"}}, {"", {}}},
      {"cleared, left out", {"", {}}, {"", {}}},
      {"cleared, changed", {"", {"c"}}, {"", {"c"}}},
      {"changed, same", {"c", {"a", "b"}}, {"c", {"c"}}},
      {"changed, left out", {"c", {}}, {"c", {}}},
      {"changed, changed", {"c", {"c", "d"}}, {"c", {"c", "d"}}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Normalized(&before, c.sent), c.becomes);
  }
}

TEST(PluralsTest, NewlySetSingularFillsAnEmptyPlural) {
  const Pair before;
  EXPECT_EQ(Normalized(&before, {"a", {}}), (Pair{"a", {"a"}}));
}

// A client that knows only the singular must get what it asks for, whatever was there; one that
// sends both, consistently, must be left alone; and nothing else of the object may change.
TEST(PluralsTest, OldAndNewClientsAreUnderstoodOnRandomServices) {
  testing::Filler filler(testing::TestSeed());
  const auto pair = [&filler] {
    const auto size = filler.Below(3);
    Plural plural;
    for (std::uint64_t i = 0; i < size; ++i) {
      plural.push_back(std::string(1, static_cast<char>('a' + filler.Below(3))));
    }
    return Pair{plural.empty() ? "" : plural[0], plural};
  };
  for (int i = 0; i < 10'000; ++i) {
    auto service = filler.Make<Service>();
    const Pair before = pair();
    const Pair wanted = pair();
    service.spec.cluster_ip = before.singular;
    service.spec.cluster_ips = before.plural;
    const Object old_object = Object::Of(service);

    // An old client reads, changes the singular and writes the whole back with the plural as read.
    Service by_old = service;
    by_old.spec.cluster_ip = wanted.singular;
    MutableObject normalized(Object::Of(by_old));
    NormalizePlurals(&old_object, normalized);
    const auto& from_old = normalized.Get<Service>().spec;
    ASSERT_EQ(from_old.cluster_ip, wanted.singular);
    if (wanted.singular == before.singular) {
      ASSERT_EQ(from_old.cluster_ips, before.plural);
    } else {
      ASSERT_EQ(from_old.cluster_ips, wanted.singular.empty() ? Plural{} : Plural{wanted.singular});
    }

    Service by_new = service;
    by_new.spec.cluster_ip = wanted.singular;
    by_new.spec.cluster_ips = wanted.plural;
    MutableObject kept(Object::Of(by_new));
    NormalizePlurals(&old_object, kept);
    ASSERT_EQ(kept.Get<Service>(), by_new);

    Service rest = normalized.Get<Service>();
    rest.spec.cluster_ip = by_old.spec.cluster_ip;
    rest.spec.cluster_ips = by_old.spec.cluster_ips;
    ASSERT_EQ(rest, by_old);
  }
}

}  // namespace
}  // namespace k8snet::conversion
