#include "k8snet/apis/base/scalars.h"

#include <array>
#include <charconv>
#include <cstring>

#include "k8snet/apis/base/field.h"
#include "src/time_text.h"

namespace k8snet {
namespace internal {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;

constexpr bool IsLeap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr int DaysIn(int month, int year) {
  constexpr std::array<int, 13> kDays = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[static_cast<std::size_t>(month)];
}

// Returns the days from 1970-01-01 to a date of the proleptic Gregorian calendar, counted in years
// that begin in March.
constexpr std::int64_t DaysFromDate(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

struct Date {
  std::int64_t year;
  int month;
  int day;
};

constexpr Date DateFromDays(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int shifted = static_cast<int>((5 * day_of_year + 2) / 153);
  const int day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5) + 1;
  const int month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

bool IsDigit(std::string_view text, std::size_t i) {
  return i < text.size() && text[i] >= '0' && text[i] <= '9';
}

// Quotes text as errors about times do: what is not printable ASCII byte by byte.
// Source: golang/go src/time/format.go, quote.
std::string QuoteOfTime(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x80) {
      out += "\\x";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
      continue;
    }
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out + '"';
}

// Reads a time piece by piece and keeps what is left of the text.
class TimeReader {
 public:
  TimeReader(std::string_view text, TimeLayout layout)
      : text_(text), rest_(text), layout_(layout) {}

  ParsedTime Read();

 private:
  void Refuse(std::string_view rest, std::string_view piece) {
    if (error_.empty()) {
      error_ = "parsing time " + QuoteOfTime(text_) + " as \"" +
               (layout_ == TimeLayout::kMicros ? "2006-01-02T15:04:05.000000Z07:00"
                                               : "2006-01-02T15:04:05Z07:00") +
               "\": cannot parse " + QuoteOfTime(rest) + " as " + QuoteOfTime(piece);
    }
  }
  void RefuseRange(std::string_view what) {
    if (error_.empty()) {
      error_ = "parsing time " + QuoteOfTime(text_) + ": " + std::string(what) + " out of range";
    }
  }
  void Literal(char c) {
    if (!error_.empty()) {
      return;
    }
    if (rest_.empty() || rest_[0] != c) {
      Refuse(rest_, std::string_view(&c, 1));
      return;
    }
    rest_.remove_prefix(1);
  }
  // Reads `digits` digits, or one less where that is allowed.
  int Number(std::size_t digits, bool shorter, std::string_view piece) {
    if (!error_.empty()) {
      return 0;
    }
    std::size_t size = 0;
    int number = 0;
    while (size < digits && IsDigit(rest_, size)) {
      number = number * 10 + (rest_[size++] - '0');
    }
    if (size < digits && !(shorter && size == digits - 1)) {
      Refuse(rest_, piece);
      return 0;
    }
    rest_.remove_prefix(size);
    return number;
  }
  // Reads `digits` digits as the begin of a fraction of nanoseconds.
  std::int32_t Fraction(std::size_t digits) {
    std::int32_t nanos = 0;
    for (std::size_t i = 0; i < 9; ++i) {
      nanos = nanos * 10 + (i < digits ? rest_[i] - '0' : 0);
    }
    rest_.remove_prefix(digits);
    return nanos;
  }
  std::int32_t ReadFraction();
  std::int64_t ReadOffset();

  std::string_view text_;
  std::string_view rest_;
  TimeLayout layout_;
  std::string error_;
};

std::int32_t TimeReader::ReadFraction() {
  if (!error_.empty()) {
    return 0;
  }
  const bool separated = !rest_.empty() && (rest_[0] == '.' || rest_[0] == ',');
  if (layout_ == TimeLayout::kMicros) {
    constexpr std::size_t kDigits = 6;
    bool good = separated && rest_.size() > kDigits;
    for (std::size_t i = 1; good && i <= kDigits; ++i) {
      good = IsDigit(rest_, i);
    }
    if (!good) {
      Refuse(rest_, ".000000");
      return 0;
    }
    rest_.remove_prefix(1);
    return Fraction(kDigits);
  }
  if (!separated || !IsDigit(rest_, 1)) {
    return 0;
  }
  rest_.remove_prefix(1);
  std::size_t digits = 0;
  while (IsDigit(rest_, digits)) {
    ++digits;
  }
  return Fraction(digits);
}

std::int64_t TimeReader::ReadOffset() {
  if (!error_.empty()) {
    return 0;
  }
  if (!rest_.empty() && rest_[0] == 'Z') {
    rest_.remove_prefix(1);
    return 0;
  }
  const std::string_view all = rest_;
  const bool good = all.size() >= 6 && (all[0] == '+' || all[0] == '-') && all[3] == ':' &&
                    IsDigit(all, 1) && IsDigit(all, 2) && IsDigit(all, 4) && IsDigit(all, 5);
  if (!good) {
    Refuse(all, "Z07:00");
    return 0;
  }
  const int hours = (all[1] - '0') * 10 + (all[2] - '0');
  const int minutes = (all[4] - '0') * 10 + (all[5] - '0');
  if (hours > 24) {
    RefuseRange("time zone offset hour");
  } else if (minutes > 60) {
    RefuseRange("time zone offset minute");
  }
  rest_.remove_prefix(6);
  const std::int64_t seconds = (hours * 60 + minutes) * 60;
  return all[0] == '-' ? -seconds : seconds;
}

ParsedTime TimeReader::Read() {
  const int year = Number(4, false, "2006");
  Literal('-');
  const int month = Number(2, false, "01");
  if (month < 1 || month > 12) {
    RefuseRange("month");
  }
  Literal('-');
  const int day = Number(2, false, "02");
  Literal('T');
  const int hour = Number(2, true, "15");
  if (hour > 23) {
    RefuseRange("hour");
  }
  Literal(':');
  const int minute = Number(2, false, "04");
  if (minute > 59) {
    RefuseRange("minute");
  }
  Literal(':');
  const int second = Number(2, false, "05");
  if (second > 59) {
    RefuseRange("second");
  }
  ParsedTime time;
  time.nanos = ReadFraction();
  const std::int64_t offset = ReadOffset();
  if (error_.empty() && !rest_.empty()) {
    error_ = "parsing time " + QuoteOfTime(text_) + ": extra text: " + QuoteOfTime(rest_);
  }
  if (error_.empty() && (day < 1 || day > DaysIn(month, year))) {
    RefuseRange("day");
  }
  if (!error_.empty()) {
    return {.error = std::move(error_)};
  }
  time.seconds = DaysFromDate(year, month, day) * kSecondsPerDay +
                 ((hour * 60 + minute) * 60 + second) - offset;
  return time;
}

char* PutDigits(std::int64_t number, int digits, char* out) {
  for (int i = digits - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  return out + digits;
}

}  // namespace

ParsedTime ParseTime(std::string_view text, TimeLayout layout) {
  return TimeReader(text, layout).Read();
}

char* FormatTime(std::int64_t seconds, std::int32_t micros, char* out) {
  std::int64_t days = seconds / kSecondsPerDay;
  std::int64_t of_day = seconds % kSecondsPerDay;
  if (of_day < 0) {
    of_day += kSecondsPerDay;
    --days;
  }
  const Date date = DateFromDays(days);
  std::int64_t year = date.year;
  if (year < 0) {
    *out++ = '-';
    year = -year;
  }
  if (year > 9999) {
    out = std::to_chars(out, out + 20, year).ptr;
  } else {
    out = PutDigits(year, 4, out);
  }
  *out++ = '-';
  out = PutDigits(date.month, 2, out);
  *out++ = '-';
  out = PutDigits(date.day, 2, out);
  *out++ = 'T';
  out = PutDigits(of_day / 3600, 2, out);
  *out++ = ':';
  out = PutDigits(of_day / 60 % 60, 2, out);
  *out++ = ':';
  out = PutDigits(of_day % 60, 2, out);
  if (micros >= 0) {
    *out++ = '.';
    out = PutDigits(micros, 6, out);
  }
  *out++ = 'Z';
  return out;
}

}  // namespace internal

std::string IntOrString::ToString() const {
  return is_string() ? string_value : std::to_string(int_value);
}

std::string Time::ToString() const {
  std::array<char, internal::kTimeChars> text;
  return {text.data(), internal::FormatTime(seconds, -1, text.data())};
}

std::optional<Time> Time::Parse(std::string_view text) {
  const internal::ParsedTime time = internal::ParseTime(text, internal::TimeLayout::kSeconds);
  if (!time.error.empty()) {
    return std::nullopt;
  }
  return Time{.seconds = time.seconds};
}

std::string MicroTime::ToString() const {
  std::array<char, internal::kTimeChars> text;
  return {text.data(), internal::FormatTime(seconds, microseconds, text.data())};
}

std::optional<MicroTime> MicroTime::Parse(std::string_view text) {
  const internal::ParsedTime time = internal::ParseTime(text, internal::TimeLayout::kMicros);
  if (!time.error.empty()) {
    return std::nullopt;
  }
  return MicroTime{.seconds = time.seconds, .microseconds = time.nanos / 1000};
}

}  // namespace k8snet
