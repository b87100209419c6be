// Runes of UTF-8 text.
#ifndef K8SNET_APIS_BASE_UNICODE_H_
#define K8SNET_APIS_BASE_UNICODE_H_

#include <string_view>

namespace k8snet {

// Takes the first rune off `text`, which is not empty. A byte that is not UTF-8 is U+FFFD.
// Source: golang/go src/unicode/utf8/utf8.go, DecodeRune.
[[nodiscard]] char32_t TakeRune(std::string_view& text);

// Whether a rune shows: letters, marks, numbers, punctuation, symbols and the space. What has no
// glyph or no meaning of its own (controls, formats, surrogates, private use, other spaces) does
// not.
// Source: golang/go src/unicode/graphic.go, IsPrint. Differs: runes that Unicode has not assigned
// count as printable, since a table of all that are would be large.
[[nodiscard]] bool IsPrintable(char32_t rune);

}  // namespace k8snet

#endif  // K8SNET_APIS_BASE_UNICODE_H_
