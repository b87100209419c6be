#include "k8snet/apis/codec/source.h"

#include <gtest/gtest.h>

namespace k8snet {
namespace {

using Form = SourceNode::Form;

// Prints each member's path, the text of its key and, of scalars, the text and value.
void Print(const SourceNode& node, std::string_view text, const std::string& path,
           std::string& out) {
  const auto part = [&](std::size_t begin, std::size_t end) {
    return std::string(text.substr(begin, end - begin));
  };
  if (node.opaque) {
    out += path + " opaque\n";
  }
  if (node.form == Form::kScalar) {
    out += path + " <" + part(node.begin, node.end) + "> " + node.json + "\n";
  } else if (node.form == Form::kAlias) {
    out += path + " <" + part(node.begin, node.end) + ">\n";
  } else {
    out += path + (node.form == Form::kMap ? " map" : " list") +
           (node.block ? " block\n" : " <" + part(node.begin, node.end) + ">\n");
  }
  for (std::size_t i = 0; i < node.members.size(); ++i) {
    const SourceMember& member = node.members[i];
    if (node.form == Form::kList) {
      if (node.block) {
        EXPECT_EQ(text[member.begin], '-');
      }
      Print(member.value, text, path + "[" + std::to_string(i) + "]", out);
    } else {
      EXPECT_FALSE(part(member.begin, member.key_end).empty());
      Print(member.value, text, path + "." + member.key, out);
    }
  }
}

TEST(ReadYamlSource, FindsWhereEveryValueStands) {
  struct Case {
    const char* yaml;
    const char* tree;
  };
  const Case cases[] = {
      {"a: 1\nb:\n  c: 'x''y' # no\n",
       " map block\n.a <1> 1\n.b map block\n.b.c <'x''y'> \"x'y\"\n"},
      {"a:\n- b: x\n  c: w\n-   - 1\n    - 2\n- \n-\n  d: z\n",
       " map block\n.a list block\n.a[0] map block\n.a[0].b <x> \"x\"\n.a[0].c <w> \"w\"\n"
       ".a[1] list block\n.a[1][0] <1> 1\n.a[1][1] <2> 2\n.a[2] <> null\n.a[3] map block\n"
       ".a[3].d <z> \"z\"\n"},
      {"a:\nb: ~\nc: {x: 1, w: [a, 'b c' , d e]}  # c\nd: []\n",
       " map block\n.a <> null\n.b <~> null\n.c map <{x: 1, w: [a, 'b c' , d e]}>\n.c.x <1> 1\n"
       ".c.w list <[a, 'b c' , d e]>\n.c.w[0] <a> \"a\"\n.c.w[1] <'b c'> \"b c\"\n"
       ".c.w[2] <d e> \"d e\"\n.d list <[]>\n"},
      {"a: |\n  x\n\n  # y\n# z\nb: >-\n    p\n    q\n\nc: one\n  two # three\n\n  # four\nd: e\n",
       " map block\n.a <|\n  x\n\n  # y> \"x\\n\\n# y\\n\"\n.b <>-\n    p\n    q> \"p q\"\n"
       ".c <one\n  two> \"one two\"\n.d <e> \"e\"\n"},
      {"a: &x\n  b: &y yes\nc: *x\nd: [*y]\ne: !!str 5\n",
       " map block\n.a map block\n.a.b <yes> true\n.c <*x>\n.d list <[*y]>\n.d[0] <*y>\n"
       ".e <5> \"5\"\n"},
      {"\"a b\" : \xC3\xA9\r\nc:\td\r\ne:\r\n  - f\r\n",
       " map block\n.a b <\xC3\xA9> \"\xC3\xA9\"\n.c <d> \"d\"\n.e list block\n.e[0] <f> \"f\"\n"},
      {"{\"a\": {\"b\": [1, \"x\\ty\"]}}\n",
       " map <{\"a\": {\"b\": [1, \"x\\ty\"]}}>\n.a map <{\"b\": [1, \"x\\ty\"]}>\n"
       ".a.b list <[1, \"x\\ty\"]>\n.a.b[0] <1> 1\n.a.b[1] <\"x\\ty\"> \"x\\ty\"\n"},
      {"? a\n: b\n", " opaque\n map block\n.a <b> \"b\"\n"},
      {"a: [b: c]\n",
       " map block\n.a list <[b: c]>\n.a[0] opaque\n.a[0] map <b: c>\n.a[0].b <c> \"c\"\n"},
      {"# only\n", " <> \n"},
      {"a: http://x/y#z\nb: 'q'\n",
       " map block\n.a <http://x/y#z> \"http://x/y#z\"\n.b <'q'> \"q\"\n"},
      {"a: 1\na: 2\n", " map block\n.a <1> 1\n.a <2> 2\n"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.yaml);
    const SourceTree tree = ReadYamlSource(c.yaml);
    EXPECT_EQ(tree.error, "");
    std::string printed;
    Print(tree.root, c.yaml, "", printed);
    EXPECT_EQ(printed, c.tree);
  }
}

TEST(ReadYamlSource, SaysWhereATextCannotBeRead) {
  struct Case {
    const char* yaml;
    std::size_t at;
    const char* error;
  };
  const Case cases[] = {
      {"a: 1\nb: c: d\n", 9, "mapping values are not allowed in this context"},
      {"a:\n\t- b\n", 4, "found character that cannot start any token"},
      {"a: *b\n", 3, "unknown anchor 'b' referenced"},
      {"a: [1\nb: 2\n", 7, "did not find expected node content"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.yaml);
    const SourceTree tree = ReadYamlSource(c.yaml);
    EXPECT_EQ(tree.error, c.error);
    EXPECT_EQ(tree.error_at, c.at);
  }
}

TEST(ReadYamlSource, BoundsDepthAndSize) {
  const std::string deep(100'000, '[');
  EXPECT_NE(ReadYamlSource(deep).error, "");
  EXPECT_NE(ReadJsonSource(deep).error, "");
  DecodeLimits limits;
  limits.max_bytes = 3;
  EXPECT_EQ(ReadYamlSource("a: b", limits).error, "Request entity too large: limit is 3");
  EXPECT_EQ(ReadJsonSource("[12]", limits).error, "Request entity too large: limit is 3");
}

TEST(ReadJsonSource, FindsWhereEveryValueStands) {
  const std::string json =
      " {\"a\" : {\"b\\u0063\":[ 1.50,\"x\\/\" , null]}, \"d\":{}, \"e\":[]}\n";
  const SourceTree tree = ReadJsonSource(json);
  EXPECT_EQ(tree.error, "");
  EXPECT_EQ(tree.json, "{\"a\":{\"b\\u0063\":[1.50,\"x\\/\",null]},\"d\":{},\"e\":[]}");
  std::string printed;
  Print(tree.root, json, "", printed);
  EXPECT_EQ(
      printed,
      " map <{\"a\" : {\"b\\u0063\":[ 1.50,\"x\\/\" , null]}, \"d\":{}, \"e\":[]}>\n"
      ".a map <{\"b\\u0063\":[ 1.50,\"x\\/\" , null]}>\n"
      ".a.bc list <[ 1.50,\"x\\/\" , null]>\n.a.bc[0] <1.50> 1.50\n.a.bc[1] <\"x\\/\"> \"x/\"\n"
      ".a.bc[2] <null> null\n.d map <{}>\n.e list <[]>\n");
}

TEST(ReadJsonSource, SaysWhereATextCannotBeRead) {
  struct Case {
    const char* json;
    std::size_t at;
    const char* error;
  };
  const Case cases[] = {
      {"{\"a\": }", 6, "invalid character '}' looking for beginning of value"},
      {"{\"a\": 1", 7, "unexpected end of JSON input"},
      {"{\"a\" 1}", 5, "invalid character '1' after object key"},
      {"{a: 1}", 1, "invalid character 'a' looking for beginning of object key string"},
      {"{} x", 3, "invalid character 'x' after top-level value"},
      {"[\"\xFF\"]", 2, "invalid UTF-8"},
      {"", 0, "unexpected end of JSON input"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.json);
    const SourceTree tree = ReadJsonSource(c.json);
    EXPECT_EQ(tree.error, c.error);
    EXPECT_EQ(tree.error_at, c.at);
  }
}

TEST(EndOfJsonValue, CutsATextOfSeveralValues) {
  const std::string text = "{\"a\":\"}\"} [1,[2]]\n\"x\\\"\" 12 tr";
  const std::size_t ends[] = {9, 17, 23, 26, 29};
  std::size_t pos = 0;
  for (const std::size_t end : ends) {
    EXPECT_EQ(EndOfJsonValue(text, pos), end);
    pos = end;
  }
  EXPECT_EQ(EndOfJsonValue("{\"a\": [", 0), 7U);
  EXPECT_EQ(EndOfJsonValue("}}", 0), 1U);
}

}  // namespace
}  // namespace k8snet
