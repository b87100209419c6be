#include "src/cli/report.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace k8snet::cli {
namespace {

// How much of a long line is shown on each side of the place.
constexpr std::size_t kAround = 70;

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

// Returns the number of characters of `text`, which is UTF-8 or nearly so.
std::size_t CountCharacters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !ContinuesCharacter(c); }));
}

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
  const std::string_view text = manifest_.text;
  const bool binary = !manifest_.has_places();
  offset = std::min(offset, text.size());
  std::string& out = findings_.emplace_back(Finding{offset, ""}).text;
  std::string head = Printable(manifest_.name) + ":";
  const std::size_t newline = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  if (!binary) {
    const auto line =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
    head += std::to_string(line + 1) + ":" +
            std::to_string(CountCharacters(text.substr(begin, offset - begin)) + 1) + ":";
  }
  out += paint_.Bold(head) + " ";
  out += path.empty() ? "" : Printable(path) + ": ";
  if (severity == Severity::kWarning) {
    out += paint_.Yellow("warning: ");
  } else if (severity == Severity::kNote) {
    out += paint_.Cyan("note: ");
  }
  out += Printable(message) + "\n";
  if (binary) {
    return;
  }
  std::size_t end = std::min(text.find('\n', offset), text.size());
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
  out += before + Printable(text.substr(offset, to - offset)) + (to < end ? "...\n" : "\n");
  for (const char c : before) {
    if (!ContinuesCharacter(c)) {
      out += c == '\t' ? '\t' : ' ';
    }
  }
  out += paint_.Green("^") + "\n";
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
  for (const Finding& finding : findings_) {
    out_ += finding.text;
  }
  findings_.clear();
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
