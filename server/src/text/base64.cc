#include "src/text/base64.h"

#include <cstdint>

namespace k8snet::server {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string EncodeBase64Url(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    count += 8;
    while (count >= 6) {
      count -= 6;
      out += kAlphabet[(bits >> count) & 63U];
    }
  }
  if (count > 0) {
    out += kAlphabet[(bits << (6 - count)) & 63U];
  }
  return out;
}

std::string DecodeBase64Url(std::string_view text, std::optional<std::size_t>& fault) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' || text[i] == '\r') {
      continue;  // Go's decoder passes over ends of lines.
    }
    ++digits;
    const std::size_t value = kAlphabet.find(text[i]);
    if (value == std::string_view::npos) {
      fault = i;
      return out;
    }
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 0xFFU);
    }
  }
  if (digits % 4 == 1) {
    fault = text.size() - 1;
  }
  return out;
}

}  // namespace k8snet::server
