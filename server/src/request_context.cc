#include "src/request_context.h"

#include <algorithm>
#include <cstddef>

namespace k8snet::server {
namespace {

constexpr std::size_t kMaxWarningCharacters = 4096;
constexpr std::size_t kMaxCutCharacters = 256;

// Counts characters of UTF-8 text.
std::size_t CountCharacters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// Returns the first `count` characters of `text`.
std::string_view FirstCharacters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  while (end < text.size()) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0) != 0x80 && count-- == 0) {
      break;
    }
    ++end;
  }
  return text.substr(0, end);
}

std::string HeaderValue(std::string_view text) {
  std::string value = "299 - \"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      value += '\\';
    }
    value += c;
  }
  value += '"';
  return value;
}

}  // namespace

void Warnings::Add(std::string_view text) {
  const bool has_control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (text.empty() || has_control ||
      std::find(texts_.begin(), texts_.end(), text) != texts_.end()) {
    return;
  }
  texts_.emplace_back(text);
}

std::vector<std::string> Warnings::HeaderValues() const {
  // `first_over` is the text that breaks the budget: it and all before it are sent cut.
  std::size_t total = 0;
  std::size_t first_over = 0;
  while (first_over < texts_.size()) {
    total += CountCharacters(texts_[first_over]);
    if (total > kMaxWarningCharacters) {
      break;
    }
    ++first_over;
  }
  const bool cut = first_over < texts_.size();
  std::vector<std::string> values;
  std::size_t written = 0;
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    if (cut && i > first_over && written >= kMaxWarningCharacters) {
      break;
    }
    const std::string_view text = cut ? FirstCharacters(texts_[i], kMaxCutCharacters) : texts_[i];
    written += CountCharacters(text);
    values.push_back(HeaderValue(text));
  }
  return values;
}

}  // namespace k8snet::server
