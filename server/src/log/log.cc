#include "src/log/log.h"

#include <time.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <string>

#include "k8snet/apis/codec/json.h"

namespace k8snet::server {
namespace {

std::string NumberText(double value) {
  if (!std::isfinite(value)) {
    return "null";
  }
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.6g", value);
  return {text.data(), static_cast<std::size_t>(size)};
}

void AppendValue(std::string& out, const LogPairView::Value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    AppendJsonString(*text, out);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    out += *flag ? "true" : "false";
  } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
    out += std::to_string(*number);
  } else {
    out += NumberText(std::get<double>(value));
  }
}

class LineLogger final : public Logger {
 public:
  LineLogger(int fd, LogFormat format, LogLevel lowest, const Clock& clock)
      : fd_(fd), format_(format), lowest_(lowest), clock_(clock) {}

  [[nodiscard]] bool enabled(LogLevel level) const override { return level >= lowest_; }

  void Log(LogLevel level, std::string_view message, std::span<const LogPairView> pairs) override {
    if (!enabled(level)) {
      return;
    }
    std::string line = format_ == LogFormat::kText ? TextStart(level) : JsonStart(level);
    AppendJsonString(message, line);
    for (const LogPairView& pair : pairs) {
      if (format_ == LogFormat::kText) {
        line += ' ';
        line += pair.key;
        line += '=';
      } else {
        line += ',';
        AppendJsonString(pair.key, line);
        line += ':';
      }
      AppendValue(line, pair.value);
    }
    line += format_ == LogFormat::kText ? "\n" : "}\n";
    Write(line);
  }

 private:
  [[nodiscard]] std::string TextStart(LogLevel level) const {
    const auto now = clock_.Now();
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count() %
        1'000'000;
    std::tm date{};
    localtime_r(&seconds, &date);
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(), text.size(), "%c%02d%02d %02d:%02d:%02d.%06d %7d ",
                                   level == LogLevel::kError ? 'E' : 'I', date.tm_mon + 1,
                                   date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec,
                                   static_cast<int>(micros), static_cast<int>(getpid()));
    return {text.data(), static_cast<std::size_t>(size)};
  }

  [[nodiscard]] std::string JsonStart(LogLevel level) const {
    const auto millis =
        std::chrono::duration<double, std::milli>(clock_.Now().time_since_epoch()).count();
    std::array<char, 64> text{};
    const int size =
        std::snprintf(text.data(), text.size(), "{\"ts\":%.4f,\"level\":\"%s\",\"msg\":", millis,
                      level == LogLevel::kError ? "error" : "info");
    return {text.data(), static_cast<std::size_t>(size)};
  }

  void Write(std::string_view line) const {
    while (!line.empty()) {
      const ssize_t written = write(fd_, line.data(), line.size());
      if (written <= 0) {
        return;  // There is nowhere to say so.
      }
      line.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  const int fd_;
  const LogFormat format_;
  const LogLevel lowest_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<Logger> NewLineLogger(int fd, LogFormat format, LogLevel lowest,
                                      const Clock& clock) {
  return std::make_unique<LineLogger>(fd, format, lowest, clock);
}

}  // namespace k8snet::server
