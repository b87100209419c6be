#include "src/base64.h"

#include <cstdint>

namespace k8snet::internal {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

void AppendBase64(std::string_view bytes, std::string& out) {
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      word = word << 8U | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out.push_back(i + j <= bytes.size() ? kAlphabet[word >> (18U - 6U * j) & 0x3FU] : '=');
    }
  }
}

std::optional<std::string> ParseBase64(std::string_view text) {
  std::string out;
  std::uint32_t word = 0;
  unsigned digits = 0;
  unsigned padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      continue;
    }
    const std::size_t digit = kAlphabet.find(c);
    if (c == '=' && digits >= 2 && digits + padding < 4) {
      ++padding;
      continue;
    }
    if (digit == std::string_view::npos || padding > 0) {
      return std::nullopt;
    }
    word = word << 6U | static_cast<std::uint32_t>(digit);
    if (++digits == 4) {
      for (const unsigned shift : {16U, 8U, 0U}) {
        out.push_back(static_cast<char>(word >> shift & 0xFFU));
      }
      digits = 0;
      word = 0;
    }
  }
  if (digits == 0) {
    return padding == 0 || text.empty() ? std::optional(out) : std::nullopt;
  }
  if (digits + padding != 4) {
    return std::nullopt;
  }
  word <<= 6U * padding;
  out.push_back(static_cast<char>(word >> 16U & 0xFFU));
  if (padding == 1) {
    out.push_back(static_cast<char>(word >> 8U & 0xFFU));
  }
  return out;
}

}  // namespace k8snet::internal
