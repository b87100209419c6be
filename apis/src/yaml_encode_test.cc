#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "k8snet/apis/codec/yaml.h"
#include "k8snet/apis/testing/filler.h"
#include "src/codec_test_types.h"

namespace k8snet {
namespace {

using codec_test::Thing;

// The expectations are what kubernetes-sigs/yaml v1.6.0 gives.
TEST(JsonToYaml, PrintsAsUpstream) {
  const struct {
    std::string_view json;
    std::string_view yaml;
  } cases[] = {
      {"{}", "{}\n"},
      {"[]", "[]\n"},
      {"null", "null\n"},
      {R"({"b":[{"x":1,"a":[]},{}],"a":{"c":null}})", "a:\n  c: null\nb:\n- a: []\n  x: 1\n- {}\n"},
      {R"({"a":{"b":1,"c":3,"b":{"x":1},"b":[]}})", "a:\n  b: []\n  c: 3\n"},
      {R"([[1,2],[3]])", "- - 1\n  - 2\n- - 3\n"},
      {R"({"a10":1,"a9":2,"B":3,"_":4,"1":5})", "_: 4\n\"1\": 5\nB: 3\na9: 2\na10: 1\n"},
      {R"(["","yes","1","0x1","1e3","~","null","2024-05-01","1:30","<<","-","a: b","#","a#b"])",
       "- \"\"\n- \"yes\"\n- \"1\"\n- \"0x1\"\n- \"1e3\"\n- \"~\"\n- \"null\"\n- \"2024-05-01\"\n"
       "- \"1:30\"\n- <<\n- '-'\n- 'a: b'\n- '#'\n- a#b\n"},
      {R"(["a\nb","a\nb\n","\n","a\n\n"," a\nb","a \nb","a\tb","\u0001"])",
       "- |-\n  a\n  b\n- |\n  a\n  b\n- |2+\n\n- |+\n  a\n\n- |2-\n   a\n  b\n- \"a \\nb\"\n"
       "- \"a\\tb\"\n- \"\\x01\"\n"},
      {R"(["it's","'x'","\"q\"","é","😀"])",
       "- it's\n- '''x'''\n- '\"q\"'\n- \xC3\xA9\n- \"\\U0001F600\"\n"},
      {R"([1.5,1e3,1000000.5,1e21,-0.0,18446744073709551616,1e400])",
       "- 1.5\n- 1000\n- 1.0000005e+06\n- 1e+21\n- -0\n- 1.8446744073709552e+19\n- 1e400\n"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.json);
    EXPECT_EQ(JsonToYaml(c.json), c.yaml);
  }
}

TEST(JsonToYaml, FoldsLongTextAndMarksLongKeys) {
  const std::string word = "0123456789";
  std::string text = word;
  for (int i = 0; i < 9; ++i) {
    text += " " + word;
  }
  EXPECT_EQ(JsonToYaml("{\"k\":\"" + text + "\"}"),
            "k: " + text.substr(0, 87) + "\n  " + text.substr(88) + "\n");
  const std::string key(129, 'x');
  EXPECT_EQ(JsonToYaml("{\"" + key + "\":1}"), "? " + key + "\n: 1\n");
}

TEST(EncodeYaml, IsReadBackAsTheSameObject) {
  // Upstream leaves the line ends of YAML 1.1 beyond ASCII unescaped, and the parser takes them for
  // characters like others.
  testing::Filler filler(testing::TestSeed(), {.any_text = false});
  for (int i = 0; i < 500; ++i) {
    const Thing thing = filler.Make<Thing>();
    const std::string yaml = EncodeYaml(Object::Of(thing));
    auto decoded = DecodeYaml(TypeOf<Thing>(), yaml);
    ASSERT_TRUE(decoded) << decoded.error().message << "\n" << yaml;
    ASSERT_EQ(decoded->object.Get<Thing>(), thing) << yaml;
  }
}

}  // namespace
}  // namespace k8snet
