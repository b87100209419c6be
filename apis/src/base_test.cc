#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/apis/base/scalars.h"
#include "k8snet/apis/testing/matchers.h"
#include "src/base64.h"
#include "src/time_text.h"

namespace k8snet {
namespace {

using field::BadValue;
using field::ErrorType;
using field::Path;
using testing::FailsWith;
using testing::HasErrors;
using testing::Holds;
using ::testing::Not;

TEST(Path, PrintsNamesIndicesAndKeys) {
  const Path spec("spec");
  const Path rules = spec.Child("rules");
  EXPECT_EQ(rules.Index(3).ToString(), "spec.rules[3]");
  EXPECT_EQ(rules.Index(12).Child("host").ToString(), "spec.rules[12].host");
  EXPECT_EQ(Path().ToString(), "");
  EXPECT_EQ(Path().Child("spec").ToString(), "spec");
  EXPECT_EQ(Path("metadata.labels").Key("a/b").ToString(), "metadata.labels[a/b]");
  EXPECT_EQ(Path().Index(0).ToString(), "[0]");
}

TEST(FieldError, PrintsAsUpstream) {
  const Path path("spec.x");
  const struct {
    field::Error error;
    std::string_view text;
  } cases[] = {
      {field::Required(path), "spec.x: Required value"},
      {field::Required(path, "why"), "spec.x: Required value: why"},
      {field::Invalid(path, "a\"b", "bad"), R"(spec.x: Invalid value: "a\"b": bad)"},
      {field::Invalid(path, 80, "bad"), "spec.x: Invalid value: 80: bad"},
      {field::Invalid(path, true, "bad"), "spec.x: Invalid value: true: bad"},
      {field::Invalid(path, BadValue::Null(), "bad"), "spec.x: Invalid value: null: bad"},
      {field::Invalid(path, BadValue::Json("{}"), "bad"), "spec.x: Invalid value: {}: bad"},
      {field::Invalid(path, BadValue::List({"a", "<"}), "bad"),
       R"(spec.x: Invalid value: ["a","\u003c"]: bad)"},
      {field::TypeInvalid(path, "v", "bad"), R"(spec.x: Invalid value: "v": bad)"},
      {field::NotSupported(path, "v", {"a", "b"}),
       R"(spec.x: Unsupported value: "v": supported values: "a", "b")"},
      {field::NotSupported(path, "v", {}), R"(spec.x: Unsupported value: "v")"},
      {field::Forbidden(path, "no"), "spec.x: Forbidden: no"},
      {field::Duplicate(path, "v"), R"(spec.x: Duplicate value: "v")"},
      {field::NotFound(path, "v"), R"(spec.x: Not found: "v")"},
      {field::TooLong(path, 5), "spec.x: Too long: may not be more than 5 bytes"},
      {field::TooLong(path, 1), "spec.x: Too long: may not be more than 1 byte"},
      {field::TooLong(path, -1), "spec.x: Too long: value is too long"},
      {field::TooMany(path, 7, 5), "spec.x: Too many: 7: must have at most 5 items"},
      {field::TooMany(path, 2, 1), "spec.x: Too many: 2: must have at most 1 item"},
      {field::Internal(path, "oops"), "spec.x: Internal error: oops"},
      {field::Invalid(Path(), "", "bad"), R"(Invalid value: "": bad)"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(c.error.ToString(), c.text);
  }
}

TEST(FieldError, IsMatchedByTypePathAndOrigin) {
  field::ErrorList errors;
  field::Append(errors, {field::Required(Path("a")),
                         field::Invalid(Path("b"), "x", "bad").WithOrigin("format=ip")});
  EXPECT_THAT(errors, HasErrors({{ErrorType::kRequired, "a", ""},
                                 {ErrorType::kInvalid, "b", "format=ip"}}));
  EXPECT_THAT(errors, Not(HasErrors({{ErrorType::kRequired, "a", ""}})));
  EXPECT_THAT(
      errors,
      Not(HasErrors({{ErrorType::kRequired, "a", ""}, {ErrorType::kInvalid, "b", "other"}})));
}

TEST(Quote, EscapesAsGoDoes) {
  const struct {
    std::string_view text;
    std::string_view quoted;
  } cases[] = {
      {"", R"("")"},
      {"a'b\"\\", R"("a'b\"\\")"},
      {"\a\b\f\n\r\t\v", R"("\a\b\f\n\r\t\v")"},
      {std::string_view("\0\x1B\x7F", 3), R"("\x00\x1b\x7f")"},
      {"\xFFz\xC3", R"("\xffz\xc3")"},
      {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
      {"\xC2\xA0\xC2\xAD\xE2\x80\xA8\xEF\xBB\xBF", R"("\u00a0\u00ad\u2028\ufeff")"},
      {"\xEF\xBF\xBD", "\"\xEF\xBF\xBD\""},
      {"\xF3\xA0\x80\x81\xF4\x8F\xBF\xBF", R"("\U000e0001\U0010ffff")"},
      {"\xED\xA0\x80", R"("\xed\xa0\x80")"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(field::Quote(c.text), c.quoted);
  }
}

TEST(Time, ParsesWhatGoParses) {
  const struct {
    std::string_view text;
    std::optional<std::int64_t> seconds;
  } cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"0001-01-01T00:00:00Z", Time::kZeroSeconds},
      {"2024-02-29T23:59:59Z", 1709251199},
      {"2024-05-01T10:00:00+02:00", 1714550400},
      {"2024-05-01T10:00:00-24:60", 1714557600 + 25 * 3600},
      {"2024-05-01T1:00:00Z", 1714525200},
      {"2024-05-01T10:00:00.999999999999Z", 1714557600},
      {"2024-05-01T10:00:00,5Z", 1714557600},
      {"9999-12-31T23:59:59Z", 253402300799},
      {"2023-02-29T00:00:00Z", std::nullopt},
      {"2024-02-30T00:00:00Z", std::nullopt},
      {"2024-13-01T00:00:00Z", std::nullopt},
      {"2024-00-01T00:00:00Z", std::nullopt},
      {"2024-01-00T00:00:00Z", std::nullopt},
      {"2024-05-01T24:00:00Z", std::nullopt},
      {"2024-05-01T10:60:00Z", std::nullopt},
      {"2024-05-01T10:00:60Z", std::nullopt},
      {"2024-05-01t10:00:00Z", std::nullopt},
      {"2024-05-01T10:00:00z", std::nullopt},
      {"2024-05-01 10:00:00Z", std::nullopt},
      {"2024-5-01T10:00:00Z", std::nullopt},
      {"2024-05-01T10:00:00", std::nullopt},
      {"2024-05-01T10:00:00.Z", std::nullopt},
      {"2024-05-01T10:00:00+2:00", std::nullopt},
      {"2024-05-01T10:00:00+25:00", std::nullopt},
      {"2024-05-01T10:00:00Z ", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto time = Time::Parse(c.text);
    EXPECT_EQ(time.has_value() ? std::optional(time->seconds) : std::nullopt, c.seconds);
  }
}

TEST(Time, ExplainsWhatItRefuses) {
  const std::string layout = R"( as "2006-01-02T15:04:05Z07:00": cannot parse )";
  const struct {
    std::string text;
    std::string error;
  } cases[] = {
      {"x", "\"x\"" + layout + R"("x" as "2006")"},
      {"", "\"\"" + layout + R"("" as "2006")"},
      {"2024x", "\"2024x\"" + layout + R"("x" as "-")"},
      {"2024-05-01", "\"2024-05-01\"" + layout + R"("" as "T")"},
      {"2024-05-01T10:00:00", "\"2024-05-01T10:00:00\"" + layout + R"("" as "Z07:00")"},
      {"2024-13-01T10:00:00Z", R"("2024-13-01T10:00:00Z": month out of range)"},
      {"2024-02-30T10:00:00Z", R"("2024-02-30T10:00:00Z": day out of range)"},
      {"2024-02-20T25:00:00Z", R"("2024-02-20T25:00:00Z": hour out of range)"},
      {"2024-02-20T10:00:00Zx", R"("2024-02-20T10:00:00Zx": extra text: "x")"},
      {"2024-02-20T10:00:00Z\u00e9\n\"\x7f",
       "\"2024-02-20T10:00:00Z\\xc3\\xa9\\x0a\\\"\x7f\": extra text: "
       "\"\\xc3\\xa9\\x0a\\\"\x7f\""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(internal::ParseTime(c.text, internal::TimeLayout::kSeconds).error,
              "parsing time " + c.error);
  }
}

TEST(Time, PrintsInUtc) {
  for (const std::string_view text :
       {"1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z",
        "2000-02-29T12:34:56Z", "9999-12-31T23:59:59Z", "0000-03-01T00:00:00Z"}) {
    const auto time = Time::Parse(text);
    ASSERT_TRUE(time.has_value());
    EXPECT_EQ(time->ToString(), text);
  }
  EXPECT_EQ(Time{.seconds = std::numeric_limits<std::int64_t>::max()}.ToString(),
            "292277026596-12-04T15:30:07Z");
}

TEST(MicroTime, HasSixDigits) {
  const auto time = MicroTime::Parse("1960-05-01T10:00:00.000123Z");
  ASSERT_TRUE(time.has_value());
  EXPECT_EQ(time->microseconds, 123);
  EXPECT_EQ(time->ToString(), "1960-05-01T10:00:00.000123Z");
  EXPECT_FALSE(MicroTime::Parse("1960-05-01T10:00:00Z").has_value());
  EXPECT_FALSE(MicroTime::Parse("1960-05-01T10:00:00.1234567Z").has_value());
  EXPECT_FALSE(MicroTime::Parse("1960-05-01T10:00:00.12345Z").has_value());
}

TEST(Base64, ReadsWhatItWrites) {
  for (const std::string_view bytes : {"", "a", "ab", "abc", "abcd", "\xFF\xFE\xFD"}) {
    std::string text;
    internal::AppendBase64(bytes, text);
    EXPECT_EQ(internal::ParseBase64(text), bytes);
  }
  EXPECT_EQ(internal::ParseBase64("YQ==\n"), "a");
  for (const std::string_view bad : {"a", "ab", "abc", "====", "YQ=", "YQ==Y", "Y Q=", "Y==="}) {
    EXPECT_EQ(internal::ParseBase64(bad), std::nullopt) << bad;
  }
}

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> good = 5;
  const Result<int> bad = Error(Reason::kNotFound, "gone");
  EXPECT_THAT(good, Holds(5));
  EXPECT_THAT(good, Not(Holds(6)));
  EXPECT_THAT(bad, Not(Holds(5)));
  EXPECT_THAT(bad, FailsWith(Reason::kNotFound));
  EXPECT_THAT(bad, FailsWith(Reason::kNotFound, "gone"));
  EXPECT_THAT(bad, Not(FailsWith(Reason::kConflict)));
  EXPECT_THAT(good, Not(FailsWith(Reason::kNotFound)));
  EXPECT_EQ(bad.error().Wrap("cannot").message, "cannot: gone");
}

TEST(IntOrString, PrintsEither) {
  EXPECT_EQ(IntOrString(80).ToString(), "80");
  EXPECT_EQ(IntOrString("http").ToString(), "http");
  EXPECT_NE(IntOrString("80"), IntOrString(80));
}

}  // namespace
}  // namespace k8snet
