#include "k8snet/apis/codec/cbor.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/core/v1.h"
#include "src/codec_test_types.h"

namespace k8snet {
namespace {

using codec_test::Thing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string ToHex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex.push_back("0123456789abcdef"[byte >> 4U]);
    hex.push_back("0123456789abcdef"[byte & 0xFU]);
  }
  return hex;
}

std::string Quoted(std::string_view json) {
  std::string out;
  AppendCborOfJson(json, out);
  return ToHex(out);
}

// Each line: bytes, note, finding, and the object or the error; testdata/golden/make wrote them.
TEST(Cbor, TakesAndRefusesWhatUpstreamDoes) {
  std::ifstream in(std::filesystem::path(K8SNET_SOURCE_DIR) / "testdata/golden/cbor/decode.tsv");
  std::string line;
  int lines = 0;
  while (std::getline(in, line)) {
    ++lines;
    std::vector<std::string> cells(1);
    for (const char c : line) {
      if (c == '\t') {
        cells.emplace_back();
      } else {
        cells.back().push_back(c);
      }
    }
    ASSERT_EQ(cells.size(), 4U) << line;
    SCOPED_TRACE(cells[1]);
    const auto decoded = DecodeCbor(TypeOf<core::v1::Service>(), FromHex(cells[0]));
    if (!decoded) {
      EXPECT_EQ(decoded.error().message, cells[3]);
      EXPECT_EQ(decoded.error().reason, Reason::kBadRequest);
      EXPECT_TRUE(decoded.error().place.has_value());
      continue;
    }
    std::string json;
    AppendJson(decoded->object.type(), decoded->object.data(), false, json);
    EXPECT_EQ(json, cells[3]);
    if (cells[2].empty()) {
      EXPECT_THAT(decoded->findings, IsEmpty());
    } else {
      EXPECT_THAT(decoded->findings, ElementsAre(cells[2]));
    }
  }
  EXPECT_GT(lines, 100);
}

TEST(Cbor, TellsPathAndOffsetOfAnError) {
  const struct {
    std::string_view hex;
    std::string_view path;
    std::size_t offset;
  } cases[] = {
      {"", "", 0},
      {"a0a0", "", 1},
      {"a14473706563a145706f72747381a144706f7274f5", "spec.ports[0].port", 20},
      {"a14473706563a145706f72747381a144706f72741a8000", "spec.ports[0].port", 20},
      {"a1486d65746164617461a1466c6162656c73a2416141624161", "metadata.labels.a", 25},
      {"a1486d65746164617461a1466c6162656c73a241614162416101", "metadata.labels.a", 23},
      {"a14473706563a24161014161f6", "spec.a", 10},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.hex);
    const auto decoded = DecodeCbor(TypeOf<core::v1::Service>(), FromHex(c.hex));
    ASSERT_FALSE(decoded);
    ASSERT_TRUE(decoded.error().place.has_value());
    EXPECT_EQ(decoded.error().place->path, c.path);
    EXPECT_EQ(decoded.error().place->offset, c.offset);
  }
}

TEST(Cbor, WritesNumbersInTheirShortestForm) {
  // Source: RFC 8949 appendix A.
  const struct {
    std::string_view json;
    std::string_view hex;
  } cases[] = {
      {"0", "00"},
      {"23", "17"},
      {"24", "1818"},
      {"255", "18ff"},
      {"256", "190100"},
      {"65536", "1a00010000"},
      {"9223372036854775807", "1b7fffffffffffffff"},
      {"9223372036854775808", "fa5f000000"},
      {"-1", "20"},
      {"-9223372036854775808", "3b7fffffffffffffff"},
      {"1.5", "f93e00"},
      {"0.0", "f90000"},
      {"-0.0", "f98000"},
      {"65504.0", "f97bff"},
      {"65505.0", "fa477fe100"},
      {"100000.0", "fa47c35000"},
      {"3.4028234663852886e+38", "fa7f7fffff"},
      {"1.0e+300", "fb7e37e43c8800759c"},
      {"5.960464477539063e-8", "f90001"},
      {"0.00006103515625", "f90400"},
      {"0.00006097555160522461", "f903ff"},
      {"2.9802322387695312e-8", "fa33000000"},
      {"-4.1", "fbc010666666666666"},
      {"1e999", "f6"},
      {"1e-999", "f90000"},
      {"[1,[2, 3],{}]", "8301820203a0"},
      {"{\"b\":1,\"aa\":\"x\",\"a\" : null,\"b\":2}", "a34161f641620242616141 78"},
      {"\"\\u00fc\\n\"", "43c3bc0a"},
      {" true", "f5"},
      {"false", "f4"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.json);
    std::string hex(c.hex);
    std::erase(hex, ' ');
    EXPECT_EQ(Quoted(c.json), hex);
  }
}

TEST(Cbor, WritesWellFormedItemsWhateverRawJsonSays) {
  for (const std::string_view text :
       {"",        "{",        "[",           "{]",   "[}",   "[,",    "{,}", "{1:2}", "{\"a\"",
        "{\"a\":", "{\"a\":}", "\"",          "\"\\", "{\"a", "[1 2]", "[1",  "x",     "-",
        "]",       ":",        "{\"a\":1,\"", "[[[",  "nul",  "tru",   "1e"}) {
    SCOPED_TRACE(text);
    std::string bytes;
    AppendCborOfJson(text, bytes);
    EXPECT_TRUE(CborToJson(bytes));
  }
}

TEST(Cbor, ReadsFloatsOfAnyWidth) {
  const struct {
    std::string_view hex;
    std::string_view json;
  } cases[] = {
      {"f93e00", "1.5"}, {"f97bff", "65504"},      {"f90001", "5.960464477539063e-8"},
      {"f98000", "-0"},  {"fa47c35000", "100000"}, {"fbc010666666666666", "-4.1"},
      {"9f01ff", "[1]"}, {"bfff", "{}"},           {"a2416201416100", R"({"a":0,"b":1})"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.hex);
    const auto json = CborToJson(FromHex(c.hex));
    ASSERT_TRUE(json) << json.error().message;
    EXPECT_EQ(*json, c.json);
  }
}

TEST(Cbor, ReadsWhatItWrites) {
  auto decoded = DecodeJson(TypeOf<Thing>(), R"({"metadata":{"name":"n","labels":{"a":"b","c":""},
      "created":"1970-01-01T00:00:00Z","deleted":"2024-05-01T10:00:01Z"},"spec":{
      "thingClass":"","ports":[{"name":"p","number":80,"target":"http"},{"target":-8080}],
      "addresses":["1","2"],"selector":{"x":"y"},"rules":[{"host":"h","http":{"number":-5}},{}],
      "flag":true,"ready":false,"big":9223372036854775807,"maybeBig":-1,"ratio":1.5,
      "at":"1960-05-01T10:00:00.123456Z","raw":{"f:a":{}},"bytes":"AAEC","hosts":["a",""],
      "numbers":[1,-2],"named":{"a":{"number":1},"b":{}},"never":"v"}})");
  ASSERT_TRUE(decoded);
  const Object object = std::move(decoded->object).Freeze();
  auto again = DecodeCbor(object.type(), EncodeCbor(object));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->kind, object.type().name);
  EXPECT_THAT(again->findings, IsEmpty());
  const Object same = std::move(again->object).Freeze();
  EXPECT_TRUE(same == object) << EncodeJson(same) << EncodeJson(object);
}

TEST(Cbor, TakesBytesAsBase64OrTagged) {
  for (const std::string_view hex :
       {"a14473706563a1456279746573444141454 3", "a14473706563a1456279746573d643000102"}) {
    std::string packed(hex);
    std::erase(packed, ' ');
    auto decoded = DecodeCbor(TypeOf<Thing>(), FromHex(packed));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->object.Get<Thing>().spec.bytes, std::string("\0\1\2", 3));
  }
  auto bad = DecodeCbor(TypeOf<Thing>(), FromHex("a14473706563a14562797465734121"));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message,
            "cbor: failed to decode base64 from byte string: illegal base64 data");
}

TEST(Cbor, PeeksAtKindAndVersion) {
  const auto meta = PeekCbor(EncodeCbor(Object::Of(core::v1::Service())));
  ASSERT_TRUE(meta);
  EXPECT_EQ(*meta, (TypeMeta{"v1", "Service"}));
  EXPECT_FALSE(PeekCbor("\xA1"));
}

TEST(Cbor, TakesMapsOnlyWhereAskedTo) {
  const auto map = CborMapToJson(FromHex("d9d9f7a1416101"));
  ASSERT_TRUE(map);
  EXPECT_EQ(*map, R"({"a":1})");
  EXPECT_TRUE(CborMapToJson(FromHex("f6")));
  const auto list = CborMapToJson(FromHex("d9d9f780"));
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().message,
            "cbor: cannot unmarshal array into Go value of type map[string]interface {}");
  EXPECT_EQ(list.error().place->offset, 3U);
}

TEST(Cbor, FindsTheEndOfAnItem) {
  const std::string one = EncodeCbor(Object::Of(core::v1::Service()));
  const auto size = CborItemSize(one + one);
  ASSERT_TRUE(size);
  EXPECT_EQ(*size, one.size());
  const auto part = CborItemSize(one.substr(0, one.size() - 1));
  ASSERT_FALSE(part);
  EXPECT_EQ(part.error().message, "unexpected EOF");
}

TEST(Cbor, BoundsBytesDepthAndItems) {
  const Type& type = TypeOf<core::v1::Service>();
  DecodeOptions options;
  options.limits = {.max_bytes = 100, .max_depth = 3, .max_items = 2};
  const struct {
    std::string json;
    Reason reason;
  } cases[] = {
      {R"({"a":{"b":[1]}})", Reason::kUnknown},
      {R"({"a":{"b":[[1]]}})", Reason::kBadRequest},
      {R"({"spec":{"externalIPs":["","",""]}})", Reason::kRequestEntityTooLarge},
      {R"({"metadata":{"labels":{"a":"","b":"","c":""}}})", Reason::kRequestEntityTooLarge},
      {R"({"a":1,"b":2,"c":3})", Reason::kRequestEntityTooLarge},
      {"\"" + std::string(200, 'x') + "\"", Reason::kRequestEntityTooLarge},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.json);
    std::string bytes;
    AppendCborOfJson(c.json, bytes);
    const auto decoded = DecodeCbor(type, bytes, options);
    EXPECT_EQ(decoded ? Reason::kUnknown : decoded.error().reason, c.reason);
  }
}

}  // namespace
}  // namespace k8snet
