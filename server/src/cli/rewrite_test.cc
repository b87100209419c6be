#include "src/cli/rewrite.h"

#include <gtest/gtest.h>

namespace k8snet::cli {
namespace {

TEST(Rewrite, ChangesNothingButWhatDiffers) {
  struct Case {
    const char* text;
    const char* after;
    const char* expected;
  };
  const Case cases[] = {
      {"a: 1 # one\nb: 'x'  # two\n", R"({"a":1,"b":"y"})", "a: 1 # one\nb: 'y'  # two\n"},
      {"a: \"x\"\n", R"({"a":"y"})", "a: \"y\"\n"},
      {"a: x\n", R"({"a":true})", "a: true\n"},
      {"a: x\n", R"({"a":"true"})", "a: \"true\"\n"},
      {"a: x\n", R"({"a":"l1\nl2"})", "a: \"l1\\nl2\"\n"},
      {"a: 1\nc: 3\n", R"({"a":1,"b":2,"c":3})", "a: 1\nb: 2\nc: 3\n"},
      {"b: 1\n", R"({"a":0,"b":1})", "a: 0\nb: 1\n"},
      {"a: 1\n# b\nb: 2 # two\nc: 3\n", R"({"a":1,"c":3})", "a: 1\n# b\n# two\nc: 3\n"},
      {"a:\n  b: 1\n  c: 2\nd: 3", R"({"a":{"b":1,"c":2,"e":5},"d":3,"f":6})",
       "a:\n  b: 1\n  c: 2\n  e: 5\nd: 3\nf: 6"},
      {"- a: 1\n  b: 2\n-\n  a: 3\n", R"([{"b":2},{"a":3,"c":4}])", "- b: 2\n-\n  a: 3\n  c: 4\n"},
      {"a:\n- x # x\n- y\n", R"({"a":["x","z"]})", "a:\n- x # x\n- z\n"},
      {"a:\n- x\n- y\n", R"({"a":["x"]})", "a:\n- x\n"},
      {"a:\n  - x\n  - z # z\nb: 1\n", R"({"a":["x","z",{"c":["d"]}],"b":1})",
       "a:\n  - x\n  - z # z\n  - c:\n    - d\nb: 1\n"},
      {"a:\n- x\n", R"({"a":[]})", "a: []\n"},
      {"a: {b: 1, c: 2} # c\n", R"({"a":{"b":1}})", "a: {b: 1} # c\n"},
      {"a: {b: 1, c: 2}\n", R"({"a":{"c":2}})", "a: {c: 2}\n"},
      {"a: {b: 1, d: [x, w]}\n", R"({"a":{"b":1,"c":{"e":"f: g"},"d":["x","w"]}})",
       "a: {b: 1, c: {e: \"f: g\"}, d: [x, w]}\n"},
      {"a:\n  b: 1\n", R"({"a":{}})", "a: {}\n"},
      {"a:\nb: 1\n", R"({"a":{"c":[1]},"b":1})", "a:\n  c:\n  - 1\nb: 1\n"},
      {"a: |\n  text\n  # no comment\nb: 1\n", R"({"b":2})", "b: 2\n"},
      {"old:\n  x: 'web' # web\n  y: 80\nz: 1\n", R"({"new":{"n":"web","p":{"q":80}},"z":1})",
       "new:\n  \"n\": 'web' # web\n  p:\n    q: 80\nz: 1\n"},
      {"a: &x {b: 1}\nc: *x\n", R"({"a":{"b":2},"c":{"b":2}})", "a: &x {b: 2}\nc: *x\n"},
      {"a: &x {b: 1}\nc: *x\n", R"({"a":{"b":1},"c":{"b":2}})", "a: &x {b: 1}\nc:\n  b: 2\n"},
      {"a: 1\r\nb: 2\r\n", R"({"a":1,"b":{"c":3}})", "a: 1\r\nb:\r\n  c: 3\r\n"},
      {"\xC3\xA9: \xC3\xA9 # \xC3\xA9\nb: 1\n", "{\"\xC3\xA9\":\"\xC3\xA9\",\"b\":2}",
       "\xC3\xA9: \xC3\xA9 # \xC3\xA9\nb: 2\n"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const SourceTree tree = ReadYamlSource(c.text);
    const Rewritten rewritten = Rewrite(c.text, Syntax::kYaml, tree.root, ParseKnownJson(tree.json),
                                        ParseKnownJson(c.after));
    EXPECT_EQ(rewritten.text, c.expected);
    EXPECT_FALSE(rewritten.relaid);
    EXPECT_TRUE(rewritten.lost_comments.empty());
  }
}

TEST(Rewrite, ChangesJsonInItsLayout) {
  struct Case {
    const char* text;
    const char* after;
    const char* expected;
  };
  const Case cases[] = {
      {R"({"a":1,"b":[1.50,2]})", R"({"a":1,"b":[1.50,3]})", R"({"a":1,"b":[1.50,3]})"},
      {R"({"b": 1, "z": 1.0})", R"({"a": 2, "b": 1, "z": 1.0})", R"({"a": 2, "b": 1, "z": 1.0})"},
      {"{\n\t\"b\": 1,\n\t\"c\": 2\n}", R"({"b":1,"d":{"e":[]}})",
       "{\n\t\"b\": 1,\n\t\"d\": {\n\t\t\"e\": []\n\t}\n}"},
      {"{}", R"({"a":1})", R"({"a": 1})"},
      {R"({"a":1,"b":2,"c":3})", R"({"b":2})", R"({"b":2})"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const SourceTree tree = ReadJsonSource(c.text);
    const Rewritten rewritten = Rewrite(c.text, Syntax::kJson, tree.root, ParseKnownJson(tree.json),
                                        ParseKnownJson(c.after));
    EXPECT_EQ(rewritten.text, c.expected);
    EXPECT_FALSE(rewritten.relaid);
  }
}

TEST(Rewrite, WritesAnewWhatCannotBeChangedInPlace) {
  const std::string text = "# head\n? a\n: 1\n# inside\n";
  const SourceTree tree = ReadYamlSource(text);
  const Rewritten rewritten = Rewrite(text, Syntax::kYaml, tree.root, ParseKnownJson(tree.json),
                                      ParseKnownJson(R"({"a":2})"));
  EXPECT_TRUE(rewritten.relaid);
  EXPECT_EQ(rewritten.text, "# head\na: 2\n");
}

TEST(Rewrite, NamesTheCommentsThatAreLost) {
  struct Case {
    const char* text;
    const char* after;
    const char* expected;
    std::vector<std::string> lost;
  };
  const Case cases[] = {
      {"a: {b: 1, # one\n  c: 2}\n", R"({"a":{"c":2}})", "a: {c: 2}\n", {"# one"}},
      {"a: # one\n  b: 1 # two\n", R"({"a":1})", "a: 1 # two\n", {"# one"}},
      {"a:\n- x\n# one\n- y # two\nb: 1\n",
       R"({"a":["x"],"b":1})",
       "a:\n- x\nb: 1\n",
       {"# one", "# two"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const SourceTree tree = ReadYamlSource(c.text);
    const Rewritten rewritten = Rewrite(c.text, Syntax::kYaml, tree.root, ParseKnownJson(tree.json),
                                        ParseKnownJson(c.after));
    EXPECT_EQ(rewritten.text, c.expected);
    EXPECT_EQ(rewritten.lost_comments, c.lost);
  }
}

TEST(MergeChange, ChangesWhatDiffersAndKeepsTheRest) {
  struct Case {
    const char* value;
    const char* from;
    const char* to;
    const char* merged;
  };
  const Case cases[] = {
      {R"({"a":1,"x":9})", R"({"a":1,"s":{}})", R"({"a":2,"s":{}})", R"({"a":2,"x":9})"},
      {R"({"a":1,"x":9})", R"({"a":1})", R"({"b":1})", R"({"b":1,"x":9})"},
      {R"([{"a":1,"x":9}])", R"([{"a":1}])", R"([{"a":2}])", R"([{"a":2,"x":9}])"},
      {R"([1,2])", R"([1,2])", R"([1])", R"([1])"},
      {R"({"a":null})", R"({"a":{}})", R"({"a":{"b":1}})", R"({"a":{"b":1}})"},
      {"{}", R"({"s":{"t":1}})", R"({"s":{"t":2}})", R"({"s":{"t":2}})"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.value);
    EXPECT_EQ(MergeChange(ParseKnownJson(c.value), ParseKnownJson(c.from), ParseKnownJson(c.to))
                  .ToString(),
              c.merged);
  }
}

}  // namespace
}  // namespace k8snet::cli
