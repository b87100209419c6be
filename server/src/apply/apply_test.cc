#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "src/apply/field_set.h"
#include "src/apply/manager.h"
#include "src/apply/typed.h"
#include "src/patch/json.h"
#include "src/patch/test_types.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kZero =
    R"({"apiVersion":"v1","kind":"Service","metadata":{},"spec":{},"status":{"loadBalancer":{}}})";

Json Parse(std::string_view text) {
  auto parsed = ParseJson(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? std::move(parsed->value) : Json();
}

std::string Sorted(std::string_view text) { return Parse(text).ToString(); }

// A server in small: one object, written by several managers.
class Stored {
 public:
  explicit Stored(const Type& type = testing::ServiceType()) : type_(type), json_(kZero) {}

  WriteContext Context(std::string_view manager, std::string_view subresource = {}) const {
    return {.type = &type_,
            .api_version = "v1",
            .manager = manager,
            .subresource = subresource,
            .now = now_,
            .reset_field = subresource.empty() ? "status" : "spec"};
  }

  // Replaces the object.
  void Write(std::string_view manager, std::string_view json, std::string_view subresource = {}) {
    Json next = Parse(json);
    next.AsObject()->emplace("apiVersion", Json(std::string("v1")));
    next.AsObject()->emplace("kind", Json(std::string("Service")));
    (*next.Find("metadata")->AsObject())["uid"] = Json(std::string("u"));
    entries_ = TrackUpdate(Context(manager, subresource), json_, next.ToString(), entries_);
    json_ = next.ToString();
  }

  // Returns "" or the error's message.
  std::string Apply(std::string_view manager, std::string_view json, bool force = false,
                    std::string_view subresource = {}) {
    Json config = Parse(json);
    config.AsObject()->emplace("apiVersion", Json(std::string("v1")));
    config.AsObject()->emplace("kind", Json(std::string("Service")));
    auto applied = ApplyConfiguration(Context(manager, subresource), json_, config.ToString(),
                                      entries_, force);
    if (!applied) {
      error_ = applied.error();
      return applied.error().message;
    }
    Json next = Parse(applied->document);
    (*next.Find("metadata")->AsObject())["uid"] = Json(std::string("u"));
    json_ = next.ToString();
    entries_ = applied->entries;
    changed_ = applied->changed;
    return "";
  }

  [[nodiscard]] std::string At(std::string_view name) const {
    const Json object = Parse(json_);
    const Json* value = object.Find(name);
    return value == nullptr ? "" : value->ToString();
  }
  // One line an entry: manager, operation, time, fields.
  [[nodiscard]] std::string Owners() const {
    std::string text;
    for (const ManagedEntry& entry : entries_) {
      text += entry.manager + " " + entry.operation +
              (entry.subresource.empty() ? "" : "/" + entry.subresource) + " " + entry.fields_v1 +
              "\n";
    }
    return text;
  }

  const Type& type_;
  std::string json_;
  std::vector<ManagedEntry> entries_;
  std::string now_ = "2024-01-01T00:00:00Z";
  Error error_;
  bool changed_ = false;
};

TEST(FieldSet, EncodesInOrder) {
  const auto set = FieldSet::Decode(
      R"({"f:b":{},"f:a":{"k:{\"port\":443}":{},"k:{\"port\":80}":{},"k:{\"port\":9}":{},
          ".":{},"v:\"x\"":{},"v:1":{},"i:10":{},"i:9":{},"f:z":{".":{},"f:y":{}}}})");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->Encode(),
            R"({"f:a":{".":{},"f:z":{".":{},"f:y":{}},"k:{\"port\":9}":{},"k:{\"port\":80}":{},)"
            R"("k:{\"port\":443}":{},"v:1":{},"v:\"x\"":{},"i:9":{},"i:10":{}},"f:b":{}})");
}

TEST(FieldSet, RefusesOtherForms) {
  for (const std::string_view text :
       {"[]", "1", "{", R"({"a":{}})", R"({"x":{}})", R"({"f:a":1})", R"({"k:1":{}})",
        R"({"k:{}":{}})", R"({"k:{":{}})", R"({"v:x":{}})", R"({"i:x":{}})", R"({"f":{}})"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(FieldSet::Decode(text));
  }
}

TEST(FieldSet, DropsElementsOfUnknownKinds) {
  const auto set = FieldSet::Decode(R"({"x:a":{"f:b":{}},"f:c":{}})");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->Encode(), R"({"f:c":{}})");
}

TEST(FieldSet, VisitsLeavesFirst) {
  const auto set = FieldSet::Decode(
      R"({"f:m":{"f:l":{"f:a":{}}},"f:s":{"f:p":{"k:{\"port\":80,\"protocol\":\"TCP\"}":
          {"f:t":{}}},"f:q":{},"f:v":{"v:\"x\"":{}},"f:i":{"i:3":{}}}})");
  ASSERT_TRUE(set);
  std::vector<std::string> paths;
  set->VisitPaths([&](const std::string& path) { paths.push_back(path); });
  EXPECT_EQ(paths, (std::vector<std::string>{".m.l.a", ".s.q", ".s.i[3]",
                                             ".s.p[port=80,protocol=\"TCP\"].t", ".s.v[=\"x\"]"}));
}

TEST(Typed, FindsWhatDoesNotFit) {
  struct {
    std::string_view document;
    std::vector<std::string> want;
  } const kCases[] = {
      {R"({"apiVersion":"v1","kind":"Service","metadata":{"labels":{"a":"b"}}})", {}},
      {R"({"spec":{"foo":1}})", {".spec.foo: field not declared in schema"}},
      {R"({"spec":{"ports":{}}})", {".spec.ports: expected list, got object"}},
      {R"({"spec":{"ports":[1]}})",
       {".spec.ports: element 0: associative list with keys may not have non-map elements"}},
      {R"({"spec":{"ports":[null]}})",
       {".spec.ports: element 0: associative list with keys may not have a null element"}},
      {R"({"spec":{"ports":[{"port":80},{"port":80,"protocol":"TCP"}]}})",
       {R"(.spec.ports: duplicate entries for key [port=80,protocol="TCP"])"}},
      {R"({"spec":{"ports":[{"port":80},{"port":80},{"port":80}]}})",
       {R"(.spec.ports: duplicate entries for key [port=80,protocol="TCP"])",
        R"(.spec.ports: duplicate entries for key [port=80,protocol="TCP"])"}},
      {R"({"spec":{"ports":[{"port":80},{"port":80,"protocol":"UDP"}]}})", {}},
      {R"({"spec":{"ports":[{"port":"80"}]}})",
       {R"(.spec.ports[port="80",protocol="TCP"].port: expected numeric (int or float), got string)"}},
      {R"({"metadata":{"finalizers":["a","a"]}})",
       {R"(.metadata.finalizers: duplicate entries for key [="a"])"}},
      {R"({"metadata":{"labels":{"a":1}}})", {".metadata.labels.a: expected string, got number"}},
      {R"({"spec":{"ready":1,"type":null}})", {".spec.ready: expected boolean, got number"}},
      {R"({"metadata":[],"spec":"x"})",
       {".metadata: expected map, got array", ".spec: expected map, got string"}},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.document);
    EXPECT_EQ(ValidateTyped(testing::ServiceType(), Parse(c.document)), c.want);
  }
  EXPECT_EQ(
      ValidateTyped(testing::IngressType(), Parse(R"({"spec":{"rules":[{"values":["x","x"]}]}})")),
      (std::vector<std::string>{R"(.spec.rules[0].values: duplicate entries for key [="x"])"}));
}

TEST(Typed, FindsFields) {
  struct {
    std::string_view document;
    std::string_view want;
  } const kCases[] = {
      {R"({"metadata":{"labels":{"a":"1"}}})", R"({"f:metadata":{"f:labels":{"f:a":{}}}})"},
      {R"({"metadata":{"labels":{}}})", R"({"f:metadata":{"f:labels":{}}})"},
      {R"({"metadata":{"labels":null}})", R"({"f:metadata":{"f:labels":{}}})"},
      {R"({"spec":{"selector":{"a":"1"},"externalIPs":["x"]}})",
       R"({"f:spec":{"f:externalIPs":{},"f:selector":{}}})"},
      {R"({"spec":{"externalIPs":[],"ports":[]}})", R"({"f:spec":{"f:externalIPs":{}}})"},
      {R"({"spec":{"ports":[{"port":80}]}})",
       R"({"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}}})"},
      {R"({"metadata":{"finalizers":["a"],"ownerReferences":[{"uid":"u","name":"n"}]}})",
       R"({"f:metadata":{"f:finalizers":{"v:\"a\"":{}},"f:ownerReferences":{"k:{\"uid\":\"u\"}":{}}}})"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.document);
    EXPECT_EQ(FieldsOf(testing::ServiceType(), Parse(c.document)).Encode(), c.want);
  }
}

TEST(Typed, OwnsWholesOfWhatBecameAtomic) {
  auto set = FieldSet::Decode(
      R"({"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:selector":{"f:a":{},"f:b":{}},)"
      R"("f:externalIPs":{"i:0":{}},"f:unknown":{"f:x":{}}}})");
  ASSERT_TRUE(set);
  OwnAtomicWholes(testing::ServiceType(), *set);
  EXPECT_EQ(set->Encode(), R"({"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:externalIPs":{},)"
                           R"("f:selector":{},"f:unknown":{"f:x":{}}}})");
}

TEST(Typed, MergesKeyedListsInOrder) {
  const auto ports = [](std::initializer_list<int> list) {
    Json::Array items;
    for (const int port : list) {
      items.push_back(Parse("{\"port\":" + std::to_string(port) + "}"));
    }
    return Json(Json::Object{{"spec", Json(Json::Object{{"ports", Json(std::move(items))}})}});
  };
  struct {
    std::initializer_list<int> live;
    std::initializer_list<int> patch;
    std::initializer_list<int> want;
  } const kCases[] = {
      {{80, 53}, {80, 443}, {80, 53, 443}},
      {{}, {2, 1}, {2, 1}},
      {{1, 2}, {}, {1, 2}},
      {{1, 2, 3}, {3, 1}, {2, 3, 1}},
      {{1, 2, 3}, {9, 1}, {9, 1, 2, 3}},
      {{1, 2, 3, 4}, {4, 5, 2}, {1, 3, 4, 5, 2}},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(MergeTyped(testing::ServiceType(), ports(c.live), ports(c.patch)).ToString(),
              ports(c.want).ToString());
  }
}

TEST(TrackUpdate, OwnsEverythingOfACreate) {
  Stored object;
  object.Write("a", R"({"metadata":{"name":"x","labels":{"l":"1"}},
      "spec":{"type":"T","ports":[{"port":80,"protocol":"TCP"}],"selector":{"a":"b"},
              "names":["n"]},"status":{"loadBalancer":{}}})");
  EXPECT_EQ(object.Owners(),
            R"(a Update {"f:metadata":{"f:labels":{".":{},"f:l":{}}},"f:spec":{"f:names":)"
            R"({".":{},"v:\"n\"":{}},"f:ports":{".":{},"k:{\"port\":80,\"protocol\":\"TCP\"}":)"
            R"({".":{},"f:port":{},"f:protocol":{}}},"f:selector":{},"f:type":{}}})"
            "\n");
}

TEST(TrackUpdate, MovesWhatChanges) {
  Stored object;
  object.Write("a", R"({"metadata":{"labels":{"l":"1","m":"1"}},"spec":{"type":"T"},
                        "status":{"loadBalancer":{}}})");
  object.Write("b", R"({"metadata":{"labels":{"l":"2","n":"1"}},"spec":{"type":"T"},
                        "status":{"loadBalancer":{}}})");
  EXPECT_EQ(object.Owners(),
            "a Update {\"f:metadata\":{\"f:labels\":{}},\"f:spec\":{\"f:type\":{}}}\n"
            "b Update {\"f:metadata\":{\"f:labels\":{\"f:l\":{},\"f:n\":{}}}}\n");
  const auto before = object.entries_;
  object.now_ = "2025-01-01T00:00:00Z";
  object.Write("b", object.json_);
  EXPECT_EQ(object.entries_, before);
}

TEST(TrackUpdate, KeepsEndpointsApart) {
  Stored object;
  const std::string_view written =
      R"({"metadata":{},"spec":{"type":"T"},"status":{"loadBalancer":{"ingress":["x"]}}})";
  object.Write("a", written);
  EXPECT_EQ(object.Owners(), "a Update {\"f:spec\":{\"f:type\":{}}}\n");
  object.Write("a", R"({"metadata":{},"spec":{"type":"U"},
                        "status":{"loadBalancer":{"ingress":["y"]}}})",
               "status");
  EXPECT_EQ(object.Owners(),
            "a Update {\"f:spec\":{\"f:type\":{}}}\n"
            "a Update/status {\"f:status\":{\"f:loadBalancer\":{\"f:ingress\":{}}}}\n");
}

TEST(TrackUpdate, TakesWhatTheClientSends) {
  Stored object;
  object.Write("a", R"({"metadata":{},"spec":{"type":"T"}})");
  const auto track = [&](std::vector<ManagedEntry> sent) {
    return TrackUpdate(object.Context("b"), object.json_, object.json_, object.entries_,
                       {true, std::move(sent)});
  };
  const ManagedEntry entry{.manager = "z",
                           .operation = "Apply",
                           .api_version = "v1",
                           .time = "2023-01-01T00:00:00Z",
                           .fields_type = "FieldsV1",
                           .fields_v1 = R"({"f:spec":{"f:type":{}}})"};
  EXPECT_TRUE(track({}).empty());
  EXPECT_TRUE(track({ManagedEntry()}).empty());
  EXPECT_EQ(track({entry}), std::vector<ManagedEntry>{entry});
  ManagedEntry bad = entry;
  bad.operation = "Bogus";
  EXPECT_EQ(track({bad}), object.entries_);
  bad = entry;
  bad.fields_v1 = "{\"x\":{}}";
  EXPECT_EQ(track({bad}), object.entries_);
  bad = entry;
  bad.fields_type = "";
  EXPECT_EQ(track({bad}), object.entries_);
  bad = entry;
  bad.api_version = "";
  EXPECT_EQ(track({bad}), object.entries_);
  bad = entry;
  bad.api_version = "v9";
  EXPECT_TRUE(track({bad}).empty());
}

TEST(TrackUpdate, LeavesAloneWhatItCannotRead) {
  Stored object;
  object.Write("a", R"({"metadata":{},"spec":{"type":"T"}})");
  EXPECT_EQ(TrackUpdate(object.Context("b"), "{", object.json_, object.entries_), object.entries_);
  EXPECT_EQ(TrackUpdate(object.Context("b"), object.json_, "{", object.entries_), object.entries_);
  EXPECT_FALSE(ApplyConfiguration(object.Context("b"), "{", "{}", object.entries_, false));
}

TEST(TrackUpdate, DoesNotTrackWhatHasNoEntries) {
  Stored object;
  object.Write("a", R"({"metadata":{},"spec":{"type":"T"}})");
  object.entries_.clear();
  object.Write("b", R"({"metadata":{},"spec":{"type":"U"}})");
  EXPECT_TRUE(object.entries_.empty());
}

TEST(TrackUpdate, MergesTheOldestManagers) {
  Stored object;
  for (int i = 0; i < 14; ++i) {
    const std::string digits = std::to_string(10 + i);
    object.now_ = "2024-01-01T00:00:" + digits + "Z";
    std::string labels;
    for (int j = 0; j <= i; ++j) {
      labels += (j == 0 ? "\"l" : ",\"l") + std::to_string(10 + j) + "\":\"1\"";
    }
    object.Write("m" + digits, "{\"metadata\":{\"labels\":{" + labels + "}}}");
  }
  ASSERT_EQ(object.entries_.size(), 10U);
  EXPECT_EQ(object.entries_[0].manager, "ancient-changes");
  EXPECT_EQ(object.entries_[0].time, "2024-01-01T00:00:14Z");
  EXPECT_EQ(object.entries_[0].fields_v1,
            R"({"f:metadata":{"f:labels":{".":{},"f:l10":{},"f:l11":{},"f:l12":{},"f:l13":{},)"
            R"("f:l14":{}}}})");
  EXPECT_EQ(object.entries_[1].manager, "m15");
}

TEST(Apply, CreatesMergesAndPrunes) {
  Stored object;
  EXPECT_EQ(object.Apply("a", R"({"metadata":{"name":"x"},"spec":{"type":"T",
      "ports":[{"port":80},{"port":443,"name":"s"}],"settings":{"k":"v","l":"w"}}})"),
            "");
  EXPECT_EQ(object.Owners(),
            R"(a Apply {"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},)"
            R"("f:port":{}},"k:{\"port\":443,\"protocol\":\"TCP\"}":{".":{},"f:name":{},)"
            R"("f:port":{}}},"f:settings":{"f:k":{},"f:l":{}},"f:type":{}}})"
            "\n");
  EXPECT_EQ(object.Apply("b", R"({"metadata":{"name":"x"},"spec":{"settings":{"k":"v"}}})"), "");
  EXPECT_EQ(object.Apply("a", R"({"metadata":{"name":"x"},"spec":{"ports":[{"port":80}]}})"), "");
  EXPECT_EQ(object.At("spec"), R"({"ports":[{"port":80}],"settings":{"k":"v"}})");
  EXPECT_EQ(object.Apply("b", R"({"metadata":{"name":"x"}})"), "");
  EXPECT_EQ(object.At("spec"), R"({"ports":[{"port":80}]})");
}

TEST(Apply, RefusesConflicts) {
  Stored object;
  object.Apply("a", R"({"metadata":{"name":"x","labels":{"l1":"1"}},"spec":{"type":"T",
                        "ports":[{"port":80,"name":"p"}]}})");
  object.Write("w", R"({"metadata":{"labels":{"l1":"1","l2":"1"}},"spec":{"type":"T",
                        "ports":[{"port":80,"name":"p"}]}})");
  EXPECT_EQ(object.Apply("b", R"({"metadata":{"name":"x"},"spec":{"type":"U"}})"),
            "Apply failed with 1 conflict: conflict with \"a\": .spec.type");
  EXPECT_EQ(object.error_.reason, Reason::kConflict);
  EXPECT_EQ(object.error_.details->causes,
            (std::vector<Cause>{{"FieldManagerConflict", "conflict with \"a\"", ".spec.type"}}));
  const std::string_view many = R"({"metadata":{"name":"x","labels":{"l1":"2","l2":"2"}},
      "spec":{"type":"U","ports":[{"port":80,"name":"q"}]}})";
  EXPECT_EQ(object.Apply("b", many),
            "Apply failed with 4 conflicts: conflicts with \"a\":\n- .metadata.labels.l1\n"
            "- .spec.type\n- .spec.ports[port=80,protocol=\"TCP\"].name\n"
            "conflicts with \"w\" using v1:\n- .metadata.labels.l2");
  EXPECT_EQ(object.Apply("b", many, true), "");
  EXPECT_EQ(object.Owners(),
            R"(a Apply {"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},)"
            R"("f:port":{}}}}})"
            "\n"
            R"(b Apply {"f:metadata":{"f:labels":{"f:l1":{},"f:l2":{}}},"f:spec":{"f:ports":)"
            R"({"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{}}},)"
            R"("f:type":{}}})"
            "\n");
}

TEST(Apply, NamesWhoOwnedWhatWasNeverTracked) {
  Stored object;
  object.Write("w", R"({"metadata":{},"spec":{"type":"T"}})");
  object.entries_.clear();
  EXPECT_EQ(object.Apply("a", R"({"metadata":{"name":"x"},"spec":{"type":"U"}})"),
            "Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: "
            ".spec.type");
}

TEST(Apply, RefusesOtherObjects) {
  Stored object;
  const auto apply = [&](std::string_view config) {
    const auto applied = ApplyConfiguration(object.Context("a"), object.json_, config, {}, false);
    return applied ? std::string() : applied.error().message;
  };
  EXPECT_EQ(apply("[]"),
            "error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot "
            "unmarshal array into Go value of type map[string]interface {}");
  EXPECT_EQ(apply("null"), "invalid object type: /, Kind=");
  EXPECT_EQ(Unconvertible(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"x"}})", "why")
                .message,
            "failed to convert new object (/x; /v1, Kind=Service) to proper version: unable to "
            "convert unstructured object to /v1, Kind=Service: why");
  EXPECT_EQ(apply(R"({"kind":"Service"})"), "invalid object type: /, Kind=Service");
  EXPECT_EQ(apply(R"({"apiVersion":"v1"})"), "invalid object type: /v1, Kind=");
  EXPECT_EQ(apply(R"({"apiVersion":"a/b","kind":"X"})"), "invalid object type: a/b, Kind=X");
  EXPECT_EQ(apply(R"({"apiVersion":"v1","kind":"Service","metadata":{"managedFields":[]}})"),
            "metadata.managedFields must be nil");
  EXPECT_EQ(apply(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"x"},"a":1})"),
            "failed to create typed patch object (/x; /v1, Kind=Service): .a: field not declared "
            "in schema");
  EXPECT_EQ(apply(R"({"apiVersion":"v1","kind":"Service","metadata":"x","spec":[]})"),
            "failed to create typed patch object (/; /v1, Kind=Service): errors:\n"
            "  .metadata: expected map, got string\n  .spec: expected map, got array");
}

TEST(Apply, TakesOverFromClientSideApply) {
  Stored object;
  const std::string annotated =
      R"({"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":)"
      R"("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"spec\":{\"type\":\"T\"}}"}},)"
      R"("spec":{"type":"T","count":1}})";
  object.Write("kubectl-client-side-apply", annotated);
  EXPECT_NE(object.Apply("other", R"({"metadata":{},"spec":{"type":"U"}})"), "");
  EXPECT_EQ(object.Apply("kubectl", R"({"metadata":{},"spec":{"type":"U","count":2}})"),
            "Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using v1: "
            ".spec.count");
  EXPECT_EQ(object.Apply("kubectl", R"({"metadata":{},"spec":{"type":"<"}})"), "");
  EXPECT_EQ(object.At("metadata"),
            R"({"annotations":{"kubectl.kubernetes.io/last-applied-configuration":)"
            R"("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{},\"spec\":)"
            R"({\"type\":\"\\u003c\"}}\n"},"uid":"u"})");
}

TEST(Apply, ConvertsSetsOfOtherVersions) {
  // The other version calls spec.type what this one calls spec.type, and has no labels; enough to
  // see that comparisons happen there.
  Stored object;
  WriteContext context = object.Context("b");
  int conversions = 0;
  context.convert = [&](const std::string& json, std::string_view,
                        std::string_view to) -> std::optional<VersionedDocument> {
    if (to != "v1beta1" && to != "v1") {
      return std::nullopt;
    }
    ++conversions;
    return VersionedDocument{&object.type_, json};
  };
  const std::string live = R"({"metadata":{"uid":"u"},"spec":{"type":"T","count":1}})";
  const std::vector<ManagedEntry> entries = {
      {"old", "Apply", "v1beta1", "2020-01-01T00:00:00Z", "FieldsV1",
       R"({"f:spec":{"f:count":{},"f:type":{}}})", ""},
      {"gone", "Apply", "v1alpha1", "", "FieldsV1", R"({"f:spec":{"f:count":{}}})", ""}};
  const auto after = TrackUpdate(
      context, live, R"({"metadata":{"uid":"u"},"spec":{"type":"U","count":1}})", entries);
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after[0].fields_v1, R"({"f:spec":{"f:count":{}}})");
  EXPECT_EQ(after[0].api_version, "v1beta1");
  EXPECT_EQ(after[1].manager, "b");
  EXPECT_GT(conversions, 0);

  context.manager = "old";
  const auto applied =
      ApplyConfiguration(context, live, R"({"apiVersion":"v1","kind":"Service"})", entries, false);
  ASSERT_TRUE(applied);
  EXPECT_EQ(Sorted(applied->document),
            R"({"apiVersion":"v1","kind":"Service","metadata":{"uid":"u"}})");
}

// ---- Properties

// A random configuration out of a small vocabulary.
std::string RandomConfig(std::mt19937& random) {
  const auto chance = [&] { return random() % 2 == 0; };
  std::string spec;
  const auto add = [&](const std::string& member) { spec += (spec.empty() ? "" : ",") + member; };
  if (chance()) {
    add("\"type\":\"" + std::string(1, static_cast<char>('a' + random() % 2)) + "\"");
  }
  if (chance()) {
    add("\"externalIPs\":[\"" + std::to_string(random() % 2) + "\"]");
  }
  for (const std::string_view list : {"ports", "names"}) {
    std::string items;
    for (int i = 1; i < 5; ++i) {
      if (!chance()) {
        continue;
      }
      items += items.empty() ? "" : ",";
      items += list == "names"
                   ? "\"" + std::to_string(i) + "\""
                   : "{\"port\":" + std::to_string(i) +
                         (chance() ? "}" : ",\"name\":\"" + std::to_string(random() % 2) + "\"}");
    }
    if (!items.empty()) {
      add("\"" + std::string(list) + "\":[" + items + "]");
    }
  }
  std::string labels;
  for (int i = 0; i < 3; ++i) {
    if (chance()) {
      labels += (labels.empty() ? "\"" : ",\"") + std::to_string(i) + "\":\"" +
                std::to_string(random() % 2) + "\"";
    }
  }
  return "{\"metadata\":{\"name\":\"x\"" + (labels.empty() ? "" : ",\"labels\":{" + labels + "}") +
         "},\"spec\":{" + spec + "}}";
}

TEST(Apply, IsIdempotentAndForgetsItsOwners) {
  std::mt19937 random(11);
  for (int i = 0; i < 500; ++i) {
    Stored object;
    const std::string first = RandomConfig(random);
    const std::string second = RandomConfig(random);
    SCOPED_TRACE(first + " " + second);
    ASSERT_EQ(object.Apply("a", first), "");
    ASSERT_EQ(object.Apply("b", second, true), "");
    const std::string json = object.json_;
    const auto entries = object.entries_;
    object.now_ = "2030-01-01T00:00:00Z";
    ASSERT_EQ(object.Apply("b", second), "");
    EXPECT_FALSE(object.changed_);
    ASSERT_EQ(object.json_, json);
    ASSERT_TRUE(object.entries_ == entries);
    for (const ManagedEntry& entry : entries) {
      const auto set = FieldSet::Decode(entry.fields_v1);
      ASSERT_TRUE(set);
      EXPECT_EQ(set->Encode(), entry.fields_v1);
    }

    // What a alone owns goes with a; what b owns stays, with b's values.
    const Json now = Parse(object.json_);
    ASSERT_EQ(object.Apply("a", R"({"metadata":{"name":"x"}})"), "");
    const FieldSet wanted = FieldsOf(object.type_, Parse(second));
    const FieldSet left = FieldsOf(object.type_, Parse(object.json_));
    EXPECT_TRUE(wanted.Difference(left).Encode() == "{\"f:metadata\":{\"f:name\":{}}}" ||
                wanted.Difference(left).empty());
    const Comparison comparison = CompareTyped(object.type_, now, Parse(object.json_));
    EXPECT_TRUE(comparison.removed.Intersection(wanted).empty()) << comparison.removed.Encode();
    ASSERT_EQ(object.Apply("b", R"({"metadata":{"name":"x"}})"), "");
    EXPECT_TRUE(object.entries_.empty());
  }
}

TEST(Apply, DisjointOwnersNeverConflict) {
  std::mt19937 random(13);
  for (int i = 0; i < 300; ++i) {
    Stored object;
    const auto labels = [&](char prefix) {
      std::string text;
      for (int j = 0; j < 4; ++j) {
        if (random() % 2 == 0) {
          text += (text.empty() ? "\"" : ",\"") + std::string(1, prefix) + std::to_string(j) +
                  "\":\"" + std::to_string(random() % 3) + "\"";
        }
      }
      return "{\"metadata\":{\"name\":\"x\",\"labels\":{" + text + "}}}";
    };
    for (int j = 0; j < 6; ++j) {
      EXPECT_EQ(object.Apply("a", labels('a')), "");
      EXPECT_EQ(object.Apply("b", labels('b')), "");
    }
  }
}

}  // namespace
}  // namespace k8snet::server
