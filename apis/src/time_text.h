// Times as Go's time package parses them, with the texts of its errors.
#ifndef K8SNET_APIS_SRC_TIME_TEXT_H_
#define K8SNET_APIS_SRC_TIME_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace k8snet::internal {

enum class TimeLayout : std::uint8_t {
  kSeconds,  // 2006-01-02T15:04:05Z07:00; a fraction may follow the seconds.
  kMicros,   // 2006-01-02T15:04:05.000000Z07:00
};

struct ParsedTime {
  std::int64_t seconds = 0;  // Since 1970, UTC.
  std::int32_t nanos = 0;    // 0 to 999,999,999.
  std::string error;         // `parsing time "x" as ...`; empty if it is a time.
};

// Source: golang/go src/time/format.go parse and ParseError.Error.
ParsedTime ParseTime(std::string_view text, TimeLayout layout);

// Longest text of FormatTime.
inline constexpr int kTimeChars = 48;

// Writes the time in UTC at `out`, with six digits of fraction if `micros` is not negative, and
// returns the end. There must be room for kTimeChars.
char* FormatTime(std::int64_t seconds, std::int32_t micros, char* out);

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_TIME_TEXT_H_
