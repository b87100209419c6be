#include "src/log/log.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

using ::testing::MatchesRegex;

class FixedClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point Now() const override {
    return std::chrono::system_clock::time_point(std::chrono::microseconds(1'700'000'000'123'456));
  }
  [[nodiscard]] std::chrono::steady_clock::time_point SteadyNow() const override { return {}; }
};

// Returns what `write` logs.
template <typename F>
std::string Logged(LogFormat format, LogLevel lowest, F write) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  const FixedClock clock;
  write(*NewLineLogger(ends[1], format, lowest, clock));
  close(ends[1]);
  std::array<char, 4096> buffer{};
  const ssize_t size = read(ends[0], buffer.data(), buffer.size());
  close(ends[0]);
  return {buffer.data(), static_cast<std::size_t>(size)};
}

TEST(LineLogger, WritesText) {
  const std::string line = Logged(LogFormat::kText, LogLevel::kInfo, [](Logger& logger) {
    logger.Error("It \"broke\"", {{"path", std::string("a\nb")}, {"n", 7}, {"ok", false}});
  });
  EXPECT_THAT(line, MatchesRegex("E1[0-9]+ [0-9:]+\\.123456 +[0-9]+ \"It \\\\\"broke\\\\\"\" "
                                 "path=\"a\\\\nb\" n=7 ok=false\n"));
}

TEST(LineLogger, WritesJson) {
  const std::string line = Logged(LogFormat::kJson, LogLevel::kInfo, [](Logger& logger) {
    logger.Info(
        "Watch started",
        {{"seconds", 0.25}, {"nan", std::numeric_limits<double>::quiet_NaN()}, {"name", "a\"b"}});
  });
  EXPECT_EQ(line,
            "{\"ts\":1700000000123.4561,\"level\":\"info\",\"msg\":\"Watch started\","
            "\"seconds\":0.25,\"nan\":null,\"name\":\"a\\\"b\"}\n");
}

TEST(LineLogger, DropsWhatIsBelowItsLevel) {
  const std::string lines = Logged(LogFormat::kJson, LogLevel::kError, [](Logger& logger) {
    EXPECT_FALSE(logger.enabled(LogLevel::kInfo));
    logger.Debug("one");
    logger.Info("two");
    logger.Error("three");
  });
  EXPECT_THAT(lines, MatchesRegex(".*\"msg\":\"three\"}\n"));
  EXPECT_EQ(lines.find("two"), std::string::npos);
}

}  // namespace
}  // namespace k8snet::server
