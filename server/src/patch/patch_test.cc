#include "src/patch/patch.h"

#include <functional>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "src/patch/json.h"
#include "src/patch/test_types.h"

namespace k8snet::server {
namespace {

// Members in the order that the library prints them, whatever the case spells.
std::string Sorted(std::string_view json) {
  auto parsed = ParseJson(json);
  return parsed ? parsed->value.ToString() : "not JSON: " + std::string(json);
}

// Returns the document, or "<reason>: <message>".
std::string Text(const Result<Patched>& result) {
  if (result) {
    return result->document;
  }
  return std::string(ReasonName(result.error().reason)) + ": " + result.error().message;
}

constexpr std::string_view kRejected =
    "Invalid: the server rejected our request due to an error in our request";

struct Case {
  std::string_view name;
  std::string_view document;
  std::string_view patch;
  std::string_view want;  // A document, or `<reason>: <message>`.
};

std::string Wanted(const Case& c) {
  return c.want.substr(0, 1) == "{" ? Sorted(c.want) : std::string(c.want);
}

TEST(JsonPatch, AppliesOperations) {
  const Case kCases[] = {
      {"add", R"({"a":1})", R"([{"op":"add","path":"/b","value":[1]}])", R"({"a":1,"b":[1]})"},
      {"add replaces", R"({"a":1})", R"([{"op":"add","path":"/a","value":2}])", R"({"a":2})"},
      {"add without value", R"({})", R"([{"op":"add","path":"/a"}])", R"({"a":null})"},
      {"append", R"({"a":[1]})", R"([{"op":"add","path":"/a/-","value":2}])", R"({"a":[1,2]})"},
      {"insert", R"({"a":[1]})", R"([{"op":"add","path":"/a/0","value":2}])", R"({"a":[2,1]})"},
      {"add at -1", R"({"a":[1,2]})", R"([{"op":"add","path":"/a/-1","value":3}])",
       R"({"a":[1,2,3]})"},
      {"add at -2", R"({"a":[1,2]})", R"([{"op":"add","path":"/a/-2","value":3}])",
       R"({"a":[1,3,2]})"},
      {"add past the end", R"({"a":[1]})", R"([{"op":"add","path":"/a/2","value":3}])", kRejected},
      {"add below the first", R"({"a":[1]})", R"([{"op":"add","path":"/a/-3","value":3}])",
       kRejected},
      {"add at the root", R"({"a":1})", R"([{"op":"add","path":"","value":{}}])", kRejected},
      {"missing parent", R"({})", R"([{"op":"add","path":"/a/b","value":1}])", kRejected},
      {"scalar parent", R"({"a":1})", R"([{"op":"add","path":"/a/b","value":1}])", kRejected},
      {"escapes", R"({})", R"([{"op":"add","path":"/a~1b~0c","value":1}])", R"({"a/b~c":1})"},
      {"empty name", R"({})", R"([{"op":"add","path":"/","value":1}])", R"({"":1})"},
      {"remove", R"({"a":1,"b":2})", R"([{"op":"remove","path":"/a"}])", R"({"b":2})"},
      {"remove the last", R"({"a":[1,2]})", R"([{"op":"remove","path":"/a/-1"}])", R"({"a":[1]})"},
      {"remove -", R"({"a":[1]})", R"([{"op":"remove","path":"/a/-"}])", kRejected},
      {"remove missing", R"({})", R"([{"op":"remove","path":"/a"}])", kRejected},
      {"replace", R"({"a":1})", R"([{"op":"replace","path":"/a","value":"x"}])", R"({"a":"x"})"},
      {"replace missing", R"({})", R"([{"op":"replace","path":"/a","value":1}])", R"({"a":1})"},
      {"replace past the end", R"({"a":[1]})", R"([{"op":"replace","path":"/a/1","value":1}])",
       kRejected},
      {"replace the root", R"({"a":1})", R"([{"op":"replace","path":"","value":{"b":1}}])",
       R"({"b":1})"},
      {"replace the root by null", R"({"a":1})", R"([{"op":"replace","path":"","value":null}])",
       kRejected},
      {"move", R"({"a":{"b":1}})", R"([{"op":"move","from":"/a/b","path":"/c"}])",
       R"({"a":{},"c":1})"},
      {"move into itself", R"({"a":{}})", R"([{"op":"move","from":"/a","path":"/a/b"}])",
       kRejected},
      {"move the root", R"({"a":{}})", R"([{"op":"move","from":"","path":"/a/b"}])", kRejected},
      {"copy", R"({"a":[1]})", R"([{"op":"copy","from":"/a","path":"/b"}])",
       R"({"a":[1],"b":[1]})"},
      {"copy missing", R"({"a":1})", R"([{"op":"copy","from":"/x","path":"/b"}])",
       R"({"a":1,"b":null})"},
      {"copy past the end", R"({"a":[]})", R"([{"op":"copy","from":"/a/0","path":"/b"}])",
       kRejected},
      {"test", R"({"a":{"b":[1,"x"]}})", R"([{"op":"test","path":"/a","value":{"b":[1,"x"]}}])",
       R"({"a":{"b":[1,"x"]}})"},
      {"test differs", R"({"a":1})", R"([{"op":"test","path":"/a","value":2}])", kRejected},
      {"test missing is null", R"({})", R"([{"op":"test","path":"/a","value":null}])", R"({})"},
      {"test missing without value", R"({})", R"([{"op":"test","path":"/a"}])", R"({})"},
      {"test below missing", R"({})", R"([{"op":"test","path":"/a/b"}])", kRejected},
      {"all or nothing", R"({"a":1})",
       R"([{"op":"add","path":"/b","value":1},{"op":"test","path":"/a","value":2}])", kRejected},
      {"bad operation", R"({})", R"([{"op":"bogus","path":"/a"}])", kRejected},
      {"no operation", R"({})", R"([{"path":"/a","value":1}])", kRejected},
      {"no path", R"({})", R"([{"op":"add","value":1}])", kRejected},
      {"null operation", R"({})", R"([null])", kRejected},
      {"null patch", R"({"a":1})", "null", R"({"a":1})"},
      {"the last op counts", R"({})", R"([{"op":"add","path":"/a","op":"remove"}])", kRejected},
      {"large numbers", R"({"a":9007199254740993})", R"([{"op":"add","path":"/b","value":1.10}])",
       R"({"a":9007199254740993,"b":1.10})"},
      {"not JSON", "{}", "[", "BadRequest: invalid JSON patch"},
      {"trailing text", "{}", "[]x", "BadRequest: invalid JSON patch"},
      {"empty", "{}", "", "BadRequest: invalid JSON patch"},
      {"object", "{}", R"({"op":"add"})",
       "BadRequest: error decoding patch: json: cannot unmarshal object into Go value of type "
       "[]handlers.jsonPatchOp"},
      {"list of numbers", "{}", "[1]",
       "BadRequest: error decoding patch: json: cannot unmarshal number into Go value of type "
       "handlers.jsonPatchOp"},
      {"op of another type", "{}", R"([{"op":1}])",
       "BadRequest: error decoding patch: json: cannot unmarshal number into Go struct field "
       "jsonPatchOp.op of type string"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Text(ApplyJsonPatch(c.document, c.patch)), Wanted(c));
  }
}

TEST(JsonPatch, ReportsOddMembers) {
  const auto result = ApplyJsonPatch(
      "{}", R"([{"op":"add","path":"/a","path":"/b","value":{"x":1,"x":2},"foo":1}])");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->findings, (std::vector<std::string>{"json patch duplicate field \"[0].path\"",
                                                        "json patch unknown field \"[0].foo\""}));
}

TEST(JsonPatch, BoundsOperationsCopiesAndDepth) {
  const auto repeat = [](std::string_view operation, std::size_t times) {
    std::string patch = "[";
    for (std::size_t i = 0; i < times; ++i) {
      patch += (i == 0 ? "" : ",") + std::string(operation);
    }
    return patch + "]";
  };
  const std::string too_many = repeat(R"({"op":"test","path":"/a"})", 10001);
  EXPECT_EQ(Text(ApplyJsonPatch("{}", too_many)),
            "RequestEntityTooLarge: Request entity too large: The allowed maximum operations in a "
            "JSON patch is 10000, got 10001");
  EXPECT_TRUE(ApplyJsonPatch("{}", repeat(R"({"op":"test","path":"/a"})", 10000)));

  // Each copy doubles the document.
  EXPECT_EQ(Text(ApplyJsonPatch(R"({"a":["xxxxxxxxxxxxxxxxxxxx"]})",
                                repeat(R"({"op":"copy","from":"/a","path":"/a/-"})", 40))),
            kRejected);
  std::string deep;
  for (int i = 0; i < 140; ++i) {
    deep += i == 0 ? "" : ",";
    deep += R"({"op":"copy","from":"/a","path":"/b"},{"op":"move","from":"/b","path":"/a/b"})";
  }
  EXPECT_EQ(Text(ApplyJsonPatch(R"({"a":{}})", "[" + deep + "]")), kRejected);

  std::string list = "{\"a\":[0";
  for (int i = 0; i < 100000; ++i) {
    list += ",0";
  }
  EXPECT_EQ(
      Text(ApplyJsonPatch(list + "]}", repeat(R"({"op":"add","path":"/a/0","value":1})", 10000))),
      "RequestEntityTooLarge: Request entity too large: the JSON patch takes too much work");
}

TEST(MergePatch, FollowsTheRfc) {
  const Case kCases[] = {
      {"change", R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {"add", R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {"remove", R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {"lists replace", R"({"a":["b"]})", R"({"a":[1,2]})", R"({"a":[1,2]})"},
      {"recursion", R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {"scalar to object", R"({"a":1})", R"({"a":{"b":null,"c":1}})", R"({"a":{"c":1}})"},
      {"nulls in new objects", R"({})", R"({"a":{"b":{"c":null}}})", R"({"a":{"b":{}}})"},
      {"nulls in items", R"({})", R"({"a":[{"b":null},null]})", R"({"a":[{},null]})"},
      {"numbers", R"({"a":1})", R"({"b":12345678901234567890})",
       R"({"a":1,"b":12345678901234567890})"},
      {"null", "{}", "null", "BadRequest: Invalid JSON Patch"},
      {"list", "{}", "[]",
       "BadRequest: error decoding patch: json: cannot unmarshal array into Go value of type "
       "map[string]interface {}"},
      {"broken", "{}", "{}{}", "BadRequest: invalid JSON patch"},
      {"comma", "{}", R"({"a":1,})", "BadRequest: invalid JSON patch"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Text(ApplyMergePatch(c.document, c.patch)), Wanted(c));
  }
  const auto twice = ApplyMergePatch("{}", R"({"m":{"a":1,"a":2,"l":[{"x":1,"x":1}]},"m":{}})");
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->findings,
            (std::vector<std::string>{"duplicate field \"m.a\"", "duplicate field \"m.l[0].x\"",
                                      "duplicate field \"m\""}));
}

// A Service with these ports.
std::string Ports(std::initializer_list<int> ports) {
  std::string text;
  for (const int port : ports) {
    text += (text.empty() ? "" : ",") + ("{\"port\":" + std::to_string(port) + "}");
  }
  return "{\"spec\":{\"ports\":[" + text + "]}}";
}

TEST(StrategicMergePatch, MergesMaps) {
  const Case kCases[] = {
      {"labels", R"({"metadata":{"labels":{"a":"1","b":"2"}}})",
       R"({"metadata":{"labels":{"a":null,"c":"3"}}})",
       R"({"metadata":{"labels":{"b":"2","c":"3"}}})"},
      {"replace", R"({"metadata":{"labels":{"a":"1"}}})",
       R"({"metadata":{"labels":{"$patch":"replace","b":"2"}}})",
       R"({"metadata":{"labels":{"b":"2"}}})"},
      {"delete", R"({"metadata":{"labels":{"a":"1"}}})",
       R"({"metadata":{"labels":{"$patch":"delete"}}})", R"({"metadata":{"labels":{}}})"},
      {"delete what is absent", R"({"metadata":{}})",
       R"({"metadata":{"labels":{"$patch":"delete"}}})", R"({"metadata":{}})"},
      {"nulls of a new map", R"({"metadata":{}})", R"({"metadata":{"labels":{"a":null,"b":"1"}}})",
       R"({"metadata":{"labels":{"b":"1"}}})"},
      {"unknown directive", R"({"metadata":{"labels":{"a":"1"}}})",
       R"({"metadata":{"labels":{"$patch":"bogus","b":"1"}}})",
       ": unknown patch type: bogus in map: map[$patch:bogus b:1]"},
      {"retain keys", R"({"spec":{"type":"x","count":1}})",
       R"({"spec":{"$retainKeys":["type"],"type":"y"}})", R"({"spec":{"type":"y"}})"},
      {"retain keys that does not list", R"({"spec":{"type":"x","count":1}})",
       R"({"spec":{"$retainKeys":["count"],"type":"y"}})",
       "BadRequest: invalid patch format of retainKeys"},
      {"retain keys that is no list", R"({"spec":{"type":"x"}})", R"({"spec":{"$retainKeys":"x"}})",
       "BadRequest: invalid patch format of retainKeys"},
      {"list without strategy", R"({"spec":{"externalIPs":["a","b"]}})",
       R"({"spec":{"externalIPs":["c"]}})", R"({"spec":{"externalIPs":["c"]}})"},
      {"null patch", R"({"spec":{}})", "null", R"({"spec":{}})"},
      {"unknown fields stay", R"({"spec":{}})", R"({"spec":{"bogus":{"a":1}}})",
       R"({"spec":{"bogus":{"a":1}}})"},
      {"list", "{}", "[]",
       "BadRequest: json: cannot unmarshal array into Go value of type map[string]interface {}"},
      {"numbers", R"({"spec":{"count":9007199254740993}})", R"({"spec":{"type":"x"}})",
       R"({"spec":{"count":9007199254740993,"type":"x"}})"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Text(ApplyStrategicMergePatch(testing::ServiceType(), c.document, c.patch)),
              Wanted(c));
  }
}

TEST(StrategicMergePatch, MergesLists) {
  const std::string two = Ports({80, 53});
  const std::string four = Ports({3, 4, 1, 2});
  const std::string n51 = Ports({5, 1});
  struct {
    std::string_view name;
    std::string document;
    std::string_view patch;
    std::string want;
  } const kCases[] = {
      {"a new item goes first", two, R"({"spec":{"ports":[{"port":81}]}})", Ports({81, 80, 53})},
      {"a known item stays", two, R"({"spec":{"ports":[{"port":53}]}})", two},
      {"delete", two, R"({"spec":{"ports":[{"port":80,"$patch":"delete"}]}})", Ports({53})},
      {"delete without match", two, R"({"spec":{"ports":[{"port":1,"$patch":"delete"}]}})", two},
      {"replace", two, R"({"spec":{"ports":[{"$patch":"replace"},{"port":1},{"port":0}]}})",
       Ports({1, 0})},
      {"merge", two, R"({"spec":{"ports":[{"$patch":"merge"}]}})",
       ": merging lists cannot yet be specified in the patch"},
      {"unknown directive", two, R"({"spec":{"ports":[{"$patch":"x","port":1}]}})",
       ": unknown patch type: x in map: map[$patch:x port:1]"},
      {"no key", two, R"({"spec":{"ports":[{"name":"x"}]}})",
       ": map: map[name:x] does not contain declared merge key: port"},
      {"no key and no list", R"({"spec":{}})", R"({"spec":{"ports":[{"name":"x"}]}})",
       R"({"spec":{"ports":[{"name":"x"}]}})"},
      {"twice the same key", R"({"spec":{"ports":[]}})",
       R"({"spec":{"ports":[{"port":1,"name":"a"},{"port":1,"protocol":"UDP"}]}})",
       R"({"spec":{"ports":[{"name":"a","port":1,"protocol":"UDP"}]}})"},
      {"scalars among maps", two, R"({"spec":{"ports":[1]}})",
       ": list element types are not identical: [[map[port:80] map[port:53]] [1]]"},
      {"order", four,
       R"({"spec":{"$setElementOrder/ports":[{"port":1},{"port":3},{"port":5},{"port":4},{"port":2}],
           "ports":[{"port":5},{"port":4}]}})",
       Ports({1, 3, 5, 4, 2})},
      {"order without list", four, R"({"spec":{"$setElementOrder/ports":[{"port":2},{"port":1}]}})",
       Ports({3, 4, 2, 1})},
      {"order, new between", Ports({3, 4}),
       R"({"spec":{"$setElementOrder/ports":[{"port":4},{"port":7},{"port":3}],
           "ports":[{"port":7}]}})",
       Ports({4, 7, 3})},
      {"a new item takes the place of a deleted one", n51,
       R"({"spec":{"$setElementOrder/ports":[{"port":6},{"port":3}],
           "ports":[{"port":6},{"port":3},{"port":1,"$patch":"delete"}]}})",
       Ports({5, 6, 3})},
      {"order that does not agree", two,
       R"({"spec":{"$setElementOrder/ports":[{"port":80},{"port":53}],
           "ports":[{"port":53},{"port":80}]}})",
       ": The order in patch list:\n[map[port:53] map[port:80]]\n doesn't match $setElementOrder "
       "list:\n[map[port:80] map[port:53]]\n"},
      {"order that is no list", two, R"({"spec":{"$setElementOrder/ports":"x"}})",
       ": expected a []interface {}, but received a string"},
      {"order of an unknown field", two, R"({"spec":{"$setElementOrder/x":[]}})",
       ": unable to find api field in struct ServiceSpec for the json field \"x\""},
      {"scalars", R"({"metadata":{"finalizers":["a","b"]}})",
       R"({"metadata":{"finalizers":["b","c"]}})", R"({"metadata":{"finalizers":["a","b","c"]}})"},
      {"remove scalars", R"({"metadata":{"finalizers":["a","b"]}})",
       R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}})",
       R"({"metadata":{"finalizers":["b"]}})"},
      {"remove scalars, no list", R"({"metadata":{"finalizers":["a"]}})",
       R"({"metadata":{"$deleteFromPrimitiveList/finalizers":"a"}})",
       R"({"metadata":{"finalizers":["a"]}})"},
      {"scalars of another type", R"({"metadata":{"finalizers":["a"]}})",
       R"({"metadata":{"finalizers":[1]}})", ": list element types are not identical: [[a] [1]]"},
      {"type of a list", two, R"({"spec":{"ports":"x"}})",
       "Invalid:  \"\" is invalid: patch: Invalid value: \"map[spec:map[ports:x]]\": cannot "
       "restore slice from string"},
      {"type of a string", two, R"({"spec":{"type":7}})",
       "Invalid:  \"\" is invalid: patch: Invalid value: \"map[spec:map[type:7]]\": cannot "
       "convert int64 to string"},
      {"type of a number", two, R"({"spec":{"ports":[{"port":80,"nodePort":"1"}]}})",
       "Invalid:  \"\" is invalid: patch: Invalid value: \"map[spec:map[ports:[map[nodePort:1 "
       "port:80]]]]\": unrecognized type: int32"},
      {"type of a map", R"({"metadata":{}})", R"({"metadata":{"labels":"x"}})",
       "Invalid:  \"\" is invalid: patch: Invalid value: \"map[metadata:map[labels:x]]\": cannot "
       "restore map from string"},
      {"type of a struct", "{}", R"({"metadata":"x"})",
       "Invalid:  \"\" is invalid: patch: Invalid value: \"map[metadata:x]\": cannot restore "
       "struct from: string"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const std::string want = c.want[0] == '{' ? Sorted(c.want) : c.want;
    EXPECT_EQ(Text(ApplyStrategicMergePatch(testing::ServiceType(), c.document, c.patch)), want);
  }
}

TEST(StrategicMergePatch, SurvivesAnything) {
  std::mt19937 random(7);
  const std::string_view kNames[] = {"metadata",
                                     "labels",
                                     "finalizers",
                                     "spec",
                                     "ports",
                                     "port",
                                     "$patch",
                                     "$retainKeys",
                                     "$setElementOrder/ports",
                                     "$setElementOrder/finalizers",
                                     "$deleteFromPrimitiveList/finalizers",
                                     "ownerReferences",
                                     "uid",
                                     "selector",
                                     "x"};
  const std::string_view kScalars[] = {"1",  "\"delete\"", "\"replace\"", "null",     "true",
                                       "80", "\"x\"",      "1.5",         "\"merge\""};
  const auto pick = [&](auto& from) { return from[random() % std::size(from)]; };
  const std::function<std::string(int)> make = [&](int depth) -> std::string {
    const auto kind = depth == 0 ? 0 : random() % 4;
    if (kind < 2 && depth < 4) {
      return std::string(pick(kScalars));
    }
    std::string out;
    for (auto i = random() % 4; i > 0; --i) {
      out += out.empty() ? "" : ",";
      if (kind == 2) {
        out += make(depth - 1);
      } else {
        out += "\"" + std::string(pick(kNames)) + "\":" + make(depth - 1);
      }
    }
    return kind == 2 ? "[" + out + "]" : "{" + out + "}";
  };
  const std::string document =
      R"({"metadata":{"labels":{"x":"1"},"finalizers":["x","y"],"ownerReferences":[{"uid":"x"}]},
          "spec":{"ports":[{"port":80},{"port":1}],"selector":{"x":"y"}}})";
  int done = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string patch = make(5);
    const auto result = ApplyStrategicMergePatch(testing::ServiceType(), document, patch);
    if (result) {
      ++done;
      EXPECT_TRUE(ParseJson(result->document)) << patch;
    }
  }
  EXPECT_GT(done, 100);
}

TEST(ApplyPatch, WordsWrongShapesOtherwiseIfItIsNotStrict) {
  const struct {
    std::string_view patch;
    std::string_view message;
  } cases[] = {
      {"{}", "json: cannot unmarshal object into Go value of type jsonpatch.Patch"},
      {"[1]", "json: cannot unmarshal number into Go value of type jsonpatch.Operation"},
      {R"([{"op":1}])", "the server rejected our request due to an error in our request"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.patch);
    EXPECT_EQ(ApplyJsonPatch("{}", c.patch, false).error().message, c.message);
  }
  EXPECT_EQ(ApplyMergePatch("{}", "1", false).error().message, "Invalid JSON Patch");
  EXPECT_TRUE(ApplyMergePatch("{}", R"({"a":1})", false));
}

}  // namespace
}  // namespace k8snet::server
