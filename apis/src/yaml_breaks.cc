#include "src/yaml_breaks.h"

#include <algorithm>
#include <charconv>

#include "src/utf8.h"

namespace k8snet::internal {
namespace {

constexpr std::string_view kNextLine = "\xC2\x85";
constexpr std::string_view kLineSeparator = "\xE2\x80\xA8";
constexpr std::string_view kParagraphSeparator = "\xE2\x80\xA9";

// Reads one scalar and stops at the end of the text whatever comes.
class ScalarReader {
 public:
  ScalarReader(std::string_view yaml, std::size_t pos) : yaml_(yaml), pos_(pos) {}

  std::optional<std::string> Read(int indent);

 private:
  [[nodiscard]] bool done() const { return pos_ >= yaml_.size(); }
  [[nodiscard]] char Peek(std::size_t ahead = 0) const {
    return pos_ + ahead < yaml_.size() ? yaml_[pos_ + ahead] : '\0';
  }
  [[nodiscard]] bool AtBlank() const { return Peek() == ' ' || Peek() == '\t'; }
  // Bytes of the break that comes next; 0 for none.
  [[nodiscard]] std::size_t BreakSize(std::size_t ahead = 0) const {
    const std::string_view rest = yaml_.substr(std::min(pos_ + ahead, yaml_.size()));
    return rest.starts_with("\r\n")                                                    ? 2
           : rest.starts_with('\n') || rest.starts_with('\r')                          ? 1
           : rest.starts_with(kNextLine)                                               ? 2
           : rest.starts_with(kLineSeparator) || rest.starts_with(kParagraphSeparator) ? 3
                                                                                       : 0;
  }
  void TakeBreak(std::string& out) {
    const std::size_t size = BreakSize();
    if (size == 3) {
      out.append(yaml_.substr(pos_, size));
    } else {
      out.push_back('\n');
    }
    pos_ += size;
  }
  void TakeByte(std::string& out) { out.push_back(yaml_[pos_++]); }
  void SkipProperties();
  std::string Quoted(char quote);
  void Text(char quote, std::string& out, bool& folded);
  void Escape(std::string& out);
  std::string Block(int indent);
  void BlockBreaks(int parent, std::size_t& indent, std::string& breaks);

  std::string_view yaml_;
  std::size_t pos_;
  std::size_t column_ = 0;  // Of a block scalar.
};

// Passes over anchors and tags, and the white space and comments behind them.
void ScalarReader::SkipProperties() {
  while (Peek() == '&' || Peek() == '!') {
    while (!done() && !AtBlank() && BreakSize() == 0) {
      ++pos_;
    }
    while (AtBlank() || BreakSize() > 0 || Peek() == '#') {
      if (Peek() == '#') {
        while (!done() && BreakSize() == 0) {
          ++pos_;
        }
      } else {
        pos_ += std::max<std::size_t>(BreakSize(), 1);
      }
    }
  }
}

void ScalarReader::Escape(std::string& out) {
  constexpr std::string_view kNames = "0abt\tnvfre \"'\\N_LP";
  constexpr char32_t kMeanings[] = {0,  7,   8,   9,    9,    10,   11,   12,     13,
                                    27, ' ', '"', '\'', '\\', 0x85, 0xA0, 0x2028, 0x2029};
  const char c = Peek(1);
  pos_ += 2;
  if (const std::size_t at = kNames.find(c); at != std::string_view::npos) {
    AppendRune(kMeanings[at], out);
    return;
  }
  const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
  const std::string_view number = yaml_.substr(std::min(pos_, yaml_.size()), digits);
  std::uint32_t rune = 0;
  std::from_chars(number.data(), number.data() + number.size(), rune, 16);
  AppendRune(rune, out);
  pos_ += number.size();
}

// Takes what comes before a blank, a break or the closing quote; `folded` becomes true behind an
// escaped break.
void ScalarReader::Text(char quote, std::string& out, bool& folded) {
  while (!done() && !AtBlank() && BreakSize() == 0) {
    if (quote == '\'' && Peek() == '\'' && Peek(1) == '\'') {
      out.push_back('\'');
      pos_ += 2;
    } else if (Peek() == quote) {
      return;
    } else if (quote == '"' && Peek() == '\\' && BreakSize(1) > 0) {
      ++pos_;
      pos_ += BreakSize();
      folded = true;
      return;
    } else if (quote == '"' && Peek() == '\\') {
      Escape(out);
    } else {
      TakeByte(out);
    }
  }
}

std::string ScalarReader::Quoted(char quote) {
  std::string out;
  ++pos_;
  while (!done()) {
    bool folded = false;
    Text(quote, out, folded);
    if (!folded && Peek() == quote) {
      break;
    }
    std::string blanks;
    std::string first;
    std::string others;
    while (AtBlank() || BreakSize() > 0) {
      if (BreakSize() > 0) {
        TakeBreak(folded ? others : first);
        folded = true;
      } else if (folded) {
        ++pos_;
      } else {
        TakeByte(blanks);
      }
    }
    if (!folded) {
      out += blanks;
    } else if (!first.starts_with('\n')) {
      out += first + others;
    } else {
      out += others.empty() ? " " : others;
    }
  }
  return out;
}

// Takes empty lines and the indentation of the next one. An `indent` of 0 is to be found out.
void ScalarReader::BlockBreaks(int parent, std::size_t& indent, std::string& breaks) {
  std::size_t widest = 0;
  while (true) {
    while ((indent == 0 || column_ < indent) && Peek() == ' ') {
      ++pos_;
      ++column_;
    }
    widest = std::max(widest, column_);
    if (BreakSize() == 0) {
      break;
    }
    TakeBreak(breaks);
    column_ = 0;
  }
  if (indent == 0) {
    indent = std::max<std::size_t>({widest, static_cast<std::size_t>(parent + 1), 1});
  }
}

std::string ScalarReader::Block(int parent) {
  const bool literal = Peek() == '|';
  ++pos_;
  char chomp = '\0';
  std::size_t indent = 0;
  for (; Peek() == '+' || Peek() == '-' || (Peek() >= '1' && Peek() <= '9'); ++pos_) {
    if (Peek() == '+' || Peek() == '-') {
      chomp = Peek();
    } else {
      indent = static_cast<std::size_t>(std::max(parent, 0) + Peek() - '0');
    }
  }
  while (!done() && BreakSize() == 0) {
    ++pos_;
  }
  pos_ += BreakSize();
  std::string out;
  std::string first;
  std::string others;
  BlockBreaks(parent, indent, others);
  bool was_blank = false;
  while (column_ == indent && !done()) {
    const bool blank = AtBlank();
    if (!literal && !was_blank && !blank && first.starts_with('\n')) {
      out += others.empty() ? " " : "";
    } else {
      out += first;
    }
    out += others;
    first.clear();
    others.clear();
    was_blank = blank;
    while (!done() && BreakSize() == 0) {
      TakeByte(out);
    }
    if (done()) {
      break;
    }
    TakeBreak(first);
    column_ = 0;
    BlockBreaks(parent, indent, others);
  }
  if (chomp != '-') {
    out += first;
  }
  if (chomp == '+') {
    out += others;
  }
  return out;
}

std::optional<std::string> ScalarReader::Read(int indent) {
  SkipProperties();
  switch (Peek()) {
    case '\'':
    case '"':
      return Quoted(Peek());
    case '|':
    case '>':
      return Block(indent);
    default:
      return std::nullopt;
  }
}

}  // namespace

bool HasOtherBreaks(std::string_view yaml) {
  for (const std::string_view text : {kNextLine, kLineSeparator, kParagraphSeparator}) {
    if (yaml.find(text) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

std::string WithLineFeeds(std::string_view yaml) {
  std::string out(yaml);
  for (const std::string_view text : {kNextLine, kLineSeparator, kParagraphSeparator}) {
    for (std::size_t pos = out.find(text); pos != std::string::npos; pos = out.find(text, pos)) {
      out.replace(pos, text.size(), text.size(), '\n');
    }
  }
  return out;
}

std::optional<std::string> ReadYamlScalar(std::string_view yaml, std::size_t pos, int indent) {
  return ScalarReader(yaml, pos).Read(indent);
}

}  // namespace k8snet::internal
