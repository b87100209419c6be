#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/apis/codec/json.h"
#include "src/codec_test_types.h"
#include "src/scan.h"

namespace k8snet {
namespace {

using codec_test::Thing;
using ::testing::ElementsAre;

Result<Decoded> Decode(std::string_view json) { return DecodeJson(TypeOf<Thing>(), json); }

// Decodes `json` and encodes it again; the error's message if that fails.
std::string Again(std::string_view json) {
  auto decoded = Decode(json);
  return decoded ? EncodeJson(std::move(decoded->object).Freeze()) : decoded.error().message;
}

std::string WithSpec(std::string_view spec) { return R"({"spec":)" + std::string(spec) + "}"; }

// What Again prints for a spec, between the parts that are always there.
std::string Printed(std::string_view before_addresses, std::string_view after_addresses) {
  return R"({"kind":"Thing","apiVersion":"test.k8snet/v1","metadata":{},"spec":{)" +
         std::string(before_addresses) + R"("addresses":null,)" + std::string(after_addresses) +
         R"("never":null}})";
}

TEST(DecodeJson, FillsEveryKindAndForm) {
  const std::string json =
      R"({"kind":"Thing","apiVersion":"test.k8snet/v1","metadata":{"name":"n","labels":{"a":"b",)"
      R"("c":"d"},"created":"2024-05-01T10:00:00Z","deleted":"2024-05-01T10:00:01Z"},"spec":{)"
      R"("thingClass":"k","ports":[{"name":"p","number":80,"target":"http"},{"target":8080}],)"
      R"("addresses":["1","2"],"selector":{"x":"y"},"rules":[{"host":"h","http":{"number":-5,)"
      R"("target":0}},{}],"flag":true,"ready":false,"big":9223372036854775807,)"
      R"("maybeBig":-9223372036854775808,"ratio":1.5,"at":"2024-05-01T10:00:00.123456Z",)"
      R"("raw":{"f:a":[1,2.5,"x",null,{}]},"bytes":"AAEC","hosts":["a","b"],"numbers":[1,-2],)"
      R"("named":{"a":{"number":1,"target":0}},"never":"v"}})";
  EXPECT_EQ(Again(json), json);
  auto decoded = Decode(json);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->kind, "Thing");
  EXPECT_EQ(decoded->api_version, "test.k8snet/v1");
  EXPECT_THAT(decoded->findings, ElementsAre());
  const Thing& thing = decoded->object.Get<Thing>();
  EXPECT_EQ(thing.spec.ports.at(0).target, IntOrString("http"));
  EXPECT_EQ(thing.spec.bytes, std::string("\0\1\2", 3));
  EXPECT_EQ(thing.spec.rules.at(0).value.http->number, -5);
}

TEST(DecodeJson, TreatsDuplicatesAndNullsAsGoDoes) {
  const struct {
    std::string_view spec;
    std::string printed;
  } cases[] = {
      {"{}", Printed("", "")},
      {"null", Printed("", "")},
      {R"({"big":1,"big":2})", Printed("", R"("big":2,)")},
      {R"({"big":1,"big":null})", Printed("", R"("big":1,)")},
      {R"({"maybeBig":1,"maybeBig":null})", Printed("", "")},
      {R"({"ports":[{"number":1,"name":"a"},{"number":2}],"ports":[{"number":3}]})",
       Printed(R"("ports":[{"name":"a","number":3,"target":0}],)", "")},
      {R"({"ports":[{"number":1,"name":"a"},{"name":"b"}],"ports":[{}],"ports":[{},{"number":3}]})",
       Printed(
           R"("ports":[{"name":"a","number":1,"target":0},{"name":"b","number":3,"target":0}],)",
           "")},
      {R"({"hosts":["a","b"],"hosts":["c"]})", Printed("", R"("hosts":["c"],)")},
      {R"({"hosts":["a","b"],"hosts":["c"],"hosts":["d",null]})",
       Printed("", R"("hosts":["d","b"],)")},
      {R"({"hosts":["a","b"],"hosts":["c"],"hosts":[],"hosts":["d",null]})",
       Printed("", R"("hosts":["d",""],)")},
      {R"({"ports":[null]})", Printed(R"("ports":[{"target":0}],)", "")},
      {R"({"ports":[{"number":1}],"ports":[]})", Printed("", "")},
      {R"({"ports":[{"number":1}],"ports":null})", Printed("", "")},
      {R"({"selector":{"a":"1"},"selector":{"b":null}})",
       Printed("", R"("selector":{"a":"1","b":""},)")},
      {R"({"selector":{"a":"1","a":null}})", Printed("", R"("selector":{"a":""},)")},
      {R"({"rules":[{"http":{"number":1}}],"rules":[{"http":{"target":"x"}}]})",
       Printed("", R"("rules":[{"http":{"number":1,"target":"x"}}],)")},
      {R"({"raw":null})", Printed("", "")},
      {R"({"raw": { "a" : "\u00e9<" } })", Printed("", "\"raw\":{\"a\":\"\\u00e9\\u003c\"},")},
      {R"({"raw":"x\"y"})", Printed("", R"("raw":"x\"y",)")},
      {R"({"raw":-1.50})", Printed("", R"("raw":-1.50,)")},
      {R"({"raw":true})", Printed("", R"("raw":true,)")},
      {R"({"hosts":[null,"a"]})", Printed("", R"("hosts":["","a"],)")},
      {R"({"unknown":{"a":[{"b":1}],"c":1e999},"big":7})", Printed("", R"("big":7,)")},
      {R"({"big":-0})", Printed("", "")},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.spec);
    EXPECT_EQ(Again(WithSpec(c.spec)), c.printed);
  }
  EXPECT_EQ(Again(WithSpec(R"({"addresses":[]})")),
            R"({"kind":"Thing","apiVersion":"test.k8snet/v1","metadata":{},"spec":{"addresses":[],)"
            R"("never":null}})");
  EXPECT_EQ(Again("null"), Printed("", ""));
}

TEST(DecodeJson, RepairsText) {
  const struct {
    std::string_view text;
    std::string_view expected;
  } cases[] = {
      {"a\xFF\xFE z", "a\xEF\xBF\xBD\xEF\xBF\xBD z"},
      {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {R"(\ud800)", "\xEF\xBF\xBD"},
      {R"(\udc00x)", "\xEF\xBF\xBDx"},
      {R"(\ud83d\ude00)", "\xF0\x9F\x98\x80"},
      {R"(\ud83d\ud83d\ude00)", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
      {R"(\\ud800)", R"(\ud800)"},
      {R"(\u0000)", std::string_view("\0", 1)},
      {R"(\/\b\f\n\r\t\"\\)", "/\b\f\n\r\t\"\\"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    auto decoded = Decode(R"({"metadata":{"name":")" + std::string(c.text) + "\"}}");
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->object.Get<Thing>().metadata.name, c.expected);
  }
}

TEST(DecodeJson, FindsUnknownAndDuplicateFields) {
  const struct {
    std::string_view json;
    std::vector<std::string> findings;
  } cases[] = {
      {R"({"foo":1,"spec":{"rules":[{},{"x":{"y":1},"x":2}],"Big":3},"foo":2})",
       {R"(unknown field "foo")", R"(unknown field "spec.rules[1].x")",
        R"(unknown field "spec.Big")"}},
      {R"({"spec":{"big":1,"big":2,"big":3,"selector":{"a":"1","a":"2"}},"kind":"A","kind":"B"})",
       {R"(duplicate field "spec.big")", R"(duplicate field "spec.selector.a")",
        R"(duplicate field "kind")"}},
      {R"({"spec":{"named":{"a":{"z":1}}},"Kind":"Thing"})",
       {R"(unknown field "spec.named.a.z")", R"(unknown field "Kind")"}},
      {R"({"a\"b":1})", {R"(unknown field "a\"b")"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.json);
    auto decoded = Decode(c.json);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->findings, c.findings);
  }
  std::string many = "{";
  for (int i = 0; i < 300; ++i) {
    many += "\"u" + std::to_string(i) + "\":1,";
  }
  auto decoded = Decode(many + "\"kind\":\"\"}");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->findings.size(), 100U);
}

TEST(DecodeJson, TakesKindFromAnySpelling) {
  const struct {
    std::string_view json;
    TypeMeta expected;
  } cases[] = {
      {R"({"Kind":"Foo","APIVERSION":"v9"})", {"v9", "Foo"}},
      {R"({"kind":"A","KIND":"B"})", {"", "B"}},
      {R"({"kind":null,"apiVersion":"v\u0031"})", {"v1", ""}},
      {"{\"\xE2\x84\xAAind\":\"K\",\"apiVer\xC5\xBFion\":\"s\"}", {"s", "K"}},
      {"null", {"", ""}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.json);
    auto decoded = Decode(c.json);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->kind, c.expected.kind);
    EXPECT_EQ(decoded->api_version, c.expected.api_version);
    auto peeked = PeekJson(c.json);
    ASSERT_TRUE(peeked);
    EXPECT_EQ(*peeked, c.expected);
  }
}

TEST(DecodeJson, NamesWhereATypeDoesNotFit) {
  const std::string field = "json: cannot unmarshal ";
  const struct {
    std::string_view json;
    std::string message;
  } cases[] = {
      {R"({"spec":{"rules":[{"http":{"number":"x"}}]}})",
       field + "string into Go struct field Port.spec.rules.http.number of type int32"},
      {R"({"spec":{"ports":[{"number":1.5}]}})",
       field + "number 1.5 into Go struct field Port.spec.ports.number of type int32"},
      {R"({"spec":{"ports":[{"number":8e1}]}})",
       field + "number 8e1 into Go struct field Port.spec.ports.number of type int32"},
      {R"({"spec":{"ports":[{"number":2147483648}]}})",
       field + "number 2147483648 into Go struct field Port.spec.ports.number of type int32"},
      {R"({"spec":{"big":9223372036854775808}})",
       field + "number 9223372036854775808 into Go struct field Spec.spec.big of type int64"},
      {R"({"spec":{"big": 1e999 }})",
       field + "number 1e999 into Go struct field Spec.spec.big of type int64"},
      {R"({"spec":{"ports":{}}})",
       field + "object into Go struct field Spec.spec.ports of type []v1.Port"},
      {R"({"spec":{"ports":[1]}})",
       field + "number into Go struct field Spec.spec.ports of type v1.Port"},
      {R"({"spec":[]})", field + "array into Go struct field Thing.spec of type v1.Spec"},
      {R"({"spec":{"hosts":"a"}})",
       field + "string into Go struct field Spec.spec.hosts of type []string"},
      {R"({"spec":{"hosts":[[]]}})",
       field + "array into Go struct field Spec.spec.hosts of type string"},
      {R"({"metadata":{"labels":{"a":1}}})",
       field + "number into Go struct field Meta.metadata.labels of type string"},
      {R"({"metadata":{"labels":[]}})",
       field + "array into Go struct field Meta.metadata.labels of type map[string]string"},
      {R"({"metadata":{"created":5}})",
       field + "number into Go struct field Meta.metadata.created of type string"},
      {R"({"spec":{"flag":"true"}})",
       field + "string into Go struct field Spec.spec.flag of type bool"},
      {R"({"spec":{"ports":[{"target":true}]}})",
       field + "bool into Go struct field Port.spec.ports.target of type int32"},
      {R"({"metadata":{"created":"x"}})",
       R"(parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006")"},
      {R"({"kind":5})", "couldn't get version/kind; json parse error: " + field +
                            "number into Go struct field .kind of type string"},
      {"[]", "couldn't get version/kind; json parse error: " + field +
                 R"(array into Go value of type struct { APIVersion string )"
                 R"("json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" })"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.json);
    auto decoded = Decode(c.json);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().reason, Reason::kBadRequest);
    EXPECT_EQ(decoded.error().message, c.message);
  }
}

TEST(DecodeJson, GivesGosTextForBadSyntax) {
  const struct {
    std::string_view json;
    std::string_view error;
  } cases[] = {
      {"", "unexpected end of JSON input"},
      {" ", "unexpected end of JSON input"},
      {"{", "unexpected end of JSON input"},
      {R"({"a":)", "unexpected end of JSON input"},
      {R"({"a)", "unexpected end of JSON input"},
      {"tru", "unexpected end of JSON input"},
      {"x", "invalid character 'x' looking for beginning of value"},
      {"{a: b}", "invalid character 'a' looking for beginning of object key string"},
      {R"({"a":1,})", "invalid character '}' looking for beginning of object key string"},
      {R"({"a" 1})", "invalid character '1' after object key"},
      {R"({"a":1 8})", "invalid character '8' after object key:value pair"},
      {"[1 2]", "invalid character '2' after array element"},
      {"[1,]", "invalid character ']' looking for beginning of value"},
      {"{}{", "invalid character '{' after top-level value"},
      {std::string_view("{}\0x", 4), R"(invalid character '\x00' after top-level value)"},
      {"\xFF\xFE{", "invalid character '\xC3\xBF' looking for beginning of value"},
      {"\xEF\xBB\xBF{}", "invalid character '\xC3\xAF' looking for beginning of value"},
      {"{\"a\":\"\n\"}", R"(invalid character '\n' in string literal)"},
      {"{\"a\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\x1B\"}",
       R"(invalid character '\x1b' in string literal)"},
      {R"({"a":"\q"})", "invalid character 'q' in string escape code"},
      {R"({"a":"\u12g4"})", R"(invalid character 'g' in \u hexadecimal character escape)"},
      {R"({"a":01})", "invalid character '1' after object key:value pair"},
      {R"({"a":-})", "invalid character '}' in numeric literal"},
      {R"({"a":1.})", "invalid character '}' after decimal point in numeric literal"},
      {R"({"a":1e})", "invalid character '}' in exponent of numeric literal"},
      {"nulL", "invalid character 'L' in literal null (expecting 'l')"},
      {"{'a':1}", R"(invalid character '\'' looking for beginning of object key string)"},
      {"/* c */{}", "invalid character '/' looking for beginning of value"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.json);
    const std::string message =
        "couldn't get version/kind; json parse error: " + std::string(c.error);
    EXPECT_EQ(JsonSyntaxError(c.json), c.error);
    auto decoded = Decode(c.json);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error(), Error(Reason::kBadRequest, message));
    auto peeked = PeekJson(c.json);
    ASSERT_FALSE(peeked);
    EXPECT_EQ(peeked.error().message, message);
  }
}

TEST(DecodeJson, SaysWhereAnErrorLies) {
  const struct {
    std::string_view json;
    std::string_view path;
    std::size_t offset;
  } cases[] = {
      {R"({"spec":{"rules":[{},{"http":{"number":"x"}}]}})", "spec.rules[1].http.number", 39},
      {R"({"spec":{"big": 1e999 }})", "spec.big", 16},
      {R"({"spec":{"hosts":["a",{}]}})", "spec.hosts[1]", 22},
      {R"({"metadata":{"labels":{"a\"":1}}})", R"(metadata.labels.a")", 29},
      {R"({"metadata":{"created":"x"}})", "metadata.created", 23},
      {R"({"kind":5})", "", 8},
      {R"({"spec":{"big":01}})", "", 16},
      {R"({"spec":{)", "", 9},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.json);
    auto decoded = Decode(c.json);
    ASSERT_FALSE(decoded);
    ASSERT_TRUE(decoded.error().place.has_value());
    EXPECT_EQ(decoded.error().place->path, c.path);
    EXPECT_EQ(decoded.error().place->offset, c.offset);
  }
}

TEST(SkipPlainText, FindsTheFirstByteThatIsNotPlain) {
  for (int c = 0; c < 256; ++c) {
    const bool ends = c < 0x20 || c >= 0x80 || c == '"' || c == '\\';
    for (std::size_t size : {1U, 7U, 8U, 9U, 16U, 40U}) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, '!');
        text[at] = static_cast<char>(c);
        if (at + 1 < size) {
          text.back() = '"';
        }
        const std::size_t expected = ends ? at : at + 1 < size ? size - 1 : size;
        const char* const end = text.data() + size;
        ASSERT_EQ(internal::SkipPlainText(text.data(), end) - text.data(), expected) << c;
        std::uint64_t word = 0;
        if (size == sizeof(word)) {
          std::memcpy(&word, text.data(), size);
          const std::uint64_t found = internal::EndsOfPlainText(word);
          ASSERT_EQ(found == 0 ? size : std::countr_zero(found) / 8, expected) << c;
        }
      }
    }
  }
}

TEST(ShortNeedsEscapes, FindsEveryByteThatGoEscapes) {
  for (int c = 0; c < 256; ++c) {
    const bool needs =
        c < 0x20 || c >= 0x80 ||
        std::string_view("\"\\<>&").find(static_cast<char>(c)) != std::string_view::npos;
    for (std::size_t size = 1; size <= 16; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(c);
        ASSERT_EQ(internal::ShortNeedsEscapes(text), needs) << c << " at " << at << " of " << size;
      }
    }
  }
  EXPECT_FALSE(internal::ShortNeedsEscapes(""));
}

TEST(DecodeJson, KeepsItsLimits) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_TRUE(Decode(R"({"u":)" + nested(63) + "}"));
  EXPECT_TRUE(Decode(WithSpec(R"({"raw":)" + nested(62) + "}")));
  for (const std::string& json :
       {R"({"u":)" + nested(64) + "}", WithSpec(R"({"raw":)" + nested(63) + "}")}) {
    auto deep = Decode(json);
    ASSERT_FALSE(deep);
    EXPECT_EQ(deep.error().message,
              "couldn't get version/kind; json parse error: invalid character '[' exceeded max "
              "depth");
  }
  EXPECT_EQ(JsonSyntaxError(nested(10000)), "");
  EXPECT_EQ(JsonSyntaxError(nested(100000)), "invalid character '[' exceeded max depth");
  DecodeOptions options;
  options.limits.max_items = 3;
  EXPECT_TRUE(DecodeJson(TypeOf<Thing>(), WithSpec(R"({"hosts":["","",""]})"), options));
  auto many = DecodeJson(TypeOf<Thing>(), WithSpec(R"({"hosts":["","","",""]})"), options);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().reason, Reason::kRequestEntityTooLarge);
  options.limits.max_bytes = 3;
  auto big = DecodeJson(TypeOf<Thing>(), "null", options);
  ASSERT_FALSE(big);
  EXPECT_EQ(big.error().message, "Request entity too large: limit is 3");
}

TEST(EncodeJson, EscapesAsGoDoes) {
  Thing thing;
  thing.metadata.name = "<a>&\"\\\b\f\n\r\t\x01\x1F\x7F/\xE2\x80\xA8\xE2\x80\xA9\xC3\xA9\xFF";
  thing.metadata.labels["0123456789abcdef<0123456789abcdef"] = std::string(100, 'x') + "&";
  EXPECT_EQ(EncodeJson(Object::Of(thing)),
            R"({"kind":"Thing","apiVersion":"test.k8snet/v1","metadata":{"name":"\u003ca\u003e)"
            R"(\u0026\"\\\b\f\n\r\t\u0001\u001f)"
            "\x7F"
            R"(/\u2028\u2029)"
            "\xC3\xA9"
            R"(\ufffd","labels":{"0123456789abcdef\u003c0123456789abcdef":")" +
                std::string(100, 'x') + R"(\u0026"}},"spec":{"addresses":null,"never":null}})");
}

TEST(EncodeJson, IndentsByTwo) {
  Thing thing;
  thing.spec.addresses.emplace();
  thing.spec.hosts = {"a[{,:", "b"};
  EXPECT_EQ(EncodeJson(Object::Of(thing), JsonStyle::kPretty),
            "{\n  \"kind\": \"Thing\",\n  \"apiVersion\": \"test.k8snet/v1\",\n  \"metadata\": "
            "{},\n  \"spec\": {\n    \"addresses\": [],\n    \"hosts\": [\n      \"a[{,:\",\n      "
            "\"b\"\n    ],\n    \"never\": null\n  }\n}");
}

TEST(EncodeJson, PrintsNumbersAsGoDoes) {
  const struct {
    double number;
    std::string_view text;
  } cases[] = {{1e20, "100000000000000000000"}, {1e21, "1e+21"}, {1e-6, "0.000001"}, {1e-7, "1e-7"},
               {-2.5e-10, "-2.5e-10"},          {0.1, "0.1"}};
  for (const auto& c : cases) {
    Thing thing;
    thing.spec.ratio = c.number;
    EXPECT_EQ(EncodeJson(Object::Of(thing)),
              Printed("", R"("ratio":)" + std::string(c.text) + ","));
  }
}

}  // namespace
}  // namespace k8snet
