#include "src/cli/report.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "k8snet/apis/codec/json.h"

namespace k8snet::cli {
namespace {

// How much of a long line is shown on each side of the place.
constexpr std::size_t kAround = 70;

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

}  // namespace

std::string Paint::Wrap(const char* code, std::string_view text) const {
  return on ? "\x1B[" + std::string(code) + "m" + std::string(text) + "\x1B[0m" : std::string(text);
}

Paint PaintFor(const Invocation& invocation, std::FILE* stream) {
  const std::string when = invocation.Value("color", "auto");
  if (when != "auto") {
    return {.on = when == "always"};
  }
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool wanted = (no_color == nullptr || *no_color == '\0') &&
                      (term == nullptr || std::string_view(term) != "dumb");
  return {.on = wanted && isatty(fileno(stream)) == 1};
}

std::string Printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t size = byte < 0x80   ? 1
                             : byte < 0xC2 ? 0
                             : byte < 0xE0 ? 2
                             : byte < 0xF0 ? 3
                             : byte < 0xF5 ? 4
                                           : 0;
    bool whole = size > 0 && i + size <= text.size();
    for (std::size_t j = 1; whole && j < size; ++j) {
      whole = ContinuesCharacter(text[i + j]);
    }
    const bool control = (byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7F ||
                         (byte == 0xC2 && whole && static_cast<unsigned char>(text[i + 1]) < 0xA0);
    if (whole && !control) {
      out += text.substr(i, size);
    } else {
      out += '?';
    }
    i += whole ? size - 1 : 0;
  }
  return out;
}

void Reporter::At(std::size_t offset, std::string_view path, std::string_view message,
                  Severity severity) {
  errors_ += severity == Severity::kError ? 1 : 0;
  warnings_ += severity == Severity::kWarning ? 1 : 0;
  findings_.push_back({.offset = std::min(offset, manifest_.text.size()),
                       .severity = severity,
                       .path = std::string(path),
                       .message = std::string(message)});
}

void Reporter::Field(const Document& document, const ObjectAt& object, std::string_view field,
                     std::string_view message, Severity severity, bool at_key) {
  FieldAt(document, object, field, field, message, severity, at_key);
}

void Reporter::FieldAt(const Document& document, const ObjectAt& object, std::string_view field,
                       std::string_view place_of, std::string_view message, Severity severity,
                       bool at_key) {
  std::size_t offset = document.begin;
  if (manifest_.has_places()) {
    const Place place = Locate(manifest_.RootOf(document), object.PathOf(place_of));
    offset += at_key || !place.exact ? place.key : place.value;
  }
  At(offset, object.PathOf(field), message, severity);
}

void Reporter::Finish() {
  std::stable_sort(findings_.begin(), findings_.end(),
                   [](const Finding& a, const Finding& b) { return a.offset < b.offset; });
  // Lines and columns are counted on from one finding to the next.
  const std::string_view text = manifest_.text;
  Spot spot;
  std::size_t pos = 0;
  for (const Finding& finding : findings_) {
    for (; pos < finding.offset; ++pos) {
      if (text[pos] == '\n') {
        spot.begin = pos + 1;
        ++spot.line;
        spot.column = 1;
      } else {
        spot.column += pos + 1 < text.size() && ContinuesCharacter(text[pos + 1]) ? 0 : 1;
      }
    }
    switch (style_) {
      case ReportStyle::kText:
        AppendText(finding, spot);
        break;
      case ReportStyle::kJson:
        AppendJson(finding, spot);
        break;
      case ReportStyle::kGithub:
        AppendGithub(finding, spot);
        break;
    }
  }
  findings_.clear();
}

void Reporter::AppendText(const Finding& finding, const Spot& spot) {
  const bool places = manifest_.has_places();
  std::string head = Printable(manifest_.name) + ":";
  if (places) {
    head += std::to_string(spot.line) + ":" + std::to_string(spot.column) + ":";
  }
  out_ += paint_.Bold(head) + " ";
  out_ += finding.path.empty() ? "" : Printable(finding.path) + ": ";
  out_ += finding.severity == Severity::kWarning ? paint_.Yellow("warning: ") : "";
  out_ += Printable(finding.message) + "\n";
  if (places) {
    AppendLine(finding.offset, spot.begin);
  }
}

// Shows the line with a caret below; of a long line the part around the place.
void Reporter::AppendLine(std::size_t offset, std::size_t begin) {
  const std::string_view text = manifest_.text;
  const std::size_t ahead = std::min(text.size(), offset + 2 * kAround + 1);
  std::size_t end = std::min(text.substr(0, ahead).find('\n', offset), ahead);
  if (end > offset && text[end - 1] == '\r') {
    --end;
  }
  if (begin == end) {
    return;
  }
  std::size_t from = begin;
  std::size_t to = end;
  if (end - begin > 2 * kAround) {
    from = offset - begin > kAround ? offset - kAround : begin;
    to = std::min(end, from + 2 * kAround);
    while (from > begin && ContinuesCharacter(text[from])) {
      --from;
    }
    while (to < end && ContinuesCharacter(text[to])) {
      ++to;
    }
  }
  const std::string before =
      (from > begin ? "..." : "") + Printable(text.substr(from, offset - from));
  out_ += before + Printable(text.substr(offset, to - offset)) + (to < end ? "...\n" : "\n");
  for (const char c : before) {
    if (!ContinuesCharacter(c)) {
      out_ += c == '\t' ? '\t' : ' ';
    }
  }
  out_ += paint_.Green("^") + "\n";
}

void Reporter::AppendJson(const Finding& finding, const Spot& spot) {
  const auto add = [&](std::string_view name, std::string_view value) {
    AppendJsonString(name, out_);
    out_ += ':';
    AppendJsonString(value, out_);
  };
  out_ += '{';
  add("file", manifest_.name);
  if (manifest_.has_places()) {
    out_ += ",\"line\":" + std::to_string(spot.line) + ",\"column\":" + std::to_string(spot.column);
  }
  out_ += ',';
  add("severity", finding.severity == Severity::kError ? "error" : "warning");
  out_ += ',';
  add("path", finding.path);
  out_ += ',';
  add("message", finding.message);
  out_ += "}\n";
}

// Source: docs.github.com, workflow commands for GitHub Actions, setting an error message.
void Reporter::AppendGithub(const Finding& finding, const Spot& spot) {
  const auto escaped = [](std::string_view text, bool property) {
    std::string out;
    for (const char c : text) {
      const bool special =
          c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
      char code[4];
      std::snprintf(code, sizeof(code), "%%%02X", static_cast<unsigned char>(c));
      out += special ? std::string(code) : std::string(1, c);
    }
    return out;
  };
  out_ += finding.severity == Severity::kError ? "::error file=" : "::warning file=";
  out_ += escaped(manifest_.name, true);
  if (manifest_.has_places()) {
    out_ += ",line=" + std::to_string(spot.line) + ",col=" + std::to_string(spot.column);
  }
  out_ += "::" +
          escaped(finding.path.empty() ? finding.message : finding.path + ": " + finding.message,
                  false) +
          "\n";
}

bool Reporter::Unreadable() {
  if (!manifest_.error.empty()) {
    At(manifest_.error_at, "", manifest_.error);
  }
  return !manifest_.error.empty();
}

bool Reporter::Unreadable(const Document& document) {
  if (document.error.empty()) {
    return false;
  }
  std::string message = document.error;
  if (manifest_.TextOf(document).find("{{") != std::string_view::npos) {
    message += " (if this is a template, give what it renders)";
  }
  At(document.begin + document.error_at, "", message);
  return true;
}

}  // namespace k8snet::cli
