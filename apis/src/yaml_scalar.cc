#include "src/yaml_scalar.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace k8snet::internal {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::size_t CountDigits(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) {
    ++count;
  }
  return count;
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text == word) {
      return true;
    }
  }
  return false;
}

// Returns the whole number that `text` says, with sign and Go's prefixes 0x, 0o, 0b and 0.
std::optional<std::string> ParseInteger(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char letter = static_cast<char>(text[1] | 0x20);
    base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
    text.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
  }
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number, base);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) {
    return std::nullopt;
  }
  constexpr auto kLeast = std::uint64_t{1} << 63U;
  if (negative && number > kLeast) {
    return std::nullopt;
  }
  return (negative && number != 0 ? "-" : "") + std::to_string(number);
}

// Returns whether `text` is [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool LooksLikeFloat(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    text.remove_prefix(1);
  }
  const std::size_t whole = CountDigits(text);
  text.remove_prefix(whole);
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    const std::size_t fraction = CountDigits(text);
    if (whole == 0 && fraction == 0) {
      return false;
    }
    text.remove_prefix(fraction);
  } else if (whole == 0) {
    return false;
  }
  if (!text.empty() && (text[0] == 'e' || text[0] == 'E')) {
    text.remove_prefix(1);
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
      text.remove_prefix(1);
    }
    const std::size_t digits = CountDigits(text);
    if (digits == 0) {
      return false;
    }
    text.remove_prefix(digits);
  }
  return text.empty();
}

std::optional<double> ParseDouble(std::string_view text) {
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
  }
  double number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec == std::errc::result_out_of_range && parsed.ptr == end) {
    // Too small is zero for Go, too big an error.
    if (const std::size_t e = text.find_first_of("eE");
        e != std::string_view::npos && text.substr(e + 1).starts_with('-')) {
      return 0.0;
    }
    return std::nullopt;
  }
  if (parsed.ec != std::errc() || parsed.ptr != end) {
    return std::nullopt;
  }
  return number;
}

YamlScalar Float(double number) {
  return {YamlKind::kFloat, std::isfinite(number) ? FormatJsonDouble(number) : "", number};
}

// Takes `least` to `most` digits off `text`.
bool TakeDigits(std::string_view& text, std::size_t least, std::size_t most, int& number) {
  std::size_t count = 0;
  number = 0;
  while (count < most && count < text.size() && IsDigit(text[count])) {
    number = number * 10 + (text[count++] - '0');
  }
  text.remove_prefix(count);
  return count >= least;
}

bool TakeChar(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

}  // namespace

bool IsYamlTimestamp(std::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (CountDigits(text) != 4 || !TakeDigits(text, 4, 4, year) || !TakeChar(text, '-') ||
      !TakeDigits(text, 1, 2, month) || !TakeChar(text, '-') || !TakeDigits(text, 1, 2, day)) {
    return false;
  }
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1 ||
      day > (month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month) - 1])) {
    return false;
  }
  if (text.empty()) {
    return true;
  }
  const char separator = text[0];
  text.remove_prefix(1);
  if (separator != 'T' && separator != 't' && separator != ' ') {
    return false;
  }
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!TakeDigits(text, 1, 2, hour) || hour > 23 || !TakeChar(text, ':') ||
      !TakeDigits(text, 1, 2, minute) || minute > 59 || !TakeChar(text, ':') ||
      !TakeDigits(text, 1, 2, second) || second > 59) {
    return false;
  }
  if (text.size() > 1 && (text[0] == '.' || text[0] == ',') && IsDigit(text[1])) {
    text.remove_prefix(1);
    text.remove_prefix(CountDigits(text));
  }
  if (separator == ' ') {
    return text.empty();
  }
  if (text == "Z") {
    return true;
  }
  int zone_hours = 0;
  int zone_minutes = 0;
  return (TakeChar(text, '+') || TakeChar(text, '-')) && TakeDigits(text, 2, 2, zone_hours) &&
         zone_hours <= 24 && TakeChar(text, ':') && TakeDigits(text, 2, 2, zone_minutes) &&
         zone_minutes <= 60 && text.empty();
}

bool IsBase60(std::string_view text) {
  if (text.empty() || text.find(':') == std::string_view::npos) {
    return false;
  }
  if (text[0] == '+' || text[0] == '-') {
    text.remove_prefix(1);
  }
  if (text.empty() || !IsDigit(text[0])) {
    return false;
  }
  const auto take_run = [&] {
    while (!text.empty() && (IsDigit(text[0]) || text[0] == '_')) {
      text.remove_prefix(1);
    }
  };
  take_run();
  std::size_t groups = 0;
  while (TakeChar(text, ':')) {
    const std::size_t digits = CountDigits(text);
    if (digits == 0 || digits > 2 || (digits == 2 && text[0] > '5')) {
      return false;
    }
    text.remove_prefix(digits);
    ++groups;
  }
  if (TakeChar(text, '.')) {
    take_run();
  }
  return groups > 0 && text.empty();
}

YamlScalar ResolveYaml(std::string_view text) {
  if (text.empty() || IsOneOf(text, {"~", "null", "Null", "NULL"})) {
    return {YamlKind::kNull, "null"};
  }
  const char first = text[0];
  if (std::string_view("yYnNtTfFoO").find(first) != std::string_view::npos) {
    if (IsOneOf(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) {
      return {YamlKind::kBool, "true"};
    }
    if (IsOneOf(text,
                {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) {
      return {YamlKind::kBool, "false"};
    }
    return {};
  }
  if (text == "<<") {
    return {YamlKind::kMerge};
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (IsOneOf(text, {".nan", ".NaN", ".NAN"})) {
    return Float(std::numeric_limits<double>::quiet_NaN());
  }
  if (IsOneOf(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"})) {
    return Float(kInfinity);
  }
  if (IsOneOf(text, {"-.inf", "-.Inf", "-.INF"})) {
    return Float(-kInfinity);
  }
  if (first == '.') {
    // Go takes underscores between digits here.
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool between =
          i > 0 && i + 1 < text.size() && IsDigit(text[i - 1]) && IsDigit(text[i + 1]);
      if (text[i] != '_' || !between) {
        plain.push_back(text[i]);
      }
    }
    const auto number = LooksLikeFloat(plain) ? ParseDouble(plain) : std::nullopt;
    return number.has_value() ? Float(*number) : YamlScalar();
  }
  if (!IsDigit(first) && first != '+' && first != '-') {
    return {};
  }
  if (IsYamlTimestamp(text)) {
    return {};
  }
  std::string plain;
  for (const char c : text) {
    if (c != '_') {
      plain.push_back(c);
    }
  }
  if (auto number = ParseInteger(plain); number.has_value()) {
    return {YamlKind::kInt, *std::move(number)};
  }
  const auto number = LooksLikeFloat(plain) ? ParseDouble(plain) : std::nullopt;
  return number.has_value() ? Float(*number) : YamlScalar();
}

std::string FormatJsonDouble(double number) {
  std::array<char, 64> text;
  char* end =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::scientific)
          .ptr;
  std::string out(text.data(), end);
  const std::size_t e = out.find('e');
  const int exponent = std::stoi(out.substr(e + 1));
  if (number != 0 && exponent < -6) {
    // Go prints no zero before a single digit of the exponent here.
    if (out[e + 2] == '0') {
      out.erase(e + 2, 1);
    }
    return out;
  }
  if (exponent >= 21) {
    return out;
  }
  const std::string sign = number < 0 || out[0] == '-' ? "-" : "";
  std::string digits = out.substr(sign.size(), e - sign.size());
  std::erase(digits, '.');
  if (exponent < 0) {
    return sign + "0." + std::string(static_cast<std::size_t>(-exponent) - 1, '0') + digits;
  }
  const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) {
    return sign + digits + std::string(whole - digits.size(), '0');
  }
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

std::string FormatShortest(double number, bool narrow) {
  std::array<char, 400> text;
  char* const begin = text.data();
  const auto print = [&](std::chars_format format) {
    return narrow ? std::to_chars(begin, begin + text.size(), static_cast<float>(number), format)
                  : std::to_chars(begin, begin + text.size(), number, format);
  };
  if (number == 0) {
    return std::signbit(number) ? "-0" : "0";
  }
  // The exponent of the shortest form decides: fixed from 1e-4 to below 1e6.
  const std::string scientific(begin, print(std::chars_format::scientific).ptr);
  const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  if (exponent < -4 || exponent >= 6) {
    return scientific;
  }
  return {begin, print(std::chars_format::fixed).ptr};
}

}  // namespace k8snet::internal
