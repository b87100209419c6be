#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "k8snet/apis/base/scalars.h"
#include "k8snet/apis/codec/cbor.h"
#include "src/copy_text.h"
#include "src/scratch.h"
#include "src/time_text.h"
#include "src/utf8.h"

namespace k8snet {
namespace {

enum Major : std::uint8_t {
  kUnsigned = 0x00,
  kNegative = 0x20,
  kByteString = 0x40,
  kArray = 0x80,
  kMapping = 0xA0,
  kTag = 0xC0,
};

constexpr char kFalse = '\xF4';
constexpr char kTrue = '\xF5';
constexpr char kNull = '\xF6';
constexpr std::uint64_t kLaterBase64 = 22;

// The order of names: by their encoded bytes, which begin with the length.
bool Before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

// A double as CBOR's shortest float that keeps its value.
struct ShortFloat {
  std::uint8_t info = 27;  // Of the head: 25, 26 or 27.
  std::uint64_t bits = 0;
};

ShortFloat Shorten(double number) {
  ShortFloat result;
  std::memcpy(&result.bits, &number, sizeof(number));
  const auto single = static_cast<float>(number);
  if (static_cast<double>(single) != number) {
    return result;
  }
  std::uint32_t bits = 0;
  std::memcpy(&bits, &single, sizeof(single));
  result = {26, bits};
  // A half has 5 bits of exponent and 10 of fraction, a single 8 and 23.
  const std::uint32_t sign = (bits >> 16U) & 0x8000U;
  const int exponent = static_cast<int>((bits >> 23U) & 0xFFU) - 127;
  std::uint32_t fraction = bits & 0x7FFFFFU;
  if ((bits & 0x7FFFFFFFU) == 0) {
    return {25, sign};
  }
  if (exponent >= -14 && exponent <= 15 && (fraction & 0x1FFFU) == 0) {
    return {25, sign | static_cast<std::uint32_t>(exponent + 15) << 10U | fraction >> 13U};
  }
  if (exponent >= -24 && exponent < -14) {
    // Subnormal halves: the leading one moves into the fraction.
    fraction |= 0x800000U;
    const auto shift = static_cast<unsigned>(-exponent - 1);
    if ((fraction & ((1U << shift) - 1)) == 0) {
      return {25, sign | fraction >> shift};
    }
  }
  return result;
}

// Returns the end of the JSON value that begins at `pos` of valid JSON.
std::size_t EndOfValue(std::string_view json, std::size_t pos) {
  std::size_t depth = 0;
  for (; pos < json.size(); ++pos) {
    switch (json[pos]) {
      case '"':
        for (++pos; pos < json.size() && json[pos] != '"'; ++pos) {
          pos += json[pos] == '\\' ? 1 : 0;
        }
        if (depth == 0) {
          return std::min(pos + 1, json.size());
        }
        break;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (depth == 0) {
          return pos;
        }
        if (--depth == 0) {
          return pos + 1;
        }
        break;
      case ',':
      case ' ':
      case '\t':
      case '\n':
      case '\r':
        if (depth == 0) {
          return pos;
        }
        break;
      default:
        break;
    }
  }
  return json.size();
}

// Returns the position of the next character that is no white space and not `separator`.
std::size_t Next(std::string_view json, std::size_t pos, char separator) {
  while (pos < json.size() && (json[pos] == ' ' || json[pos] == '\t' || json[pos] == '\n' ||
                               json[pos] == '\r' || json[pos] == separator)) {
    ++pos;
  }
  return pos;
}

// Writes CBOR to the thread's buffer.
class CborWriter {
 public:
  CborWriter() : pos_(scratch_.begin()), end_(scratch_.end()) {}

  [[nodiscard]] std::string_view bytes() {
    return {scratch_.begin(), static_cast<std::size_t>(pos_ - scratch_.begin())};
  }

  void Struct(const Type& type, const void* data, bool with_type_meta);
  void Json(std::string_view json);
  void Head(Major major, std::uint64_t value);
  void Text(std::string_view text) {
    Head(kByteString, text.size());
    Raw(text);
  }
  void Raw(std::string_view bytes) {
    Reserve(bytes.size());
    internal::CopyText(pos_, bytes.data(), bytes.size());
    pos_ += bytes.size();
  }

 private:
  void Reserve(std::size_t more) {
    if (static_cast<std::size_t>(end_ - pos_) < more) {
      const auto used = static_cast<std::size_t>(pos_ - scratch_.begin());
      scratch_.Grow(used, more, false);
      pos_ = scratch_.begin() + used;
      end_ = scratch_.end();
    }
  }
  void Byte(char byte) {
    Reserve(1);
    *pos_++ = byte;
  }
  // Writes `value` big-endian behind the initial byte.
  void Argument(unsigned initial, std::uint64_t value, unsigned size) {
    Reserve(9);
    *pos_++ = static_cast<char>(initial);
    for (unsigned i = size; i > 0; --i) {
      *pos_++ = static_cast<char>(value >> 8 * (i - 1));
    }
  }
  void Integer(std::int64_t number) {
    if (number >= 0) {
      Head(kUnsigned, static_cast<std::uint64_t>(number));
    } else {
      Head(kNegative, ~static_cast<std::uint64_t>(number));
    }
  }
  void Double(double number) {
    if (!std::isfinite(number)) {
      return Byte(kNull);
    }
    const ShortFloat shortest = Shorten(number);
    Argument(0xE0U | shortest.info, shortest.bits, 1U << (shortest.info - 24U));
  }
  void Stamp(std::int64_t seconds, std::int32_t micros) {
    std::array<char, internal::kTimeChars> text;
    const char* end = internal::FormatTime(seconds, micros, text.data());
    Text({text.data(), static_cast<std::size_t>(end - text.data())});
  }
  void Member(const Field& field, const void* member);
  void Value(const Field& field, const void* value);
  void List(const Field& field, const void* list);
  void Map(const Field& field, const void* map);
  void JsonNumber(std::string_view text);
  void JsonArray(std::string_view json);
  void JsonObject(std::string_view json);

  internal::Scratch scratch_;
  char* pos_;
  char* end_;
};

void CborWriter::Head(Major major, std::uint64_t value) {
  if (value < 24) {
    Byte(static_cast<char>(major | value));
  } else if (value <= 0xFF) {
    Argument(major | 24U, value, 1);
  } else if (value <= 0xFFFF) {
    Argument(major | 25U, value, 2);
  } else if (value <= 0xFFFFFFFF) {
    Argument(major | 26U, value, 4);
  } else {
    Argument(major | 27U, value, 8);
  }
}

void CborWriter::Value(const Field& field, const void* value) {
  switch (field.kind) {
    case Kind::kBool:
      return Byte(*static_cast<const bool*>(value) ? kTrue : kFalse);
    case Kind::kInt32:
      return Integer(*static_cast<const std::int32_t*>(value));
    case Kind::kInt64:
      return Integer(*static_cast<const std::int64_t*>(value));
    case Kind::kDouble:
      return Double(*static_cast<const double*>(value));
    case Kind::kString:
      return Text(*static_cast<const std::string*>(value));
    case Kind::kBytes: {
      // Bytes are nil or not; empty ones count as nil.
      const auto& bytes = *static_cast<const std::string*>(value);
      if (bytes.empty()) {
        return Byte(kNull);
      }
      Head(kTag, kLaterBase64);
      return Text(bytes);
    }
    case Kind::kTime: {
      const auto& time = *static_cast<const Time*>(value);
      return time.is_zero() ? Byte(kNull) : Stamp(time.seconds, -1);
    }
    case Kind::kMicroTime: {
      const auto& time = *static_cast<const MicroTime*>(value);
      return time.is_zero() ? Byte(kNull) : Stamp(time.seconds, time.microseconds);
    }
    case Kind::kIntOrString: {
      const auto& both = *static_cast<const IntOrString*>(value);
      return both.is_string() ? Text(both.string_value) : Integer(both.int_value);
    }
    case Kind::kRawJson: {
      const std::string& json = static_cast<const RawJson*>(value)->json;
      return json.empty() ? Byte(kNull) : Json(json);
    }
    case Kind::kMessage:
      return Struct(*field.type, value, false);
  }
}

void CborWriter::List(const Field& field, const void* list) {
  const auto [first, size] = field.ops->span(list);
  Head(kArray, size);
  const auto* element = static_cast<const char*>(first);
  for (std::size_t i = 0; i < size; ++i, element += field.ops->element_size) {
    Value(field, element);
  }
}

void CborWriter::Map(const Field& field, const void* map) {
  std::vector<std::pair<std::string_view, const void*>> entries;
  field.ops->visit(map, &entries, [](void* opaque, const std::string& key, const void* value) {
    static_cast<decltype(entries)*>(opaque)->emplace_back(key, value);
    return true;
  });
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return Before(a.first, b.first); });
  Head(kMapping, entries.size());
  for (const auto& [key, value] : entries) {
    Text(key);
    Value(field, value);
  }
}

// Returns whether omitempty leaves out the member.
bool IsLeftOut(const Field& field, const void* member) {
  if (field.omit == Omit::kNever) {
    return false;
  }
  switch (field.form) {
    case Form::kOptional:
      return field.ops->get(member) == nullptr;
    case Form::kList:
      return field.ops->span(member).second == 0;
    case Form::kNullableList: {
      const void* list = field.ops->get(member);
      return list == nullptr || field.ops->span(list).second == 0;
    }
    case Form::kMap:
      // The size of a map does not depend on what it maps to.
      return static_cast<const std::map<std::string, std::string>*>(member)->empty();
    case Form::kValue:
      break;
  }
  switch (field.kind) {
    case Kind::kBool:
      return !*static_cast<const bool*>(member);
    case Kind::kInt32:
      return *static_cast<const std::int32_t*>(member) == 0;
    case Kind::kInt64:
      return *static_cast<const std::int64_t*>(member) == 0;
    case Kind::kDouble:
      return *static_cast<const double*>(member) == 0;
    case Kind::kString:
    case Kind::kBytes:
      return static_cast<const std::string*>(member)->empty();
    case Kind::kTime:
      return field.omit == Omit::kZero && static_cast<const Time*>(member)->is_zero();
    case Kind::kMicroTime:
      return field.omit == Omit::kZero && static_cast<const MicroTime*>(member)->is_zero();
    default:
      return false;
  }
}

void CborWriter::Member(const Field& field, const void* member) {
  switch (field.form) {
    case Form::kValue:
      return Value(field, member);
    case Form::kOptional: {
      const void* value = field.ops->get(member);
      return value == nullptr ? Byte(kNull) : Value(field, value);
    }
    case Form::kList:
      return List(field, member);
    case Form::kNullableList: {
      const void* list = field.ops->get(member);
      return list == nullptr ? Byte(kNull) : List(field, list);
    }
    case Form::kMap:
      return Map(field, member);
  }
}

void CborWriter::Struct(const Type& type, const void* data, bool with_type_meta) {
  // The members by index, in their order, and kind and apiVersion by what no index is.
  constexpr std::uint8_t kKind = 254;
  constexpr std::uint8_t kApiVersion = 255;
  std::array<std::uint8_t, 256> order;
  std::size_t size = 0;
  const auto name_of = [&](std::uint8_t i) {
    return i == kKind ? "kind" : i == kApiVersion ? "apiVersion" : type.fields[i].json_name;
  };
  const auto insert = [&](std::uint8_t index) {
    const std::string_view name = name_of(index);
    std::size_t at = size++;
    for (; at > 0 && Before(name, name_of(order[at - 1])); --at) {
      order[at] = order[at - 1];
    }
    order[at] = index;
  };
  if (with_type_meta && type.is_kind) {
    insert(kKind);
    insert(kApiVersion);
  }
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    if (!IsLeftOut(type.fields[i], type.fields[i].In(data))) {
      insert(static_cast<std::uint8_t>(i));
    }
  }
  Head(kMapping, size);
  for (std::size_t i = 0; i < size; ++i) {
    Text(name_of(order[i]));
    if (order[i] < kKind) {
      const Field& field = type.fields[order[i]];
      Member(field, field.In(data));
    } else {
      Text(order[i] == kKind ? type.name : type.api_version);
    }
  }
}

void CborWriter::JsonNumber(std::string_view text) {
  const char* end = text.data() + text.size();
  std::int64_t integer = 0;
  const auto parsed = std::from_chars(text.data(), end, integer);
  if (parsed.ec == std::errc() && parsed.ptr == end) {
    return Integer(integer);
  }
  double number = 0;
  if (std::from_chars(text.data(), end, number).ec == std::errc()) {
    return Double(number);
  }
  // Too big, or too near to zero.
  const bool tiny =
      text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
  return tiny ? Double(0) : Byte(kNull);
}

void CborWriter::JsonArray(std::string_view json) {
  std::vector<std::string_view> elements;
  for (std::size_t pos = Next(json, 1, ','); pos < json.size() && json[pos] != ']';) {
    const std::size_t end = EndOfValue(json, pos);
    if (end == pos) {
      break;  // No JSON.
    }
    elements.push_back(json.substr(pos, end - pos));
    pos = Next(json, end, ',');
  }
  Head(kArray, elements.size());
  for (const std::string_view element : elements) {
    Json(element);
  }
}

void CborWriter::JsonObject(std::string_view json) {
  std::vector<std::pair<std::string, std::string_view>> members;
  for (std::size_t pos = Next(json, 1, ','); pos < json.size() && json[pos] != '}';) {
    const std::size_t name_end = EndOfValue(json, pos);
    if (json[pos] != '"' || name_end - pos < 2) {
      break;  // No JSON.
    }
    std::string name = internal::UnquoteJson(json.substr(pos, name_end - pos));
    pos = Next(json, name_end, ':');
    const std::size_t end = EndOfValue(json, pos);
    members.emplace_back(std::move(name), json.substr(pos, end - pos));
    pos = Next(json, end, ',');
  }
  std::stable_sort(members.begin(), members.end(),
                   [](const auto& a, const auto& b) { return Before(a.first, b.first); });
  // Of equal names the last stays.
  std::size_t size = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i + 1 == members.size() || members[i].first != members[i + 1].first) {
      std::swap(members[size++], members[i]);
    }
  }
  Head(kMapping, size);
  for (std::size_t i = 0; i < size; ++i) {
    Text(members[i].first);
    Json(members[i].second);
  }
}

void CborWriter::Json(std::string_view json) {
  json.remove_prefix(Next(json, 0, ' '));
  switch (json.empty() ? 'n' : json[0]) {
    case '{':
      return JsonObject(json);
    case '[':
      return JsonArray(json);
    case '"':
      return Text(internal::UnquoteJson(json.substr(0, EndOfValue(json, 0))));
    case 't':
      return Byte(kTrue);
    case 'f':
      return Byte(kFalse);
    case 'n':
      return Byte(kNull);
    default:
      return JsonNumber(json.substr(0, EndOfValue(json, 0)));
  }
}

}  // namespace

void AppendCbor(const Type& type, const void* data, bool with_type_meta, std::string& out) {
  CborWriter writer;
  writer.Struct(type, data, with_type_meta);
  out.append(writer.bytes());
}

std::string EncodeCbor(const Object& object) {
  CborWriter writer;
  writer.Raw(kCborSelfDescribed);
  writer.Struct(object.type(), object.data(), true);
  return std::string(writer.bytes());
}

void AppendCborOfJson(std::string_view json, std::string& out) {
  CborWriter writer;
  writer.Json(json);
  out.append(writer.bytes());
}

void AppendCborMapHead(std::size_t size, std::string& out) {
  CborWriter writer;
  writer.Head(kMapping, size);
  out.append(writer.bytes());
}

void AppendCborArrayHead(std::size_t size, std::string& out) {
  CborWriter writer;
  writer.Head(kArray, size);
  out.append(writer.bytes());
}

void AppendCborString(std::string_view text, std::string& out) {
  CborWriter writer;
  writer.Text(text);
  out.append(writer.bytes());
}

}  // namespace k8snet
