#include "k8snet/apis/base/field.h"
#include "k8snet/apis/base/unicode.h"
#include "src/utf8.h"

namespace k8snet::field {
namespace {

void AppendHex(char32_t number, int digits, std::string& out) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    out.push_back("0123456789abcdef"[number >> static_cast<unsigned>(shift) & 0xFU]);
  }
}

void AppendEscape(char32_t rune, std::string& out) {
  switch (rune) {
    case '\a':
      out.append("\\a");
      return;
    case '\b':
      out.append("\\b");
      return;
    case '\f':
      out.append("\\f");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    case '\v':
      out.append("\\v");
      return;
    default:
      break;
  }
  if (rune < 0x20 || rune == 0x7F) {
    out.append("\\x");
    AppendHex(rune, 2, out);
  } else if (rune < 0x10000) {
    out.append("\\u");
    AppendHex(rune, 4, out);
  } else {
    out.append("\\U");
    AppendHex(rune, 8, out);
  }
}

}  // namespace

std::string Quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out.push_back('"');
  while (!text.empty()) {
    const internal::Rune rune = internal::DecodeRune(text);
    if (!rune.valid) {
      out.append("\\x");
      AppendHex(static_cast<unsigned char>(text[0]), 2, out);
    } else if (rune.value == '"' || rune.value == '\\') {
      out.push_back('\\');
      out.push_back(text[0]);
    } else if (IsPrintable(rune.value)) {
      out.append(text.substr(0, rune.size));
    } else {
      AppendEscape(rune.value, out);
    }
    text.remove_prefix(rune.size);
  }
  out.push_back('"');
  return out;
}

}  // namespace k8snet::field
