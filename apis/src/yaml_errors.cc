#include "src/yaml_errors.h"

#include <algorithm>
#include <utility>

#include "src/utf8.h"

namespace k8snet::internal {

std::string ParserLine(int line) { return line > 0 ? "line " + std::to_string(line) + ": " : ""; }

std::string ScannerLine(int line) {
  return line > 0 ? "line " + std::to_string(line + 1) + ": " : "";
}

int LastLine(std::string_view yaml) {
  const auto lines = static_cast<int>(std::count(yaml.begin(), yaml.end(), '\n'));
  return yaml.empty() || yaml.back() == '\n' ? lines : lines + 1;
}

std::string NoColon(std::string_view yaml, std::size_t pos) {
  const std::size_t line_begin = pos == 0 ? 0 : yaml.rfind('\n', pos - 1) + 1;
  const std::size_t column = pos - line_begin;
  std::size_t next = yaml.find('\n', pos);
  int line = static_cast<int>(
      std::count(yaml.begin(), yaml.begin() + static_cast<std::ptrdiff_t>(pos), '\n'));
  while (next != std::string_view::npos) {
    ++next;
    ++line;
    const std::size_t first = yaml.find_first_not_of(" \t\r", next);
    if (first != std::string_view::npos && yaml[first] != '\n' && first - next <= column) {
      return "yaml: line " + std::to_string(line + 1) + ": could not find expected ':'";
    }
    next = yaml.find('\n', next);
  }
  return "yaml: line " + std::to_string(LastLine(yaml) + 1) + ": could not find expected ':'";
}

std::size_t EndOfQuoted(std::string_view yaml, std::size_t pos) {
  const char quote = yaml[pos];
  for (++pos; pos < yaml.size(); ++pos) {
    if (quote == '"' && yaml[pos] == '\\') {
      ++pos;
    } else if (yaml[pos] == quote) {
      if (quote == '"' || yaml.substr(pos + 1, 1) != "'") {
        return pos + 1;
      }
      ++pos;
    }
  }
  return std::string_view::npos;
}

std::string FlowError(std::string_view yaml, std::size_t pos) {
  std::string open;
  char last = '\0';  // The last character that is not white space.
  while (pos < yaml.size()) {
    const char c = yaml[pos];
    if ((c == '"' || c == '\'') && std::string_view("[{,:").find(last) != std::string_view::npos) {
      pos = EndOfQuoted(yaml, pos);
      last = c;
      continue;
    }
    if (c == '[' || c == '{') {
      open.push_back(c);
    } else if ((c == ']' || c == '}') && !open.empty()) {
      open.pop_back();
      if (open.empty()) {
        return "";
      }
    }
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
      last = c;
    }
    ++pos;
  }
  const bool item_due = last == '[' || last == '{' || last == ',';
  return "yaml: " + ParserLine(LastLine(yaml)) +
         (item_due             ? "did not find expected node content"
          : open.back() == '[' ? "did not find expected ',' or ']'"
                               : "did not find expected ',' or '}'");
}

namespace {

// Returns the text of libyaml, which Go's port gives, for what yaml-cpp says.
// Source: yaml/go-yaml v2 scannerc.go, parserc.go.
std::string_view UpstreamText(std::string_view message) {
  static const std::pair<std::string_view, std::string_view> kTexts[] = {
      {YAML::ErrorMsg::MAP_VALUE, "mapping values are not allowed in this context"},
      {YAML::ErrorMsg::MAP_KEY, "mapping keys are not allowed in this context"},
      {YAML::ErrorMsg::BLOCK_ENTRY, "block sequence entries are not allowed in this context"},
      {YAML::ErrorMsg::TAB_IN_INDENTATION, "found character that cannot start any token"},
      {YAML::ErrorMsg::UNKNOWN_TOKEN, "found character that cannot start any token"},
      {YAML::ErrorMsg::END_OF_SEQ_FLOW, "did not find expected node content"},
      {YAML::ErrorMsg::END_OF_MAP_FLOW, "did not find expected ',' or '}'"},
      {YAML::ErrorMsg::END_OF_SEQ, "did not find expected '-' indicator"},
      {YAML::ErrorMsg::END_OF_MAP, "did not find expected key"},
      {YAML::ErrorMsg::FLOW_END, "did not find expected node content"},
      {YAML::ErrorMsg::EOF_IN_SCALAR, "found unexpected end of stream"},
      {YAML::ErrorMsg::DOC_IN_SCALAR, "found unexpected document indicator"},
      {YAML::ErrorMsg::CHAR_IN_ANCHOR, "did not find expected alphabetic or numeric character"},
      {YAML::ErrorMsg::CHAR_IN_ALIAS, "did not find expected alphabetic or numeric character"},
      {YAML::ErrorMsg::ANCHOR_NOT_FOUND, "did not find expected alphabetic or numeric character"},
      {YAML::ErrorMsg::ALIAS_NOT_FOUND, "did not find expected alphabetic or numeric character"},
      {YAML::ErrorMsg::INVALID_ESCAPE, "found unknown escape character"},
      {YAML::ErrorMsg::INVALID_HEX, "did not find expected hexdecimal number"},
      {YAML::ErrorMsg::INVALID_UNICODE, "found invalid Unicode character escape code"},
      {YAML::ErrorMsg::CHAR_IN_BLOCK, "did not find expected comment or line break"},
      {YAML::ErrorMsg::ZERO_INDENT_IN_BLOCK, "found an indentation indicator equal to 0"},
      {YAML::ErrorMsg::REPEATED_YAML_DIRECTIVE, "found duplicate %YAML directive"},
      {YAML::ErrorMsg::YAML_MAJOR_VERSION, "found incompatible YAML document"},
      {YAML::ErrorMsg::REPEATED_TAG_DIRECTIVE, "found duplicate %TAG directive"},
  };
  for (const auto& [ours, upstream] : kTexts) {
    if (message.starts_with(ours)) {
      return upstream;
    }
  }
  return message;
}

}  // namespace

std::string_view CharacterError(std::string_view yaml, std::size_t& offset) {
  if (yaml.starts_with("\xFE\xFF") || yaml.starts_with("\xFF\xFE")) {
    return "";  // UTF-16, which the parser reads.
  }
  while (!yaml.empty()) {
    const internal::Rune rune = internal::DecodeRune(yaml);
    if (!rune.valid) {
      return "invalid leading UTF-8 octet";
    }
    const char32_t c = rune.value;
    const bool fine = (c >= 0x20 && c <= 0x7E) || c == '\t' || c == '\n' || c == '\r' ||
                      c == 0x85 || (c >= 0xA0 && c <= 0xFFFD) || c >= 0x10000;
    if (!fine) {
      return "control characters are not allowed";
    }
    yaml.remove_prefix(rune.size);
    offset += rune.size;
  }
  return "";
}

namespace {

// Whether a key of the map at `column`, without a colon, stands on the lines before that of `pos`.
bool FollowsBareKey(std::string_view yaml, std::size_t pos, std::size_t column) {
  std::size_t begin = pos == 0 ? 0 : yaml.rfind('\n', pos - 1) + 1;
  while (begin > 0) {
    const std::size_t end = begin - 1;
    begin = end == 0 ? 0 : yaml.rfind('\n', end - 1) + 1;
    const std::string_view line = yaml.substr(begin, end - begin);
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || first > column) {
      continue;
    }
    return first == column && line[first] != '#' && line.find(": ") == std::string_view::npos &&
           !line.ends_with(':');
  }
  return false;
}

// Whether upstream's parser, not its scanner, gives the error that yaml-cpp words so.
bool IsParserError(std::string_view message) {
  for (const std::string_view text :
       {YAML::ErrorMsg::END_OF_SEQ_FLOW, YAML::ErrorMsg::END_OF_MAP_FLOW,
        YAML::ErrorMsg::END_OF_SEQ, YAML::ErrorMsg::END_OF_MAP, YAML::ErrorMsg::FLOW_END}) {
    if (message.starts_with(text)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string ErrorText(std::string_view yaml, const YAML::Exception& error, int key_column) {
  const std::size_t pos =
      std::min(yaml.size(), static_cast<std::size_t>(std::max(error.mark.pos, 0)));
  const std::string_view rest = yaml.substr(pos);
  if (error.msg.starts_with(YAML::ErrorMsg::UNKNOWN_ANCHOR)) {
    const std::size_t begin = rest.starts_with('*') ? 1 : 0;
    const std::string_view name = rest.substr(begin, rest.find_first_of(" \t\r\n,]}") - begin);
    return "yaml: unknown anchor '" + std::string(name) + "' referenced";
  }
  if (key_column >= 0 && key_column == error.mark.column && !rest.empty() && rest[0] != '-' &&
      error.msg == YAML::ErrorMsg::END_OF_MAP) {
    return NoColon(yaml, pos);
  }
  if (key_column >= 0 && error.msg == YAML::ErrorMsg::MAP_VALUE &&
      FollowsBareKey(yaml, pos, static_cast<std::size_t>(key_column))) {
    return "yaml: " + ScannerLine(error.mark.line) + "could not find expected ':'";
  }
  if (IsParserError(error.msg)) {
    const int line = rest.empty() ? LastLine(yaml) : error.mark.line;
    return "yaml: " + ParserLine(line) + std::string(UpstreamText(error.msg));
  }
  std::string_view text = UpstreamText(error.msg);
  // A tab before a token comes to the scanner's notice first.
  const std::size_t line_begin = pos == 0 ? 0 : yaml.rfind('\n', pos - 1) + 1;
  const std::string_view indent =
      yaml.substr(line_begin, yaml.find_first_not_of(" \t", line_begin) - line_begin);
  if (indent.find('\t') != std::string_view::npos) {
    text = "found character that cannot start any token";
  }
  return "yaml: " + ScannerLine(error.mark.line) + std::string(text);
}

}  // namespace k8snet::internal
