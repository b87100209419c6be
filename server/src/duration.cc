#include "src/duration.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace k8snet::server {
namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1}
                                 << 63;  // Of the absolute value; only -kLimit fits.

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 8> kUnits{{
    {"ns", 1},
    {"us", 1'000},
    {"\u00B5s", 1'000},  // Micro sign.
    {"\u03BCs", 1'000},  // Greek letter mu.
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
}};

// Quotes as package time does: ASCII without escapes but for quotes and backslashes.
std::string TimeQuote(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || byte < 0x20) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xF];
      continue;
    }
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out + '"';
}

Error Invalid(std::string_view text) {
  return {Reason::kBadRequest, "time: invalid duration " + TimeQuote(text)};
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if (rest == "0") {
    return std::chrono::nanoseconds(0);
  }
  if (rest.empty()) {
    return Invalid(text);
  }
  std::uint64_t total = 0;
  while (!rest.empty()) {
    if (rest[0] != '.' && !IsDigit(rest[0])) {
      return Invalid(text);
    }
    std::uint64_t whole = 0;
    std::size_t digits = 0;
    for (; !rest.empty() && IsDigit(rest[0]); rest.remove_prefix(1), ++digits) {
      if (whole > kLimit / 10) {
        return Invalid(text);
      }
      whole = whole * 10 + static_cast<std::uint64_t>(rest[0] - '0');
      if (whole > kLimit) {
        return Invalid(text);
      }
    }
    // The fraction is fraction / scale; digits that would overflow it are dropped.
    std::uint64_t fraction = 0;
    double scale = 1;
    if (!rest.empty() && rest[0] == '.') {
      rest.remove_prefix(1);
      bool overflow = false;
      for (; !rest.empty() && IsDigit(rest[0]); rest.remove_prefix(1), ++digits) {
        if (overflow || fraction > (kLimit - 1) / 10) {
          overflow = true;
          continue;
        }
        const std::uint64_t next = fraction * 10 + static_cast<std::uint64_t>(rest[0] - '0');
        if (next > kLimit) {
          overflow = true;
          continue;
        }
        fraction = next;
        scale *= 10;
      }
    }
    if (digits == 0) {
      return Invalid(text);
    }
    std::size_t unit_length = 0;
    while (unit_length < rest.size() && rest[unit_length] != '.' && !IsDigit(rest[unit_length])) {
      ++unit_length;
    }
    if (unit_length == 0) {
      return Error(Reason::kBadRequest, "time: missing unit in duration " + TimeQuote(text));
    }
    const std::string_view unit_name = rest.substr(0, unit_length);
    rest.remove_prefix(unit_length);
    std::uint64_t unit = 0;
    for (const auto& [name, nanoseconds] : kUnits) {
      if (name == unit_name) {
        unit = nanoseconds;
      }
    }
    if (unit == 0) {
      return Error(Reason::kBadRequest, "time: unknown unit " + TimeQuote(unit_name) +
                                            " in duration " + TimeQuote(text));
    }
    if (whole > kLimit / unit) {
      return Invalid(text);
    }
    std::uint64_t part = whole * unit;
    if (fraction > 0) {
      part += static_cast<std::uint64_t>(static_cast<double>(fraction) *
                                         (static_cast<double>(unit) / scale));
    }
    total += part;
    if (part > kLimit || total > kLimit) {
      return Invalid(text);
    }
  }
  if (negative) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(~total + 1));
  }
  if (total > kLimit - 1) {
    return Invalid(text);
  }
  return std::chrono::nanoseconds(static_cast<std::int64_t>(total));
}

}  // namespace k8snet::server
