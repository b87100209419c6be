#include "src/yaml_plain.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "k8snet/apis/codec/yaml.h"
#include "k8snet/apis/testing/filler.h"
#include "src/codec_test_types.h"

namespace k8snet::internal {
namespace {

// What the parser of all of YAML makes of `yaml`; for a comment that the plain reader does not
// take.
std::string Parsed(std::string_view yaml) {
  const auto parsed = YamlToJson(std::string(yaml) + "\n# \xC3\xA9\n");
  return parsed && parsed->duplicates.empty() ? parsed->json : "refused";
}

TEST(PlainYamlToJson, ReadsWhatManifestsAreMadeOf) {
  const struct {
    std::string_view yaml;
    std::string_view json;
  } cases[] = {
      {"b: 1\na: text\n", R"({"a":"text","b":1})"},
      {"---\na:\n  b: yes\n  c: ~\n", R"({"a":{"b":true,"c":null}})"},
      {"a:\n- x\n- b: 1\n  a: 2\n-\n  - 3\n-\nb:\n  - z\n",
       R"({"a":["x",{"a":2,"b":1},[3],null],"b":["z"]})"},
      {"# one\na: b # two\n   # three\nb: c#d\nc:   # four\n  d: 'e # f'\n",
       R"({"a":"b","b":"c#d","c":{"d":"e # f"}})"},
      {"a: \"x: y\"\nb: ''\nc: {}\nd: []\ne: \"1\"\n",
       R"({"a":"x: y","b":"","c":{},"d":[],"e":"1"})"},
      {"app.kubernetes.io/name: http://x:80/\ni: 0x1F\nf: 1.50\nt: 2001-01-01\n",
       R"({"app.kubernetes.io/name":"http://x:80/","f":1.5,"i":31,"t":"2001-01-01"})"},
      {"a: -1\nb: -x\nc: .5\nd: /p\ne: <&>\n", ""},
      {"a: -1\nb: -x\nc: .5\nd: /p<&>\n",
       R"({"a":-1,"b":"-x","c":0.5,"d":"/p\u003c\u0026\u003e"})"},
      {"a:\n\n\nb:   \n  - c   ", R"({"a":null,"b":["c"]})"},
      {"- a\n- - b\n", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.yaml);
    EXPECT_EQ(PlainYamlToJson(c.yaml, {}), c.json);
    if (!c.json.empty()) {
      EXPECT_EQ(Parsed(c.yaml), c.json);
    }
  }
}

TEST(PlainYamlToJson, LeavesTheRestToTheParser) {
  for (const std::string_view yaml : {"",
                                      "# nothing\n",
                                      "text\n",
                                      "a: b: c\n",
                                      "a: b:\n",
                                      "a: 'it''s'\n",
                                      "a: \"\\n\"\n",
                                      "a: [b]\n",
                                      "a: |\n  text\n",
                                      "a: >-\n  text\n",
                                      "a: &b c\n",
                                      "a: *b\n",
                                      "a: !!str 1\n",
                                      "a: b\n  c\n",
                                      "a: b\n c: d\n",
                                      "a:\n  b: 1\n c: 2\n",
                                      "a: 1\na: 2\n",
                                      "on: 1\n",
                                      "1: a\n",
                                      "\"a\": 1\n",
                                      "? a\n: b\n",
                                      "a: b\n---\nc: d\n",
                                      "a: b\n...\n",
                                      "%YAML 1.1\n---\na: b\n",
                                      "a:\tb\n",
                                      "a: b\r\n",
                                      "a: \xC3\xA9\n",
                                      "  a: b\n",
                                      "a: .inf\n",
                                      "<<: a\n",
                                      "a: b\n- c\n",
                                      "- a\nb: c\n",
                                      "a: 'b\n",
                                      "a: 'b' c\n",
                                      "a: @b\n",
                                      "a: %b\n",
                                      "a: `b\n",
                                      "a: ?\n",
                                      "--- a\n",
                                      "a: - b\n"}) {
    SCOPED_TRACE(yaml);
    EXPECT_EQ(PlainYamlToJson(yaml, {}), "");
  }
  EXPECT_EQ(PlainYamlToJson("a:\n  b:\n    c: 1\n", {.max_depth = 2}), "");
  EXPECT_EQ(PlainYamlToJson("a: {}\n", {.max_depth = 1}), "");
  EXPECT_EQ(PlainYamlToJson("a: 1\nb: 2\n", {.max_items = 1}), "");
  EXPECT_EQ(PlainYamlToJson("a: 12345678\n", {.max_bytes = 12}), "");
}

TEST(PlainYamlToJson, AgreesWithTheParser) {
  testing::Filler filler(testing::TestSeed(), {.any_text = false});
  int taken = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string yaml = EncodeYaml(filler.Make(TypeOf<codec_test::Thing>()));
    const std::string plain = PlainYamlToJson(yaml, {});
    if (!plain.empty()) {
      ++taken;
      EXPECT_EQ(plain, Parsed(yaml)) << yaml;
    }
  }
  EXPECT_GT(taken, 20);
}

}  // namespace
}  // namespace k8snet::internal
