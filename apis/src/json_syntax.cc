#include <algorithm>
#include <cctype>

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/codec/json.h"
#include "src/json_cursor.h"
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

}  // namespace

std::string internal::UnquoteJson(std::string_view quoted) {
  JsonCursor cursor(quoted);
  std::string_view text;
  return std::string(cursor.ReadString(text) ? text : quoted);
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
  [[nodiscard]] std::size_t mismatch_offset() const { return mismatch_offset_; }
  // Where Check found the error.
  [[nodiscard]] std::size_t offset() const { return pos_; }

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
  std::size_t mismatch_offset_ = 0;
};

void Scanner::NoteValue(std::string_view what) {
  const bool root = depth_ == 0;
  std::string* const target = target_;
  target_ = nullptr;
  if (!mismatch_.empty() || what == "null" || (root ? what == "object" : target == nullptr) ||
      (!root && what == "string")) {
    return;
  }
  mismatch_offset_ = pos_;
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
  std::size_t offset = scanner.offset();
  if (error.empty()) {
    error = scanner.mismatch();
    offset = scanner.mismatch_offset();
  }
  if (!error.empty()) {
    Error bad(Reason::kBadRequest, std::string(kPrefix) + error);
    bad.place = {.path = "", .offset = offset};
    return bad;
  }
  return scanner.meta();
}

}  // namespace k8snet
