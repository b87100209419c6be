#include "src/json_cursor.h"

#include <charconv>

#include "src/utf8.h"

namespace k8snet::internal {

// Reads an escape \uXXXX at hand and returns its code unit; -1 and moves nothing if there is none.
int JsonCursor::ReadUnit() {
  constexpr std::ptrdiff_t kLength = 6;
  unsigned unit = 0;
  if (end_ - pos_ < kLength || pos_[0] != '\\' || pos_[1] != 'u') {
    return -1;
  }
  const auto parsed = std::from_chars(pos_ + 2, pos_ + kLength, unit, 16);
  if (parsed.ec != std::errc() || parsed.ptr != pos_ + kLength) {
    return -1;
  }
  pos_ += kLength;
  return static_cast<int>(unit);
}

// Appends what the escape at hand says.
// Source: golang/go src/encoding/json/decode.go unquoteBytes.
bool JsonCursor::ReadEscape() {
  constexpr std::string_view kFrom = "\"\\/bfnrt";
  constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
  const char c = end_ - pos_ > 1 ? pos_[1] : '\0';
  if (const std::size_t known = kFrom.find(c); known != std::string_view::npos) {
    unescaped_.push_back(kTo[known]);
    pos_ += 2;
    return true;
  }
  const int unit = ReadUnit();
  if (unit < 0) {
    return false;
  }
  auto rune = static_cast<char32_t>(unit);
  if (unit >= 0xD800 && unit < 0xDC00) {
    const char* const behind = pos_;
    const int low = ReadUnit();
    if (low >= 0xDC00 && low < 0xE000) {
      rune = 0x10000 + ((rune - 0xD800) << 10U) + (static_cast<char32_t>(low) - 0xDC00);
    } else {
      pos_ = behind;
    }
  }
  AppendRune(rune, unescaped_);
  return true;
}

// Reads on at `special`, the first character of the string at hand that is not plain.
bool JsonCursor::ReadLongString(const char* special, std::string_view& text) {
  const char* run = pos_ + 1;  // What is not yet in unescaped_.
  bool escaped = false;
  bool high = false;
  unescaped_.clear();
  for (pos_ = special; pos_ < end_ && *pos_ != '"'; pos_ = SkipPlainText(pos_, end_)) {
    if (static_cast<unsigned char>(*pos_) >= 0x80) {
      high = true;
      ++pos_;
      continue;
    }
    unescaped_.append(run, pos_);
    escaped = true;
    if (*pos_ != '\\' || !ReadEscape()) {
      return false;
    }
    run = pos_;
  }
  if (pos_ == end_) {
    return false;
  }
  text = {run, static_cast<std::size_t>(pos_ - run)};
  ++pos_;
  if (escaped) {
    unescaped_.append(text);
    text = unescaped_;
  }
  if (high && !IsUtf8(text)) {
    unescaped_ = RepairUtf8(text);
    text = unescaped_;
  }
  return true;
}

bool JsonCursor::ReadNumber(JsonNumber& number) {
  const char* const begin = pos_;
  const auto is_digit = [this] { return Peek() >= '0' && Peek() <= '9'; };
  const auto skip_digits = [&] {
    const char* const first = pos_;
    while (is_digit()) {
      ++pos_;
    }
    return pos_ > first;
  };
  const bool negative = Take('-');
  std::uint64_t value = 0;
  constexpr std::ptrdiff_t kSafeDigits = 18;  // Any number of as many fits.
  const char* const digits = pos_;
  if (Peek() == '0') {
    ++pos_;
  } else {
    while (is_digit()) {
      value = value * 10 + static_cast<std::uint64_t>(*pos_ - '0');
      ++pos_;
    }
    if (pos_ == digits) {
      return false;
    }
  }
  number.is_integer = true;
  if (Take('.')) {
    number.is_integer = false;
    if (!skip_digits()) {
      return false;
    }
  }
  if (Peek() == 'e' || Peek() == 'E') {
    number.is_integer = false;
    ++pos_;
    if (!Take('+')) {
      Take('-');
    }
    if (!skip_digits()) {
      return false;
    }
  }
  number.text = {begin, static_cast<std::size_t>(pos_ - begin)};
  if (!number.is_integer) {
    return true;
  }
  if (pos_ - digits > kSafeDigits) {
    number.is_integer = std::from_chars(begin, pos_, number.integer).ec == std::errc();
  } else {
    number.integer = static_cast<std::int64_t>(value);
    number.integer = negative ? -number.integer : number.integer;
  }
  return true;
}

}  // namespace k8snet::internal
