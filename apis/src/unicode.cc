#include "k8snet/apis/base/unicode.h"

#include <cstddef>
#include <utility>

namespace k8snet {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// Ranges of runes of the categories Cc, Cf, Cs, Co, Zl, Zp, and Zs but the space.
constexpr std::pair<char32_t, char32_t> kHidden[] = {
    {0x00, 0x1F},        {0x7F, 0xA0},       {0xAD, 0xAD},       {0x600, 0x605},
    {0x61C, 0x61C},      {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},
    {0x8E2, 0x8E2},      {0x1680, 0x1680},   {0x180E, 0x180E},   {0x2000, 0x200F},
    {0x2028, 0x202F},    {0x205F, 0x206F},   {0x3000, 0x3000},   {0xD800, 0xF8FF},
    {0xFEFF, 0xFEFF},    {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD},
    {0x13430, 0x1343F},  {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0001, 0xE007F},
    {0xF0000, 0x10FFFF},
};

}  // namespace

char32_t TakeRune(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  std::size_t size = 1;
  char32_t rune = first;
  char32_t least = 0;
  if (first >= 0x80) {
    if (first >= 0xC2 && first <= 0xDF) {
      size = 2;
      rune = first & 0x1FU;
      least = 0x80;
    } else if (first >= 0xE0 && first <= 0xEF) {
      size = 3;
      rune = first & 0x0FU;
      least = 0x800;
    } else if (first >= 0xF0 && first <= 0xF4) {
      size = 4;
      rune = first & 0x07U;
      least = 0x10000;
    } else {
      text.remove_prefix(1);
      return kReplacement;
    }
    bool good = text.size() >= size;
    for (std::size_t i = 1; good && i < size; ++i) {
      good = (byte(i) & 0xC0U) == 0x80U;
      rune = (rune << 6U) | (byte(i) & 0x3FU);
    }
    if (!good || rune < least || rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) {
      text.remove_prefix(1);
      return kReplacement;
    }
  }
  text.remove_prefix(size);
  return rune;
}

bool IsPrintable(char32_t rune) {
  for (const auto& [first, last] : kHidden) {
    if (rune >= first && rune <= last) {
      return false;
    }
  }
  return true;
}

}  // namespace k8snet
