#include "k8snet/apis/codec/protobuf.h"

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/apis/codec/json.h"
#include "src/codec_test_types.h"

namespace k8snet {
namespace {

using codec_test::Thing;

std::string Bytes(const Thing& thing) {
  std::string out;
  AppendProtobuf(TypeOf<Thing>(), &thing, out);
  return out;
}

Result<Thing> Merge(Thing thing, std::string_view bytes) {
  K8SNET_RETURN_IF_ERROR(MergeProtobuf(TypeOf<Thing>(), &thing, bytes));
  return thing;
}

Thing Sample() {
  auto decoded = DecodeJson(TypeOf<Thing>(), R"({"metadata":{"name":"n","labels":{"a":"b","c":""},
      "created":"1970-01-01T00:00:00Z","deleted":"2024-05-01T10:00:01Z"},"spec":{
      "thingClass":"","ports":[{"name":"p","number":80,"target":"http"},{"target":-8080}],
      "addresses":["1","2"],"selector":{"x":"y"},"rules":[{"host":"h","http":{"number":-5}},{}],
      "flag":true,"ready":false,"big":9223372036854775807,"maybeBig":-1,"ratio":1.5,
      "at":"1960-05-01T10:00:00.123456Z","raw":{"f:a":{}},"bytes":"AAEC","hosts":["a",""],
      "numbers":[1,-2],"named":{"a":{"number":1},"b":{}},"never":"v"}})");
  return decoded ? decoded->object.Get<Thing>() : Thing();
}

TEST(Protobuf, WritesValuesAlwaysAndPointersWhenSet) {
  EXPECT_EQ(Bytes(Thing()), std::string("\x0A\x04\x0A\x00\x1A\x00"
                                        "\x12\x0F\x30\x00\x40\x00\x51\0\0\0\0\0\0\0\0\x5A\x00",
                                        23));
}

TEST(Protobuf, ReadsWhatItWrites) {
  const Thing thing = Sample();
  ASSERT_NE(thing, Thing());
  auto again = Merge(Thing(), Bytes(thing));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, thing);
  const std::string enveloped = EncodeProtobuf(Object::Of(thing));
  auto decoded = DecodeProtobuf(TypeOf<Thing>(), enveloped);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->kind, "Thing");
  EXPECT_EQ(decoded->api_version, "test.k8snet/v1");
  EXPECT_EQ(decoded->object.Get<Thing>(), thing);
  auto meta = PeekProtobuf(enveloped);
  ASSERT_TRUE(meta);
  EXPECT_EQ(meta->kind, "Thing");
  std::string built;
  AppendProtobufEnvelope("test.k8snet/v1", "Thing", Bytes(thing), built);
  EXPECT_EQ(built, enveloped);
}

TEST(Protobuf, MergesMessagesAndAppendsLists) {
  Thing thing;
  thing.spec.hosts = {"a"};
  thing.metadata.name = "n";
  auto merged = Merge(thing, Bytes(Sample()));
  ASSERT_TRUE(merged);
  EXPECT_THAT(merged->spec.hosts, ::testing::ElementsAre("a", "a", ""));
  merged = Merge(*merged, Bytes(Sample()));
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->spec.ports.size(), 4U);
}

TEST(Protobuf, TellsZeroTimeFrom1970) {
  auto merged = Merge(Thing(), std::string_view("\x0A\x02\x1A\x00", 4));
  ASSERT_TRUE(merged);
  EXPECT_TRUE(merged->metadata.created.is_zero());
  merged = Merge(Thing(), std::string_view("\x0A\x04\x1A\x02\x08\x00", 6));
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->metadata.created.seconds, 0);
}

TEST(Protobuf, SkipsUnknownFieldsOfEveryWireType) {
  const std::string_view skipped(
      "\xF8\x01\x80\x01"            // 31: varint
      "\xF9\x01\1\2\3\4\5\6\7\x08"  // fixed64
      "\xFA\x01\x02xx"              // bytes
      "\xFB\x01\x08\x01\xFC\x01"    // group
      "\xFD\x01\1\2\3\4",           // fixed32
      4 + 10 + 5 + 6 + 6);
  auto merged = Merge(Thing(), skipped);
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_EQ(*merged, Thing());
}

TEST(Protobuf, ReadsEntriesInAnyOrderAndPackedNumbers) {
  const std::string_view entry("\x0A\x08\x12\x06\x12\x01v\x0A\x01k", 10);
  auto merged = Merge(Thing(), entry);
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->metadata.labels.at("k"), "v");
  const std::string_view packed("\x12\x05\x7A\x03\x01\x80\x01", 7);
  merged = Merge(Thing(), packed);
  ASSERT_TRUE(merged);
  EXPECT_THAT(merged->spec.numbers, ::testing::ElementsAre(1, 128));
}

TEST(Protobuf, ReadsEntriesOfAnyLength) {
  Thing thing;
  for (const std::size_t size : {0U, 1U, 126U, 127U, 128U, 300U}) {
    thing.metadata.labels[std::string(size, 'k')] = std::string(300 - size, 'v');
    auto merged = Merge(Thing(), Bytes(thing));
    ASSERT_TRUE(merged);
    EXPECT_EQ(*merged, thing);
    thing.metadata.labels[std::string(size, 'm')] = std::string(size, 'v');
  }
  // A later entry of a key wins, and order does not matter.
  auto merged = Merge(thing, std::string_view("\x0A\x10\x12\x06\x0A\x01k\x12\x01w"
                                              "\x12\x06\x0A\x01\x61\x12\x01x",
                                              18));
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->metadata.labels.at("k"), "w");
  EXPECT_EQ(merged->metadata.labels.at("a"), "x");
}

TEST(Protobuf, SaysWhereAnErrorLies) {
  for (const auto& [broken, path, offset] :
       std::vector<std::tuple<std::string, std::string, std::size_t>>{
           {std::string("\x12\x06\x12\x00\x12\x02\x10\xFF", 8), "spec.ports[1].number", 6},
           {std::string("\x12\x05\x12\x00\x12\x01\x0A", 7), "spec.ports[1].name", 6},
           {std::string("\x12\x02\x12\x7F", 4), "spec.ports", 2},
           {std::string("\x12\x00\x00", 3), "", 2}}) {
    SCOPED_TRACE(path);
    auto merged = Merge(Thing(), broken);
    ASSERT_FALSE(merged);
    ASSERT_TRUE(merged.error().place.has_value());
    EXPECT_EQ(merged.error().place->path, path);
    EXPECT_EQ(merged.error().place->offset, offset);
  }
}

TEST(Protobuf, RefusesBadBytes) {
  const struct {
    std::string_view bytes;
    std::string_view message;
  } cases[] = {
      {std::string_view("\x0A", 1), "unexpected EOF"},
      {std::string_view("\x0A\x05\x00", 3), "unexpected EOF"},
      {std::string_view("\x08\x00", 2), "proto: wrong wireType = 0 for field metadata"},
      {std::string_view("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 12),
       "proto: integer overflow"},
      {std::string_view("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 11),
       "proto: negative length found during unmarshaling"},
      {std::string_view("\x00\x00", 2), "proto: illegal tag 0 (wire type 0)"},
      {std::string_view("\xFC\x01", 2), "proto: Thing: wiretype end group for non-group"},
      {std::string_view("\xFE\x01", 2), "proto: illegal wireType 6"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.message);
    auto merged = Merge(Thing(), c.bytes);
    ASSERT_FALSE(merged);
    EXPECT_EQ(merged.error(), Error(Reason::kBadRequest, std::string(c.message)));
  }
  const std::string whole = Bytes(Sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // No prefix may crash; most are refused.
    (void)Merge(Thing(), std::string_view(whole).substr(0, size));
  }
}

TEST(Protobuf, RefusesBadEnvelopes) {
  const struct {
    std::string_view bytes;
    std::string_view message;
  } cases[] = {
      {"", "empty data"},
      {"{}",
       "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"},
      {std::string_view("k8s\0", 4), "empty body"},
      {std::string_view("k8s\0\x12\x05", 6), "unexpected EOF"},
  };
  for (const auto& c : cases) {
    auto decoded = DecodeProtobuf(TypeOf<Thing>(), c.bytes);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().message, c.message);
  }
  auto bare = DecodeProtobuf(TypeOf<Thing>(), std::string_view("k8s\0\x12\x00", 6));
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->kind, "");
}

TEST(Protobuf, ChecksRawJsonOfOthers) {
  for (const std::string& json :
       {std::string("{"), std::string("x"), std::string(65, '[') + std::string(65, ']')}) {
    Thing thing;
    thing.spec.raw.emplace(RawJson{json});
    const std::string bytes = EncodeProtobuf(Object::Of(thing));
    EXPECT_FALSE(DecodeProtobuf(TypeOf<Thing>(), bytes)) << json;
    EXPECT_TRUE(DecodeProtobuf(TypeOf<Thing>(), bytes, {.check_raw = false})) << json;
  }
}

TEST(Protobuf, BoundsItems) {
  DecodeLimits limits;
  limits.max_items = 2;
  Thing thing;
  const std::string_view three("\x12\x06\x12\x00\x12\x00\x12\x00", 8);
  const Status status = MergeProtobuf(TypeOf<Thing>(), &thing, three, limits);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, Reason::kRequestEntityTooLarge);
}

}  // namespace
}  // namespace k8snet
