#include "src/yaml_plain.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "k8snet/apis/codec/json.h"
#include "src/yaml_scalar.h"

namespace k8snet::internal {
namespace {

constexpr std::size_t kMostDepth = 64;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Whether no text that begins so is a word of YAML, such as `false`, or a number.
bool IsSurelyText(std::string_view text) { return text.size() > 5 && IsLetter(text[0]); }

// Returns how long the key at the begin of `text` is, which a colon follows; 0 if there is none.
std::size_t KeySize(std::string_view text) {
  constexpr std::size_t kMost = 256;
  std::size_t size = 0;
  while (size < text.size() && (IsLetter(text[size]) || IsDigit(text[size]) || text[size] == '.' ||
                                text[size] == '/' || text[size] == '-')) {
    ++size;
  }
  const bool ends =
      size < text.size() && text[size] == ':' && (size + 1 == text.size() || text[size + 1] == ' ');
  return ends && size <= kMost && IsLetter(text[0]) ? size : 0;
}

// Whether `rest` of a line says nothing.
bool IsBlank(std::string_view rest) {
  const std::size_t first = rest.find_first_not_of(' ');
  return first == std::string_view::npos || (rest[first] == '#' && first > 0);
}

// Reads line by line; a function returns false at what it does not know.
class PlainYaml {
 public:
  PlainYaml(std::string_view yaml, const DecodeLimits& limits) : rest_(yaml), limits_(limits) {}

  std::string Read() {
    const bool plain = std::all_of(rest_.begin(), rest_.end(),
                                   [](char c) { return (c >= ' ' && c <= '~') || c == '\n'; });
    if (!plain) {
      return "";
    }
    NextLine();
    if (has_line_ && indent_ == 0 && line_ == "---") {
      NextLine();
    }
    const bool good =
        has_line_ && indent_ == 0 && Node() && !has_line_ && out_.size() <= limits_.max_bytes / 2;
    return good ? std::move(out_) : "";
  }

 private:
  // A member of a map that is being read.
  struct Member {
    std::string_view key;
    std::size_t begin;  // In out_, of its name, value and comma.
    std::size_t end;
  };

  // Moves to the next line that says something.
  void NextLine() {
    has_line_ = false;
    while (!rest_.empty() && !has_line_) {
      const std::size_t end = std::min(rest_.find('\n'), rest_.size());
      line_ = rest_.substr(0, end);
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      indent_ = std::min(line_.find_first_not_of(' '), line_.size());
      line_.remove_prefix(indent_);
      has_line_ = !line_.empty() && line_[0] != '#';
    }
  }
  [[nodiscard]] bool AtItem() const {
    return line_[0] == '-' && (line_.size() == 1 || line_[1] == ' ');
  }
  // Whether a line that belongs to what ended stands at `indent`, or further right.
  [[nodiscard]] bool GoesOn(std::size_t indent) const { return has_line_ && indent_ > indent; }

  [[nodiscard]] bool IsDeepest() const { return depth_ >= std::min(limits_.max_depth, kMostDepth); }
  bool Node() {
    if (IsDeepest()) {
      return false;
    }
    ++depth_;
    const bool good = AtItem() ? List() : Map();
    --depth_;
    return good;
  }
  // Reads what a key or dash at `indent` has on the lines that follow.
  bool Below(std::size_t indent, bool of_key) {
    NextLine();
    if (GoesOn(indent) || (of_key && has_line_ && indent_ == indent && AtItem())) {
      return Node();
    }
    out_.append("null");
    return true;
  }
  bool List();
  bool Map();
  void SortMembers(std::size_t first);
  bool Scalar(std::string_view text);
  bool Quoted(std::string_view text);

  std::string_view rest_;  // Lines behind the one at hand.
  const DecodeLimits& limits_;
  bool has_line_ = false;
  std::size_t indent_ = 0;
  std::string_view line_;  // Without its indentation.
  std::size_t depth_ = 0;
  std::size_t nodes_ = 0;
  std::vector<Member> members_;  // Of all open maps.
  std::string out_;
};

bool PlainYaml::List() {
  const std::size_t indent = indent_;
  out_.push_back('[');
  while (has_line_ && indent_ == indent && AtItem()) {
    if (++nodes_ > limits_.max_items) {
      return false;
    }
    const std::string_view item = line_.substr(1);
    if (IsBlank(item)) {
      if (!Below(indent, false)) {
        return false;
      }
    } else {
      const std::size_t skipped = 1 + item.find_first_not_of(' ');
      if (KeySize(line_.substr(skipped)) > 0) {
        // A map that begins on the line of the dash.
        line_.remove_prefix(skipped);
        indent_ += skipped;
        if (!Node()) {
          return false;
        }
      } else if (!Scalar(line_.substr(skipped)) || GoesOn(indent)) {
        return false;
      }
    }
    out_.push_back(',');
  }
  out_.back() = ']';
  return !GoesOn(indent);
}

bool PlainYaml::Map() {
  const std::size_t indent = indent_;
  const std::size_t first = members_.size();
  out_.push_back('{');
  do {
    const std::size_t size = KeySize(line_);
    const std::string_view key = line_.substr(0, size);
    if (size == 0 || ++nodes_ > limits_.max_items ||
        (!IsSurelyText(key) && ResolveYaml(key).kind != YamlKind::kString)) {
      return false;
    }
    const std::size_t begin = out_.size();
    out_.append("\"").append(key).append("\":");
    const std::string_view value = line_.substr(size + 1);
    if (IsBlank(value)) {
      if (!Below(indent, true)) {
        return false;
      }
    } else if (!Scalar(value.substr(value.find_first_not_of(' '))) || GoesOn(indent)) {
      return false;
    }
    out_.push_back(',');
    members_.push_back({key, begin, out_.size()});
  } while (has_line_ && indent_ == indent && !AtItem());
  if (GoesOn(indent) || (has_line_ && indent_ == indent)) {
    return false;
  }
  SortMembers(first);
  const bool twice = std::adjacent_find(members_.begin() + static_cast<std::ptrdiff_t>(first),
                                        members_.end(), [](const Member& a, const Member& b) {
                                          return a.key == b.key;
                                        }) != members_.end();
  members_.resize(first);
  out_.back() = '}';
  return !twice;
}

// Brings the members from `first` on into the order of their keys.
void PlainYaml::SortMembers(std::size_t first) {
  const auto begin = members_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto before = [](const Member& a, const Member& b) { return a.key < b.key; };
  if (std::is_sorted(begin, members_.end(), before)) {
    return;
  }
  const std::size_t start = begin->begin;
  std::sort(begin, members_.end(), before);
  std::string sorted;
  sorted.reserve(out_.size() - start);
  for (auto member = begin; member != members_.end(); ++member) {
    sorted.append(out_, member->begin, member->end - member->begin);
  }
  out_.replace(start, std::string::npos, sorted);
}

// Writes the value that the line at hand ends with, and goes to the next line.
bool PlainYaml::Scalar(std::string_view text) {
  const char c = text[0];
  if (c == '"' || c == '\'' || c == '{' || c == '[') {
    return Quoted(text);
  }
  const bool sign = c == '-' && text.size() > 1 && text[1] != ' ';
  if (!IsLetter(c) && !IsDigit(c) && !sign && c != '/' && c != '.' && c != '+' && c != '~') {
    return false;
  }
  text = text.substr(0, text.find(" #"));
  text = text.substr(0, text.find_last_not_of(' ') + 1);
  if (text.back() == ':' || text.find(": ") != std::string_view::npos || text == "..." ||
      text.starts_with("---")) {
    return false;
  }
  if (IsSurelyText(text)) {
    AppendJsonString(text, out_);
  } else {
    const YamlScalar scalar = ResolveYaml(text);
    if (scalar.kind == YamlKind::kString) {
      AppendJsonString(text, out_);
    } else if (scalar.json.empty()) {
      return false;
    } else {
      out_.append(scalar.json);
    }
  }
  NextLine();
  return true;
}

// The same for a text in quotes, an empty map and an empty list.
bool PlainYaml::Quoted(std::string_view text) {
  const char open = text[0];
  const char close = open == '{' ? '}' : open == '[' ? ']' : open;
  const std::size_t end = text.find(close, 1);
  if (end == std::string_view::npos || !IsBlank(text.substr(end + 1))) {
    return false;
  }
  const std::string_view inside = text.substr(1, end - 1);
  if (close != open) {
    if (!inside.empty() || IsDeepest()) {
      return false;
    }
    out_.append(text.substr(0, 2));
  } else {
    if (open == '"' && inside.find('\\') != std::string_view::npos) {
      return false;
    }
    AppendJsonString(inside, out_);
  }
  NextLine();
  return true;
}

}  // namespace

std::string PlainYamlToJson(std::string_view yaml, const DecodeLimits& limits) {
  return PlainYaml(yaml, limits).Read();
}

}  // namespace k8snet::internal
