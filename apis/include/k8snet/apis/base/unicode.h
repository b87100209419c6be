// Runes of UTF-8 text.
#ifndef K8SNET_APIS_BASE_UNICODE_H_
#define K8SNET_APIS_BASE_UNICODE_H_

#include <string_view>

namespace k8snet {

// Takes the first rune off `text`, which is not empty. A byte that is not UTF-8 is U+FFFD.
// Source: golang/go src/unicode/utf8/utf8.go, DecodeRune.
[[nodiscard]] char32_t TakeRune(std::string_view& text);

// Whether a rune shows: letters, marks, numbers, punctuation, symbols and the space. What has no
// glyph or no meaning of its own (controls, formats, surrogates, private use, other spaces), or is
// not assigned, does not.
// Source: golang/go src/strconv/isprint.go, which src/unicode/graphic.go, IsPrint, agrees with.
[[nodiscard]] bool IsPrintable(char32_t rune);

}  // namespace k8snet

#endif  // K8SNET_APIS_BASE_UNICODE_H_
