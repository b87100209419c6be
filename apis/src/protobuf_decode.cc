#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "k8snet/apis/base/scalars.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "src/cbor_form.h"
#include "src/utf8.h"

namespace k8snet {
namespace {

enum WireType : std::uint32_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,
  kStartGroup = 3,
  kEndGroup = 4,
  kFixed32 = 5,
};

constexpr std::string_view kMagic("k8s\0", 4);
constexpr std::string_view kTruncated = "unexpected EOF";

template <typename T>
T& As(void* at) {
  return *static_cast<T*>(at);
}

// Decodes messages over structs. The first error stops it.
class WireReader {
 public:
  enum class Outcome : std::uint8_t { kRead, kNotShort, kError };

  explicit WireReader(std::string_view bytes, const DecodeLimits& limits, bool check_raw = false)
      : begin_(bytes.data()), limits_(limits), check_raw_(check_raw) {}

  bool Message(const Type& type, void* data, std::string_view bytes);
  // Calls visit(number, wire type, rest) for each record; it takes the value from `rest`.
  template <typename Visit>
  bool Records(std::string_view bytes, Visit visit);
  bool Skip(std::uint32_t wire_type, std::string_view& rest);
  [[gnu::always_inline]] bool TakeBytes(std::string_view& rest, std::string_view& value) {
    std::uint64_t size = 0;
    if (!TakeVarint(rest, size)) {
      return false;
    }
    if (size > rest.size()) {
      return Fail(size > INT64_MAX ? "proto: negative length found during unmarshaling"
                                   : kTruncated);
    }
    value = rest.substr(0, size);
    rest.remove_prefix(size);
    return true;
  }

  [[nodiscard]] Error& error() { return error_; }

 private:
  bool Fail(std::string_view message, Reason reason = Reason::kBadRequest) {
    error_ = Error(reason, std::string(message));
    return false;
  }
  bool TakeLongVarint(std::string_view& rest, std::uint64_t& value);
  bool FailTag(std::uint32_t number, std::uint32_t wire_type);
  // Most numbers, lengths and tags are one byte long.
  [[gnu::always_inline]] bool TakeVarint(std::string_view& rest, std::uint64_t& value) {
    if (!rest.empty() && static_cast<unsigned char>(rest[0]) < 0x80) {
      value = static_cast<unsigned char>(rest[0]);
      rest.remove_prefix(1);
      return true;
    }
    return TakeLongVarint(rest, value);
  }
  [[gnu::always_inline]] bool TakeTag(std::string_view& rest, std::uint32_t& number,
                                      std::uint32_t& wire_type) {
    std::uint64_t tag = 0;
    if (!TakeVarint(rest, tag)) {
      return false;
    }
    number = static_cast<std::uint32_t>(tag >> 3U);
    wire_type = static_cast<std::uint32_t>(tag & 7U);
    return (number != 0 && number <= 0x1FFFFFFF) || FailTag(number, wire_type);
  }
  bool At(const char* record);
  bool FailItems();
  bool CountItems(std::size_t items) {
    items_ += items;
    return items_ <= limits_.max_items || FailItems();
  }
  [[gnu::always_inline]] Outcome ShortRecord(const Field& field, std::uint32_t wire_type,
                                             void* member, const char*& pos, const char* end);
  bool Scalar(Kind kind, void* at, std::string_view& rest);
  bool Composite(const Field& field, void* at, std::string_view bytes);
  bool Value(const Field& field, std::uint32_t wire_type, void* at, std::string_view& rest);
  bool Member(const Field& field, std::uint32_t wire_type, void* member, std::string_view& rest,
              std::string_view tag);
  bool Run(const Field& field, void* list, std::string_view& rest, std::string_view tag);
  bool List(const Field& field, std::uint32_t wire_type, void* list, std::string_view& rest,
            std::string_view tag);
  static bool PlainEntry(void* map, std::string_view bytes);
  bool MapEntry(const Field& field, void* map, std::string_view bytes);
  bool CheckRaw(std::string_view json);
  bool Timestamp(std::string_view bytes, std::int64_t& seconds, std::int64_t& nanos);

  const char* begin_;
  const DecodeLimits& limits_;
  bool check_raw_;
  std::size_t depth_ = 0;
  std::size_t items_ = 0;
  Error error_;
};

bool WireReader::TakeLongVarint(std::string_view& rest, std::uint64_t& value) {
  value = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (i == 10) {
      return Fail("proto: integer overflow");
    }
    const auto byte = static_cast<unsigned char>(rest[i]);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << 7 * i;
    if (byte < 0x80) {
      rest.remove_prefix(i + 1);
      return true;
    }
  }
  return Fail(rest.size() >= 10 ? "proto: integer overflow" : kTruncated);
}

bool WireReader::FailTag(std::uint32_t number, std::uint32_t wire_type) {
  return Fail("proto: illegal tag " + std::to_string(static_cast<std::int32_t>(number)) +
              " (wire type " + std::to_string(wire_type) + ")");
}

bool WireReader::Skip(std::uint32_t wire_type, std::string_view& rest) {
  std::size_t groups = 0;
  while (true) {
    std::uint64_t number = 0;
    std::string_view value;
    switch (wire_type) {
      case kVarint:
        if (!TakeVarint(rest, number)) {
          return false;
        }
        break;
      case kBytes:
        if (!TakeBytes(rest, value)) {
          return false;
        }
        break;
      case kFixed64:
      case kFixed32: {
        const std::size_t size = wire_type == kFixed64 ? 8 : 4;
        if (rest.size() < size) {
          return Fail(kTruncated);
        }
        rest.remove_prefix(size);
        break;
      }
      case kStartGroup:
        ++groups;
        break;
      case kEndGroup:
        if (groups == 0) {
          return Fail("proto: unexpected end of group");
        }
        --groups;
        break;
      default:
        return Fail("proto: illegal wireType " + std::to_string(wire_type));
    }
    if (groups == 0) {
      return true;
    }
    std::uint32_t field = 0;
    if (!TakeTag(rest, field, wire_type)) {
      return false;
    }
  }
}

template <typename Visit>
bool WireReader::Records(std::string_view bytes, Visit visit) {
  while (!bytes.empty()) {
    const char* const record = bytes.data();
    std::uint32_t number = 0;
    std::uint32_t wire_type = 0;
    if (!TakeTag(bytes, number, wire_type) || !visit(number, wire_type, bytes)) {
      return At(record);
    }
  }
  return true;
}

bool WireReader::FailItems() {
  return Fail("Request entity too large: limit is " + std::to_string(limits_.max_items) + " items",
              Reason::kRequestEntityTooLarge);
}

std::uint32_t WireTypeOf(Kind kind) {
  switch (kind) {
    case Kind::kBool:
    case Kind::kInt32:
    case Kind::kInt64:
      return kVarint;
    case Kind::kDouble:
      return kFixed64;
    default:
      return kBytes;
  }
}

// Reads a value that is no message.
bool WireReader::Scalar(Kind kind, void* at, std::string_view& rest) {
  std::uint64_t number = 0;
  switch (kind) {
    case Kind::kString:
    case Kind::kBytes: {
      std::string_view value;
      if (!TakeBytes(rest, value)) {
        return false;
      }
      As<std::string>(at).assign(value);
      return true;
    }
    case Kind::kDouble:
      if (rest.size() < sizeof(number)) {
        return Fail(kTruncated);
      }
      for (std::size_t i = 0; i < sizeof(number); ++i) {
        number |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest[i])) << 8 * i;
      }
      std::memcpy(at, &number, sizeof(number));
      rest.remove_prefix(sizeof(number));
      return true;
    default:
      break;
  }
  if (!TakeVarint(rest, number)) {
    return false;
  }
  if (kind == Kind::kBool) {
    As<bool>(at) = number != 0;
  } else if (kind == Kind::kInt32) {
    As<std::int32_t>(at) = static_cast<std::int32_t>(number);
  } else {
    As<std::int64_t>(at) = static_cast<std::int64_t>(number);
  }
  return true;
}

bool WireReader::Timestamp(std::string_view bytes, std::int64_t& seconds, std::int64_t& nanos) {
  return Records(bytes, [&](std::uint32_t number, std::uint32_t wire_type, std::string_view& rest) {
    if (number > 2) {
      return Skip(wire_type, rest);
    }
    std::uint64_t value = 0;
    if (wire_type != kVarint) {
      return Fail("proto: wrong wireType = " + std::to_string(wire_type) + " for field " +
                  (number == 1 ? "Seconds" : "Nanos"));
    }
    if (!TakeVarint(rest, value)) {
      return false;
    }
    if (number == 1) {
      seconds = static_cast<std::int64_t>(value);
    } else {
      nanos = static_cast<std::int32_t>(value);
    }
    return true;
  });
}

bool WireReader::CheckRaw(std::string_view json) {
  if (json.empty()) {
    return true;
  }
  if (internal::JsonDepth(json) > limits_.max_depth) {
    return Fail("json: exceeded max depth");
  }
  const std::string error = JsonSyntaxError(json);
  return error.empty() || Fail(error);
}

// Reads the message `bytes` of a scalar type of ours or of a struct.
bool WireReader::Composite(const Field& field, void* at, std::string_view bytes) {
  switch (field.kind) {
    case Kind::kTime: {
      std::int64_t seconds = bytes.empty() ? Time::kZeroSeconds : 0;
      std::int64_t nanos = 0;
      const bool good = Timestamp(bytes, seconds, nanos);
      As<Time>(at).seconds = seconds;
      return good;
    }
    case Kind::kMicroTime: {
      std::int64_t seconds = bytes.empty() ? Time::kZeroSeconds : 0;
      std::int64_t nanos = 0;
      const bool good = Timestamp(bytes, seconds, nanos);
      constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
      std::int64_t carry = nanos / kNanosPerSecond;
      nanos %= kNanosPerSecond;
      if (nanos < 0) {
        nanos += kNanosPerSecond;
        --carry;
      }
      // Wraps around where Go's does.
      seconds = static_cast<std::int64_t>(static_cast<std::uint64_t>(seconds) +
                                          static_cast<std::uint64_t>(carry));
      As<MicroTime>(at) = {.seconds = seconds,
                           .microseconds = static_cast<std::int32_t>(nanos / 1000)};
      return good;
    }
    case Kind::kIntOrString: {
      auto& both = As<IntOrString>(at);
      return Records(
          bytes, [&](std::uint32_t number, std::uint32_t wire_type, std::string_view& rest) {
            if (number > 3) {
              return Skip(wire_type, rest);
            }
            if (wire_type != (number == 3 ? kBytes : kVarint)) {
              return Fail("proto: wrong wireType = " + std::to_string(wire_type) + " for field " +
                          (number == 1   ? "Type"
                           : number == 2 ? "IntVal"
                                         : "StrVal"));
            }
            switch (number) {
              case 1: {
                std::int64_t type = 0;
                const bool good = Scalar(Kind::kInt64, &type, rest);
                both.type = static_cast<IntOrString::Type>(type);
                return good;
              }
              case 2:
                return Scalar(Kind::kInt32, &both.int_value, rest);
              default:
                return Scalar(Kind::kString, &both.string_value, rest);
            }
          });
    }
    case Kind::kRawJson:
      return Records(bytes, [&](std::uint32_t number, std::uint32_t wire_type,
                                std::string_view& rest) {
        if (number != 1) {
          return Skip(wire_type, rest);
        }
        if (wire_type != kBytes) {
          return Fail("proto: wrong wireType = " + std::to_string(wire_type) + " for field Raw");
        }
        std::string& json = As<RawJson>(at).json;
        return Scalar(Kind::kBytes, &json, rest) && (!check_raw_ || CheckRaw(json));
      });
    default:
      return Message(*field.type, at, bytes);
  }
}

bool WireReader::Value(const Field& field, std::uint32_t wire_type, void* at,
                       std::string_view& rest) {
  if (wire_type != WireTypeOf(field.kind)) {
    return Fail("proto: wrong wireType = " + std::to_string(wire_type) + " for field " +
                std::string(field.json_name));
  }
  if (field.kind < Kind::kTime) {
    return Scalar(field.kind, at, rest);
  }
  std::string_view bytes;
  return TakeBytes(rest, bytes) && Composite(field, at, bytes);
}

// Reads a run of messages of one list: the first is at `rest`, each further one behind `tag`. All
// elements are made at once, since growing a vector moves what it holds.
bool WireReader::Run(const Field& field, void* list, std::string_view& rest, std::string_view tag) {
  std::size_t count = 0;
  std::string_view ahead = rest;
  std::string_view bytes;
  do {
    if (!TakeBytes(ahead, bytes)) {
      return false;
    }
    ++count;
    if (ahead.empty() || ahead[0] != tag[0] || !ahead.starts_with(tag)) {
      break;
    }
    ahead.remove_prefix(tag.size());
  } while (true);
  if (!CountItems(count)) {
    return false;
  }
  const std::size_t old_size = field.ops->span(list).second;
  field.ops->resize(list, old_size + count);
  char* first = static_cast<char*>(const_cast<void*>(field.ops->span(list).first));
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) {
      rest.remove_prefix(tag.size());
    }
    if (!TakeBytes(rest, bytes) ||
        !Composite(field, first + (old_size + i) * field.ops->element_size, bytes)) {
      if (error_.place.has_value()) {
        internal::PrependIndex(old_size + i, error_.place->path);
      }
      return false;
    }
  }
  return true;
}

bool WireReader::List(const Field& field, std::uint32_t wire_type, void* list,
                      std::string_view& rest, std::string_view tag) {
  if (wire_type == kBytes && field.kind == Kind::kMessage) {
    return Run(field, list, rest, tag);
  }
  if (wire_type == kBytes && WireTypeOf(field.kind) != kBytes) {
    std::string_view packed;
    if (!TakeBytes(rest, packed)) {
      return false;
    }
    while (!packed.empty()) {
      if (!CountItems(1) || !Scalar(field.kind, field.ops->append(list), packed)) {
        return false;
      }
    }
    return true;
  }
  return CountItems(1) && Value(field, wire_type, field.ops->append(list), rest);
}

// Reads an entry of a map of texts that is as encoders write it: a short key, then a short value,
// and adds it if it comes after all others. Else does nothing.
bool WireReader::PlainEntry(void* map, std::string_view bytes) {
  const auto length = [&](std::size_t pos) { return static_cast<unsigned char>(bytes[pos]); };
  if (bytes.size() < 4 || bytes[0] != '\x0A' || length(1) >= 0x80 || length(1) > bytes.size() - 4) {
    return false;
  }
  const std::string_view key = bytes.substr(2, length(1));
  const std::string_view value = bytes.substr(4 + key.size());
  if (bytes[2 + key.size()] != '\x12' || length(3 + key.size()) != value.size() ||
      value.size() >= 0x80) {
    return false;
  }
  auto& strings = As<std::map<std::string, std::string>>(map);
  if (!strings.empty() && strings.rbegin()->first >= key) {
    return false;
  }
  strings.emplace_hint(strings.end(), key, value);
  return true;
}

bool WireReader::MapEntry(const Field& field, void* map, std::string_view bytes) {
  if (field.kind == Kind::kString && PlainEntry(map, bytes)) {
    return CountItems(1);
  }
  // The value may come before the key, and either may be missing.
  std::string key;
  std::string_view value;
  std::uint32_t value_type = WireTypeOf(field.kind);
  const bool good =
      Records(bytes, [&](std::uint32_t number, std::uint32_t wire_type, std::string_view& rest) {
        if (number == 1 && wire_type == kBytes) {
          return Scalar(Kind::kString, &key, rest);
        }
        const std::string_view before = rest;
        if (!Skip(wire_type, rest)) {
          return false;
        }
        if (number == 2) {
          value = before.substr(0, before.size() - rest.size());
          value_type = wire_type;
        }
        return true;
      });
  if (!good || !CountItems(1)) {
    return false;
  }
  const auto [at, made] = field.ops->insert(map, std::move(key));
  if (!value.empty()) {
    return Value(field, value_type, at, value);
  }
  if (!made && field.kind == Kind::kString) {
    As<std::string>(at).clear();
  }
  return true;
}

bool WireReader::Member(const Field& field, std::uint32_t wire_type, void* member,
                        std::string_view& rest, std::string_view tag) {
  switch (field.form) {
    case Form::kValue:
      return Value(field, wire_type, member, rest);
    case Form::kOptional: {
      const void* inside = field.ops->get(member);
      void* at = inside != nullptr ? const_cast<void*>(inside) : field.ops->emplace(member);
      return Value(field, wire_type, at, rest);
    }
    case Form::kList:
      return List(field, wire_type, member, rest, tag);
    case Form::kNullableList: {
      const void* inside = field.ops->get(member);
      void* list = inside != nullptr ? const_cast<void*>(inside) : field.ops->emplace(member);
      return List(field, wire_type, list, rest, tag);
    }
    case Form::kMap: {
      std::string_view bytes;
      if (wire_type != kBytes) {
        return Fail("proto: wrong wireType = " + std::to_string(wire_type) + " for field " +
                    std::string(field.json_name));
      }
      return TakeBytes(rest, bytes) && MapEntry(field, member, bytes);
    }
  }
  return false;
}

// Says that the error is in the record that begins at `record`, unless it is known better.
bool WireReader::At(const char* record) {
  if (!error_.place.has_value()) {
    error_.place.emplace().offset = static_cast<std::size_t>(record - begin_);
  }
  return false;
}

// Reads the record whose value is at `pos` if it is one of those that most objects are made of,
// and moves behind it: short texts and messages, small numbers. Else moves nothing.
inline WireReader::Outcome WireReader::ShortRecord(const Field& field, std::uint32_t wire_type,
                                                   void* member, const char*& pos,
                                                   const char* end) {
  if (pos == end || static_cast<unsigned char>(*pos) >= 0x80) {
    return Outcome::kNotShort;
  }
  const auto number = static_cast<unsigned char>(*pos);
  if (wire_type == kVarint) {
    if (field.kind == Kind::kBool && field.form == Form::kOptional) {
      As<std::optional<bool>>(member) = number != 0;
    } else if (field.kind == Kind::kInt32 && field.form == Form::kValue) {
      As<std::int32_t>(member) = number;
    } else {
      return Outcome::kNotShort;
    }
    ++pos;
    return Outcome::kRead;
  }
  if (wire_type != kBytes || end - pos <= number) {
    return Outcome::kNotShort;
  }
  const std::string_view bytes(pos + 1, number);
  if (field.kind == Kind::kString && field.form == Form::kValue) {
    As<std::string>(member).assign(bytes);
  } else if (field.kind == Kind::kString && field.form == Form::kOptional) {
    auto& optional = As<std::optional<std::string>>(member);
    if (optional.has_value()) {
      optional->assign(bytes);
    } else {
      optional.emplace(bytes);
    }
  } else if (field.kind == Kind::kMessage && field.form <= Form::kOptional) {
    if (field.form == Form::kOptional) {
      const void* const inside = field.ops->get(member);
      member = inside != nullptr ? const_cast<void*>(inside) : field.ops->emplace(member);
    }
    if (!Message(*field.type, member, bytes)) {
      return Outcome::kError;
    }
  } else if (field.kind == Kind::kString && field.form == Form::kList) {
    As<std::vector<std::string>>(member).emplace_back(bytes);
    if (!CountItems(1)) {
      return Outcome::kError;
    }
  } else if (field.kind == Kind::kString && field.form == Form::kMap) {
    if (!MapEntry(field, member, bytes)) {
      return Outcome::kError;
    }
  } else {
    return Outcome::kNotShort;
  }
  pos += 1 + number;
  return Outcome::kRead;
}

bool WireReader::Message(const Type& type, void* data, std::string_view bytes) {
  if (depth_ >= limits_.max_depth) {
    Fail("proto: exceeded max depth");
    return At(bytes.data());
  }
  ++depth_;
  const Field* const last = type.wire.data() + type.wire.size();
  const Field* field = type.wire.data();  // Fields mostly come in ascending order.
  const char* pos = bytes.data();
  const char* const end = pos + bytes.size();
  while (pos != end) {
    const char* const record = pos;
    auto number = static_cast<std::uint32_t>(static_cast<unsigned char>(*pos));
    std::uint32_t wire_type = number & 7U;
    if (number >= 8 && number < 0x80) {
      number >>= 3U;
      ++pos;
    } else {
      std::string_view rest(pos, static_cast<std::size_t>(end - pos));
      if (!TakeTag(rest, number, wire_type)) {
        return At(record);
      }
      pos = rest.data();
    }
    if (field == last || field->number > number) {
      field = type.wire.data();
    }
    while (field != last && field->number < number) {
      ++field;
    }
    const bool known = field != last && field->number == number;
    void* const member = known ? field->In(data) : nullptr;
    Outcome outcome = known ? ShortRecord(*field, wire_type, member, pos, end) : Outcome::kNotShort;
    if (outcome == Outcome::kNotShort) {
      std::string_view rest(pos, static_cast<std::size_t>(end - pos));
      const std::string_view tag(record, static_cast<std::size_t>(pos - record));
      if (!known && wire_type == kEndGroup) {
        Fail("proto: " + std::string(type.name) + ": wiretype end group for non-group");
        return At(record);
      }
      const bool good =
          known ? Member(*field, wire_type, member, rest, tag) : Skip(wire_type, rest);
      outcome = good ? Outcome::kRead : Outcome::kError;
      pos = rest.data();
    }
    if (outcome == Outcome::kError) {
      At(record);
      if (known && !field->json_name.empty()) {
        internal::PrependName(field->json_name, error_.place->path);
      }
      return false;
    }
  }
  --depth_;
  return true;
}

// What an envelope holds. Views of the bytes.
struct EnvelopeView {
  std::string_view api_version;
  std::string_view kind;
  std::string_view raw;
};

Error NoEnvelope(std::string message, std::size_t offset) {
  Error error(Reason::kBadRequest, std::move(message));
  error.place.emplace().offset = offset;
  return error;
}

// Reads what follows the magic bytes of an envelope if it is as upstream writes it: short kind and
// version, the object, and no encoding or content type.
bool ReadPlainEnvelope(std::string_view bytes, EnvelopeView& envelope) {
  constexpr std::string_view kEnd("\x1A\0\x22\0", 4);
  const auto take = [](char tag, std::string_view& rest, std::string_view& text) {
    const std::size_t size = rest.size() < 2 ? 0x80 : static_cast<unsigned char>(rest[1]);
    if (size >= 0x80 || rest[0] != tag || rest.size() - 2 < size) {
      return false;
    }
    text = rest.substr(2, size);
    rest.remove_prefix(2 + size);
    return true;
  };
  std::string_view meta;
  if (!take('\x0A', bytes, meta) || !take('\x0A', meta, envelope.api_version) ||
      !take('\x12', meta, envelope.kind) || !meta.empty() || !bytes.starts_with('\x12')) {
    return false;
  }
  std::size_t size = 0;
  std::size_t at = 1;
  for (unsigned shift = 0; at < bytes.size() && shift < 35; shift += 7, ++at) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    size |= static_cast<std::size_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) {
      envelope.raw = bytes.substr(at + 1, size);
      return bytes.substr(at + 1 + envelope.raw.size()) == kEnd;
    }
  }
  return false;
}

Status ReadEnvelope(std::string_view bytes, WireReader& reader, EnvelopeView& envelope) {
  if (bytes.empty()) {
    return NoEnvelope("empty data", 0);
  }
  if (!bytes.starts_with(kMagic)) {
    return NoEnvelope(
        "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]",
        0);
  }
  bytes.remove_prefix(kMagic.size());
  if (bytes.empty()) {
    return NoEnvelope("empty body", kMagic.size());
  }
  if (ReadPlainEnvelope(bytes, envelope)) {
    return {};
  }
  envelope = {};
  const auto text = [&](std::uint32_t wire_type, std::string_view& rest, std::string_view& out) {
    return wire_type == kBytes ? reader.TakeBytes(rest, out) : reader.Skip(wire_type, rest);
  };
  const bool good = reader.Records(
      bytes, [&](std::uint32_t number, std::uint32_t wire_type, std::string_view& rest) {
        if (number == 2) {
          return text(wire_type, rest, envelope.raw);
        }
        if (number != 1) {
          return reader.Skip(wire_type, rest);
        }
        std::string_view meta;
        return text(wire_type, rest, meta) &&
               reader.Records(meta, [&](std::uint32_t inner, std::uint32_t inner_type,
                                        std::string_view& inner_rest) {
                 std::string_view other;
                 return text(inner_type, inner_rest,
                             inner == 1   ? envelope.api_version
                             : inner == 2 ? envelope.kind
                                          : other);
               });
      });
  if (!good) {
    return std::move(reader.error());
  }
  return {};
}

}  // namespace

Result<Decoded> DecodeProtobuf(const Type& type, std::string_view bytes,
                               const DecodeOptions& options) {
  if (bytes.size() > options.limits.max_bytes) {
    return Error(Reason::kRequestEntityTooLarge,
                 "Request entity too large: limit is " + std::to_string(options.limits.max_bytes));
  }
  WireReader reader(bytes, options.limits, options.check_raw);
  EnvelopeView envelope;
  K8SNET_RETURN_IF_ERROR(ReadEnvelope(bytes, reader, envelope));
  Decoded decoded{.object = MutableObject(type)};
  if (!reader.Message(type, decoded.object.data(), envelope.raw)) {
    return std::move(reader.error());
  }
  decoded.api_version = envelope.api_version;
  decoded.kind = envelope.kind;
  return decoded;
}

Result<TypeMeta> PeekProtobuf(std::string_view bytes) {
  const DecodeLimits limits;
  WireReader reader(bytes, limits);
  EnvelopeView envelope;
  K8SNET_RETURN_IF_ERROR(ReadEnvelope(bytes, reader, envelope));
  return TypeMeta{std::string(envelope.api_version), std::string(envelope.kind)};
}

Status MergeProtobuf(const Type& type, void* data, std::string_view bytes,
                     const DecodeLimits& limits) {
  if (bytes.size() > limits.max_bytes) {
    return Error(Reason::kRequestEntityTooLarge,
                 "Request entity too large: limit is " + std::to_string(limits.max_bytes));
  }
  WireReader reader(bytes, limits);
  if (!reader.Message(type, data, bytes)) {
    return std::move(reader.error());
  }
  return {};
}

}  // namespace k8snet
