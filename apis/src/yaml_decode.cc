// This file and source_yaml.cc alone include yaml-cpp's parser and catch what it throws.
#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/yaml.h"
#include "src/base64.h"
#include "src/cbor_form.h"
#include "src/utf8.h"
#include "src/yaml_breaks.h"
#include "src/yaml_errors.h"
#include "src/yaml_place.h"
#include "src/yaml_plain.h"
#include "src/yaml_scalar.h"

namespace k8snet {
namespace {

using internal::EndOfQuoted;
using internal::LastLine;
using internal::ParserLine;
using internal::ResolveYaml;
using internal::ScannerLine;
using internal::UnquoteJson;
using internal::YamlKind;
using internal::YamlScalar;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Thrown by the handler below and caught in this file: yaml-cpp knows no other way to be stopped.
struct Stop {
  std::string message;
  Reason reason = Reason::kBadRequest;
};

// Keys count as nodes too.
std::size_t MostNodes(const DecodeLimits& limits) { return 2 * limits.max_items + 1000; }

std::string TooManyItems(const DecodeLimits& limits) {
  return "Request entity too large: limit is " + std::to_string(limits.max_items) + " items";
}

// Returns about how many entries and elements `yaml` has between brackets, which the parser keeps
// in memory as long as the outermost bracket is open.
std::size_t Structures(std::string_view yaml) {
  std::size_t count = 0;
  char last = '\0';
  for (const char c : yaml) {
    count += c == ',' || c == '[' || c == '{' || (last == ':' && c == ' ') ? 1U : 0U;
    last = c;
  }
  return count;
}

// Turns the events of one document into JSON text. The text of a map is put in order when the map
// ends; that of an anchored node is kept for its aliases.
class JsonFromYaml : public YAML::EventHandler {
 public:
  // `source` is the text as it was before its breaks became line feeds.
  JsonFromYaml(std::string_view yaml, std::string_view source, const DecodeLimits& limits)
      : yaml_(yaml), source_(source), limits_(limits) {}

  [[nodiscard]] YamlJson Take() {
    return {out_.empty() ? "null" : std::move(out_), std::move(duplicates_)};
  }

  // The place of the event that came last, or of an error at `pos`, which may be negative.
  [[nodiscard]] InputPlace Place(int pos) const;
  [[nodiscard]] InputPlace Place() const { return Place(last_); }

  // The column at which a key of a map without brackets is due; -1 if none is.
  [[nodiscard]] int KeyColumn() const {
    return frames_.empty() || !frames_.back().is_map || frames_.back().has_key
               ? -1
               : frames_.back().column;
  }

  // Whether the outermost value is a list or map without brackets.
  [[nodiscard]] bool is_block() const { return is_block_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    last_ = mark.pos;
    CheckColon();
    if (!frames_.empty() && frames_.back().is_flow_list && (At(mark) == ',' || At(mark) == ']')) {
      Fail("yaml: " + ParserLine(mark.line) + "did not find expected node content");
    }
    Scalar(mark, anchor, {YamlKind::kNull, "null"}, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    last_ = mark.pos;
    is_block_ = frames_.empty() ? style == YAML::EmitterStyle::Block : is_block_;
    Open(mark, anchor, false);
    frames_.back().is_flow_list = style == YAML::EmitterStyle::Flow;
    frames_.back().column = style == YAML::EmitterStyle::Block ? mark.column : -1;
  }
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    last_ = mark.pos;
    is_block_ = frames_.empty() ? style == YAML::EmitterStyle::Block : is_block_;
    Open(mark, anchor, true);
    frames_.back().column = style == YAML::EmitterStyle::Block ? mark.column : -1;
  }
  void OnMapEnd() override;
  void OnAnchor(const YAML::Mark&, const std::string& name) override { anchor_name_ = name; }

 private:
  // A list or map that is open.
  struct Frame {
    bool is_map = false;
    bool has_key = false;  // Map: a key has come, its value has not.
    bool merge = false;    // Map: the key that has come is "<<".
    bool is_flow_list = false;
    int line = 0;
    int column = -1;  // Of block style.
    int key_at = 0;   // Map: where the last key stands.
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::string anchor_name;
    std::size_t begin = 0;  // Of its text.
    std::size_t nodes = 0;  // How many nodes had come before it.
    std::size_t count = 0;  // List: elements that have begun.
    std::string key;
    std::string shown;
    std::vector<std::string> values;           // JSON.
    std::map<std::string, std::size_t> index;  // Key to its place in `values`.
  };
  struct Anchored {
    std::string json;
    std::size_t nodes = 0;
  };

  void Scalar(const YAML::Mark& mark, YAML::anchor_t anchor, const YamlScalar& scalar,
              const std::string& text);
  void Open(const YAML::Mark& mark, YAML::anchor_t anchor, bool is_map);
  void CountNode(std::size_t nodes, bool aliased);
  // Takes the key of an open map; returns false if a value is due.
  bool TakeKey(YamlScalar scalar, const std::string& text);
  void BeginValue();
  // Keep a value for the aliases of its anchor.
  void Keep(const Frame& frame);
  void KeepText(YAML::anchor_t anchor, std::string json, std::size_t nodes);
  // Ends the value whose text begins at `begin`.
  void EndValue(std::size_t begin, int line);
  void Set(Frame& map, std::string key, std::string shown, std::string value, int line);
  void Merge(Frame& map, std::string_view value, int line);
  void MergeMap(Frame& map, std::string_view object, int line);
  [[noreturn]] static void Fail(std::string message) { throw Stop{std::move(message)}; }
  // The character of the input at `mark`.
  [[nodiscard]] char At(const YAML::Mark& mark) const {
    const auto pos = static_cast<std::size_t>(mark.pos);
    return mark.pos >= 0 && pos < yaml_.size() ? yaml_[pos] : '\0';
  }
  void CheckQuotes(const YAML::Mark& mark) const;
  void CheckColon() const;
  void CheckSize() {
    if (out_.size() + held_ > limits_.max_bytes) {
      Fail("yaml: document contains excessive aliasing");
    }
  }

  std::string_view yaml_;
  std::string_view source_;
  const DecodeLimits& limits_;
  std::string out_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::string anchor_name_;
  bool is_block_ = false;
  std::vector<std::string> duplicates_;
  std::size_t nodes_ = 0;
  std::size_t aliased_nodes_ = 0;
  std::size_t held_ = 0;      // Bytes of values in open maps.
  std::size_t anchored_ = 0;  // Bytes of anchored values.
  int last_ = 0;
};

InputPlace JsonFromYaml::Place(int pos) const {
  InputPlace place;
  place.offset = std::min(yaml_.size(), static_cast<std::size_t>(std::max(pos, 0)));
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    if (!frame->is_map) {
      internal::PrependIndex(frame->count - (frame->count > 0 ? 1 : 0), place.path);
    } else if (frame->has_key || frame != frames_.rbegin()) {
      internal::PrependName(frame->key, place.path);
    }
  }
  return place;
}

void JsonFromYaml::Keep(const Frame& frame) {
  if (frame.anchor != YAML::NullAnchor) {
    KeepText(frame.anchor, out_.substr(frame.begin), nodes_ - frame.nodes);
  }
}

void JsonFromYaml::KeepText(YAML::anchor_t anchor, std::string json, std::size_t nodes) {
  // Anchors inside each other keep the same text several times.
  constexpr std::size_t kMostTimes = 4;
  anchored_ += json.size();
  if (anchored_ / kMostTimes > limits_.max_bytes) {
    Fail("yaml: document contains excessive aliasing");
  }
  anchors_[anchor] = {std::move(json), nodes};
}

// Source: yaml/go-yaml v2 decode.go unmarshal and allowedAliasRatio.
void JsonFromYaml::CountNode(std::size_t nodes, bool aliased) {
  nodes_ += nodes;
  aliased_nodes_ += aliased ? nodes : 0;
  constexpr double kLow = 400000;
  constexpr double kHigh = 4000000;
  const double all = static_cast<double>(nodes_);
  const double allowed = all <= kLow    ? 0.99
                         : all >= kHigh ? 0.10
                                        : 0.99 - 0.89 * (all - kLow) / (kHigh - kLow);
  if (aliased_nodes_ > 100 && nodes_ > 1000 &&
      static_cast<double>(aliased_nodes_) / all > allowed) {
    Fail("yaml: document contains excessive aliasing");
  }
  if (nodes_ > MostNodes(limits_)) {
    throw Stop{TooManyItems(limits_), Reason::kRequestEntityTooLarge};
  }
}

void JsonFromYaml::BeginValue() {
  if (frames_.empty()) {
    return;
  }
  Frame& frame = frames_.back();
  ++frame.count;
  if (!frame.is_map && out_.size() > frame.begin + 1) {
    out_.push_back(',');
  }
}

void JsonFromYaml::EndValue(std::size_t begin, int line) {
  CheckSize();
  if (frames_.empty() || !frames_.back().is_map) {
    return;
  }
  Frame& map = frames_.back();
  map.has_key = false;
  std::string value = out_.substr(begin);
  out_.resize(begin);
  if (map.merge) {
    map.merge = false;
    Merge(map, value, line);
    return;
  }
  Set(map, std::move(map.key), std::move(map.shown), std::move(value), line);
}

void JsonFromYaml::Set(Frame& map, std::string key, std::string shown, std::string value,
                       int line) {
  const auto [it, made] = map.index.try_emplace(std::move(key), map.values.size());
  held_ += value.size();
  if (made) {
    map.values.push_back(std::move(value));
    return;
  }
  held_ -= map.values[it->second].size();
  constexpr std::size_t kMaxDuplicates = 100;
  if (duplicates_.size() < kMaxDuplicates) {
    duplicates_.push_back("line " + std::to_string(line) + ": key " + shown +
                          " already set in map");
  }
  map.values[it->second] = std::move(value);
}

// Returns the end of the JSON value that begins at `pos` of our own compact text.
std::size_t EndOfValue(std::string_view json, std::size_t pos) {
  std::size_t depth = 0;
  bool in_string = false;
  for (; pos < json.size(); ++pos) {
    const char c = json[pos];
    if (in_string) {
      if (c == '\\') {
        ++pos;
      } else if (c == '"') {
        in_string = false;
        if (depth == 0) {
          return pos + 1;
        }
      }
      continue;
    }
    if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']' || c == ',' || c == ':') {
      if (depth == 0) {
        return pos;
      }
      if (c == '}' || c == ']') {
        --depth;
        if (depth == 0) {
          return pos + 1;
        }
      }
    }
  }
  return pos;
}

void JsonFromYaml::MergeMap(Frame& map, std::string_view object, int line) {
  std::size_t pos = 1;
  while (pos + 1 < object.size()) {
    const std::size_t key_end = EndOfValue(object, pos);
    const std::string_view quoted = object.substr(pos, key_end - pos);
    const std::size_t value_end = EndOfValue(object, key_end + 1);
    const std::string_view value = object.substr(key_end + 1, value_end - key_end - 1);
    std::string key = UnquoteJson(quoted);
    std::string shown = field::Quote(key);
    Set(map, std::move(key), std::move(shown), std::string(value), line);
    pos = value_end + 1;
  }
}

void JsonFromYaml::Merge(Frame& map, std::string_view value, int line) {
  constexpr std::string_view kWrong =
      "yaml: map merge requires map or sequence of maps as the value";
  if (value.starts_with('{')) {
    MergeMap(map, value, line);
    return;
  }
  if (!value.starts_with('[')) {
    Fail(std::string(kWrong));
  }
  std::vector<std::string_view> maps;
  std::size_t pos = 1;
  while (pos + 1 < value.size()) {
    const std::size_t end = EndOfValue(value, pos);
    maps.push_back(value.substr(pos, end - pos));
    if (!maps.back().starts_with('{')) {
      Fail(std::string(kWrong));
    }
    pos = end + 1;
  }
  // Earlier maps win, so they come last.
  for (auto it = maps.rbegin(); it != maps.rend(); ++it) {
    MergeMap(map, *it, line);
  }
}

bool JsonFromYaml::TakeKey(YamlScalar scalar, const std::string& text) {
  if (frames_.empty() || !frames_.back().is_map || frames_.back().has_key) {
    return false;
  }
  Frame& map = frames_.back();
  map.has_key = true;
  map.merge = scalar.kind == YamlKind::kMerge;
  switch (scalar.kind) {
    case YamlKind::kString:
    case YamlKind::kMerge:
      map.key = text;
      map.shown = field::Quote(text);
      break;
    case YamlKind::kNull:
      Fail("unsupported map key of type: %!s(<nil>), key: <nil>");
    case YamlKind::kBool:
    case YamlKind::kInt:
      map.key = map.shown = std::move(scalar.json);
      break;
    case YamlKind::kFloat:
      map.key = map.shown =
          scalar.json.empty() ? text : internal::FormatShortest(scalar.number, true);
      break;
  }
  return true;
}

void JsonFromYaml::Scalar(const YAML::Mark& mark, YAML::anchor_t anchor, const YamlScalar& scalar,
                          const std::string& text) {
  CountNode(1, false);
  std::string json = scalar.json;
  if (scalar.kind == YamlKind::kString || scalar.kind == YamlKind::kMerge) {
    AppendJsonString(text, json);
  } else if (scalar.kind == YamlKind::kFloat && json.empty()) {
    Fail(text.find_first_of("nN") == 1 && text.find_first_of("aA") == 2
             ? "json: unsupported value: NaN"
             : std::string("json: unsupported value: ") + (scalar.number > 0 ? "+Inf" : "-Inf"));
  }
  if (anchor != YAML::NullAnchor) {
    KeepText(anchor, json, 1);
  }
  if (TakeKey(scalar, text)) {
    frames_.back().key_at = mark.pos;
    return;
  }
  BeginValue();
  const std::size_t begin = out_.size();
  out_.append(json);
  EndValue(begin, mark.line + 1);
}

void JsonFromYaml::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                            const std::string& parsed) {
  last_ = mark.pos;
  CheckQuotes(mark);
  // The parser drops empty lines at the begin of quoted text, and knows one line break only.
  const std::optional<std::string> read =
      internal::ReadYamlScalar(source_, static_cast<std::size_t>(std::max(mark.pos, 0)),
                               frames_.empty() ? -1 : frames_.back().column);
  const std::string& value = read ? *read : parsed;
  constexpr std::string_view kCore = "tag:yaml.org,2002:";
  if (tag == "?" || tag.empty()) {
    Scalar(mark, anchor, ResolveYaml(value), value);
    return;
  }
  if (!tag.starts_with(kCore)) {
    Scalar(mark, anchor, {}, value);
    return;
  }
  const std::string type = tag.substr(kCore.size());
  if (type == "binary") {
    auto bytes = internal::ParseBase64(value);
    if (!bytes.has_value()) {
      Fail("yaml: !!binary value contains invalid base64 data");
    }
    Scalar(mark, anchor, {}, *bytes);
    return;
  }
  YamlScalar scalar = ResolveYaml(value);
  if (type == "float" && scalar.kind == YamlKind::kInt) {
    scalar.kind = YamlKind::kFloat;
    scalar.number = std::stod(scalar.json);
    scalar.json = internal::FormatJsonDouble(scalar.number);
  }
  static constexpr std::pair<std::string_view, YamlKind> kTypes[] = {{"str", YamlKind::kString},
                                                                     {"null", YamlKind::kNull},
                                                                     {"bool", YamlKind::kBool},
                                                                     {"int", YamlKind::kInt},
                                                                     {"float", YamlKind::kFloat}};
  for (const auto& [name, kind] : kTypes) {
    if (type != name) {
      continue;
    }
    if (kind == YamlKind::kString) {
      scalar = {};
    } else if (kind != scalar.kind) {
      std::string found = "str";
      for (const auto& [other, other_kind] : kTypes) {
        if (other_kind == scalar.kind) {
          found = other;
        }
      }
      Fail("yaml: cannot decode !!" + found + " `" + value + "` as a !!" + type);
    }
    Scalar(mark, anchor, scalar, value);
    return;
  }
  Scalar(mark, anchor, {}, value);
}

// Refuses a key of a map without brackets that no colon follows, which the parser takes.
void JsonFromYaml::CheckColon() const {
  if (frames_.empty() || !frames_.back().is_map || !frames_.back().has_key ||
      frames_.back().column < 0) {
    return;
  }
  const auto begin = static_cast<std::size_t>(std::max(frames_.back().key_at, 0));
  const std::string_view before = yaml_.substr(0, begin);
  const std::size_t last = before.find_last_not_of(" \t");
  const bool asked = last != std::string_view::npos && before[last] == '?';
  const std::string_view line = yaml_.substr(begin, yaml_.find('\n', begin) - begin);
  bool colon = asked || line.starts_with('"') || line.starts_with('\'');
  for (std::size_t pos = line.find(':'); !colon && pos != std::string_view::npos;
       pos = line.find(':', pos + 1)) {
    colon = pos + 1 == line.size() ||
            std::string_view(" \t\r").find(line[pos + 1]) != std::string_view::npos;
  }
  if (!colon) {
    Fail(internal::NoColon(yaml_, begin));
  }
}

// Refuses what the parser takes: a quoted text without an end, and the escape of a slash.
void JsonFromYaml::CheckQuotes(const YAML::Mark& mark) const {
  const char c = At(mark);
  if (c != '"' && c != '\'') {
    return;
  }
  const auto begin = static_cast<std::size_t>(mark.pos);
  const std::size_t end = EndOfQuoted(yaml_, begin);
  for (std::size_t pos = begin; c == '"' && pos + 1 < std::min(end, yaml_.size()); ++pos) {
    if (yaml_[pos] == '\\' && yaml_[++pos] == '/') {
      const auto breaks = std::count(yaml_.begin() + static_cast<std::ptrdiff_t>(begin),
                                     yaml_.begin() + static_cast<std::ptrdiff_t>(pos), '\n');
      Fail("yaml: " + ScannerLine(mark.line + static_cast<int>(breaks)) +
           "found unknown escape character");
    }
  }
  if (end == std::string_view::npos) {
    Fail("yaml: " + ScannerLine(LastLine(yaml_)) + "found unexpected end of stream");
  }
}

void JsonFromYaml::Open(const YAML::Mark& mark, YAML::anchor_t anchor, bool is_map) {
  CountNode(1, false);
  if (frames_.size() >= limits_.max_depth) {
    Fail("yaml: exceeded max depth");
  }
  if (!frames_.empty() && frames_.back().is_map && !frames_.back().has_key) {
    // The parser takes a list or map that is not closed for a key.
    if (At(mark) == '[' || At(mark) == '{') {
      if (std::string error = internal::FlowError(yaml_, static_cast<std::size_t>(mark.pos));
          !error.empty()) {
        Fail(std::move(error));
      }
    }
    Fail(is_map ? "yaml: invalid map key: map[interface {}]interface {}"
                : "yaml: invalid map key: []interface {}");
  }
  BeginValue();
  Frame frame;
  frame.is_map = is_map;
  frame.line = mark.line + 1;
  frame.anchor = anchor;
  frame.anchor_name = anchor_name_;
  frame.begin = out_.size();
  frame.nodes = nodes_ - 1;
  out_.push_back(is_map ? '{' : '[');
  frames_.push_back(std::move(frame));
}

void JsonFromYaml::OnSequenceEnd() {
  out_.push_back(']');
  const Frame frame = std::move(frames_.back());
  frames_.pop_back();
  Keep(frame);
  EndValue(frame.begin, frame.line);
}

void JsonFromYaml::OnMapEnd() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  for (const auto& [key, place] : frame.index) {
    AppendJsonString(key, out_);
    out_.push_back(':');
    out_.append(frame.values[place]).push_back(',');
    held_ -= frame.values[place].size();
  }
  if (out_.back() == ',') {
    out_.back() = '}';
  } else {
    out_.push_back('}');
  }
  Keep(frame);
  EndValue(frame.begin, frame.line);
}

void JsonFromYaml::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  last_ = mark.pos;
  CountNode(1, false);
  for (const Frame& frame : frames_) {
    if (frame.anchor == anchor) {
      Fail("yaml: anchor '" + frame.anchor_name + "' value contains itself");
    }
  }
  const Anchored& anchored = anchors_[anchor];
  CountNode(anchored.nodes, true);
  if (!frames_.empty() && frames_.back().is_map && !frames_.back().has_key) {
    const bool quoted = anchored.json.starts_with('"');
    if (anchored.json.starts_with('{') || anchored.json.starts_with('[')) {
      Fail("yaml: invalid map key");
    }
    const std::string text = quoted ? UnquoteJson(anchored.json) : anchored.json;
    TakeKey(quoted ? YamlScalar() : ResolveYaml(text), text);
    return;
  }
  BeginValue();
  const std::size_t begin = out_.size();
  out_.append(anchored.json);
  EndValue(begin, mark.line + 1);
}

// Stands for a document after the first: throws Stop as it begins, unless a marker is before it.
class NextDocument : public JsonFromYaml {
 public:
  NextDocument(std::string_view yaml, bool after_list, const DecodeLimits& limits)
      : JsonFromYaml(yaml, yaml, limits), yaml_(yaml), after_list_(after_list) {}

  // Whether the document is another one, of which nothing is to be read.
  [[nodiscard]] bool separate() const { return separate_; }
  [[nodiscard]] std::size_t at() const { return at_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    const std::string_view before =
        yaml_.substr(0, static_cast<std::size_t>(std::max(mark.pos, 0)));
    const std::string_view rest = yaml_.substr(before.size());
    at_ = before.size();
    separate_ = rest.starts_with("---") || rest.starts_with("...") || before.starts_with("...") ||
                before.find("\n...") != std::string_view::npos;
    throw Stop{"yaml: " + ParserLine(mark.line) +
               (after_list_ ? "did not find expected '-' indicator" : "did not find expected key")};
  }

 private:
  std::string_view yaml_;
  bool after_list_;
  bool separate_ = false;
  std::size_t at_ = 0;
};

// Refuses what stands behind the list or map of the first document without a marker between. What
// is behind a marker is not looked at.
std::string TrailingError(std::string_view yaml, YAML::Parser& parser, bool after_list,
                          const DecodeLimits& limits, std::size_t& offset) {
  NextDocument next(yaml, after_list, limits);
  try {
    parser.HandleNextDocument(next);
  } catch (const Stop& stop) {
    offset = next.at();
    return next.separate() ? "" : stop.message;
  } catch (const std::exception&) {
    return "";
  }
  return "";
}

}  // namespace

Result<YamlJson> YamlToJson(std::string_view yaml, const DecodeLimits& limits) {
  if (yaml.size() > limits.max_bytes) {
    return Error(Reason::kRequestEntityTooLarge,
                 "Request entity too large: limit is " + std::to_string(limits.max_bytes));
  }
  const std::size_t skipped = yaml.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  yaml.remove_prefix(skipped);
  if (std::string json = internal::PlainYamlToJson(yaml, limits); !json.empty()) {
    return YamlJson{.json = std::move(json), .duplicates = {}};
  }
  const auto fail = [&](std::string message, InputPlace place, Reason reason) {
    Error error(reason, std::move(message));
    place.offset += skipped;
    error.place = std::move(place);
    return error;
  };
  std::size_t offset = 0;
  if (const std::string_view error = internal::CharacterError(yaml, offset); !error.empty()) {
    return fail("yaml: " + std::string(error), {.offset = offset}, Reason::kBadRequest);
  }
  if (Structures(yaml) > MostNodes(limits)) {
    return fail(TooManyItems(limits), {}, Reason::kRequestEntityTooLarge);
  }
  std::string line_feeds;
  const std::string_view source = yaml;
  if (internal::HasOtherBreaks(yaml)) {
    line_feeds = internal::WithLineFeeds(yaml);
    yaml = line_feeds;
  }
  JsonFromYaml handler(yaml, source, limits);
  try {
    std::istringstream stream{std::string(yaml)};
    YAML::Parser parser(stream);
    parser.HandleNextDocument(handler);
    YamlJson result = handler.Take();
    std::string error =
        handler.is_block() ? TrailingError(yaml, parser, result.json.front() == '[', limits, offset)
                           : "";
    if (!error.empty()) {
      return fail(std::move(error), {.offset = offset}, Reason::kBadRequest);
    }
    return result;
  } catch (const Stop& stop) {
    return fail(stop.message, handler.Place(), stop.reason);
  } catch (const YAML::Exception& error) {
    return fail(internal::ErrorText(yaml, error, handler.KeyColumn()),
                handler.Place(error.mark.pos), Reason::kBadRequest);
  } catch (const std::exception& error) {
    return fail(std::string("yaml: ") + error.what(), handler.Place(), Reason::kBadRequest);
  }
}

Result<Decoded> DecodeYaml(const Type& type, std::string_view yaml, const DecodeOptions& options) {
  K8SNET_ASSIGN_OR_RETURN(YamlJson converted, YamlToJson(yaml, options.limits));
  DecodeOptions json_options = options;
  json_options.limits.max_bytes = converted.json.size();
  auto decoded = DecodeJson(type, converted.json, json_options);
  if (!decoded) {
    Error error = std::move(decoded).error();
    if (error.place.has_value()) {
      error.place->offset = internal::YamlOffset(yaml, error.place->path, options.limits);
    }
    return error;
  }
  if (options.findings && !converted.duplicates.empty()) {
    constexpr std::size_t kMaxFindings = 100;
    std::vector<std::string> findings = std::move(converted.duplicates);
    findings.insert(findings.end(), decoded->findings.begin(), decoded->findings.end());
    findings.resize(std::min(findings.size(), kMaxFindings));
    decoded->findings = std::move(findings);
  }
  return decoded;
}

Result<TypeMeta> PeekYaml(std::string_view yaml, const DecodeLimits& limits) {
  K8SNET_ASSIGN_OR_RETURN(const YamlJson converted, YamlToJson(yaml, limits));
  return PeekJson(converted.json);
}

std::vector<std::string_view> SplitYamlDocuments(std::string_view yaml) {
  std::vector<std::string_view> documents;
  std::size_t begin = 0;
  std::size_t line = 0;
  bool content = false;
  const auto finish = [&](std::size_t end) {
    if (content) {
      documents.push_back(yaml.substr(begin, end - begin));
    }
    content = false;
  };
  while (line < yaml.size()) {
    const std::size_t line_end = std::min(yaml.find('\n', line), yaml.size());
    const std::string_view text = yaml.substr(line, line_end - line);
    if (text.starts_with("---")) {
      finish(line);
      // What follows the marker on its line is part of the document.
      begin = line + 3;
      const std::size_t rest = text.find_first_not_of(" \t\r", 3);
      content = rest != std::string_view::npos && text[rest] != '#';
    } else {
      const std::size_t first = text.find_first_not_of(" \t\r");
      content = content || (first != std::string_view::npos && text[first] != '#');
    }
    line = line_end + 1;
  }
  finish(yaml.size());
  return documents;
}

}  // namespace k8snet
