#include "src/registry/wire_scan.h"

#include <cstddef>

namespace k8snet::server {
namespace {

constexpr std::string_view kMagic("k8s\0", 4);
constexpr std::uint32_t kRawField = 2;  // Of runtime.Unknown.

}  // namespace

std::optional<std::uint64_t> WireScanner::Varint() {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < rest_.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(rest_[i]);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << (7 * i);
    if ((byte & 0x80U) == 0) {
      rest_.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

std::optional<WireField> WireScanner::Next() {
  if (rest_.empty()) {
    return std::nullopt;
  }
  const std::optional<std::uint64_t> tag = Varint();
  if (!tag) {
    return std::nullopt;
  }
  WireField field;
  field.number = static_cast<std::uint32_t>(*tag >> 3U);
  std::size_t size = 0;
  switch (*tag & 7U) {
    case 0:
      return Varint() ? std::optional(field) : std::nullopt;
    case 1:
      size = 8;
      break;
    case 2: {
      const std::optional<std::uint64_t> length = Varint();
      if (!length || *length > rest_.size()) {
        return std::nullopt;
      }
      size = static_cast<std::size_t>(*length);
      field.bytes = rest_.substr(0, size);
      break;
    }
    case 5:
      size = 4;
      break;
    default:
      return std::nullopt;
  }
  if (size > rest_.size()) {
    return std::nullopt;
  }
  rest_.remove_prefix(size);
  return field;
}

std::optional<std::string_view> StoredMessage(std::string_view value) {
  if (!value.starts_with(kMagic)) {
    return std::nullopt;
  }
  WireScanner unknown(value.substr(kMagic.size()));
  while (const std::optional<WireField> field = unknown.Next()) {
    if (field->number == kRawField) {
      return field->bytes;
    }
  }
  return std::nullopt;
}

void AppendVarint(std::uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out += static_cast<char>((value & 0x7FU) | 0x80U);
    value >>= 7U;
  }
  out += static_cast<char>(value);
}

}  // namespace k8snet::server
