// Structured log lines: a constant message and key-value pairs.
#ifndef K8SNET_SERVER_LOGGER_H_
#define K8SNET_SERVER_LOGGER_H_

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace k8snet::server {

enum class LogLevel : std::uint8_t {
  kDebug,  // For whoever looks for a fault.
  kInfo,   // What happened.
  kError,  // Someone must act.
};

// One key and its value. Lifetime: that of the text it was made from; only for arguments.
class LogPairView {
 public:
  using Value = std::variant<bool, std::int64_t, double, std::string_view>;

  LogPairView(std::string_view key_in, std::string_view value_in) : key(key_in), value(value_in) {}
  LogPairView(std::string_view key_in, const char* value_in)
      : key(key_in), value(std::string_view(value_in)) {}
  LogPairView(std::string_view key_in, const std::string& value_in)
      : key(key_in), value(std::string_view(value_in)) {}
  LogPairView(std::string_view key_in, bool value_in) : key(key_in), value(value_in) {}
  LogPairView(std::string_view key_in, double value_in) : key(key_in), value(value_in) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) LogPairView(std::string_view key_in, T value_in)
      : key(key_in), value(static_cast<std::int64_t>(value_in)) {}

  std::string_view key;  // lowerCamelCase, as upstream's.
  Value value;
};

// Where log lines go. Never bodies or credentials. An error is returned or logged, not both.
//   log.Info("Watch started", {{"resource", r}, {"resourceVersion", rv}});
// Thread-safe.
class Logger {
 public:
  virtual ~Logger() = default;

  // Whether lines of `level` are kept; asked before costly pairs are made.
  [[nodiscard]] virtual bool enabled(LogLevel level) const = 0;
  // Writes one line. `message` is constant text without its variables.
  virtual void Log(LogLevel level, std::string_view message,
                   std::span<const LogPairView> pairs) = 0;

  void Debug(std::string_view message, std::initializer_list<LogPairView> pairs = {}) {
    LogIfEnabled(LogLevel::kDebug, message, pairs);
  }
  void Info(std::string_view message, std::initializer_list<LogPairView> pairs = {}) {
    LogIfEnabled(LogLevel::kInfo, message, pairs);
  }
  void Error(std::string_view message, std::initializer_list<LogPairView> pairs = {}) {
    LogIfEnabled(LogLevel::kError, message, pairs);
  }

 private:
  void LogIfEnabled(LogLevel level, std::string_view message,
                    std::initializer_list<LogPairView> pairs) {
    if (enabled(level)) {
      Log(level, message, std::span(pairs.begin(), pairs.size()));
    }
  }
};

// Keeps nothing: the default wherever a logger is optional. Thread-safe.
class DiscardLogger final : public Logger {
 public:
  [[nodiscard]] bool enabled(LogLevel) const override { return false; }
  void Log(LogLevel, std::string_view, std::span<const LogPairView>) override {}
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_LOGGER_H_
