#include <cstring>
#include <utility>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/source.h"
#include "src/utf8.h"

namespace k8snet {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

bool IsSpace(char c) { return kSpace.find(c) != std::string_view::npos; }

// Returns the end of the string that begins at `pos`, behind its quote.
std::size_t EndOfString(std::string_view text, std::size_t pos) {
  for (++pos; pos < text.size(); ++pos) {
    if (text[pos] == '\\') {
      ++pos;
    } else if (text[pos] == '"') {
      return pos + 1;
    }
  }
  return text.size();
}

// Returns the end of a number or word that begins at `pos`.
std::size_t EndOfWord(std::string_view text, std::size_t pos) {
  const std::size_t end = text.find_first_of(" \t\r\n,:[]{}\"", pos);
  return end == std::string_view::npos ? text.size() : end;
}

// Reads JSON whose depth is known to be bounded. Of a text that is no JSON, remembers the first
// place that does not fit.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // Reads the text; returns whether all of it is a value.
  bool Read(SourceNode& root) {
    if (!Value(root)) {
      return false;
    }
    SkipSpace();
    return pos_ == text_.size();
  }
  [[nodiscard]] std::size_t pos() const { return pos_; }

 private:
  void SkipSpace() {
    while (pos_ < text_.size() && IsSpace(text_[pos_])) {
      ++pos_;
    }
  }
  bool Take(char c) {
    SkipSpace();
    if (pos_ == text_.size() || text_[pos_] != c) {
      return false;
    }
    ++pos_;
    return true;
  }

  bool Value(SourceNode& node) {
    SkipSpace();
    if (pos_ == text_.size()) {
      return false;
    }
    node.begin = pos_;
    const char c = text_[pos_];
    if (c == '{' || c == '[') {
      node.form = c == '{' ? SourceNode::Form::kMap : SourceNode::Form::kList;
      ++pos_;
      if (!Members(node, c == '{' ? '}' : ']')) {
        return false;
      }
    } else {
      const std::size_t end = c == '"' ? EndOfString(text_, pos_) : EndOfWord(text_, pos_);
      const std::string_view token = text_.substr(pos_, end - pos_);
      if (!JsonSyntaxError(token).empty()) {
        return false;
      }
      if (c == '"') {
        AppendJsonString(internal::UnquoteJson(token), node.json);
      } else {
        node.json = token;
      }
      pos_ = end;
    }
    node.end = pos_;
    return true;
  }

  bool Members(SourceNode& node, char close) {
    if (Take(close)) {
      return true;
    }
    do {
      SkipSpace();
      SourceMember& member = node.members.emplace_back();
      member.begin = pos_;
      member.key_end = pos_;
      if (close == '}') {
        const std::size_t end =
            pos_ < text_.size() && text_[pos_] == '"' ? EndOfString(text_, pos_) : pos_;
        const std::string_view token = text_.substr(pos_, end - pos_);
        if (token.empty() || !JsonSyntaxError(token).empty()) {
          return false;
        }
        member.key = internal::UnquoteJson(token);
        pos_ = member.key_end = end;
        if (!Take(':')) {
          return false;
        }
      }
      if (!Value(member.value)) {
        return false;
      }
    } while (Take(','));
    return Take(close);
  }

  std::string_view text_;
  std::size_t pos_ = 0;
};

}  // namespace

const SourceMember* SourceNode::Find(std::string_view key) const {
  for (auto it = members.rbegin(); it != members.rend(); ++it) {
    if (it->key == key) {
      return &*it;
    }
  }
  return nullptr;
}

std::size_t EndOfJsonValue(std::string_view text, std::size_t begin) {
  std::size_t pos = text.find_first_not_of(kSpace, begin);
  if (pos == std::string_view::npos) {
    return text.size();
  }
  std::size_t depth = 0;
  while (pos < text.size()) {
    const char c = text[pos];
    if (c == '"') {
      pos = EndOfString(text, pos);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++pos;
      continue;
    } else if (c == '}' || c == ']') {
      ++pos;
      if (depth <= 1) {
        return pos;
      }
      --depth;
      continue;
    } else if (depth > 0) {
      ++pos;
      continue;
    } else {
      pos = std::max(EndOfWord(text, pos), pos + 1);
    }
    if (depth == 0) {
      return pos;
    }
  }
  return text.size();
}

SourceTree ReadJsonSource(std::string_view json, const DecodeLimits& limits) {
  SourceTree tree;
  if (json.size() > limits.max_bytes) {
    tree.error = "Request entity too large: limit is " + std::to_string(limits.max_bytes);
    return tree;
  }
  if (internal::JsonDepth(json) > limits.max_depth) {
    tree.error = "exceeded max depth";
    return tree;
  }
  std::string repaired;
  if (!internal::IsUtf8(json)) {
    std::string_view rest = json;
    while (internal::DecodeRune(rest).valid) {
      rest.remove_prefix(internal::DecodeRune(rest).size);
    }
    tree.error = "invalid UTF-8";
    tree.error_at = json.size() - rest.size();
    return tree;
  }
  Reader reader(json);
  const bool whole = reader.Read(tree.root);
  tree.error = JsonSyntaxError(json);
  if (!tree.error.empty()) {
    tree.error_at = reader.pos();
    return tree;
  }
  tree.root.opaque = !whole;
  AppendCompactJson(json, tree.json);
  return tree;
}

}  // namespace k8snet
