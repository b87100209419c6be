#include <algorithm>
#include <cctype>

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/codec/json.h"
#include "src/utf8.h"

namespace k8snet {
namespace {

constexpr std::size_t kMaxNesting = 10000;  // Go's own bound.
constexpr std::string_view kPrefix = "couldn't get version/kind; json parse error: ";

// The character as Go's messages show it: one byte, read as the code point of that number.
std::string QuoteByte(char c) {
  if (c == '\'') {
    return R"('\'')";
  }
  if (c == '"') {
    return R"('"')";
  }
  std::string rune;
  internal::AppendRune(static_cast<unsigned char>(c), rune);
  std::string quoted = field::Quote(rune);
  quoted.front() = quoted.back() = '\'';
  return quoted;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  return (c | 0x20) - 'a' + 10;
}

// Returns the number of an escape \uXXXX at `pos`, or -1 if there is none.
int ReadUnicodeEscape(std::string_view text, std::size_t pos) {
  if (text.substr(pos, 2) != "\\u" || text.size() < pos + 6) {
    return -1;
  }
  int number = 0;
  for (const char c : text.substr(pos + 2, 4)) {
    number = number * 16 + HexValue(c);
  }
  return number;
}

}  // namespace

std::string internal::UnquoteJson(std::string_view quoted) {
  const std::string_view text = quoted.substr(1, quoted.size() - 2);
  std::string out;
  std::size_t pos = 0;
  while (pos < text.size()) {
    if (text[pos] != '\\') {
      const internal::Rune rune = internal::DecodeRune(text.substr(pos));
      internal::AppendRune(rune.value, out);
      pos += rune.size;
      continue;
    }
    int number = ReadUnicodeEscape(text, pos);
    if (number >= 0) {
      pos += 6;
      const int low = ReadUnicodeEscape(text, pos);
      if (number >= 0xD800 && number < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
        number = 0x10000 + ((number - 0xD800) << 10) + (low - 0xDC00);
        pos += 6;
      }
      internal::AppendRune(static_cast<char32_t>(number), out);
      continue;
    }
    constexpr std::string_view kFrom = "bfnrt";
    const std::size_t known = kFrom.find(text[pos + 1]);
    out.push_back(known == std::string_view::npos ? text[pos + 1] : "\b\f\n\r\t"[known]);
    pos += 2;
  }
  return out;
}

std::size_t internal::JsonDepth(std::string_view json) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

namespace {

using internal::UnquoteJson;

// Reads JSON without building anything. Recursion is replaced by a stack of bits.
// Source: golang/go src/encoding/json/scanner.go for what each place expects.
class Scanner {
 public:
  explicit Scanner(std::string_view json) : json_(json) {}

  // Returns the error of the whole text, or "".
  std::string Check() {
    SkipSpace();
    while (ScanValueOrOpen()) {
      if (depth_ == 0) {
        SkipSpace();
        if (pos_ < json_.size()) {
          Refuse("after top-level value");
        }
        return error_;
      }
    }
    return error_;
  }

  // What Check has seen of kind and apiVersion; only if the text is JSON.
  [[nodiscard]] const TypeMeta& meta() const { return meta_; }
  // The first type mismatch that Go would report for them, or "".
  [[nodiscard]] const std::string& mismatch() const { return mismatch_; }

 private:
  void SkipSpace() {
    while (pos_ < json_.size() && (json_[pos_] == ' ' || json_[pos_] == '\n' ||
                                   json_[pos_] == '\t' || json_[pos_] == '\r')) {
      ++pos_;
    }
  }
  bool Refuse(std::string_view context) {
    error_ = pos_ < json_.size()
                 ? "invalid character " + QuoteByte(json_[pos_]) + " " + std::string(context)
                 : "unexpected end of JSON input";
    return false;
  }
  [[nodiscard]] char Peek() const { return pos_ < json_.size() ? json_[pos_] : '\0'; }
  [[nodiscard]] bool AtDigit() const {
    return pos_ < json_.size() && json_[pos_] >= '0' && json_[pos_] <= '9';
  }

  // Notes that a `what`, such as "number", stands where the text at hand, or the root, is.
  void NoteValue(std::string_view what);

  bool ScanString();
  bool ScanText();
  bool ScanNumber();
  bool ScanWord(std::string_view word);
  bool ScanKey();
  bool Open(bool object);
  bool AfterValue();
  bool ScanValueOrOpen();

  std::string_view json_;
  std::size_t pos_ = 0;
  std::size_t depth_ = 0;
  std::vector<bool> objects_;  // For each open value, outer first, whether it is an object.
  std::string error_;
  TypeMeta meta_;
  std::string* target_ = nullptr;  // Where the value that comes next belongs, if anywhere.
  std::string mismatch_;
};

void Scanner::NoteValue(std::string_view what) {
  const bool root = depth_ == 0;
  std::string* const target = target_;
  target_ = nullptr;
  if (!mismatch_.empty() || what == "null" || (root ? what == "object" : target == nullptr) ||
      (!root && what == "string")) {
    return;
  }
  mismatch_ = "json: cannot unmarshal " + std::string(what) + " into Go ";
  if (root) {
    mismatch_ += R"(value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; )"
                 R"(Kind string "json:\"kind,omitempty\"" })";
  } else {
    mismatch_ += std::string("struct field .") + (target == &meta_.kind ? "kind" : "apiVersion") +
                 " of type string";
  }
}

bool Scanner::ScanString() {
  ++pos_;
  while (pos_ < json_.size()) {
    const char c = json_[pos_];
    if (c == '"') {
      ++pos_;
      return true;
    }
    if (static_cast<unsigned char>(c) < 0x20) {
      return Refuse("in string literal");
    }
    ++pos_;
    if (c != '\\') {
      continue;
    }
    if (Peek() == 'u') {
      ++pos_;
      for (int i = 0; i < 4; ++i, ++pos_) {
        if (pos_ >= json_.size() || std::isxdigit(static_cast<unsigned char>(json_[pos_])) == 0) {
          return Refuse("in \\u hexadecimal character escape");
        }
      }
    } else if (pos_ < json_.size() &&
               std::string_view("bfnrt\\/\"").find(json_[pos_]) != std::string_view::npos) {
      ++pos_;
    } else {
      return Refuse("in string escape code");
    }
  }
  return Refuse("in string literal");
}

bool Scanner::ScanNumber() {
  if (Peek() == '-') {
    ++pos_;
    if (!AtDigit()) {
      return Refuse("in numeric literal");
    }
  }
  if (Peek() == '0') {
    ++pos_;
  } else {
    while (AtDigit()) {
      ++pos_;
    }
  }
  if (Peek() == '.') {
    ++pos_;
    if (!AtDigit()) {
      return Refuse("after decimal point in numeric literal");
    }
    while (AtDigit()) {
      ++pos_;
    }
  }
  if (Peek() == 'e' || Peek() == 'E') {
    ++pos_;
    if (Peek() == '+' || Peek() == '-') {
      ++pos_;
    }
    if (!AtDigit()) {
      return Refuse("in exponent of numeric literal");
    }
    while (AtDigit()) {
      ++pos_;
    }
  }
  return true;
}

bool Scanner::ScanWord(std::string_view word) {
  for (const char c : word) {
    if (Peek() != c || pos_ >= json_.size()) {
      return Refuse("in literal " + std::string(word) + " (expecting '" + c + "')");
    }
    ++pos_;
  }
  return true;
}

bool Scanner::Open(bool object) {
  if (depth_ >= kMaxNesting) {
    return Refuse("exceeded max depth");
  }
  NoteValue(object ? "object" : "array");
  ++pos_;
  ++depth_;
  objects_.push_back(object);
  SkipSpace();
  if (Peek() == (object ? '}' : ']') && pos_ < json_.size()) {
    ++pos_;
    --depth_;
    objects_.pop_back();
    return AfterValue();
  }
  return !object || ScanKey();
}

bool Scanner::ScanKey() {
  if (Peek() != '"') {
    return Refuse("looking for beginning of object key string");
  }
  const std::size_t start = pos_;
  if (!ScanString()) {
    return false;
  }
  if (depth_ == 1) {
    const std::string name = UnquoteJson(json_.substr(start, pos_ - start));
    target_ = internal::EqualFold(name, "kind")         ? &meta_.kind
              : internal::EqualFold(name, "apiversion") ? &meta_.api_version
                                                        : nullptr;
  }
  SkipSpace();
  if (Peek() != ':') {
    return Refuse("after object key");
  }
  ++pos_;
  SkipSpace();
  return true;
}

// Goes on behind a value to the begin of the next one, or closes what is open.
bool Scanner::AfterValue() {
  while (depth_ > 0) {
    SkipSpace();
    const bool object = objects_.back();
    if (Peek() == ',') {
      ++pos_;
      SkipSpace();
      return !object || ScanKey();
    }
    if (Peek() != (object ? '}' : ']')) {
      return Refuse(object ? "after object key:value pair" : "after array element");
    }
    ++pos_;
    --depth_;
    objects_.pop_back();
  }
  return true;
}

bool Scanner::ScanText() {
  std::string* const target = target_;
  NoteValue("string");
  const std::size_t start = pos_;
  if (!ScanString()) {
    return false;
  }
  if (target != nullptr) {
    *target = UnquoteJson(json_.substr(start, pos_ - start));
  }
  return true;
}

bool Scanner::ScanValueOrOpen() {
  switch (Peek()) {
    case '{':
      return Open(true);
    case '[':
      return Open(false);
    case '"':
      return ScanText() && AfterValue();
    case 't':
      NoteValue("bool");
      return ScanWord("true") && AfterValue();
    case 'f':
      NoteValue("bool");
      return ScanWord("false") && AfterValue();
    case 'n':
      NoteValue("null");
      return ScanWord("null") && AfterValue();
    default:
      if (Peek() == '-' || AtDigit()) {
        NoteValue("number");
        return ScanNumber() && AfterValue();
      }
      return Refuse("looking for beginning of value");
  }
}

}  // namespace

std::string JsonSyntaxError(std::string_view json) { return Scanner(json).Check(); }

Result<TypeMeta> PeekJson(std::string_view json) {
  Scanner scanner(json);
  std::string error = scanner.Check();
  if (error.empty()) {
    error = scanner.mismatch();
  }
  if (!error.empty()) {
    return Error(Reason::kBadRequest, std::string(kPrefix) + error);
  }
  return scanner.meta();
}

}  // namespace k8snet
