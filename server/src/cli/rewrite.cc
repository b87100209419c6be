#include "src/cli/rewrite.h"

#include <algorithm>
#include <utility>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/yaml.h"

namespace k8snet::cli {
namespace {

using Form = SourceNode::Form;

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kBlank = " \t";

// Whether a change replaces *aliases by what they stand for.
enum class Aliases { kKeep, kExpand };

struct Edit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
};

// A scalar that a change takes away; it may turn up elsewhere.
struct Leaf {
  std::string json;
  std::string token;
  std::string comment;  // Behind it, on its line.
  bool used = false;
};

bool IsPlainKey(std::string_view key) {
  return !key.empty() &&
         key.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
             std::string_view::npos;
}

std::string QuotedJson(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

// Returns `value` as one line of YAML that may stand inside brackets.
std::string FlowScalar(const Json& value) {
  std::string text = JsonToYaml(value.ToString());
  text.pop_back();
  const bool safe = text.find_first_of("\n,[]{}#:&*!|>%@`") == std::string::npos;
  return safe ? text : value.ToString();
}

// How brackets are written.
struct FlowStyle {
  Syntax syntax = Syntax::kJson;
  bool lines = false;  // A line for each member.
  std::string indent;  // Of the line with the bracket.
  std::string step = "  ";
  std::string newline = "\n";
};

void AppendFlow(const Json& value, FlowStyle style, std::string& out) {
  const Json::Object* object = value.AsObject();
  const Json::Array* array = value.AsArray();
  if ((object == nullptr || object->empty()) && (array == nullptr || array->empty())) {
    out += style.syntax == Syntax::kJson ? value.ToString() : FlowScalar(value);
    return;
  }
  const std::string outer = style.newline + style.indent;
  style.indent += style.step;
  const std::string separator = style.lines ? "," + style.newline + style.indent : ", ";
  out += object != nullptr ? '{' : '[';
  out += style.lines ? style.newline + style.indent : "";
  bool first = true;
  const auto member = [&](const std::string* key, const Json& item) {
    out += first ? "" : separator;
    first = false;
    if (key != nullptr) {
      out += style.syntax == Syntax::kYaml && IsPlainKey(*key) ? *key : QuotedJson(*key);
      out += ": ";
    }
    AppendFlow(item, style, out);
  };
  if (object != nullptr) {
    for (const auto& [key, item] : *object) {
      member(&key, item);
    }
  } else {
    for (const Json& item : *array) {
      member(nullptr, item);
    }
  }
  out += style.lines ? outer : "";
  out += object != nullptr ? '}' : ']';
}

// Collects the changes from one document to another.
class Planner {
 public:
  Planner(std::string_view text, Syntax syntax, Aliases aliases)
      : text_(text), syntax_(syntax), aliases_(aliases) {
    const std::size_t line = text.find('\n');
    newline_ = line != kNone && line > 0 && text[line - 1] == '\r' ? "\r\n" : "\n";
  }

  // Plans the change of the value at `node`, which says `before`; returns whether that is possible.
  bool Value(const SourceNode& node, const Json& before, const Json& after);

  // Returns the text with all changes.
  [[nodiscard]] std::string Apply();
  std::vector<std::string> lost_comments;

 private:
  bool Map(const SourceNode& node, const Json::Object& before, const Json::Object& after);
  bool List(const SourceNode& node, const Json::Array& before, const Json::Array& after);
  bool Member(const SourceNode& parent, const SourceMember& member, const Json& before,
              const Json& after);
  bool BlockMembers(const SourceNode& node, const std::vector<bool>& removed,
                    const Json::Object& added);
  bool FlowMembers(const SourceNode& node, const std::vector<bool>& removed,
                   const Json::Object& added);
  bool Replace(const SourceNode& node, const Json& after);
  bool ReplaceMember(const SourceNode& parent, const SourceMember& member, const Json& after);
  void CollectLeaves(const SourceNode& node, std::vector<Leaf>& leaves) const;
  void CollectTokens(const SourceNode& node,
                     std::vector<std::pair<std::size_t, std::size_t>>& tokens) const;
  // Returns the comments between two places of the text, which members of `node` cover.
  [[nodiscard]] std::vector<std::string> Comments(const SourceNode& node, std::size_t begin,
                                                  std::size_t end) const;
  [[nodiscard]] std::string CommentBehind(std::size_t pos) const;
  // Returns a map or list as lines of block style without the indent of the first, and a line break
  // between them alone.
  [[nodiscard]] std::string BlockText(const Json& members, std::size_t indent,
                                      std::vector<Leaf>& leaves) const;
  [[nodiscard]] FlowStyle StyleOf(const SourceNode& node) const;

  [[nodiscard]] std::size_t LineBegin(std::size_t pos) const {
    const std::size_t newline = pos == 0 ? kNone : text_.rfind('\n', pos - 1);
    return newline == kNone ? 0 : newline + 1;
  }
  // Returns the place of the line break, or the end of the text.
  [[nodiscard]] std::size_t LineEnd(std::size_t pos) const {
    std::size_t end = std::min(text_.find('\n', pos), text_.size());
    if (end > pos && end < text_.size() && text_[end - 1] == '\r') {
      --end;
    }
    return end;
  }
  [[nodiscard]] std::size_t NextLine(std::size_t pos) const {
    const std::size_t end = text_.find('\n', pos);
    return end == kNone ? text_.size() : end + 1;
  }
  [[nodiscard]] bool BeginsLine(std::size_t pos) const {
    const std::size_t line = LineBegin(pos);
    return text_.substr(line, pos - line).find_first_not_of(kBlank) == kNone;
  }
  void Add(std::size_t begin, std::size_t end, std::string text) {
    edits_.push_back({begin, end, std::move(text)});
  }

  std::string_view text_;
  Syntax syntax_;
  Aliases aliases_;
  std::string newline_;
  std::vector<Edit> edits_;
};

std::string Planner::Apply() {
  std::stable_sort(edits_.begin(), edits_.end(),
                   [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  std::string out;
  std::size_t pos = 0;
  for (const Edit& edit : edits_) {
    if (edit.begin < pos) {
      return "";  // They overlap; what comes out would not be what was asked for.
    }
    out += text_.substr(pos, edit.begin - pos);
    out += edit.text;
    pos = edit.end;
  }
  out += text_.substr(pos);
  return out;
}

bool Planner::Value(const SourceNode& node, const Json& before, const Json& after) {
  if (before == after) {
    return true;
  }
  if (node.opaque) {
    return false;
  }
  const Json::Object* old_map = before.AsObject();
  const Json::Object* new_map = after.AsObject();
  if (node.form == Form::kMap && old_map != nullptr && new_map != nullptr) {
    return Map(node, *old_map, *new_map);
  }
  const Json::Array* old_list = before.AsArray();
  const Json::Array* new_list = after.AsArray();
  if (node.form == Form::kList && old_list != nullptr && new_list != nullptr &&
      node.members.size() == old_list->size() &&
      (node.block || old_list->size() == new_list->size())) {
    return List(node, *old_list, *new_list);
  }
  return Replace(node, after);
}

// Whether `value` can become `after` by changes of its members, and not only by being replaced.
bool CanChangeInside(const SourceNode& value, const Json& after) {
  if (value.form == Form::kMap) {
    return after.AsObject() != nullptr && !after.AsObject()->empty();
  }
  return value.form == Form::kList && after.AsArray() != nullptr && !after.AsArray()->empty();
}

bool Planner::Member(const SourceNode& parent, const SourceMember& member, const Json& before,
                     const Json& after) {
  return CanChangeInside(member.value, after) ? Value(member.value, before, after)
                                              : ReplaceMember(parent, member, after);
}

bool Planner::List(const SourceNode& node, const Json::Array& before, const Json::Array& after) {
  const std::size_t common = std::min(before.size(), after.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (before[i] != after[i] && !Member(node, node.members[i], before[i], after[i])) {
      return false;
    }
  }
  if (before.size() == after.size()) {
    return true;
  }
  if (common == 0) {
    return Replace(node, Json(after));
  }
  const std::size_t begin = LineEnd(node.members[common - 1].value.end);
  const std::size_t end = LineEnd(node.members.back().value.end);
  for (std::string& comment : Comments(node, begin, end)) {
    lost_comments.push_back(std::move(comment));
  }
  std::string text;
  if (after.size() > common) {
    const Json::Array added(after.begin() + static_cast<std::ptrdiff_t>(common), after.end());
    std::vector<Leaf> none;
    const std::size_t indent = node.begin - LineBegin(node.begin);
    text = newline_ + std::string(indent, ' ') + BlockText(Json(added), indent, none);
  }
  Add(begin, end, std::move(text));
  return true;
}

bool Planner::Map(const SourceNode& node, const Json::Object& before, const Json::Object& after) {
  Json::Object added;
  std::vector<bool> removed(node.members.size(), false);
  bool any_removed = false;
  for (const auto& [key, value] : after) {
    const auto old = before.find(key);
    if (old != before.end() && old->second == value) {
      continue;
    }
    const SourceMember* member = node.Find(key);
    if (old == before.end() || member == nullptr) {
      added.emplace(key, value);
      continue;
    }
    if (!Member(node, *member, old->second, value)) {
      return false;
    }
  }
  for (std::size_t i = 0; i < node.members.size(); ++i) {
    const std::string& key = node.members[i].key;
    removed[i] = before.contains(key) && !after.contains(key);
    any_removed = any_removed || removed[i];
  }
  if (!any_removed && added.empty()) {
    return true;
  }
  if (node.members.empty() ||
      (added.empty() && std::find(removed.begin(), removed.end(), false) == removed.end())) {
    return Replace(node, Json(after));
  }
  return node.block ? BlockMembers(node, removed, added) : FlowMembers(node, removed, added);
}

// Returns the last member whose key comes before `key`, among those that stay; else kNone.
std::size_t Predecessor(const SourceNode& node, const std::vector<bool>& removed,
                        const std::string& key) {
  std::size_t found = kNone;
  for (std::size_t i = 0; i < node.members.size(); ++i) {
    if (!removed[i] && node.members[i].key < key &&
        (found == kNone || node.members[found].key < node.members[i].key)) {
      found = i;
    }
  }
  return found;
}

bool Planner::BlockMembers(const SourceNode& node, const std::vector<bool>& removed,
                           const Json::Object& added) {
  const std::size_t indent = node.begin - LineBegin(node.begin);
  const std::string margin = newline_ + std::string(indent, ' ');
  std::vector<Leaf> leaves;
  std::vector<std::string> comments;
  std::size_t first = kNone;
  for (std::size_t i = 0; i < node.members.size(); ++i) {
    if (removed[i]) {
      first = std::min(first, i);
      const SourceMember& member = node.members[i];
      CollectLeaves(member.value, leaves);
      // Comments above it go along, but for those above the first, which stay above what comes.
      const std::size_t begin = i == first ? member.begin : LineEnd(node.members[i - 1].value.end);
      for (std::string& comment : Comments(node, begin, LineEnd(member.value.end))) {
        comments.push_back(std::move(comment));
      }
    }
  }
  const auto orphans = [&] {
    std::string lines;
    for (const std::string& comment : comments) {
      const bool moved = std::any_of(leaves.begin(), leaves.end(), [&](const Leaf& leaf) {
        return leaf.used && leaf.comment == comment;
      });
      lines += moved ? "" : comment + margin;
    }
    return lines;
  };
  if (first == kNone) {
    // Nothing goes, so each new member comes behind the one that would be before it in order.
    for (const auto& [key, value] : added) {
      const std::string lines = BlockText(Json(Json::Object{{key, value}}), indent, leaves);
      const std::size_t after = Predecessor(node, removed, key);
      if (after == kNone) {
        Add(node.begin, node.begin, lines + margin);
      } else {
        const std::size_t end = LineEnd(node.members[after].value.end);
        Add(end, end, margin + lines);
      }
    }
    return true;
  }
  const std::string lines = added.empty() ? "" : BlockText(Json(added), indent, leaves);
  std::string above = orphans();
  if (!lines.empty()) {
    const SourceMember& member = node.members[first];
    Add(member.begin, LineEnd(member.value.end), above + lines);
    above.clear();
  }
  for (std::size_t i = 0; i < node.members.size(); ++i) {
    if (!removed[i] || (i == first && !lines.empty())) {
      continue;
    }
    const SourceMember& member = node.members[i];
    const std::size_t line = LineBegin(member.begin);
    if (BeginsLine(member.begin) && line > 0) {
      // The line break before goes too, so that others may add behind this.
      std::string kept;
      if (!above.empty()) {
        kept = margin + above.substr(0, above.size() - margin.size());
        above.clear();
      }
      const bool crlf = line > 1 && text_[line - 2] == '\r';
      Add(i == first ? line - (crlf ? 2 : 1) : LineEnd(node.members[i - 1].value.end),
          LineEnd(member.value.end), std::move(kept));
      continue;
    }
    if (i + 1 == node.members.size()) {
      continue;  // The first line of a document alone: the reading will tell.
    }
    // It stands behind a dash; what comes next takes its place.
    const SourceMember& next = node.members[i + 1];
    for (std::string& comment : Comments(node, LineEnd(member.value.end), next.begin)) {
      above += std::move(comment) + margin;
    }
    Add(member.begin, next.begin, std::move(above));
    above.clear();
  }
  return true;
}

bool Planner::FlowMembers(const SourceNode& node, const std::vector<bool>& removed,
                          const Json::Object& added) {
  const FlowStyle style = StyleOf(node);
  const std::string separator =
      style.lines ? "," + style.newline + style.indent + style.step : ", ";
  FlowStyle inner = style;
  inner.indent += style.step;
  const auto text_of = [&](const std::string& key, const Json& value) {
    std::string out = syntax_ == Syntax::kYaml && IsPlainKey(key) ? key : QuotedJson(key);
    out += ": ";
    AppendFlow(value, inner, out);
    return out;
  };
  const auto lose = [&](std::size_t begin, std::size_t end) {
    for (std::string& comment : Comments(node, begin, end)) {
      lost_comments.push_back(std::move(comment));
    }
  };
  const auto first = std::find(removed.begin(), removed.end(), true);
  std::size_t replaced = kNone;
  if (first != removed.end() && !added.empty()) {
    replaced = static_cast<std::size_t>(first - removed.begin());
    std::string text;
    for (const auto& [key, value] : added) {
      text += (text.empty() ? "" : separator) + text_of(key, value);
    }
    const SourceMember& member = node.members[replaced];
    lose(member.begin, member.value.end);
    Add(member.begin, member.value.end, std::move(text));
  } else {
    for (const auto& [key, value] : added) {
      const std::size_t after = Predecessor(node, removed, key);
      const std::string text = text_of(key, value);
      if (after == kNone) {
        Add(node.members.front().begin, node.members.front().begin, text + separator);
      } else {
        const std::size_t end = node.members[after].value.end;
        Add(end, end, separator + text);
      }
    }
  }
  bool at_front = true;
  for (std::size_t i = 0; i < node.members.size(); ++i) {
    if (!removed[i] || i == replaced) {
      at_front = false;
      continue;
    }
    const std::size_t begin = at_front ? node.members[i].begin : node.members[i - 1].value.end;
    const std::size_t end = at_front ? node.members[i + 1].begin : node.members[i].value.end;
    lose(begin, end);
    Add(begin, end, "");
  }
  return true;
}

FlowStyle Planner::StyleOf(const SourceNode& node) const {
  FlowStyle style;
  style.syntax = syntax_;
  style.newline = newline_;
  if (node.members.empty()) {
    return style;
  }
  const std::size_t first = node.members.front().begin;
  style.lines = text_.substr(node.begin, first - node.begin).find('\n') != kNone;
  if (style.lines) {
    const auto indent = [&](std::size_t pos) {
      const std::size_t line = LineBegin(pos);
      return std::string(text_.substr(line, text_.find_first_not_of(kBlank, line) - line));
    };
    style.indent = indent(node.begin);
    const std::string deeper = indent(first);
    if (deeper.starts_with(style.indent) && deeper.size() > style.indent.size()) {
      style.step = deeper.substr(style.indent.size());
    }
  }
  return style;
}

bool Planner::Replace(const SourceNode& node, const Json& after) {
  if (node.form == Form::kAlias && aliases_ == Aliases::kKeep) {
    return true;
  }
  std::string text;
  if (!node.block && syntax_ == Syntax::kYaml && after.IsScalar() && node.form == Form::kScalar) {
    const char quote = node.end > node.begin ? text_[node.begin] : '\0';
    const std::string* string = after.AsString();
    if (quote == '"' && string != nullptr) {
      text = after.ToString();
    } else if (quote == '\'' && string != nullptr && string->find_first_of("'\n") == kNone) {
      text = "'" + *string + "'";
    } else {
      text = FlowScalar(after);
    }
  } else {
    AppendFlow(after, StyleOf(node), text);
  }
  for (std::string& comment : Comments(node, node.begin, node.end)) {
    lost_comments.push_back(std::move(comment));
  }
  Add(node.begin, node.end, std::move(text));
  return true;
}

// Replaces a value whose form changes, or a scalar.
bool Planner::ReplaceMember(const SourceNode& parent, const SourceMember& member,
                            const Json& after) {
  const SourceNode& value = member.value;
  if (value.form == Form::kAlias && aliases_ == Aliases::kKeep) {
    return true;
  }
  const bool composite = after.AsObject() != nullptr || after.AsArray() != nullptr;
  if (!parent.block || parent.form != Form::kMap || (!composite && !value.block)) {
    return Replace(value, after);
  }
  // Behind the colon; an anchor goes too, and if it was needed that will be noticed.
  const std::size_t colon = text_.find(':', member.key_end);
  if (colon == kNone || colon >= value.begin + 1) {
    return false;
  }
  for (std::string& comment : Comments(value, colon + 1, value.end)) {
    lost_comments.push_back(std::move(comment));
  }
  const std::size_t indent = parent.begin - LineBegin(parent.begin);
  std::vector<Leaf> none;
  std::string text = BlockText(Json(Json::Object{{"k", after}}), indent, none);
  Add(colon + 1, value.end, text.substr(2));
  return true;
}

void Planner::CollectLeaves(const SourceNode& node, std::vector<Leaf>& leaves) const {
  if (node.form == Form::kScalar && node.end > node.begin) {
    std::string token(text_.substr(node.begin, node.end - node.begin));
    if (token.find('\n') == std::string::npos) {
      leaves.push_back({node.json, std::move(token), CommentBehind(node.end)});
    }
  }
  for (const SourceMember& member : node.members) {
    CollectLeaves(member.value, leaves);
  }
}

void Planner::CollectTokens(const SourceNode& node,
                            std::vector<std::pair<std::size_t, std::size_t>>& tokens) const {
  if (node.form == Form::kScalar || node.form == Form::kAlias) {
    tokens.emplace_back(node.begin, node.end);
  }
  for (const SourceMember& member : node.members) {
    if (node.form == Form::kMap) {
      tokens.emplace_back(member.begin, member.key_end);
    }
    CollectTokens(member.value, tokens);
  }
}

std::vector<std::string> Planner::Comments(const SourceNode& node, std::size_t begin,
                                           std::size_t end) const {
  std::vector<std::string> comments;
  if (syntax_ == Syntax::kJson || text_.substr(begin, end - begin).find('#') == kNone) {
    return comments;
  }
  std::vector<std::pair<std::size_t, std::size_t>> tokens;
  CollectTokens(node, tokens);
  auto token = tokens.begin();
  for (std::size_t pos = begin; pos < end; ++pos) {
    while (token != tokens.end() && token->second <= pos) {
      ++token;
    }
    if (token != tokens.end() && token->first <= pos) {
      pos = token->second - 1;
      continue;
    }
    if (text_[pos] == '#' &&
        (pos == 0 || std::string_view(" \t\r\n").find(text_[pos - 1]) != kNone)) {
      const std::size_t stop = LineEnd(pos);
      comments.emplace_back(text_.substr(pos, stop - pos));
      pos = stop;
    }
  }
  return comments;
}

std::string Planner::CommentBehind(std::size_t pos) const {
  const std::size_t begin = text_.find_first_not_of(kBlank, pos);
  if (syntax_ == Syntax::kJson || begin == kNone || begin == pos || text_[begin] != '#') {
    return "";
  }
  return std::string(text_.substr(begin, LineEnd(begin) - begin));
}

// Gives scalars of `text`, which is YAML, that are among `leaves` the looks that they have there.
void KeepLooks(std::string& text, std::vector<Leaf>& leaves) {
  const SourceNode root = ReadYamlTree(text, kLimits);
  std::vector<const SourceNode*> scalars;
  const auto collect = [&](const SourceNode& node, const auto& self) -> void {
    if (node.form == Form::kScalar) {
      scalars.push_back(&node);
    }
    for (const SourceMember& member : node.members) {
      self(member.value, self);
    }
  };
  collect(root, collect);
  std::vector<Edit> edits;
  for (const SourceNode* scalar : scalars) {
    const auto leaf = std::find_if(leaves.begin(), leaves.end(), [&](const Leaf& candidate) {
      return !candidate.used && candidate.json == scalar->json;
    });
    const bool ends_line = scalar->end == text.size() || text[scalar->end] == '\n';
    if (leaf == leaves.end() || !ends_line || scalar->end == scalar->begin) {
      continue;
    }
    leaf->used = true;
    edits.push_back({scalar->begin, scalar->end,
                     leaf->comment.empty() ? leaf->token : leaf->token + " " + leaf->comment});
  }
  for (auto it = edits.rbegin(); it != edits.rend(); ++it) {
    text.replace(it->begin, it->end - it->begin, it->text);
  }
}

std::string Planner::BlockText(const Json& members, std::size_t indent,
                               std::vector<Leaf>& leaves) const {
  std::string text = JsonToYaml(members.ToString());
  text.pop_back();
  if (!leaves.empty()) {
    KeepLooks(text, leaves);
  }
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += newline_ + std::string(indent, ' ');
    } else {
      out += c;
    }
  }
  return out;
}

// Whether `text` says `value`.
bool Says(std::string_view text, Syntax syntax, const Json& value) {
  if (syntax == Syntax::kJson) {
    return JsonSyntaxError(text).empty() && ParseKnownJson(text) == value;
  }
  const auto converted = YamlToJson(text, kLimits);
  return converted && ParseKnownJson(converted->json) == value;
}

}  // namespace

Json ParseKnownJson(std::string_view json) {
  auto parsed = server::ParseJson(json);
  return parsed ? std::move(parsed->value) : Json();
}

Json MergeChange(const Json& value, const Json& from, const Json& to) {
  if (from == to) {
    return value;
  }
  if (value.AsObject() != nullptr && from.AsObject() != nullptr && to.AsObject() != nullptr) {
    Json::Object merged = *value.AsObject();
    for (const auto& [key, old] : *from.AsObject()) {
      if (to.Find(key) == nullptr) {
        merged.erase(key);
      }
    }
    for (const auto& [key, item] : *to.AsObject()) {
      const Json* old = from.Find(key);
      const auto own = merged.find(key);
      if (old == nullptr || (own == merged.end() && *old != item)) {
        merged.insert_or_assign(key, item);
      } else if (own != merged.end()) {
        own->second = MergeChange(own->second, *old, item);
      }
    }
    return Json(std::move(merged));
  }
  const Json::Array* list = value.AsArray();
  const Json::Array* old = from.AsArray();
  const Json::Array* items = to.AsArray();
  if (list != nullptr && old != nullptr && items != nullptr && list->size() == old->size() &&
      old->size() == items->size()) {
    Json::Array merged;
    for (std::size_t i = 0; i < list->size(); ++i) {
      merged.push_back(MergeChange((*list)[i], (*old)[i], (*items)[i]));
    }
    return Json(std::move(merged));
  }
  return to;
}

Rewritten Rewrite(std::string_view text, Syntax syntax, const SourceNode& root, const Json& before,
                  const Json& after) {
  for (const Aliases aliases : {Aliases::kKeep, Aliases::kExpand}) {
    Planner planner(text, syntax, aliases);
    if (!planner.Value(root, before, after)) {
      break;
    }
    std::string changed = planner.Apply();
    if (!changed.empty() && Says(changed, syntax, after)) {
      return {std::move(changed), false, std::move(planner.lost_comments)};
    }
  }
  Rewritten result;
  result.relaid = true;
  if (syntax == Syntax::kJson) {
    result.text = IndentJson(after.ToString()) + "\n";
    return result;
  }
  // Comments above the first value stay.
  std::size_t pos = 0;
  while (pos < text.size()) {
    const std::size_t end = std::min(text.find('\n', pos), text.size());
    const std::size_t first = text.find_first_not_of(" \t\r", pos);
    if (first < end && text[first] != '#') {
      break;
    }
    pos = std::min(end + 1, text.size());
  }
  result.text = std::string(text.substr(0, std::min(pos, root.begin)));
  result.text += JsonToYaml(after.ToString());
  return result;
}

}  // namespace k8snet::cli
