#include "src/duration.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

using std::chrono::nanoseconds;

TEST(Duration, ReadsNumbersWithUnits) {
  const struct {
    const char* text;
    std::int64_t nanos;
  } cases[] = {
      {"0", 0},
      {"-0", 0},
      {"5s", 5'000'000'000},
      {"+5s", 5'000'000'000},
      {"-1s", -1'000'000'000},
      {"1h30m", 5'400'000'000'000},
      {"1.5s", 1'500'000'000},
      {".5s", 500'000'000},
      {"1.s", 1'000'000'000},
      {"100ms", 100'000'000},
      {"3us", 3'000},
      {"3\u00B5s", 3'000},
      {"3\u03BCs", 3'000},
      {"7ns", 7},
      {"0.100000000000000000000h", 360'000'000'000},
      {"9223372036854775807ns", INT64_MAX},
      {"-9223372036854775808ns", INT64_MIN},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto duration = ParseDuration(c.text);
    ASSERT_TRUE(duration.has_value());
    EXPECT_EQ(duration->count(), c.nanos);
  }
}

TEST(Duration, RefusesOthersInTheWordsOfGo) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"", R"(time: invalid duration "")"},
      {"-", R"(time: invalid duration "-")"},
      {"zz", R"(time: invalid duration "zz")"},
      {".s", R"(time: invalid duration ".s")"},
      {"5", R"(time: missing unit in duration "5")"},
      {"10s5", R"(time: missing unit in duration "10s5")"},
      {"1d", R"(time: unknown unit "d" in duration "1d")"},
      {"9999999999h", R"(time: invalid duration "9999999999h")"},
      {"9223372036854775808ns", R"(time: invalid duration "9223372036854775808ns")"},
      {"99999999999999999999s", R"(time: invalid duration "99999999999999999999s")"},
      {"\"\\\x01\xff", R"(time: invalid duration "\"\\\x01\xff")"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto duration = ParseDuration(c.text);
    ASSERT_FALSE(duration.has_value());
    EXPECT_EQ(duration.error().message, c.message);
    EXPECT_EQ(duration.error().reason, Reason::kBadRequest);
  }
}

}  // namespace
}  // namespace k8snet::server
