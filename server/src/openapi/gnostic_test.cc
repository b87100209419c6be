#include "src/openapi/gnostic.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

// A field that is a string or a message, of less than 128 bytes.
std::string Field(unsigned number, std::string_view bytes) {
  std::string out;
  const unsigned tag = (number << 3U) | 2U;
  if (tag >= 128) {
    out += static_cast<char>((tag & 127U) | 128U);
    out += static_cast<char>(tag >> 7U);
  } else {
    out += static_cast<char>(tag);
  }
  out += static_cast<char>(bytes.size());
  out += bytes;
  return out;
}

std::string True(unsigned number) {
  std::string out;
  const unsigned tag = number << 3U;
  if (tag >= 128) {
    out += static_cast<char>((tag & 127U) | 128U);
    out += static_cast<char>(tag >> 7U);
  } else {
    out += static_cast<char>(tag);
  }
  return out + '\1';
}

std::string Named(unsigned number, std::string_view name, std::string_view value) {
  return Field(number, Field(1, name) + Field(2, value));
}

std::string Encoded(Dialect dialect, std::string_view json) {
  return EncodeOpenApi(dialect, ParseJson(json)->value);
}

TEST(EncodeOpenApi, WritesVersion2) {
  const struct {
    const char* what;
    std::string json;
    std::string expected;
  } cases[] = {
      {"the head", R"({"swagger":"2.0","info":{"title":"T","version":"1.37"}})",
       Field(1, "2.0") + Field(2, Field(1, "T") + Field(2, "1.37"))},
      {"a schema",
       R"({"definitions":{"D":{"type":"object","description":"d","required":["a","b"],
           "x-kubernetes-map-type":"atomic"}}})",
       Field(9,
             Named(1, "D",
                   Field(4, "d") + Field(19, "a") + Field(19, "b") + Field(22, Field(1, "object")) +
                       Named(31, "x-kubernetes-map-type", Field(2, "atomic\n"))))},
      {"an array and a map",
       R"({"definitions":{"D":{"properties":{"l":{"type":"array","items":{"type":"string"}},
           "m":{"additionalProperties":{"$ref":"#/x"}}}}}})",
       Field(9, Named(1, "D",
                      Field(25, Named(1, "l",
                                      Field(22, Field(1, "array")) +
                                          Field(23, Field(1, Field(22, Field(1, "string"))))) +
                                    Named(1, "m", Field(21, Field(1, Field(1, "#/x")))))))},
      {"an enum", R"({"definitions":{"D":{"enum":["","TCP"],"format":"f"}}})",
       Field(9,
             Named(1, "D",
                   Field(2, "f") + Field(20, Field(2, "\"\"\n")) + Field(20, Field(2, "TCP\n"))))},
      {"parameters",
       R"({"parameters":{"b":{"in":"body","name":"body","required":true,"schema":{"$ref":"#/x"}},
           "p":{"in":"path","name":"n","required":true,"type":"string","uniqueItems":true},
           "q":{"in":"query","name":"w","type":"boolean","uniqueItems":true}}})",
       Field(10, Named(1, "b",
                       Field(1, Field(2, "body") + Field(3, "body") + True(4) +
                                    Field(5, Field(1, "#/x")))) +
                     Named(1, "p",
                           Field(2, Field(4, True(1) + Field(2, "path") + Field(4, "n") +
                                                 Field(5, "string") + True(19)))) +
                     Named(1, "q",
                           Field(2, Field(3, Field(2, "query") + Field(4, "w") +
                                                 Field(6, "boolean") + True(20)))))},
      {"an operation",
       R"({"paths":{"/a":{"get":{"operationId":"o","tags":["t"],"schemes":["https"],
           "parameters":[{"$ref":"#/p"}],"responses":{"200":{"description":"OK"}},
           "x-kubernetes-group-version-kind":{"group":"","kind":"K","version":"v1"}}}}})",
       Field(8, Named(2, "/a",
                      Field(2, Field(1, "t") + Field(5, "o") + Field(8, Field(2, Field(1, "#/p"))) +
                                   Field(9, Named(1, "200", Field(1, Field(1, "OK")))) +
                                   Field(10, "https") +
                                   Named(13, "x-kubernetes-group-version-kind",
                                         Field(2, "group: \"\"\nkind: K\nversion: v1\n")))))},
      {"security",
       R"({"security":[{"B":[]}],"securityDefinitions":{"B":{"type":"apiKey","name":"a",
           "in":"header"}}})",
       Field(12, Named(1, "B", "")) +
           Field(13,
                 Named(1, "B", Field(2, Field(1, "apiKey") + Field(2, "a") + Field(3, "header"))))},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.what);
    EXPECT_EQ(Encoded(Dialect::kV2, test.json), test.expected);
  }
}

TEST(EncodeOpenApi, WritesVersion3) {
  const auto schemas = [](const std::string& json) {
    return R"({"components":{"schemas":{"D":)" + json + "}}}";
  };
  const auto schema = [](const std::string& message) {
    return Field(5, Field(1, Named(1, "D", Field(1, message))));
  };
  const std::string one("\0\0\0\0\0\0\xf0\x3f", 8);
  const struct {
    const char* what;
    std::string json;
    std::string expected;
  } cases[] = {
      {"the head", R"({"openapi":"3.0.0","info":{"title":"T","version":"1.37"}})",
       Field(1, "3.0.0") + Field(2, Field(1, "T") + Field(6, "1.37"))},
      {"a string with a default", schemas(R"({"type":"string","default":"TCP","format":"f"})"),
       schema(Field(25, "string") + Field(33, Field(3, "TCP")) + Field(35, "f"))},
      {"an empty default", schemas(R"({"default":""})"), schema(Field(33, Field(3, "")))},
      {"a number as default", schemas(R"({"default":1})"), schema(Field(33, "\x09" + one))},
      {"false as default", schemas(R"({"default":false})"),
       schema(Field(33, std::string("\x10\0", 2)))},
      {"an object as default", schemas(R"({"allOf":[{"$ref":"#/x"}],"default":{}})"),
       schema(Field(26, Field(2, Field(1, "#/x"))) + Field(33, ""))},
      {"int or string", schemas(R"({"oneOf":[{"type":"integer"},{"type":"string"}]})"),
       schema(Field(27, Field(1, Field(25, "integer"))) +
              Field(27, Field(1, Field(25, "string"))))},
      {"a list", schemas(R"({"items":{"$ref":"#/x"},"x-kubernetes-list-map-keys":["a","b"]})"),
       schema(Field(30, Field(1, Field(2, Field(1, "#/x")))) +
              Named(36, "x-kubernetes-list-map-keys", Field(2, "- a\n- b\n")))},
      {"an operation",
       R"({"paths":{"/a":{"put":{"parameters":[{"name":"n","in":"path","required":true,
           "schema":{"type":"string","uniqueItems":true}}],
           "requestBody":{"required":true,"content":{"*/*":{"schema":{"$ref":"#/x"}}}},
           "responses":{"401":{"description":"U"}}}}}})",
       Field(
           4,
           Named(1, "/a",
                 Field(5,
                       Field(6, Field(1, Field(1, "n") + Field(2, "path") + True(4) +
                                             Field(10, Field(1, True(20) + Field(25, "string"))))) +
                           Field(7, Field(1, Field(2, Named(1, "*/*",
                                                            Field(1, Field(2, Field(1, "#/x"))))) +
                                                 True(3))) +
                           Field(8, Named(2, "401", Field(1, Field(1, "U")))))))},
      {"security",
       R"({"components":{"securitySchemes":{"B":{"type":"apiKey","name":"a","in":"header"}}}})",
       Field(5,
             Field(7, Named(1, "B",
                            Field(1, Field(1, "apiKey") + Field(3, "a") + Field(4, "header")))))},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.what);
    EXPECT_EQ(Encoded(Dialect::kV3, test.json), test.expected);
  }
}

}  // namespace
}  // namespace k8snet::server
