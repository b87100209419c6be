#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/yaml.h"
#include "src/base64.h"
#include "src/utf8.h"
#include "src/yaml_scalar.h"

namespace k8snet {
namespace {

constexpr int kBestWidth = 80;  // Columns after which text is folded at the next space.
constexpr int kBestIndent = 2;
constexpr std::size_t kMaxDepth = 1000;
constexpr std::size_t kMaxSimpleKey = 128;  // Bytes of a key that needs no question mark.

// A JSON value. Of a map, `keys` and `parts` belong together.
struct Node {
  enum class Kind : std::uint8_t { kWord, kNumber, kString, kList, kMap };

  Kind kind = Kind::kWord;
  std::string text;  // The word, the digits, or what a string says.
  std::vector<std::string> keys;
  std::vector<Node> parts;
};

// Whether `c` is a letter; of the planes after the first, only CJK counts.
bool IsLetter(char32_t c) {
  if (c < 0x80) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  if (c < 0xC0) {
    return c == 0xAA || c == 0xB5 || c == 0xBA;
  }
  const bool symbols = c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c < 0x2C00) ||
                       (c >= 0x3000 && c < 0x3005) || (c >= 0xD800 && c < 0xF900) ||
                       (c >= 0xFE00 && c < 0xFE70) || (c >= 0xFFF0 && c < 0x20000);
  return !symbols;
}

std::u32string Runes(std::string_view text) {
  std::u32string runes;
  while (!text.empty()) {
    const internal::Rune rune = internal::DecodeRune(text);
    runes.push_back(rune.value);
    text.remove_prefix(rune.size);
  }
  return runes;
}

// Order of keys: numbers in them count as numbers, letters come after other characters.
// Source: yaml/go-yaml v2 sorter.go keyList.Less.
bool KeyLess(const std::u32string& a, const std::u32string& b) {
  const auto is_digit = [](char32_t c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i] == b[i]) {
      continue;
    }
    const bool a_letter = IsLetter(a[i]);
    const bool b_letter = IsLetter(b[i]);
    if (a_letter && b_letter) {
      return a[i] < b[i];
    }
    if (a_letter || b_letter) {
      return b_letter;
    }
    std::uint64_t a_number = 0;
    std::uint64_t b_number = 0;
    if (a[i] == '0' || b[i] == '0') {
      for (std::size_t j = i; j > 0 && is_digit(a[j - 1]); --j) {
        if (a[j - 1] != '0') {
          a_number = b_number = 1;
          break;
        }
      }
    }
    std::size_t a_end = i;
    for (; a_end < a.size() && is_digit(a[a_end]); ++a_end) {
      a_number = a_number * 10 + (a[a_end] - '0');
    }
    std::size_t b_end = i;
    for (; b_end < b.size() && is_digit(b[b_end]); ++b_end) {
      b_number = b_number * 10 + (b[b_end] - '0');
    }
    if (a_number != b_number) {
      return static_cast<std::int64_t>(a_number) < static_cast<std::int64_t>(b_number);
    }
    if (a_end != b_end) {
      return a_end < b_end;
    }
    return a[i] < b[i];
  }
  return a.size() < b.size();
}

bool IsBreak(char32_t c) {
  return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool IsPrintable(char32_t c) {
  return c == '\n' || (c >= 0x20 && c <= 0x7E) || (c >= 0xA0 && c <= 0xD7FF) ||
         (c >= 0xE000 && c <= 0xFFFD && c != 0xFEFF);
}

bool IsBlank(char32_t c) { return c == ' ' || c == '\t'; }

enum class Style : std::uint8_t { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral };

// Which styles may hold a text.
struct Analysis {
  bool multiline = false;
  bool plain = true;
  bool single_quoted = true;
  bool block = true;
};

// Source: yaml/go-yaml v2 emitterc.go yaml_emitter_analyze_scalar.
Analysis Analyze(const std::u32string& text) {
  Analysis result;
  if (text.empty()) {
    result.block = false;
    return result;
  }
  bool indicators = text.starts_with(U"---") || text.starts_with(U"...");
  bool special = false;
  bool space_at_edge = false;
  bool break_space = false;
  bool space_break = false;
  bool after_blank = true;
  bool after_space = false;
  bool after_break = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    const bool last = i + 1 == text.size();
    const bool before_blank = last || IsBlank(text[i + 1]);
    if (i == 0) {
      indicators = indicators ||
                   std::u32string_view(U"#,[]{}&*!|>'\"%@`").find(c) != std::u32string_view::npos ||
                   ((c == '?' || c == ':' || c == '-') && before_blank);
    } else {
      indicators = indicators || (c == ':' && before_blank) || (c == '#' && after_blank);
    }
    special = special || !IsPrintable(c);
    if (c == ' ') {
      space_at_edge = space_at_edge || i == 0 || last;
      result.block = result.block && !last;
      break_space = break_space || after_break;
      after_space = true;
      after_break = false;
    } else if (IsBreak(c)) {
      result.multiline = true;
      space_at_edge = space_at_edge || i == 0 || last;
      space_break = space_break || after_space;
      after_space = false;
      after_break = true;
    } else {
      after_space = false;
      after_break = false;
    }
    after_blank = IsBlank(c) || IsBreak(c) || c == 0;
  }
  result.plain = !space_at_edge && !break_space && !space_break && !special && !result.multiline &&
                 !indicators;
  result.single_quoted = !break_space && !space_break && !special;
  result.block = result.block && !space_break && !special;
  return result;
}

// Source: yaml/go-yaml v2 emitterc.go for every rule of layout.
class YamlWriter {
 public:
  [[nodiscard]] std::string Take() { return std::move(out_); }

  void Document(const Node& value) {
    Value(value, false);
    if (out_.empty() || out_.back() != '\n') {
      out_.push_back('\n');
    }
  }

 private:
  void Put(char32_t c) {
    internal::AppendRune(c, out_);
    ++column_;
  }
  void PutBreak() {
    out_.push_back('\n');
    column_ = 0;
  }
  void WriteIndent() {
    const int indent = std::max(indent_, 0);
    if (!indention_ || column_ > indent || (column_ == indent && !whitespace_)) {
      PutBreak();
    }
    while (column_ < indent) {
      Put(' ');
    }
    whitespace_ = true;
    indention_ = true;
  }
  void Indicator(std::string_view text, bool need_space, bool is_space, bool is_indention) {
    if (need_space && !whitespace_) {
      Put(' ');
    }
    out_.append(text);
    column_ += static_cast<int>(text.size());
    whitespace_ = is_space;
    indention_ = indention_ && is_indention;
  }

  void Value(const Node& value, bool in_map);
  void Map(const Node& value);
  void List(const Node& value, bool in_map);
  void String(std::string_view text, bool simple_key);
  void Number(std::string_view text);
  void Word(std::string_view text) { Plain(Runes(text), false); }
  void Plain(const std::u32string& text, bool fold);
  void SingleQuoted(const std::u32string& text, bool fold);
  void DoubleQuoted(const std::u32string& text, bool fold);
  void Literal(const std::u32string& text);
  void EscapeRune(char32_t c);

  std::string out_;
  int indent_ = -1;
  int column_ = 0;
  bool whitespace_ = true;  // The last character was white space or an indicator's.
  bool indention_ = true;   // Only indention and indicators stand in the line so far.
};

void YamlWriter::Value(const Node& value, bool in_map) {
  switch (value.kind) {
    case Node::Kind::kMap:
      return Map(value);
    case Node::Kind::kList:
      return List(value, in_map);
    case Node::Kind::kWord:
      return Word(value.text);
    case Node::Kind::kNumber:
      return Number(value.text);
    case Node::Kind::kString:
      return String(value.text, false);
  }
}

void YamlWriter::Map(const Node& value) {
  if (value.parts.empty()) {
    Indicator("{", true, true, false);
    Indicator("}", false, false, false);
    return;
  }
  struct Key {
    std::u32string order;
    std::string_view text;
    const Node* value;
  };
  std::vector<Key> keys;
  keys.reserve(value.parts.size());
  for (std::size_t i = 0; i < value.parts.size(); ++i) {
    keys.push_back({Runes(value.keys[i]), value.keys[i], &value.parts[i]});
  }
  std::stable_sort(keys.begin(), keys.end(),
                   [](const Key& a, const Key& b) { return KeyLess(a.order, b.order); });
  // Of a name that occurs twice, as raw JSON may have it, the last value counts.
  std::size_t size = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i + 1 == keys.size() || keys[i].text != keys[i + 1].text) {
      std::swap(keys[size++], keys[i]);
    }
  }
  keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(size), keys.end());
  const int outer = indent_;
  indent_ = indent_ < 0 ? 0 : indent_ + kBestIndent;
  for (const Key& key : keys) {
    WriteIndent();
    const bool multiline = std::any_of(key.order.begin(), key.order.end(), IsBreak);
    if (!multiline && key.text.size() <= kMaxSimpleKey) {
      String(key.text, true);
      Indicator(":", false, false, false);
    } else {
      Indicator("?", true, false, true);
      String(key.text, false);
      WriteIndent();
      Indicator(":", true, false, true);
    }
    Value(*key.value, true);
  }
  indent_ = outer;
}

void YamlWriter::List(const Node& value, bool in_map) {
  if (value.parts.empty()) {
    Indicator("[", true, true, false);
    Indicator("]", false, false, false);
    return;
  }
  const int outer = indent_;
  // A list below a key is not indented.
  if (!(in_map && !indention_)) {
    indent_ = indent_ < 0 ? 0 : indent_ + kBestIndent;
  }
  for (const Node& element : value.parts) {
    WriteIndent();
    Indicator("-", true, false, true);
    Value(element, false);
  }
  indent_ = outer;
}

// Source: yaml/go-yaml v2 encode.go intv, floatv; resolve.go for what a number is read as.
void YamlWriter::Number(std::string_view text) {
  const internal::YamlScalar scalar = internal::ResolveYaml(text);
  if (scalar.kind == internal::YamlKind::kInt) {
    Word(scalar.json);
  } else if (scalar.kind == internal::YamlKind::kFloat) {
    Word(internal::FormatShortest(scalar.number, false));
  } else {
    String(text, false);
  }
}

// Source: yaml/go-yaml v2 encode.go stringv; emitterc.go yaml_emitter_select_scalar_style.
void YamlWriter::String(std::string_view text, bool simple_key) {
  if (!internal::IsUtf8(text)) {
    std::string encoded;
    internal::AppendBase64(text, encoded);
    Indicator("!!binary", true, false, false);
    return Plain(Runes(encoded), !simple_key);
  }
  const std::u32string runes = Runes(text);
  const Analysis analysis = Analyze(runes);
  const internal::YamlKind kind = internal::ResolveYaml(text).kind;
  Style style = Style::kDoubleQuoted;
  if (text.find('\n') != std::string_view::npos) {
    style = Style::kLiteral;
  } else if ((kind == internal::YamlKind::kString || kind == internal::YamlKind::kMerge) &&
             !internal::IsBase60(text) && !internal::IsYamlTimestamp(text)) {
    style = Style::kPlain;
  }
  if (simple_key && analysis.multiline) {
    style = Style::kDoubleQuoted;
  }
  if (style == Style::kPlain && !analysis.plain) {
    style = Style::kSingleQuoted;
  }
  if (style == Style::kSingleQuoted && !analysis.single_quoted) {
    style = Style::kDoubleQuoted;
  }
  if (style == Style::kLiteral && (!analysis.block || simple_key)) {
    style = Style::kDoubleQuoted;
  }
  // Lines of a text after its first are indented by one level more.
  const int outer = indent_;
  indent_ = indent_ < 0 ? kBestIndent : indent_ + kBestIndent;
  switch (style) {
    case Style::kPlain:
      Plain(runes, !simple_key);
      break;
    case Style::kSingleQuoted:
      SingleQuoted(runes, !simple_key);
      break;
    case Style::kDoubleQuoted:
      DoubleQuoted(runes, !simple_key);
      break;
    case Style::kLiteral:
      Literal(runes);
      break;
  }
  indent_ = outer;
}

void YamlWriter::Plain(const std::u32string& text, bool fold) {
  if (!whitespace_) {
    Put(' ');
  }
  bool spaces = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') {
      const bool next_is_space = i + 1 < text.size() && text[i + 1] == ' ';
      if (fold && !spaces && column_ > kBestWidth && !next_is_space) {
        WriteIndent();
      } else {
        Put(' ');
      }
      spaces = true;
    } else {
      Put(text[i]);
      indention_ = false;
      spaces = false;
    }
  }
  whitespace_ = false;
  indention_ = false;
}

void YamlWriter::SingleQuoted(const std::u32string& text, bool fold) {
  Indicator("'", true, false, false);
  bool spaces = false;
  bool breaks = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    if (c == ' ') {
      const bool inside = i > 0 && i + 1 < text.size();
      if (fold && !spaces && column_ > kBestWidth && inside && text[i + 1] != ' ') {
        WriteIndent();
      } else {
        Put(' ');
      }
      spaces = true;
    } else if (IsBreak(c)) {
      if (c == '\n') {
        if (!breaks) {
          PutBreak();
        }
        PutBreak();
      } else {
        internal::AppendRune(c, out_);
        column_ = 0;
      }
      indention_ = true;
      breaks = true;
    } else {
      if (breaks) {
        WriteIndent();
      }
      if (c == '\'') {
        Put('\'');
      }
      Put(c);
      indention_ = false;
      spaces = false;
      breaks = false;
    }
  }
  Indicator("'", false, false, false);
  whitespace_ = false;
  indention_ = false;
}

void YamlWriter::EscapeRune(char32_t c) {
  static constexpr std::pair<char32_t, char> kNamed[] = {
      {0x00, '0'},  {0x07, 'a'}, {0x08, 'b'}, {0x09, 't'},   {0x0A, 'n'},
      {0x0B, 'v'},  {0x0C, 'f'}, {0x0D, 'r'}, {0x1B, 'e'},   {'"', '"'},
      {'\\', '\\'}, {0x85, 'N'}, {0xA0, '_'}, {0x2028, 'L'}, {0x2029, 'P'}};
  Put('\\');
  for (const auto& [rune, letter] : kNamed) {
    if (rune == c) {
      Put(static_cast<unsigned char>(letter));
      return;
    }
  }
  const int digits = c <= 0xFF ? 2 : c <= 0xFFFF ? 4 : 8;
  Put(digits == 2 ? 'x' : digits == 4 ? 'u' : 'U');
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    Put(static_cast<unsigned char>("0123456789ABCDEF"[c >> static_cast<unsigned>(shift) & 0xFU]));
  }
}

void YamlWriter::DoubleQuoted(const std::u32string& text, bool fold) {
  Indicator("\"", true, false, false);
  bool spaces = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    if (!IsPrintable(c) || IsBreak(c) || c == '"' || c == '\\') {
      EscapeRune(c);
      spaces = false;
    } else if (c == ' ') {
      if (fold && !spaces && column_ > kBestWidth && i > 0 && i + 1 < text.size()) {
        WriteIndent();
        if (text[i + 1] == ' ') {
          Put('\\');
        }
      } else {
        Put(' ');
      }
      spaces = true;
    } else {
      Put(c);
      spaces = false;
    }
  }
  Indicator("\"", false, false, false);
  whitespace_ = false;
  indention_ = false;
}

void YamlWriter::Literal(const std::u32string& text) {
  Indicator("|", true, false, false);
  if (text[0] == ' ' || IsBreak(text[0])) {
    Indicator("2", false, false, false);
  }
  if (!IsBreak(text.back())) {
    Indicator("-", false, false, false);
  } else if (text.size() == 1 || IsBreak(text[text.size() - 2])) {
    Indicator("+", false, false, false);
  }
  PutBreak();
  indention_ = true;
  whitespace_ = true;
  bool breaks = true;
  for (const char32_t c : text) {
    if (IsBreak(c)) {
      if (c == '\n') {
        PutBreak();
      } else {
        internal::AppendRune(c, out_);
        column_ = 0;
      }
      indention_ = true;
      breaks = true;
    } else {
      if (breaks) {
        WriteIndent();
      }
      Put(c);
      indention_ = false;
      breaks = false;
    }
  }
}

// Reads JSON whose syntax has been checked.
class TreeReader {
 public:
  explicit TreeReader(std::string_view json) : json_(json) {}

  Node Read() {
    Node node;
    SkipSpace();
    switch (json_[pos_]) {
      case '{':
        node.kind = Node::Kind::kMap;
        ReadParts('}', node);
        break;
      case '[':
        node.kind = Node::Kind::kList;
        ReadParts(']', node);
        break;
      case '"':
        node.kind = Node::Kind::kString;
        node.text = ReadString();
        break;
      default: {
        const std::size_t end = std::min(json_.find_first_of(" \t\r\n,]}", pos_), json_.size());
        node.text = json_.substr(pos_, end - pos_);
        pos_ = end;
        const char first = node.text[0];
        node.kind = first == '-' || (first >= '0' && first <= '9') ? Node::Kind::kNumber
                                                                   : Node::Kind::kWord;
        break;
      }
    }
    SkipSpace();
    return node;
  }

 private:
  void SkipSpace() { pos_ = std::min(json_.find_first_not_of(" \t\r\n", pos_), json_.size()); }
  std::string ReadString() {
    const std::size_t begin = pos_;
    for (++pos_; json_[pos_] != '"'; ++pos_) {
      pos_ += json_[pos_] == '\\' ? 1 : 0;
    }
    ++pos_;
    return internal::UnquoteJson(json_.substr(begin, pos_ - begin));
  }
  void ReadParts(char close, Node& node) {
    ++pos_;
    SkipSpace();
    while (json_[pos_] != close) {
      std::string key;
      if (node.kind == Node::Kind::kMap) {
        key = ReadString();
        SkipSpace();
        ++pos_;
      }
      node.parts.push_back(Read());
      node.keys.push_back(std::move(key));
      if (json_[pos_] == ',') {
        ++pos_;
        SkipSpace();
      }
    }
    ++pos_;
  }

  std::string_view json_;
  std::size_t pos_ = 0;
};

}  // namespace

std::string JsonToYaml(std::string_view json) {
  const bool readable = internal::JsonDepth(json) <= kMaxDepth && JsonSyntaxError(json).empty();
  YamlWriter writer;
  writer.Document(TreeReader(readable ? json : "null").Read());
  return writer.Take();
}

std::string EncodeYaml(const Object& object) { return JsonToYaml(EncodeJson(object)); }

}  // namespace k8snet
