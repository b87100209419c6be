#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/yaml.h"
#include "k8snet/apis/testing/matchers.h"
#include "src/codec_test_types.h"

namespace k8snet {
namespace {

using codec_test::Thing;
using ::testing::ElementsAre;
using testing::FailsWith;

struct Case {
  std::string_view yaml;
  std::string_view expected;
};

// The expectations below are what kubernetes-sigs/yaml v1.6.0 gives.

TEST(YamlToJson, ReadsWhatUpstreamReads) {
  const Case cases[] = {
      {"", "null"},
      {"---\n", "null"},
      {"# c\n", "null"},
      {"a: yes\nb: No\nc: on\nd: y\ne: ~\nf: null\ng: Null\nh: ''\ni:\n",
       "{\"a\":true,\"b\":false,\"c\":true,\"d\":true,\"e\":null,\"f\":null,\"g\":null,\"h\":\"\","
       "\"i\":null}"},
      {"a: 0120\nb: 0x1F\nc: 0o17\nd: 0b11\ne: 1_000\nf: +5\ng: -0\nh: 0129\ni: 08\n",
       "{\"a\":80,\"b\":31,\"c\":15,\"d\":3,\"e\":1000,\"f\":5,\"g\":0,\"h\":129,\"i\":8}"},
      {"a: 2024-05-01\nb: 2024-05-01T10:00:00Z\nc: 2024-05-01 10:00:00\n",
       "{\"a\":\"2024-05-01\",\"b\":\"2024-05-01T10:00:00Z\",\"c\":\"2024-05-01 10:00:00\"}"},
      {"1: a\n1.5: b\ntrue: c\n2024-05-01: d\n",
       "{\"1\":\"a\",\"1.5\":\"b\",\"2024-05-01\":\"d\",\"true\":\"c\"}"},
      {"a: 1e3\nb: .5\nc: 1.\nd: -1.5e-10\ne: 1e21\nf: 123456789.5\ng: 18446744073709551615\nh: "
       "18446744073709551616\ni: 1e999\n",
       "{\"a\":1000,\"b\":0.5,\"c\":1,\"d\":-1.5e-10,\"e\":1e+21,\"f\":123456789.5,\"g\":"
       "18446744073709551615,\"h\":18446744073709552000,\"i\":\"1e999\"}"},
      {"a: &x {b: 1}\nc: *x\nd: *x\n", "{\"a\":{\"b\":1},\"c\":{\"b\":1},\"d\":{\"b\":1}}"},
      {"a: &x 5\nb: *x\n*x : c\n", "{\"5\":\"c\",\"a\":5,\"b\":5}"},
      {"base: &b {x: 1, y: 2}\nm:\n  <<: *b\n  y: 3\n",
       "{\"base\":{\"true\":2,\"x\":1},\"m\":{\"true\":3,\"x\":1}}"},
      {"m:\n  <<: [{a: 1, b: 2}, {b: 3, c: 4}]\n", "{\"m\":{\"a\":1,\"b\":2,\"c\":4}}"},
      {"a: 1\nb: 2\na: 3\n", "{\"a\":3,\"b\":2}"},
      {"x:\n  a: 1\n  a:\n    q: 1\n    q: 2\n", "{\"x\":{\"a\":{\"q\":2}}}"},
      {"a: 1\n'a': 2\n1: x\n1: y\n", "{\"1\":true,\"a\":2}"},
      {"%YAML 1.1\n---\na: b\n", "{\"a\":\"b\"}"},
      {"--- a\n--- b\n", "\"a\""},
      {"a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\"}"},
      {"a: !!str 5\nb: !!int '5'\nc: !!float 5\nd: !foo bar\ne: !!binary YWI=\n",
       "{\"a\":\"5\",\"b\":5,\"c\":5,\"d\":\"bar\",\"e\":\"ab\"}"},
      {"a: \303\277\n", "{\"a\":\"\303\277\"}"},
      {"\357\273\277a: b\n", "{\"a\":\"b\"}"},
      {"a: \"\\u00e9\\x41\\n\"\n", "{\"a\":\"\303\251A\\n\"}"},
      {"? a\n", "{\"a\":null}"},
      {"a:\n- b\n- c\nd: e\n", "{\"a\":[\"b\",\"c\"],\"d\":\"e\"}"},
      {"a: 190:20:30\nb: 1:5\n", "{\"a\":\"190:20:30\",\"b\":\"1:5\"}"},
      {"'a' b\n", "\"a\""},
      {"<<: {a: 1}\n", "{\"a\":1}"},
      {"a: =\n", "{\"a\":\"=\"}"},
      {"a: 12e03\nb: 1.5e+3\n", "{\"a\":12000,\"b\":1500}"},
      {"{a: b,}\n", "{\"a\":\"b\"}"},
      {"{a}\n", "{\"a\":null}"},
      {"a: {b}\n", "{\"a\":{\"b\":null}}"},
      {"a: {b, c: d}\n", "{\"a\":{\"b\":null,\"c\":\"d\"}}"},
      {"a: >\n x\n\n y\n", "{\"a\":\"x\\ny\\n\"}"},
      {"a: \"x\\\n  y\"\n", "{\"a\":\"xy\"}"},
      {"a: x\n...\nb: y\n", "{\"a\":\"x\"}"},
      {"a: x\n---\n: : :\n\t", "{\"a\":\"x\"}"},
      {"a:\tb\n", "{\"a\":\"b\"}"},
      {"- - a\n  - b\n- c: d\n  e: f\n", "[[\"a\",\"b\"],{\"c\":\"d\",\"e\":\"f\"}]"},
      {"a: #x\n", "{\"a\":null}"},
      {"a: x#y\n", "{\"a\":\"x#y\"}"},
      {"a: x #y\n", "{\"a\":\"x\"}"},
      {"a: !!bool yes\n", "{\"a\":true}"},
      {"a: !!bool 'yes'\n", "{\"a\":true}"},
      {"a: ! 5\n", "{\"a\":\"5\"}"},
      {"a: \"1\"\n", "{\"a\":\"1\"}"},
      {"a: TRUE\nb: tRUE\n", "{\"a\":true,\"b\":\"tRUE\"}"},
      {"a: 99999999999999999999\n", "{\"a\":100000000000000000000}"},
      {"a: '\n\n  '\n", "{\"a\":\"\\n\"}"},
      {"a: \"\\\n  x\\\n  y\"\n", "{\"a\":\"xy\"}"},
      {"a: |2-\n   x\n\n", "{\"a\":\" x\"}"},
      {"- |+\n x\n\n- >2\n  y\n\n  z\n", "[\"x\\n\\n\",\"y\\nz\\n\"]"},
      // Line breaks of YAML 1.1: U+0085 is one like any other, U+2028 and U+2029 stay what they
      // are.
      {"a: 1\302\205b: 2\342\200\250c: 3\342\200\251", "{\"a\":1,\"b\":2,\"c\":3}"},
      {"a: 'x\302\205  y'\n", "{\"a\":\"x y\"}"},
      {"a: 'x \342\200\250  y'\n", "{\"a\":\"x\\u2028y\"}"},
      {"a: \"\\N\\_\\L\\P\"\n", "{\"a\":\"\302\205\302\240\\u2028\\u2029\"}"},
      {"a: |\n  l\n\342\200\250  m\302\205", "{\"a\":\"l\\n\\u2028m\\n\"}"},
      {"a: |2+\n\342\200\251", "{\"a\":\"\\u2029\"}"},
      {"a: \"x\357\273\277y\"\n", "{\"a\":\"x\357\273\277y\"}"},
      {"? a\n? b\n", "{\"a\":null,\"b\":null}"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.yaml);
    auto converted = YamlToJson(c.yaml);
    ASSERT_TRUE(converted) << converted.error().message;
    EXPECT_EQ(converted->json, c.expected);
  }
}

TEST(YamlToJson, RefusesWhatUpstreamRefusesWithItsText) {
  const Case cases[] = {
      {"a: .inf\n", "json: unsupported value: +Inf"},
      {"a: .nan\n", "json: unsupported value: NaN"},
      {"a: -.INF\n", "json: unsupported value: -Inf"},
      {"a: *nope\n", "yaml: unknown anchor 'nope' referenced"},
      {"a: &a [*a]\n", "yaml: anchor 'a' value contains itself"},
      {"m:\n  <<: 5\n", "yaml: map merge requires map or sequence of maps as the value"},
      {"a: b\n c: d\n", "yaml: line 2: mapping values are not allowed in this context"},
      {"a:\n\t- b\n", "yaml: line 2: found character that cannot start any token"},
      {"{a: [", "yaml: line 1: did not find expected node content"},
      {"[a, b", "yaml: line 1: did not find expected ',' or ']'"},
      {"{a: b", "yaml: line 1: did not find expected ',' or '}'"},
      {"a: 'x\n", "yaml: line 2: found unexpected end of stream"},
      {"a: \"x\n", "yaml: line 2: found unexpected end of stream"},
      {"a: \"\\q\"\n", "yaml: found unknown escape character"},
      {"- a\nb: c\n", "yaml: line 1: did not find expected '-' indicator"},
      {"a: 1\nb\n", "yaml: line 3: could not find expected ':'"},
      {"a: 1\nb:3\n\nc: 4\n", "yaml: line 4: could not find expected ':'"},
      {"a: 1\nb:3 # c\nc: 4\n", "yaml: line 3: could not find expected ':'"},
      {"a: 1\n'b'\nc: d\n", "yaml: line 3: could not find expected ':'"},
      {"x:\n- a: 1\n  b\n- c\n", "yaml: line 4: could not find expected ':'"},
      {"a:\n  b: x\n  c:3\n  d: y\n", "yaml: line 4: could not find expected ':'"},
      {"a: x\nb: \"x\\/y\"\n", "yaml: line 2: found unknown escape character"},
      {"a: b: c\n", "yaml: mapping values are not allowed in this context"},
      {"a\nb: c\n", "yaml: line 2: mapping values are not allowed in this context"},
      {"a: !!int x\n", "yaml: cannot decode !!str `x` as a !!int"},
      {"a: \001\n", "yaml: control characters are not allowed"},
      {"a: @x\n", "yaml: found character that cannot start any token"},
      {"a: `x\n", "yaml: found character that cannot start any token"},
      {"a: %x\n", "yaml: found character that cannot start any token"},
      {"a: &\n", "yaml: did not find expected alphabetic or numeric character"},
      {"a: *\n", "yaml: did not find expected alphabetic or numeric character"},
      {"a: - b\n", "yaml: block sequence entries are not allowed in this context"},
      {"key: [a, b]: c\n", "yaml: mapping values are not allowed in this context"},
      {"]\n", "yaml: did not find expected node content"},
      {"}\n", "yaml: did not find expected node content"},
      {"a: ]\n", "yaml: did not find expected node content"},
      {"a:\n    b: c\n  d: e\n", "yaml: line 2: did not find expected key"},
      {"a: \"x\" y\n", "yaml: did not find expected key"},
      {"a: 'b' c\n", "yaml: did not find expected key"},
      {"a: 0x\nb: 0b\nc: +\nd: -\ne: .\nf: ._1\ng: 1__0\nh: _1\n",
       "yaml: line 4: block sequence entries are not allowed in this context"},
      {"[,]\n", "yaml: did not find expected node content"},
      {"[a,,b]\n", "yaml: did not find expected node content"},
      {"\ta: b\n", "yaml: found character that cannot start any token"},
      {"a: !!null x\n", "yaml: cannot decode !!str `x` as a !!null"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.yaml);
    EXPECT_THAT(YamlToJson(c.yaml), FailsWith(Reason::kBadRequest, std::string(c.expected)));
  }
}

TEST(YamlToJson, ReportsDuplicateKeys) {
  const struct {
    std::string_view yaml;
    std::vector<std::string> duplicates;
  } cases[] = {
      {"base: &b {x: 1, y: 2}\nm:\n  <<: *b\n  y: 3\n", {"line 4: key true already set in map"}},
      {"m:\n  <<: [{a: 1, b: 2}, {b: 3, c: 4}]\n", {"line 2: key \"b\" already set in map"}},
      {"a: 1\nb: 2\na: 3\n", {"line 3: key \"a\" already set in map"}},
      {"x:\n  a: 1\n  a:\n    q: 1\n    q: 2\n",
       {"line 5: key \"q\" already set in map", "line 4: key \"a\" already set in map"}},
      {"a: 1\n'a': 2\n1: x\n1: y\n",
       {"line 2: key \"a\" already set in map", "line 4: key 1 already set in map"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.yaml);
    auto converted = YamlToJson(c.yaml);
    ASSERT_TRUE(converted);
    EXPECT_EQ(converted->duplicates, c.duplicates);
  }
}

TEST(YamlToJson, BoundsDepthAndAliases) {
  EXPECT_THAT(YamlToJson(std::string(64, '[') + std::string(64, ']')),
              ::testing::Not(FailsWith(Reason::kBadRequest)));
  EXPECT_THAT(YamlToJson(std::string(65, '[') + std::string(65, ']')),
              FailsWith(Reason::kBadRequest, "yaml: exceeded max depth"));
  EXPECT_THAT(YamlToJson(std::string(100000, '[')), FailsWith(Reason::kBadRequest));
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string name = "a" + std::to_string(i);
    bomb += name + ": &" + name + " [";
    for (int j = 0; j < 10; ++j) {
      bomb += (j == 0 ? "*a" : ",*a") + std::to_string(i - 1);
    }
    bomb += "]\n";
  }
  EXPECT_THAT(YamlToJson(bomb),
              FailsWith(Reason::kBadRequest, "yaml: document contains excessive aliasing"));
  DecodeLimits limits;
  limits.max_bytes = 10;
  EXPECT_THAT(YamlToJson("a: 0123456789", limits), FailsWith(Reason::kRequestEntityTooLarge));
}

TEST(DecodeYaml, PutsDuplicatesOfYamlFirst) {
  auto decoded = DecodeYaml(TypeOf<Thing>(),
                            "kind: Thing\napiVersion: v9\nfoo: 1\nspec:\n  big: 1\n  big: 2\n"
                            "  bar: 1\nmetadata:\n  name: nn\n  created: 2024-05-01T10:00:00Z\n");
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->kind, "Thing");
  EXPECT_EQ(decoded->api_version, "v9");
  EXPECT_EQ(decoded->object.Get<Thing>().spec.big, 2);
  EXPECT_THAT(decoded->findings,
              ElementsAre("line 6: key \"big\" already set in map", "unknown field \"foo\"",
                          "unknown field \"spec.bar\""));
}

TEST(DecodeYaml, TakesNothingForAnEmptyObject) {
  for (const std::string_view yaml : {"", "---\n", "# c\n", "null"}) {
    auto decoded = DecodeYaml(TypeOf<Thing>(), yaml);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->object.Get<Thing>(), Thing());
  }
}

TEST(PeekYaml, TellsKindAndVersion) {
  EXPECT_THAT(PeekYaml("apiVersion: v1\nkind: Service\n"),
              testing::Holds(TypeMeta{"v1", "Service"}));
  EXPECT_THAT(PeekYaml("a: b: c"), FailsWith(Reason::kBadRequest));
}

TEST(SplitYamlDocuments, CutsAtMarkers) {
  EXPECT_THAT(SplitYamlDocuments("a: b\n---\n# only a comment\n---\nc: d\n--- e: f\n"),
              ElementsAre("a: b\n", "\nc: d\n", " e: f\n"));
  EXPECT_THAT(SplitYamlDocuments("---\n---\n"), ElementsAre());
  EXPECT_THAT(SplitYamlDocuments("a: b"), ElementsAre("a: b"));
}

}  // namespace
}  // namespace k8snet
