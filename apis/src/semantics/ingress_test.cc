#include "k8snet/apis/semantics/ingress.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "src/semantics/allocations.h"

namespace k8snet::semantics {
namespace {

using networking::v1::HTTPIngressPath;
using networking::v1::Ingress;
using networking::v1::IngressBackend;
using networking::v1::IngressClass;
using networking::v1::IngressRule;

IngressBackend To(std::string service) {
  IngressBackend backend;
  backend.service.emplace().name = std::move(service);
  return backend;
}

HTTPIngressPath Path(std::string type, std::string path, std::string service) {
  HTTPIngressPath result;
  result.path = std::move(path);
  result.path_type = std::move(type);
  result.backend = To(std::move(service));
  return result;
}

IngressRule Rule(std::string host, std::vector<HTTPIngressPath> paths) {
  IngressRule rule;
  rule.host = std::move(host);
  rule.ingress_rule_value.http.emplace().paths = std::move(paths);
  return rule;
}

IngressRule RuleWithoutHttp(std::string host) {
  IngressRule rule;
  rule.host = std::move(host);
  return rule;
}

Ingress Of(std::vector<IngressRule> rules, std::string default_service = "") {
  Ingress ingress;
  ingress.spec.rules = std::move(rules);
  if (!default_service.empty()) {
    ingress.spec.default_backend = To(std::move(default_service));
  }
  return ingress;
}

// The service that serves a request, "" if none does.
std::string Serves(const IngressRouter& router, std::string_view host, std::string_view path) {
  const IngressRoute* route = router.Find(host, path);
  return route == nullptr ? "" : route->backend.service->name;
}

TEST(HostMatches, FollowsTheTable) {
  const struct {
    std::string_view rule, host;
    bool matches;
  } cases[] = {
      {"", "foo.com", true},
      {"", "", true},
      {"foo.com", "foo.com", true},
      {"foo.com", "FOO.com", true},
      {"foo.com", "foo.com:8080", true},
      {"foo.com", "foo.com.", true},
      {"foo.com", "foo.com.:443", true},
      {"foo.com", "www.foo.com", false},
      {"foo.com", "foo.co", false},
      {"foo.com", "", false},
      {"*.foo.com", "bar.foo.com", true},
      {"*.foo.com", "BAR.Foo.Com:1", true},
      {"*.foo.com", "aaa.bbb.foo.com", false},
      {"*.foo.com", "foo.com", false},
      {"*.foo.com", ".foo.com", false},
      {"*.foo.com", "barfoo.com", false},
      {"*.com", "foo.com", true},
      {"", "[::1]:8080", true},
      {"foo.com", "[::1]:8080", false},
      {"*", "foo", false},
      {"*.", "foo.", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.rule) + " " + std::string(c.host));
    EXPECT_EQ(HostMatches(c.rule, c.host), c.matches);
    const Ingress ingress = Of({Rule(std::string(c.rule), {Path("Prefix", "/", "web")})});
    EXPECT_EQ(Serves(IngressRouter({&ingress, 1}), c.host, "/"), c.matches ? "web" : "");
  }
}

TEST(PathMatches, FollowsTheTable) {
  const struct {
    bool exact;
    std::string_view rule, path;
    bool matches;
  } cases[] = {
      {false, "/", "/", true},
      {false, "/", "/any/thing", true},
      {true, "/foo", "/foo", true},
      {true, "/foo", "/bar", false},
      {true, "/foo", "/foo/", false},
      {true, "/foo/", "/foo", false},
      {true, "/foo", "/Foo", false},
      {false, "/foo", "/foo", true},
      {false, "/foo", "/foo/", true},
      {false, "/foo/", "/foo", true},
      {false, "/foo/", "/foo/", true},
      {false, "/aaa/bb", "/aaa/bbb", false},
      {false, "/aaa/bbb", "/aaa/bbb", true},
      {false, "/aaa/bbb/", "/aaa/bbb", true},
      {false, "/aaa/bbb", "/aaa/bbb/", true},
      {false, "/aaa/bbb", "/aaa/bbb/ccc", true},
      {false, "/aaa/bbb", "/aaa/bbbxyz", false},
      {false, "/aaa/bbb", "/aaa", false},
      {false, "/foo", "/foo?x=/bar", true},
      {true, "/foo", "/foo?x", true},
      {true, "/foo", "/foo#x", true},
      {true, "/", "", true},
      {true, "/", "?x", true},
      {false, "/foo", "/f%6fo", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.rule) + " " + std::string(c.path));
    EXPECT_EQ(PathMatches(c.exact, c.rule, c.path), c.matches);
    const Ingress ingress =
        Of({Rule("foo.com", {Path(c.exact ? "Exact" : "Prefix", std::string(c.rule), "web")})},
           "other");
    EXPECT_EQ(Serves(IngressRouter({&ingress, 1}), "foo.com", c.path), c.matches ? "web" : "other");
  }
}

TEST(IngressRouter, RanksPaths) {
  const struct {
    std::vector<HTTPIngressPath> paths;
    std::string_view path, service;
  } cases[] = {
      {{Path("Prefix", "/", "a"), Path("Prefix", "/aaa", "b")}, "/aaa/ccc", "b"},
      {{Path("Prefix", "/", "a"), Path("Prefix", "/aaa", "b"), Path("Prefix", "/aaa/bbb", "c")},
       "/aaa/bbb",
       "c"},
      {{Path("Prefix", "/", "a"), Path("Prefix", "/aaa", "b"), Path("Prefix", "/aaa/bbb", "c")},
       "/ccc",
       "a"},
      {{Path("Prefix", "/aaa", "a")}, "/ccc", "default"},
      {{Path("Prefix", "/foo", "a"), Path("Exact", "/foo", "b")}, "/foo", "b"},
      {{Path("Prefix", "/foo/bar", "a"), Path("Exact", "/foo", "b")}, "/foo", "b"},
      {{Path("Prefix", "/foo", "a"), Path("Prefix", "/foo/", "b")}, "/foo", "b"},
      {{Path("Prefix", "/foo", "a"), Path("Prefix", "/foo/", "b")}, "/foo/", "b"},
      {{Path("Prefix", "/foo", "a"), Path("Prefix", "/foo", "b")}, "/foo", "a"},
      {{Path("Exact", "/foo", "a"), Path("Exact", "/foo", "b")}, "/foo", "a"},
      // What sorts between a prefix and the paths below it in plain byte order.
      {{Path("Prefix", "/a", "a"), Path("Prefix", "/a-b", "b"), Path("Prefix", "/a.b", "c")},
       "/a/b",
       "a"},
      {{Path("Prefix", "/a", "a"), Path("Prefix", "/a/b/c", "b"), Path("Prefix", "/a/b0", "c")},
       "/a/b/d",
       "a"},
      {{Path("ImplementationSpecific", "", "a"), Path("Prefix", "/x", "b")}, "/y", "a"},
      {{Path("ImplementationSpecific", "/x", "a")}, "/x/y", "a"},
      {{Path("Regex", "/x", "a")}, "/x", "default"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.path << " of " << c.paths.front().path);
    const Ingress ingress = Of({Rule("foo.com", c.paths)}, "default");
    EXPECT_EQ(Serves(IngressRouter({&ingress, 1}), "foo.com", c.path), c.service);
  }
}

TEST(IngressRouter, TakesImplementationSpecificAsDeclared) {
  const Ingress ingress =
      Of({Rule("foo.com", {Path("ImplementationSpecific", "/x", "a"), Path("Prefix", "/", "b")}),
          Rule("bar.com", {Path("ImplementationSpecific", "", "c")})});
  const struct {
    ImplementationSpecific as;
    std::string_view x, below, empty;
  } cases[] = {
      {ImplementationSpecific::kPrefix, "a", "a", "c"},
      {ImplementationSpecific::kExact, "a", "b", "c"},
      {ImplementationSpecific::kNever, "b", "b", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(static_cast<int>(c.as));
    const IngressRouter router({&ingress, 1}, {.implementation_specific = c.as});
    EXPECT_EQ(Serves(router, "foo.com", "/x"), c.x);
    EXPECT_EQ(Serves(router, "foo.com", "/x/y"), c.below);
    EXPECT_EQ(Serves(router, "bar.com", "/any"), c.empty);
  }
}

TEST(IngressRouter, CountsOnlyTheMostPreciseHost) {
  const Ingress ingress = Of({Rule("", {Path("Prefix", "/", "none")}),
                              Rule("*.foo.com", {Path("Prefix", "/", "wildcard")}),
                              Rule("bar.foo.com", {Path("Prefix", "/x", "precise")})});
  const IngressRouter router({&ingress, 1});
  EXPECT_EQ(Serves(router, "bar.foo.com", "/x"), "precise");
  EXPECT_EQ(Serves(router, "bar.foo.com", "/y"), "");
  EXPECT_EQ(Serves(router, "baz.foo.com", "/y"), "wildcard");
  EXPECT_EQ(Serves(router, "foo.com", "/y"), "none");
  EXPECT_EQ(router.size(), 3U);
}

TEST(IngressRouter, MergesIngressesOfOneHost) {
  const std::vector<Ingress> ingresses = {Of({Rule("foo.com", {Path("Prefix", "/a", "a")})}),
                                          Of({Rule("FOO.com", {Path("Exact", "/a/b", "b")})}, "d")};
  const IngressRouter router(ingresses);
  EXPECT_EQ(Serves(router, "foo.com", "/a"), "a");
  EXPECT_EQ(Serves(router, "foo.com", "/a/b"), "b");
  EXPECT_EQ(Serves(router, "foo.com", "/c"), "d");
  EXPECT_EQ(router.Find("foo.com", "/a/b")->ingress, 1U);
}

TEST(IngressRouter, FallsBackToDefaultBackends) {
  const Ingress with_default = Of({RuleWithoutHttp("bare.com"), Rule("foo.com", {})}, "own");
  const Ingress without =
      Of({Rule("foo.com", {Path("Exact", "/x", "x")}), RuleWithoutHttp("*.com")});
  const Ingress only_default = Of({}, "only");
  const struct {
    std::vector<Ingress> ingresses;
    std::string_view host, service;
  } cases[] = {
      {{only_default}, "any.com", "only"},   // No rules.
      {{with_default}, "other.org", "own"},  // No host matches.
      {{with_default}, "bare.com", "own"},   // A rule without http.
      {{with_default}, "foo.com", "own"},    // No path matches.
      {{without}, "foo.com", "controller"},  // The same without a default.
      {{without}, "other.org", "controller"},
      {{without}, "bare.com", "controller"},
      {{only_default, with_default}, "foo.com", "own"},     // The host's own goes first,
      {{only_default, without}, "foo.com", "only"},         // then that of any Ingress,
      {{only_default, with_default}, "other.org", "only"},  // in list order.
      {{}, "foo.com", "controller"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.host << " " << c.service);
    EXPECT_EQ(
        Serves(IngressRouter(c.ingresses, {.default_backend = To("controller")}), c.host, "/"),
        c.service);
    EXPECT_EQ(Serves(IngressRouter(c.ingresses), c.host, "/"),
              c.service == "controller" ? "" : c.service);
  }
}

TEST(IngressRouter, AllocatesNothingToMatch) {
  const Ingress ingress =
      Of({Rule("a-host-that-is-too-long-for-the-small-string.example.com",
               {Path("Prefix", "/a/path/that/is/too/long/for/the/small/string", "a"),
                Path("Exact", "/an/exact/path/that/is/too/long/for/it", "b")}),
          Rule("*.wildcard.example.com", {Path("Prefix", "/", "c")})},
         "d");
  const IngressRouter router({&ingress, 1});
  const std::pair<std::string_view, std::string_view> requests[] = {
      {"A-HOST-that-is-too-long-for-the-small-string.example.com:8080",
       "/a/path/that/is/too/long/for/the/small/string/and/more?query=of-some-length"},
      {"a-host-that-is-too-long-for-the-small-string.example.com",
       "/an/exact/path/that/is/too/long/for/it"},
      {"a-label-of-some-length-and-more.wildcard.example.com", "/"},
      {"another-host-that-no-rule-is-for.example.com", "/some/path/of/more/than/sixteen/bytes"},
  };
  const std::size_t before = Allocations();
  std::size_t found = 0;
  for (const auto& [host, path] : requests) {
    found += router.Find(host, path) != nullptr ? 1U : 0U;
  }
  EXPECT_EQ(Allocations(), before);
  EXPECT_EQ(found, 4U);
  EXPECT_GT(before, 0U);
}

// The rules said once more, without tables: looks at every path and keeps the best.
const HTTPIngressPath* Slow(const std::vector<Ingress>& ingresses, std::string_view host,
                            std::string_view path) {
  const auto precision = [](const std::string& rule_host) {
    return rule_host.empty() ? 1 : rule_host[0] == '*' ? 2 : 3;
  };
  int best_host = 0;
  for (const Ingress& ingress : ingresses) {
    for (const IngressRule& rule : ingress.spec.rules) {
      best_host =
          HostMatches(rule.host, host) ? std::max(best_host, precision(rule.host)) : best_host;
    }
  }
  const HTTPIngressPath* best = nullptr;
  std::pair<bool, std::size_t> best_rank;
  for (const Ingress& ingress : ingresses) {
    for (const IngressRule& rule : ingress.spec.rules) {
      if (!HostMatches(rule.host, host) || precision(rule.host) != best_host) {
        continue;
      }
      for (const HTTPIngressPath& candidate : *rule.ingress_rule_value.http->paths) {
        const bool exact = candidate.path_type == "Exact";
        const std::pair rank(exact, candidate.path.size());
        if (PathMatches(exact, candidate.path, path) && (best == nullptr || rank > best_rank)) {
          best = &candidate;
          best_rank = rank;
        }
      }
    }
  }
  return best;
}

TEST(IngressRouter, AgreesWithAnObviousMatcherAndItsOwnExplanation) {
  const char* const hosts[] = {"", "a.x", "b.x", "*.x", "*.a.x", "c.a.x"};
  const char* const elements[] = {"/", "/a", "/b", "/a-", "/a0", "//", "/ab"};
  const char* const types[] = {"Exact", "Prefix"};
  std::mt19937 random(20240501);
  const auto pick = [&random](auto& from) { return from[random() % std::size(from)]; };
  const auto any_path = [&] {
    std::string path = pick(elements);
    for (auto n = random() % 4; n > 0; --n) {
      path += pick(elements);
    }
    return path;
  };
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    std::vector<Ingress> ingresses(1 + random() % 3);
    for (Ingress& ingress : ingresses) {
      for (auto rules = random() % 4; rules > 0; --rules) {
        std::vector<HTTPIngressPath> paths(random() % 5);
        for (HTTPIngressPath& path : paths) {
          path = Path(pick(types), any_path(), "s" + std::to_string(random()));
        }
        ingress.spec.rules.push_back(Rule(pick(hosts), std::move(paths)));
      }
    }
    const IngressRouter router(ingresses);
    for (int n = 0; n < 30; ++n) {
      const std::string host = n % 7 == 0 ? "d.x" : n % 11 == 0 ? "" : pick(hosts);
      const std::string path = any_path();
      const HTTPIngressPath* expected = Slow(ingresses, host, path);
      const IngressRoute* route = router.Find(host, path);
      ASSERT_EQ(route == nullptr, expected == nullptr) << host << " " << path;
      std::vector<IngressExplanation> serving = router.Explain(host, path);
      std::erase_if(serving, [](const auto& e) { return e.outcome != IngressOutcome::kServes; });
      ASSERT_EQ(serving.size(), expected == nullptr ? 0U : 1U) << host << " " << path;
      if (expected != nullptr) {
        EXPECT_EQ(route->backend, expected->backend) << host << " " << path;
        EXPECT_EQ(serving[0].ingress, route->ingress);
        EXPECT_EQ(serving[0].rule, route->rule);
        EXPECT_EQ(serving[0].path, route->path);
      }
    }
  }
}

TEST(IngressRouter, ExplainsEachPath) {
  const std::vector<Ingress> ingresses = {
      Of({Rule("foo.com", {Path("Exact", "/a", "exact"), Path("Prefix", "/a", "prefix"),
                           Path("Exact", "/a", "again"), Path("Prefix", "/b", "other"),
                           Path("Regex", "/a", "unknown")}),
          Rule("bar.com", {Path("Prefix", "/", "bar")}), RuleWithoutHttp("foo.com")},
         "default"),
      Of({Rule("", {Path("Prefix", "/", "any")})}, "second")};
  using enum IngressOutcome;
  const struct {
    std::string_view path;
    std::vector<IngressOutcome> outcomes;
  } cases[] = {
      {"/a",
       {kServes, kOutranked, kEarlierEqual, kOtherPath, kNotImplemented, kOtherHost, kNoPaths,
        kNotNeeded, kLessPreciseHost, kNotNeeded}},
      {"/c",
       {kOtherPath, kOtherPath, kOtherPath, kOtherPath, kNotImplemented, kOtherHost, kNoPaths,
        kServes, kLessPreciseHost, kNotNeeded}},
  };
  const IngressRouter router(ingresses);
  for (const auto& c : cases) {
    SCOPED_TRACE(c.path);
    std::vector<IngressOutcome> outcomes;
    for (const IngressExplanation& line : router.Explain("foo.com", c.path)) {
      outcomes.push_back(line.outcome);
      EXPECT_NE(IngressOutcomeText(line.outcome), "");
    }
    EXPECT_EQ(outcomes, c.outcomes);
  }
}

TEST(IngressRouter, NamesKinds) {
  using enum IngressRouteKind;
  EXPECT_EQ(IngressRouteKindName(kExact), "Exact");
  EXPECT_EQ(IngressRouteKindName(kPrefix), "Prefix");
  EXPECT_EQ(IngressRouteKindName(kImplementationSpecific), "ImplementationSpecific");
  EXPECT_EQ(IngressRouteKindName(kDefaultBackend), "default backend");
  EXPECT_EQ(IngressRouteKindName(kControllerDefault), "default backend of the controller");
}

IngressClass Class(std::string name, std::string controller, std::string is_default = "") {
  IngressClass result;
  result.metadata.name = std::move(name);
  result.spec.controller = std::move(controller);
  if (!is_default.empty()) {
    result.metadata.annotations["ingressclass.kubernetes.io/is-default-class"] = is_default;
  }
  return result;
}

TEST(IngressClassSelector, FollowsTheTable) {
  const std::vector<IngressClass> classes = {Class("ours", "example.com/c"),
                                             Class("theirs", "example.org/c", "true")};
  const std::vector<IngressClass> with_default = {Class("ours", "example.com/c", "true")};
  const struct {
    const char *annotation, *field;  // Null: not there.
    bool serves, serves_as_default;
  } cases[] = {
      {nullptr, nullptr, false, true},    {"word", nullptr, true, true},
      {"other", nullptr, false, false},   {"", nullptr, false, false},
      {nullptr, "ours", true, true},      {nullptr, "theirs", false, false},
      {nullptr, "missing", false, false}, {nullptr, "word", false, false},
      {"word", "theirs", true, true},     {"other", "ours", false, false},
      {"ours", nullptr, false, false},
  };
  const IngressClassSelector selector({"example.com/c", {"word", "ano"}, false}, classes);
  const IngressClassSelector by_class({"example.com/c", {"word"}, false}, with_default);
  const IngressClassSelector by_policy({"example.com/c", {"word"}, true}, classes);
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message()
                 << (c.annotation ? c.annotation : "-") << " " << (c.field ? c.field : "-"));
    Ingress ingress;
    if (c.annotation != nullptr) {
      ingress.metadata.annotations["kubernetes.io/ingress.class"] = c.annotation;
    }
    if (c.field != nullptr) {
      ingress.spec.ingress_class_name = c.field;
    }
    EXPECT_EQ(selector.Serves(ingress), c.serves);
    EXPECT_EQ(by_class.Serves(ingress), c.serves_as_default);
    EXPECT_EQ(by_policy.Serves(ingress), c.serves_as_default);
  }
}

TEST(IngressClassSelector, TakesOnlyTrueForADefaultClass) {
  EXPECT_TRUE(IsDefaultIngressClass(Class("a", "c", "true")));
  EXPECT_FALSE(IsDefaultIngressClass(Class("a", "c", "True")));
  EXPECT_FALSE(IsDefaultIngressClass(Class("a", "c", "false")));
  EXPECT_FALSE(IsDefaultIngressClass(Class("a", "c")));
}

}  // namespace
}  // namespace k8snet::semantics
