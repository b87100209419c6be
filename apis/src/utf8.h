// UTF-8 as Go reads it: a byte that begins no well-formed character counts as one bad character.
#ifndef K8SNET_APIS_SRC_UTF8_H_
#define K8SNET_APIS_SRC_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace k8snet::internal {

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD.

struct Rune {
  char32_t value = 0xFFFD;
  std::uint8_t size = 1;  // Bytes; 1 for a bad one.
  bool valid = false;
};

// Returns the first character of `text`, which is not empty.
// Source: golang/go src/unicode/utf8/utf8.go DecodeRune.
Rune DecodeRune(std::string_view text);

// Appends the character `rune` to `out`; U+FFFD for a surrogate or a number that is too big.
void AppendRune(char32_t rune, std::string& out);

// Returns whether all of `text` is UTF-8.
bool IsUtf8(std::string_view text);

// Returns `text` with each byte that is not UTF-8 replaced by U+FFFD.
std::string RepairUtf8(std::string_view text);

// Returns whether `text` is `lower`, in lower case ASCII, by Unicode's simple folding: K and the
// Kelvin sign are k, and the long s is s.
bool EqualFold(std::string_view text, std::string_view lower);

// Returns what the JSON string `quoted` says; one that is none says itself.
// Source: golang/go src/encoding/json/decode.go unquoteBytes.
std::string UnquoteJson(std::string_view quoted);

// Returns how many objects and lists stand inside each other at most in `json`.
std::size_t JsonDepth(std::string_view json);

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_UTF8_H_
