// Bytes that nobody's encoder writes: each format must refuse them by a value that says where, in
// little memory and time.
#include <malloc.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/codec/yaml.h"
#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/networking/v1.h"

namespace {

thread_local std::size_t live_bytes = 0;
thread_local std::size_t most_bytes = 0;

}  // namespace

// Not inlined, so that compilers do not take new and free for a pair that does not match.
__attribute__((noinline)) void* operator new(std::size_t size) {
  void* p = std::malloc(size);
  if (p == nullptr) {
    std::abort();
  }
  live_bytes += malloc_usable_size(p);
  most_bytes = live_bytes > most_bytes ? live_bytes : most_bytes;
  return p;
}
__attribute__((noinline)) void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return operator new(size);
}
__attribute__((noinline)) void operator delete(void* p) noexcept {
  live_bytes -= p == nullptr ? 0 : malloc_usable_size(p);
  std::free(p);
}
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept {
  operator delete(p);
}

namespace k8snet {
namespace {

using core::v1::Service;
using networking::v1::Ingress;
using ::testing::HasSubstr;

constexpr std::size_t kMebibyte = std::size_t{1} << 20U;
constexpr int kDeep = 100'000;

enum class Format { kJson, kYaml, kProtobuf, kCbor };
constexpr Format kFormats[] = {Format::kJson, Format::kYaml, Format::kProtobuf, Format::kCbor};

Result<Decoded> Decode(Format format, const Type& type, std::string_view bytes,
                       const DecodeOptions& options = {}) {
  switch (format) {
    case Format::kJson:
      return DecodeJson(type, bytes, options);
    case Format::kYaml:
      return DecodeYaml(type, bytes, options);
    case Format::kProtobuf:
      return DecodeProtobuf(type, bytes, options);
    case Format::kCbor:
      return DecodeCbor(type, bytes, options);
  }
  return Error();
}

// Returns the most bytes that `run` held at one time.
std::size_t MostBytes(const std::function<void()>& run) {
  const std::size_t before = live_bytes;
  most_bytes = before;
  run();
  return most_bytes - before;
}

std::string Golden(std::string_view stem, Format format) {
  static constexpr std::string_view kEndings[] = {".json", ".yaml", ".pb", ".cbor"};
  const auto path = std::filesystem::path(K8SNET_SOURCE_DIR) / "testdata/golden/v1.37" /
                    (std::string(stem) + std::string(kEndings[static_cast<int>(format)]));
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string Repeated(std::string_view text, int times) {
  std::string out;
  out.reserve(text.size() * static_cast<std::size_t>(times));
  for (int i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

std::string Cbor(std::string_view json) {
  std::string bytes;
  AppendCborOfJson(json, bytes);
  return bytes;
}

// An envelope around the message `raw`.
std::string Envelope(std::string_view raw) {
  std::string bytes;
  AppendProtobufEnvelope("v1", "Service", raw, bytes);
  return bytes;
}

// Expects an error at a place inside `bytes`, and returns it.
Error Refused(Format format, const Type& type, std::string_view bytes,
              const DecodeOptions& options = {}) {
  auto decoded = Decode(format, type, bytes, options);
  EXPECT_FALSE(decoded);
  if (decoded) {
    return {};
  }
  const Error error = std::move(decoded).error();
  EXPECT_FALSE(error.message.empty());
  EXPECT_TRUE(error.place.has_value()) << error.message;
  if (error.place) {
    EXPECT_LE(error.place->offset, bytes.size()) << error.message;
  }
  return error;
}

TEST(BadInput, CutOffAtEveryByte) {
  for (const Format format : kFormats) {
    SCOPED_TRACE(static_cast<int>(format));
    const std::string whole = Golden("networking.k8s.io.v1.Ingress.full-ingress", format);
    ASSERT_FALSE(whole.empty());
    ASSERT_TRUE(Decode(format, TypeOf<Ingress>(), whole));
    for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
      SCOPED_TRACE(size);
      // A copy, so that reading behind the end is seen by sanitizers.
      const std::string part = whole.substr(0, size);
      if (format == Format::kJson || format == Format::kCbor) {
        Refused(format, TypeOf<Ingress>(), part);
        continue;
      }
      // What is left may be a whole document or message.
      const auto decoded = Decode(format, TypeOf<Ingress>(), part);
      if (!decoded) {
        EXPECT_TRUE(decoded.error().place.has_value()) << decoded.error().message;
      }
    }
  }
}

TEST(BadInput, AHundredThousandLevels) {
  const std::string wire_group = Repeated("\xFB\x01", kDeep);
  const struct {
    Format format;
    std::string bytes;
    std::string_view message;
  } cases[] = {
      {Format::kJson, Repeated("[", kDeep), "exceeded max depth"},
      {Format::kJson, R"({"x":)" + Repeated(R"({"a":)", kDeep), "exceeded max depth"},
      {Format::kJson, Repeated("[", kDeep) + Repeated("]", kDeep), "exceeded max depth"},
      {Format::kYaml, Repeated("[", kDeep), ""},
      {Format::kYaml, Repeated("{a: ", kDeep), ""},
      {Format::kYaml, Repeated("- ", kDeep), ""},
      {Format::kYaml, Repeated("? ", kDeep), ""},
      {Format::kYaml, Repeated("[", kDeep) + Repeated("]", kDeep), ""},
      {Format::kProtobuf, Envelope(wire_group), "unexpected EOF"},
      {Format::kCbor, Repeated("\x81", kDeep), "cbor: exceeded max nested level 64"},
      {Format::kCbor, Repeated("\x9F", kDeep), "cbor: exceeded max nested level 64"},
      {Format::kCbor, Repeated("\xA1\x41x", kDeep), "cbor: exceeded max nested level 64"},
      {Format::kCbor, Repeated("\xC6", kDeep), "cbor: exceeded max nested level 64"},
      {Format::kCbor, Repeated("\xD9\xD9\xF7", kDeep), "cbor: exceeded max nested level 64"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.bytes.substr(0, 8));
    const std::size_t most = MostBytes([&] {
      EXPECT_THAT(Refused(c.format, TypeOf<Service>(), c.bytes).message, HasSubstr(c.message));
    });
    EXPECT_LT(most, 48 * kMebibyte);
  }
}

TEST(BadInput, DeepMessages) {
  // Raw JSON is what can be deep in protobuf.
  Service service;
  service.metadata.managed_fields.emplace_back().fields_v1.emplace(
      RawJson{Repeated("[", kDeep) + Repeated("]", kDeep)});
  const Error error =
      Refused(Format::kProtobuf, TypeOf<Service>(), EncodeProtobuf(Object::Of(service)));
  EXPECT_EQ(error.message, "json: exceeded max depth");
  EXPECT_EQ(error.place->path, "metadata.managedFields[0].fieldsV1");
}

TEST(BadInput, TooLong) {
  const std::string padding(DecodeLimits().max_bytes, ' ');
  for (const Format format : kFormats) {
    SCOPED_TRACE(static_cast<int>(format));
    const std::string bytes = Golden("core.v1.Service.service", format) + padding;
    std::optional<Error> error;
    const std::size_t most = MostBytes([&] {
      auto decoded = Decode(format, TypeOf<Service>(), bytes);
      ASSERT_FALSE(decoded);
      error = std::move(decoded).error();
    });
    EXPECT_EQ(error->reason, Reason::kRequestEntityTooLarge);
    EXPECT_EQ(error->message, "Request entity too large: limit is 3145728");
    EXPECT_LT(most, 4096U);
  }
}

TEST(BadInput, TooManyItems) {
  constexpr int kMany = 22'000;
  DecodeOptions options;
  options.limits.max_items = 20'000;
  Service service;
  service.spec.external_ips.resize(kMany);
  const std::string json = R"({"spec":{"externalIPs":[)" + Repeated("\"\",", kMany) + "\"\"]}}";
  const struct {
    Format format;
    std::string bytes;
  } cases[] = {
      {Format::kJson, json},
      {Format::kYaml, "spec:\n  externalIPs:\n" + Repeated("  - ''\n", kMany)},
      {Format::kYaml, "spec:\n  externalIPs: [" + Repeated("'',", kMany) + "'']\n"},
      {Format::kYaml, "spec: {externalIPs: [" + Repeated(",", 10 * kMany) + "]}\n"},
      {Format::kProtobuf, EncodeProtobuf(Object::Of(service))},
      {Format::kCbor, Cbor(json)},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(static_cast<int>(c.format));
    const std::size_t most = MostBytes([&] {
      const Error error = Refused(c.format, TypeOf<Service>(), c.bytes, options);
      EXPECT_EQ(error.reason, Reason::kRequestEntityTooLarge);
      EXPECT_EQ(error.message, "Request entity too large: limit is 20000 items");
    });
    // yaml-cpp keeps all that is between brackets.
    EXPECT_LT(most, 12 * kMebibyte);
  }
}

TEST(BadInput, ClaimsOfMoreThanThereIs) {
  const struct {
    Format format;
    std::string_view bytes;
    std::string_view message;
    std::string_view path;
  } cases[] = {
      // Maps, lists and strings of 2^31 and 2^63 entries, elements and bytes.
      {Format::kCbor, std::string_view("\xBA\x80\0\0\0", 5), "exceeded max number of", ""},
      {Format::kCbor, std::string_view("\xBB\x80\0\0\0\0\0\0\0", 9), "integer overflow", ""},
      {Format::kCbor, std::string_view("\xBA\0\x1F\xFF\xFF", 5), "unexpected EOF", ""},
      {Format::kCbor, std::string_view("\xA1\x44spec\xA1\x45ports\x9A\x80\0\0\0", 18),
       "exceeded max number of", "spec.ports"},
      {Format::kCbor, std::string_view("\xA1\x44spec\xA1\x45ports\x9A\x7F\xFF\xFF\xFF", 18),
       "unexpected EOF", "spec.ports[0]"},
      {Format::kCbor, std::string_view("\xA1\x44spec\xA1\x45ports\x9B\x80\0\0\0\0\0\0\0", 22),
       "integer overflow", "spec.ports"},
      {Format::kCbor, std::string_view("\xA1\x44spec\xA1\x44type\x5A\x80\0\0\0", 17),
       "unexpected EOF", "spec.type"},
      {Format::kCbor, std::string_view("\xA1\x44spec\xA1\x44type\x7B\x80\0\0\0\0\0\0\0", 21),
       "integer overflow", "spec.type"},
      // Lengths of 2^31 and 2^63: of the object, of spec, of spec.type.
      {Format::kProtobuf, std::string_view("k8s\0\x12\x80\x80\x80\x80\x08", 10), "unexpected EOF",
       ""},
      {Format::kProtobuf, std::string_view("k8s\0\x12\x06\x12\x80\x80\x80\x80\x08", 12),
       "unexpected EOF", "spec"},
      {Format::kProtobuf,
       std::string_view("k8s\0\x12\x0B\x12\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 17),
       "negative length", "spec"},
      {Format::kProtobuf, std::string_view("k8s\0\x12\x08\x12\x06\x22\x80\x80\x80\x80\x08", 14),
       "unexpected EOF", "spec.type"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(::testing::PrintToString(c.bytes));
    const std::size_t most = MostBytes([&] {
      const Error error = Refused(c.format, TypeOf<Service>(), c.bytes);
      EXPECT_THAT(error.message, HasSubstr(c.message));
      if (error.place) {
        EXPECT_EQ(error.place->path, c.path);
      }
    });
    EXPECT_LT(most, 65536U);
  }
}

TEST(BadInput, NumbersAndTextThatDoNotFit) {
  const struct {
    Format format;
    std::string bytes;
    std::string_view message;
    std::string_view path;
    std::size_t offset;
  } cases[] = {
      {Format::kJson, R"({"spec":{"ports":[{"port":2147483648}]}})", "number 2147483648 into Go",
       "spec.ports[0].port", 26},
      {Format::kJson, R"({"metadata":{"generation":9223372036854775808}})",
       "number 9223372036854775808 into Go", "metadata.generation", 26},
      {Format::kJson, R"({"spec":{"ports":[{"port":1e999}]}})", "number 1e999 into Go",
       "spec.ports[0].port", 26},
      {Format::kJson, R"({"spec":{"ports":[{"port":NaN}]}})",
       "invalid character 'N' looking for beginning of value", "", 26},
      {Format::kJson, "{\"metadata\":{\"name\":5}}", "number into Go", "metadata.name", 20},
      {Format::kYaml, "spec:\n  ports:\n  - port: 2147483648\n", "number 2147483648 into Go",
       "spec.ports[0].port", 25},
      {Format::kYaml, "\xEF\xBB\xBFspec:\n  ports:\n  - port: x\n", "string into Go",
       "spec.ports[0].port", 28},
      {Format::kYaml, "spec:\n  ports:\n  - port: .nan\n", "unsupported value: NaN",
       "spec.ports[0].port", 25},
      {Format::kYaml, "spec:\n  ports:\n  - port: -.inf\n", "unsupported value: -Inf",
       "spec.ports[0].port", 25},
      {Format::kYaml, "metadata:\n  name: \xC3\x28\n", "invalid leading UTF-8 octet", "", 18},
      {Format::kYaml, "metadata:\n  name: *x\n", "unknown anchor 'x'", "metadata.name", 18},
      {Format::kYaml, "metadata:\n  labels:\n    'a.b/c': [1]\n", "array into Go",
       "metadata.labels.a.b/c", 33},
      {Format::kCbor, Cbor(R"({"spec":{"ports":[{"port":2147483648}]}})"),
       "2147483648 overflows int32", "spec.ports[0].port", 20},
      {Format::kCbor, Cbor(R"({"metadata":{"generation":9223372036854775808}})"),
       "primitives into Go", "metadata.generation", 22},
      {Format::kCbor, std::string("\xA1\x48metadata\xA1\x44name\x62\xC3\x28"),
       "invalid UTF-8 string", "metadata.name", 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.bytes);
    const Error error = Refused(c.format, TypeOf<Service>(), c.bytes);
    EXPECT_THAT(error.message, HasSubstr(c.message));
    ASSERT_TRUE(error.place);
    EXPECT_EQ(error.place->path, c.path);
    if (c.offset != 0) {
      EXPECT_EQ(error.place->offset, c.offset);
    }
  }
}

TEST(BadInput, AliasesCostNoMoreThanTheyMay) {
  const std::string text(kMebibyte, 'x');
  std::string nested = "a0: &a0 [x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    nested += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
              Repeated(alias + ",", 8) + alias + "]\n";
  }
  std::string keys = "a: &x " + text + "\n";
  for (int i = 0; i < 1000; ++i) {
    keys += "k" + std::to_string(i) + ": *x\n";
  }
  std::string anchors = "a: ";
  for (int i = 0; i < 50; ++i) {
    anchors += "&x" + std::to_string(i) + " [";
  }
  anchors += text + Repeated("]", 50) + "\n";
  const std::string cases[] = {
      nested,
      keys,
      anchors,
      "a: &x " + text + "\nb: [" + Repeated("*x,", 1000) + "]\n",
      "a: &x {k: " + text + "}\nb:\n" + Repeated("  - <<: *x\n", 1000),
      "a: &x {k: " + text + "}\nb:\n  <<: [" + Repeated("*x,", 1000) + "*x]\n",
  };
  for (const std::string& yaml : cases) {
    SCOPED_TRACE(yaml.substr(0, 20));
    const std::size_t most = MostBytes([&] {
      const auto json = YamlToJson(yaml);
      if (!json) {
        EXPECT_THAT(json.error().message, HasSubstr("excessive aliasing"));
      } else {
        EXPECT_LE(json->json.size(), DecodeLimits().max_bytes);
      }
    });
    EXPECT_LT(most, 48 * kMebibyte);
  }
}

}  // namespace
}  // namespace k8snet
