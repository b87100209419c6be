#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <utility>

#include "k8snet/apis/codec/json.h"
#include "src/json_builder.h"
#include "src/rapidjson.h"
#include "src/utf8.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace k8snet {
namespace {

// The reader looks a few bytes past the zero that ends the text.
constexpr std::size_t kPadding = 32;

// What occurs somewhere in a text.
struct Traits {
  bool high = false;  // Bytes from 0x80.
  bool backslash = false;
  bool control = false;  // Bytes below 0x20 that are not JSON's white space.
};

Traits Survey(std::string_view text) {
  unsigned high = 0;
  unsigned backslash = 0;
  unsigned control = 0;
#if defined(__SSE2__)
  const __m128i zero = _mm_setzero_si128();
  __m128i highs = zero;
  __m128i backslashes = zero;
  __m128i controls = zero;
  while (text.size() >= sizeof(__m128i)) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
    const auto equals = [&](char c) { return _mm_cmpeq_epi8(block, _mm_set1_epi8(c)); };
    highs = _mm_or_si128(highs, block);
    backslashes = _mm_or_si128(backslashes, equals('\\'));
    const __m128i space = _mm_or_si128(equals('\n'), _mm_or_si128(equals('\r'), equals('\t')));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
    controls = _mm_or_si128(controls, _mm_andnot_si128(space, low));
    text.remove_prefix(sizeof(__m128i));
  }
  high = static_cast<unsigned>(_mm_movemask_epi8(highs));
  backslash = static_cast<unsigned>(_mm_movemask_epi8(backslashes));
  control = static_cast<unsigned>(_mm_movemask_epi8(controls));
#endif
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    high |= byte & 0x80U;
    backslash |= static_cast<unsigned>(byte == '\\');
    control |= static_cast<unsigned>(byte < 0x20) & static_cast<unsigned>(byte != '\n') &
               static_cast<unsigned>(byte != '\r') & static_cast<unsigned>(byte != '\t');
  }
  return {high != 0, backslash != 0, control != 0};
}

// Returns the code unit of an escape \uXXXX at `pos`, or -1.
int EscapedUnit(std::string_view text, std::size_t pos) {
  unsigned unit = 0;
  if (text.substr(pos, 2) != "\\u" || text.size() < pos + 6) {
    return -1;
  }
  const char* end = text.data() + pos + 6;
  const auto parsed = std::from_chars(end - 4, end, unit, 16);
  return parsed.ec == std::errc() && parsed.ptr == end ? static_cast<int>(unit) : -1;
}

// Replaces escapes of surrogates that have no partner by those of U+FFFD, in place.
void MendSurrogates(char* text, std::size_t size) {
  const std::string_view view(text, size);
  std::size_t pos = view.find('\\');
  while (pos != std::string_view::npos) {
    const int unit = EscapedUnit(view, pos);
    if (unit < 0xD800 || unit > 0xDFFF) {
      pos = view.find('\\', pos + 2);
      continue;
    }
    const int low = EscapedUnit(view, pos + 6);
    if (unit < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF) {
      pos += 6;
    } else {
      std::memcpy(text + pos, "\\ufffd", 6);
    }
    pos = view.find('\\', pos + 6);
  }
}

// Replaces numbers that are beyond a double by one that no integer field takes, in place.
void MendNumbers(char* text, std::size_t size) {
  bool in_string = false;
  for (std::size_t i = 0; i < size; ++i) {
    const char c = text[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      std::size_t end = i;
      while (end < size && std::strchr("+-.0123456789eE", text[end]) != nullptr) {
        ++end;
      }
      double value = 0;
      const auto parsed = std::from_chars(text + i, text + end, value);
      // Too big, or so near that the reader may think so.
      if (parsed.ec != std::errc() || value > 1e300 || value < -1e300) {
        std::memset(text + i, ' ', end - i);
        std::memcpy(text + i, "0.5", std::min<std::size_t>(3, end - i));
      }
      i = end - 1;
    }
  }
}

}  // namespace

Result<Decoded> DecodeJson(const Type& type, std::string_view json, const DecodeOptions& options) {
  if (json.size() > options.limits.max_bytes) {
    return Error(Reason::kRequestEntityTooLarge,
                 "Request entity too large: limit is " + std::to_string(options.limits.max_bytes));
  }
  const Traits traits = Survey(json);
  std::string repaired;
  std::string_view source = json;
  if (traits.high && !internal::IsUtf8(json)) {
    repaired = internal::RepairUtf8(json);
    source = repaired;
  }
  const std::unique_ptr<char[]> buffer(new char[source.size() + kPadding]);
  bool mend_numbers = false;
  while (true) {
    std::memcpy(buffer.get(), source.data(), source.size());
    std::memset(buffer.get() + source.size(), 0, kPadding);
    if (traits.backslash) {
      MendSurrogates(buffer.get(), source.size());
    }
    if (mend_numbers) {
      MendNumbers(buffer.get(), source.size());
    }
    Decoded decoded{.object = MutableObject(type)};
    internal::JsonBuilder::Stream stream(buffer.get());
    internal::JsonBuilder builder(type, decoded.object.data(), options, source, stream);
    const auto result = traits.control ? internal::rapidjson::ParseResult(
                                             internal::rapidjson::kParseErrorValueInvalid, 0)
                                       : builder.Parse();
    if (!result.IsError() && stream.Tell() == source.size()) {
      decoded.api_version = std::move(builder.meta().api_version);
      decoded.kind = std::move(builder.meta().kind);
      decoded.findings = std::move(builder.findings());
      return decoded;
    }
    if (result.Code() == internal::rapidjson::kParseErrorNumberTooBig && !mend_numbers) {
      mend_numbers = true;
      continue;
    }
    // Upstream looks at the syntax and at the kind first.
    if (auto meta = PeekJson(json); !meta) {
      return std::move(meta).error();
    }
    if (builder.error().message.empty()) {
      return Error(Reason::kBadRequest,
                   "couldn't get version/kind; json parse error: invalid JSON");
    }
    return std::move(builder.error());
  }
}

}  // namespace k8snet
