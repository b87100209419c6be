#include "src/utf8.h"

#include <cstring>

namespace k8snet::internal {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080U;

// Returns how many bytes at the begin of `text` are ASCII, to a multiple of eight or the end.
std::size_t SkipAscii(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & kHighBits) != 0) {
      break;
    }
  }
  while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) {
    ++i;
  }
  return i;
}

}  // namespace

Rune DecodeRune(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto follows = [&](std::size_t i, std::uint8_t low, std::uint8_t high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const std::uint8_t lead = byte(0);
  const auto bits = [&](std::size_t i) { return static_cast<char32_t>(byte(i) & 0x3F); };
  if (lead < 0x80) {
    return {lead, 1, true};
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    if (follows(1, 0x80, 0xBF)) {
      return {static_cast<char32_t>((lead & 0x1FU) << 6U) | bits(1), 2, true};
    }
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    const std::uint8_t low = lead == 0xE0 ? 0xA0 : 0x80;
    const std::uint8_t high = lead == 0xED ? 0x9F : 0xBF;
    if (follows(1, low, high) && follows(2, 0x80, 0xBF)) {
      return {static_cast<char32_t>((lead & 0x0FU) << 12U) | bits(1) << 6U | bits(2), 3, true};
    }
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    const std::uint8_t low = lead == 0xF0 ? 0x90 : 0x80;
    const std::uint8_t high = lead == 0xF4 ? 0x8F : 0xBF;
    if (follows(1, low, high) && follows(2, 0x80, 0xBF) && follows(3, 0x80, 0xBF)) {
      return {
          static_cast<char32_t>((lead & 0x07U) << 18U) | bits(1) << 12U | bits(2) << 6U | bits(3),
          4, true};
    }
  }
  return {};
}

void AppendRune(char32_t rune, std::string& out) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (rune < 0x80) {
    put(rune);
  } else if (rune < 0x800) {
    put(0xC0 | rune >> 6U);
    put(0x80 | (rune & 0x3F));
  } else if (rune > 0x10FFFF || (rune >= 0xD800 && rune < 0xE000)) {
    out.append(kReplacement);
  } else if (rune < 0x10000) {
    put(0xE0 | rune >> 12U);
    put(0x80 | (rune >> 6U & 0x3F));
    put(0x80 | (rune & 0x3F));
  } else {
    put(0xF0 | rune >> 18U);
    put(0x80 | (rune >> 12U & 0x3F));
    put(0x80 | (rune >> 6U & 0x3F));
    put(0x80 | (rune & 0x3F));
  }
}

bool IsUtf8(std::string_view text) {
  while (true) {
    text.remove_prefix(SkipAscii(text));
    if (text.empty()) {
      return true;
    }
    const Rune rune = DecodeRune(text);
    if (!rune.valid) {
      return false;
    }
    text.remove_prefix(rune.size);
  }
}

std::string RepairUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    out.append(rune.valid ? text.substr(0, rune.size) : kReplacement);
    text.remove_prefix(rune.size);
  }
  return out;
}

bool EqualFold(std::string_view text, std::string_view lower) {
  for (const char want : lower) {
    if (text.empty()) {
      return false;
    }
    const Rune rune = DecodeRune(text);
    char32_t folded = rune.value;
    if (folded >= 'A' && folded <= 'Z') {
      folded += 'a' - 'A';
    } else if (folded == 0x212A) {
      folded = 'k';
    } else if (folded == 0x17F) {
      folded = 's';
    }
    if (!rune.valid || folded != static_cast<unsigned char>(want)) {
      return false;
    }
    text.remove_prefix(rune.size);
  }
  return text.empty();
}

}  // namespace k8snet::internal
