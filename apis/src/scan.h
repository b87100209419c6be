// Finds the bytes of a text that a JSON string cannot hold as they are, many at a time.
#ifndef K8SNET_APIS_SRC_SCAN_H_
#define K8SNET_APIS_SRC_SCAN_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace k8snet::internal {

// Whether `byte` ends a run of plain text: a quote, a backslash, a control character or a byte of a
// character beyond ASCII.
inline bool EndsPlainText(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\';
}

// The same for the eight bytes of `word`: the lowest bit that is set in the result is in the first
// byte that ends a run, if the machine is little-endian.
inline std::uint64_t EndsOfPlainText(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHigh = kOnes * 0x80;
  const auto zero_bytes = [](std::uint64_t w) { return (w - kOnes) & ~w; };
  const std::uint64_t low = (word - kOnes * 0x20) & ~word;
  return (word | low | zero_bytes(word ^ kOnes * '"') | zero_bytes(word ^ kOnes * '\\')) & kHigh;
}

// Returns the first byte from `pos` on that ends a run of plain text, or `end`.
inline const char* SkipPlainText(const char* pos, const char* end) {
#if defined(__SSE2__)
  while (end - pos >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pos));
    const auto equals = [&](char c) { return _mm_cmpeq_epi8(block, _mm_set1_epi8(c)); };
    // As signed numbers, bytes from 0x80 are below 0x20 too.
    const __m128i ends = _mm_or_si128(_mm_cmplt_epi8(block, _mm_set1_epi8(0x20)),
                                      _mm_or_si128(equals('"'), equals('\\')));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(ends));
    if (mask != 0) {
      return pos + std::countr_zero(mask);
    }
    pos += 16;
  }
#endif
  if constexpr (std::endian::native == std::endian::little) {
    while (end - pos >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, pos, sizeof(word));
      const std::uint64_t ends = EndsOfPlainText(word);
      if (ends != 0) {
        return pos + std::countr_zero(ends) / 8;
      }
      pos += 8;
    }
  }
  while (pos < end && !EndsPlainText(*pos)) {
    ++pos;
  }
  return pos;
}

// Whether a JSON encoder has to look at some of the eight bytes of `word`: it escapes `<`, `>` and
// `&` besides what cannot stand in a string, and checks characters beyond ASCII.
inline bool NeedsEscapes(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  const auto zero_bytes = [](std::uint64_t w) { return (w - kOnes) & ~w; };
  const std::uint64_t low = (word - kOnes * 0x20) & ~word;
  // `<` and `>` differ in one bit, and so do `"` and `&`.
  const std::uint64_t angles = zero_bytes((word | kOnes * 2) ^ kOnes * '>');
  const std::uint64_t quotes = zero_bytes((word | kOnes * 4) ^ kOnes * '&');
  return ((word | low | angles | quotes | zero_bytes(word ^ kOnes * '\\')) & kOnes * 0x80) != 0;
}

// The same for `text`, of at most 16 bytes.
inline bool ShortNeedsEscapes(std::string_view text) {
  const std::size_t size = text.size();
  std::uint64_t word = 0;
  if (size >= sizeof(word)) {
    std::uint64_t last = 0;
    std::memcpy(&word, text.data(), sizeof(word));
    std::memcpy(&last, text.data() + size - sizeof(last), sizeof(last));
    return NeedsEscapes(word) || NeedsEscapes(last);
  }
  if (size >= sizeof(std::uint32_t)) {
    std::uint32_t half = 0;
    std::memcpy(&half, text.data(), sizeof(half));
    word = half;
    std::memcpy(&half, text.data() + size - sizeof(half), sizeof(half));
    return NeedsEscapes(word << 32U | half);
  }
  word = 0x2020202020202020U;
  for (const char c : text) {
    word = word << 8U | static_cast<unsigned char>(c);
  }
  return NeedsEscapes(word);
}

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_SCAN_H_
