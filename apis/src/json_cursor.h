// Reads the tokens of a JSON text one by one, where they stand.
#ifndef K8SNET_APIS_SRC_JSON_CURSOR_H_
#define K8SNET_APIS_SRC_JSON_CURSOR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "src/scan.h"

namespace k8snet::internal {

// A number as it stands in the text.
struct JsonNumber {
  std::string_view text;
  bool is_integer = false;  // Neither a fraction nor an exponent, and it fits `integer`.
  std::int64_t integer = 0;
};

// A place in a JSON text. What reads a token moves behind it and returns whether the token is well
// formed; after a false the place means nothing. Takes what Go's scanner takes.
// Not thread-safe.
class JsonCursor {
 public:
  // Lifetime: `text` must outlive the cursor.
  explicit JsonCursor(std::string_view text)
      : begin_(text.data()), pos_(text.data()), end_(text.data() + text.size()) {}

  [[nodiscard]] const char* pos() const { return pos_; }
  [[nodiscard]] std::size_t offset() const { return static_cast<std::size_t>(pos_ - begin_); }
  [[nodiscard]] std::size_t remaining() const { return static_cast<std::size_t>(end_ - pos_); }

  // The character at hand; a zero at the end, as nowhere in JSON.
  [[nodiscard]] char Peek() const { return pos_ < end_ ? *pos_ : '\0'; }
  // Passes over white space to the next character, as Peek gives it.
  char Next() {
    while (pos_ < end_ && static_cast<unsigned char>(*pos_) <= ' ' && IsSpace(*pos_)) {
      ++pos_;
    }
    return Peek();
  }
  // Passes over `c` if it is the character at hand.
  bool Take(char c) {
    if (Peek() != c) {
      return false;
    }
    ++pos_;
    return true;
  }
  // The same for a word, such as "null".
  bool TakeWord(std::string_view word) {
    if (!std::string_view(pos_, remaining()).starts_with(word)) {
      return false;
    }
    pos_ += word.size();
    return true;
  }

  // Reads the string whose quote is at hand. `text` is what it says, with bytes that are not UTF-8
  // and lone surrogates as U+FFFD.
  // Lifetime: `text` is valid until the next string is read.
  bool ReadString(std::string_view& text) {
    const char* const begin = pos_ + 1;
    const char* const special = SkipPlainText(begin, end_);
    if (special < end_ && *special == '"') {
      text = {begin, static_cast<std::size_t>(special - begin)};
      pos_ = special + 1;
      return true;
    }
    return ReadLongString(special, text);
  }
  // Whether `text`, from ReadString, is part of the whole text and so lives as long.
  [[nodiscard]] bool IsPart(std::string_view text) const {
    return text.data() >= begin_ && text.data() < end_;
  }

  bool ReadNumber(JsonNumber& number);

 private:
  static bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
  bool ReadLongString(const char* special, std::string_view& text);
  bool ReadEscape();
  int ReadUnit();

  const char* begin_;
  const char* pos_;
  const char* end_;
  std::string unescaped_;  // What the last string with escapes or bad bytes says.
};

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_JSON_CURSOR_H_
