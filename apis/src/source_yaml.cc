// The places come from the marks of yaml-cpp's events, which tell where a value begins; where it
// ends is found in the text, since what it says is known.
#include <algorithm>
#include <charconv>
#include <exception>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/source.h"
#include "k8snet/apis/codec/yaml.h"
#include "src/yaml_scalar.h"

namespace k8snet {
namespace {

using internal::ResolveYaml;
using internal::YamlKind;
using internal::YamlScalar;
using Form = SourceNode::Form;

constexpr std::string_view kBlank = " \t";
constexpr std::string_view kSpace = " \t\r\n";

// Thrown by the handler and caught below.
struct TooDeep : std::exception {};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view yaml, std::size_t max_depth) : yaml_(yaml), max_depth_(max_depth) {}

  [[nodiscard]] SourceNode Take() { return std::move(root_); }
  // Where the last event was.
  [[nodiscard]] std::size_t last() const { return last_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    SourceNode node;
    node.form = Form::kAlias;
    node.begin = At(mark);
    node.end = Find(InFlow() ? " \t\r\n,[]{}" : " \t\r\n", node.begin);
    Add(std::move(node), At(mark), {});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value style) override {
    Open(mark, Form::kList, style);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value style) override {
    Open(mark, Form::kMap, style);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Frame {
    SourceNode node;
    bool has_key = false;    // Of a map: the last member is still without its value.
    std::size_t at = 0;      // Of the event.
    std::size_t column = 0;  // Of the event.
  };

  [[nodiscard]] std::size_t At(const YAML::Mark& mark) {
    last_ = std::min(yaml_.size(), static_cast<std::size_t>(std::max(mark.pos, 0)));
    return last_;
  }
  [[nodiscard]] char CharAt(std::size_t pos) const {
    return pos < yaml_.size() ? yaml_[pos] : '\0';
  }
  [[nodiscard]] std::size_t Find(std::string_view characters, std::size_t pos) const {
    return std::min(yaml_.find_first_of(characters, pos), yaml_.size());
  }
  [[nodiscard]] std::size_t Skip(std::string_view characters, std::size_t pos) const {
    return std::min(yaml_.find_first_not_of(characters, pos), yaml_.size());
  }
  [[nodiscard]] bool InFlow() const { return !frames_.empty() && !frames_.back().node.block; }
  [[nodiscard]] std::size_t SkipProperties(std::size_t pos) const;
  [[nodiscard]] std::size_t EndOfQuoted(std::size_t pos) const;
  [[nodiscard]] std::size_t EndOfBlockScalar(std::size_t pos) const;
  [[nodiscard]] std::size_t EndOfPlain(std::size_t pos, std::string_view value) const;
  [[nodiscard]] std::size_t Dash(std::size_t pos) const;
  void Open(const YAML::Mark& mark, Form form, YAML::EmitterStyle::value style);
  void Close();
  // Puts a finished value where it belongs. `at`: where its event was. `key`: what it is called as
  // a key.
  void Add(SourceNode node, std::size_t at, std::string key);

  std::string_view yaml_;
  std::size_t max_depth_;
  SourceNode root_;
  std::vector<Frame> frames_;
  std::size_t last_ = 0;
};

// Returns where the value begins whose anchor or tag may be at `pos`.
std::size_t TreeBuilder::SkipProperties(std::size_t pos) const {
  while (CharAt(pos) == '&' || CharAt(pos) == '!') {
    pos = Skip(kSpace, Find(kSpace, pos));
    while (CharAt(pos) == '#') {
      pos = Skip(kSpace, Find("\n", pos));
    }
  }
  return pos;
}

std::size_t TreeBuilder::EndOfQuoted(std::size_t pos) const {
  const char quote = CharAt(pos);
  for (++pos; pos < yaml_.size(); ++pos) {
    if (quote == '"' && yaml_[pos] == '\\') {
      ++pos;
    } else if (yaml_[pos] == quote) {
      if (quote == '"' || CharAt(pos + 1) != '\'') {
        return pos + 1;
      }
      ++pos;
    }
  }
  return yaml_.size();
}

// Returns the end of the last line that is indented deeper than what the scalar belongs to.
std::size_t TreeBuilder::EndOfBlockScalar(std::size_t pos) const {
  std::size_t parent = 0;
  bool inside = false;
  if (!frames_.empty()) {
    parent = frames_.back().column;
    inside = true;
  }
  std::size_t end = Find("\r\n", pos);
  std::size_t line = std::min(yaml_.find('\n', pos), yaml_.size());
  while (line < yaml_.size()) {
    const std::size_t first = Skip(" ", line + 1);
    const std::size_t next = std::min(yaml_.find('\n', line + 1), yaml_.size());
    const bool empty = first >= next || (yaml_[first] == '\r' && first + 1 == next);
    if (!empty && inside && first - line - 1 <= parent) {
      break;
    }
    if (!empty) {
      end = next > 0 && yaml_[next - 1] == '\r' ? next - 1 : next;
    }
    line = next;
  }
  return end;
}

// Returns the end of the plain scalar that begins at `pos` and says `value`, by matching the words
// of the value.
std::size_t TreeBuilder::EndOfPlain(std::size_t pos, std::string_view value) const {
  std::size_t at = 0;
  while (true) {
    while (at < value.size() && (kSpace.find(value[at]) != std::string_view::npos)) {
      ++at;
    }
    if (at == value.size()) {
      return pos;
    }
    const std::size_t word = Skip(kSpace, pos);
    const std::size_t size = std::min(value.find_first_of(kSpace, at), value.size()) - at;
    if (yaml_.compare(word, size, value.substr(at, size)) != 0) {
      return pos;
    }
    pos = word + size;
    at += size;
  }
}

// Returns where the dash of the block list's element stands whose value is at `pos`.
std::size_t TreeBuilder::Dash(std::size_t pos) const {
  const std::size_t column = frames_.back().column;
  while (true) {
    const std::size_t newline = pos == 0 ? std::string_view::npos : yaml_.rfind('\n', pos - 1);
    const std::size_t line = newline == std::string_view::npos ? 0 : newline + 1;
    const std::size_t dash = line + column;
    if (dash < pos && CharAt(dash) == '-' &&
        kSpace.find(CharAt(dash + 1)) != std::string_view::npos) {
      return dash;
    }
    if (line == 0) {
      return std::string_view::npos;
    }
    pos = line - 1;
  }
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t) {
  SourceNode node;
  node.json = "null";
  const std::size_t at = At(mark);
  const std::size_t begin = SkipProperties(at);
  // An empty value has the mark of what comes next.
  std::size_t from = begin;
  if (!frames_.empty()) {
    const Frame& frame = frames_.back();
    if (frame.has_key) {
      const SourceMember& member = frame.node.members.back();
      const std::size_t colon = Skip(kBlank, member.key_end);
      from = CharAt(colon) == ':' ? colon + 1 : member.key_end;
    } else if (frame.node.form == Form::kList && frame.node.block) {
      const std::size_t dash = Dash(at);
      from = dash == std::string_view::npos ? at : dash + 1;
    }
  }
  const bool same_line =
      yaml_.substr(from, begin - std::min(from, begin)).find('\n') == std::string_view::npos;
  const std::size_t word_end = Find(" \t\r\n,[]{}", begin);
  const std::string_view word = yaml_.substr(begin, word_end - begin);
  const bool stated =
      same_line && (word == "~" || word == "null" || word == "Null" || word == "NULL");
  node.begin = stated ? begin : from;
  node.end = stated ? word_end : from;
  Add(std::move(node), at, "null");
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                           const std::string& value) {
  SourceNode node;
  const std::size_t at = At(mark);
  node.begin = SkipProperties(at);
  switch (CharAt(node.begin)) {
    case '"':
    case '\'':
      node.end = EndOfQuoted(node.begin);
      break;
    case '|':
    case '>':
      node.end = InFlow() ? EndOfPlain(node.begin, value) : EndOfBlockScalar(node.begin);
      break;
    default:
      node.end = EndOfPlain(node.begin, value);
      break;
  }
  constexpr std::string_view kCore = "tag:yaml.org,2002:";
  const bool resolved =
      tag == "?" || tag.empty() ||
      (tag.starts_with(kCore) && !tag.ends_with(":str") && !tag.ends_with(":binary"));
  YamlScalar scalar = resolved ? ResolveYaml(value) : YamlScalar();
  std::string key = value;
  if (scalar.kind == YamlKind::kString || scalar.kind == YamlKind::kMerge) {
    AppendJsonString(value, node.json);
  } else {
    node.json = scalar.json.empty() ? "null" : scalar.json;
    key = scalar.kind == YamlKind::kFloat ? value : node.json;
  }
  Add(std::move(node), at, std::move(key));
}

void TreeBuilder::Open(const YAML::Mark& mark, Form form, YAML::EmitterStyle::value style) {
  const std::size_t at = At(mark);
  if (frames_.size() >= max_depth_) {
    throw TooDeep();
  }
  Frame frame;
  frame.at = at;
  frame.node.form = form;
  frame.node.begin = SkipProperties(at);
  frame.node.block = style == YAML::EmitterStyle::Block;
  const std::size_t newline =
      frame.node.begin == 0 ? std::string_view::npos : yaml_.rfind('\n', frame.node.begin - 1);
  frame.column = frame.node.begin - (newline == std::string_view::npos ? 0 : newline + 1);
  frame.node.end = frame.node.begin;
  if (!frame.node.block) {
    frame.node.opaque = CharAt(frame.node.begin) != (form == Form::kMap ? '{' : '[');
    frame.node.end += frame.node.opaque ? 0 : 1;
  }
  frames_.push_back(std::move(frame));
}

void TreeBuilder::Close() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  SourceNode& node = frame.node;
  if (frame.has_key) {
    node.opaque = true;
    node.members.pop_back();
  }
  if (!node.members.empty()) {
    node.end = std::max(node.end, node.members.back().value.end);
    if (node.block) {
      node.begin = node.members.front().begin;
    }
  }
  if (!node.block && !node.opaque) {
    while (true) {
      node.end = Skip(" \t\r\n,", node.end);
      if (CharAt(node.end) != '#') {
        break;
      }
      node.end = Find("\n", node.end);
    }
    const char c = CharAt(node.end);
    if (c == '}' || c == ']') {
      ++node.end;
    } else {
      node.opaque = true;
    }
  }
  Add(std::move(node), frame.at, {});
}

void TreeBuilder::Add(SourceNode node, std::size_t at, std::string key) {
  if (frames_.empty()) {
    root_ = std::move(node);
    return;
  }
  Frame& frame = frames_.back();
  SourceNode& parent = frame.node;
  if (parent.form == Form::kMap && !frame.has_key) {
    SourceMember& member = parent.members.emplace_back();
    frame.has_key = true;
    parent.opaque = parent.opaque || node.form != Form::kScalar || at != node.begin;
    if (parent.block) {
      const std::size_t colon = Skip(kBlank, node.end);
      parent.opaque = parent.opaque || CharAt(colon) != ':';
    }
    member.key = std::move(key);
    member.begin = node.begin;
    member.key_end = node.end;
    return;
  }
  if (parent.form == Form::kMap) {
    frame.has_key = false;
  } else {
    SourceMember& member = parent.members.emplace_back();
    const std::size_t dash = parent.block ? Dash(at) : node.begin;
    parent.opaque = parent.opaque || dash == std::string_view::npos;
    member.begin = dash == std::string_view::npos ? node.begin : dash;
    member.key_end = member.begin;
  }
  parent.members.back().value = std::move(node);
}

// Takes "yaml: " and "line N: " off `message`; returns N, or zero.
std::size_t TakeLine(std::string& message) {
  constexpr std::string_view kYaml = "yaml: ";
  constexpr std::string_view kLine = "line ";
  if (message.starts_with(kYaml)) {
    message.erase(0, kYaml.size());
  }
  std::size_t line = 0;
  if (message.starts_with(kLine)) {
    const char* end = message.data() + message.size();
    const auto parsed = std::from_chars(message.data() + kLine.size(), end, line);
    if (parsed.ec == std::errc() && std::string_view(parsed.ptr, end).starts_with(": ")) {
      message.erase(0, static_cast<std::size_t>(parsed.ptr - message.data()) + 2);
    }
  }
  return line;
}

// What came of a text.
struct Built {
  SourceNode root;
  std::size_t stopped_at = 0;
  bool placed = false;  // The parser refused the text, there.
};

Built Build(std::string_view yaml, const DecodeLimits& limits) {
  TreeBuilder builder(yaml, limits.max_depth);
  Built built;
  try {
    std::istringstream stream{std::string(yaml)};
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    built.root = builder.Take();
  } catch (const YAML::Exception& error) {
    built.placed = true;
    built.root.opaque = true;
    built.stopped_at = std::min(yaml.size(), static_cast<std::size_t>(std::max(error.mark.pos, 0)));
  } catch (const std::exception&) {
    built.root.opaque = true;
    built.stopped_at = builder.last();
  }
  return built;
}

}  // namespace

SourceNode ReadYamlTree(std::string_view yaml, const DecodeLimits& limits) {
  return Build(yaml, limits).root;
}

SourceTree ReadYamlSource(std::string_view yaml, const DecodeLimits& limits) {
  auto converted = YamlToJson(yaml, limits);
  if (!converted && converted.error().reason == Reason::kRequestEntityTooLarge) {
    SourceTree tree;
    tree.error = converted.error().message;
    return tree;
  }
  Built built = Build(yaml, limits);
  SourceTree tree;
  tree.root = std::move(built.root);
  if (converted) {
    tree.json = std::move(converted->json);
    return tree;
  }
  tree.error = converted.error().message;
  tree.error_at = built.stopped_at;
  const std::size_t line = TakeLine(tree.error);
  if (!built.placed && line > 0) {
    std::size_t pos = 0;
    for (std::size_t i = 1; i < line && pos < yaml.size(); ++i) {
      pos = std::min(yaml.find('\n', pos), yaml.size() - 1) + 1;
    }
    tree.error_at = pos;
  }
  return tree;
}

}  // namespace k8snet
