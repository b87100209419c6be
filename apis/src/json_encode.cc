#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>

#include "k8snet/apis/base/scalars.h"
#include "k8snet/apis/codec/json.h"
#include "src/base64.h"
#include "src/copy_text.h"
#include "src/scan.h"
#include "src/scratch.h"
#include "src/time_text.h"
#include "src/utf8.h"
#include "src/yaml_scalar.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace k8snet {
namespace {

using internal::Scratch;

// Bytes that a string scan looks at once; room for as many is kept behind what is written.
constexpr std::size_t kBlock = 16;

// Bytes that cannot stand in a string as they are, or begin a character that has to be looked at.
constexpr std::array<bool, 256> MakeSpecial() {
  std::array<bool, 256> special{};
  for (std::size_t i = 0; i < special.size(); ++i) {
    special[i] = i < 0x20 || i >= 0x80 || i == '"' || i == '\\' || i == '<' || i == '>' || i == '&';
  }
  return special;
}
constexpr std::array<bool, 256> kSpecial = MakeSpecial();

// Writes JSON to the thread's buffer.
class JsonWriter {
 public:
  JsonWriter() : pos_(scratch_.begin()), end_(scratch_.end()) {}

  [[nodiscard]] std::string_view text() {
    return {scratch_.begin(), static_cast<std::size_t>(pos_ - scratch_.begin())};
  }

  void Struct(const Type& type, const void* data, bool with_type_meta);
  void String(std::string_view text);
  void Compact(std::string_view json);

 private:
  // Makes room for `more` bytes and a block.
  void Reserve(std::size_t more) {
    if (static_cast<std::size_t>(end_ - pos_) < more + kBlock) {
      const auto used = static_cast<std::size_t>(pos_ - scratch_.begin());
      scratch_.Grow(used, more + kBlock, false);
      pos_ = scratch_.begin() + used;
      end_ = scratch_.end();
    }
  }
  void Put(char c) { *pos_++ = c; }
  void PutText(std::string_view text) {
    internal::CopyText(pos_, text.data(), text.size());
    pos_ += text.size();
  }
  void Text(std::string_view text) {
    Reserve(text.size());
    PutText(text);
  }
  // Ends an object or list that was opened by one character and whose parts end with a comma each.
  void Close(char c) {
    if (pos_[-1] == ',') {
      pos_[-1] = c;
    } else {
      Reserve(1);
      Put(c);
    }
  }
  void Number(std::int64_t number) {
    Reserve(24);
    pos_ = std::to_chars(pos_, pos_ + 24, number).ptr;
  }
  void Key(const Field& field) { Text(field.json_key); }
  void Double(double number);
  void Escape(std::string_view& rest);
  void Member(const Field& field, const void* member);
  bool Repeated(const Field& field, const void* member);
  void Value(const Field& field, const void* value);
  void List(const Field& field, const void* list);
  void Map(const Field& field, const void* map);

  Scratch scratch_;
  char* pos_;
  char* end_;
};

// Source: golang/go src/encoding/json/encode.go floatEncoder.
void JsonWriter::Double(double number) {
  Text(std::isfinite(number) ? internal::FormatJsonDouble(number) : "null");
}

// Writes the special character that `rest` begins with and removes it.
void JsonWriter::Escape(std::string_view& rest) {
  Reserve(rest.size() + 6);
  const auto c = static_cast<unsigned char>(rest[0]);
  if (c >= 0x80) {
    const internal::Rune rune = internal::DecodeRune(rest);
    if (!rune.valid) {
      // Go writes the escape of U+FFFD here, not the character.
      PutText("\\ufffd");
    } else if (rune.value == 0x2028 || rune.value == 0x2029) {
      PutText(rune.value == 0x2028 ? "\\u2028" : "\\u2029");
    } else {
      PutText(rest.substr(0, rune.size));
    }
    rest.remove_prefix(rune.size);
    return;
  }
  rest.remove_prefix(1);
  switch (c) {
    case '"':
      return PutText("\\\"");
    case '\\':
      return PutText("\\\\");
    case '\b':
      return PutText("\\b");
    case '\f':
      return PutText("\\f");
    case '\n':
      return PutText("\\n");
    case '\r':
      return PutText("\\r");
    case '\t':
      return PutText("\\t");
    default:
      PutText("\\u00");
      Put("0123456789abcdef"[c >> 4U]);
      Put("0123456789abcdef"[c & 0xFU]);
  }
}

void JsonWriter::String(std::string_view text) {
  Reserve(text.size() + 2);
  Put('"');
  if (text.size() <= 16 && !internal::ShortNeedsEscapes(text)) {
    PutText(text);
    return Put('"');
  }
  while (!text.empty()) {
#if defined(__SSE2__)
    while (text.size() >= kBlock) {
      const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
      const auto equals = [&](char c) { return _mm_cmpeq_epi8(block, _mm_set1_epi8(c)); };
      // As signed numbers, bytes from 0x80 are below 0x20 too.
      __m128i special = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
      special = _mm_or_si128(special, _mm_or_si128(equals('"'), equals('\\')));
      // `<` and `>` differ in one bit.
      special = _mm_or_si128(
          special, _mm_or_si128(equals('&'), _mm_cmpeq_epi8(_mm_or_si128(block, _mm_set1_epi8(2)),
                                                            _mm_set1_epi8('>'))));
      const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(pos_), block);
      const std::size_t plain = mask == 0 ? kBlock : static_cast<std::size_t>(__builtin_ctz(mask));
      pos_ += plain;
      text.remove_prefix(plain);
      if (mask != 0) {
        break;
      }
    }
#endif
    std::size_t plain = 0;
    while (plain < text.size() && !kSpecial[static_cast<unsigned char>(text[plain])]) {
      pos_[plain] = text[plain];
      ++plain;
    }
    pos_ += plain;
    text.remove_prefix(plain);
    if (!text.empty()) {
      Escape(text);
      Reserve(text.size() + 2);
    }
  }
  Put('"');
}

void JsonWriter::Value(const Field& field, const void* value) {
  switch (field.kind) {
    case Kind::kBool:
      return Text(*static_cast<const bool*>(value) ? "true" : "false");
    case Kind::kInt32:
      return Number(*static_cast<const std::int32_t*>(value));
    case Kind::kInt64:
      return Number(*static_cast<const std::int64_t*>(value));
    case Kind::kDouble:
      return Double(*static_cast<const double*>(value));
    case Kind::kString:
      return String(*static_cast<const std::string*>(value));
    case Kind::kBytes: {
      std::string text = "\"";
      internal::AppendBase64(*static_cast<const std::string*>(value), text);
      return Text(text + "\"");
    }
    case Kind::kTime: {
      const auto& time = *static_cast<const Time*>(value);
      if (time.is_zero()) {
        return Text("null");
      }
      Reserve(internal::kTimeChars + 2);
      Put('"');
      pos_ = internal::FormatTime(time.seconds, -1, pos_);
      return Put('"');
    }
    case Kind::kMicroTime: {
      const auto& time = *static_cast<const MicroTime*>(value);
      if (time.is_zero()) {
        return Text("null");
      }
      Reserve(internal::kTimeChars + 2);
      Put('"');
      pos_ = internal::FormatTime(time.seconds, time.microseconds, pos_);
      return Put('"');
    }
    case Kind::kIntOrString: {
      const auto& both = *static_cast<const IntOrString*>(value);
      return both.is_string() ? String(both.string_value) : Number(both.int_value);
    }
    case Kind::kRawJson: {
      const std::string& json = static_cast<const RawJson*>(value)->json;
      return json.empty() ? Text("null") : Compact(json);
    }
    case Kind::kMessage:
      return Struct(*field.type, value, false);
  }
}

void JsonWriter::List(const Field& field, const void* list) {
  const auto [first, size] = field.ops->span(list);
  Reserve(1);
  Put('[');
  const auto* element = static_cast<const char*>(first);
  for (std::size_t i = 0; i < size; ++i, element += field.ops->element_size) {
    Value(field, element);
    Reserve(1);
    Put(',');
  }
  Close(']');
}

void JsonWriter::Map(const Field& field, const void* map) {
  Reserve(1);
  Put('{');
  if (field.kind == Kind::kString) {
    for (const auto& [key, value] : *static_cast<const std::map<std::string, std::string>*>(map)) {
      String(key);
      Put(':');
      String(value);
      Put(',');
    }
  } else {
    struct Context {
      JsonWriter* writer;
      const Field* field;
    } context{this, &field};
    field.ops->visit(map, &context, [](void* opaque, const std::string& key, const void* value) {
      auto& [writer, member] = *static_cast<Context*>(opaque);
      writer->String(key);
      writer->Put(':');
      writer->Value(*member, value);
      writer->Reserve(1);
      writer->Put(',');
      return true;
    });
  }
  Close('}');
}

// Returns the value in an optional member, or null. The kinds that are most often optional need no
// call to be looked into.
inline const void* Inside(const Field& field, const void* member) {
  if (field.kind == Kind::kString) {
    const auto& text = *static_cast<const std::optional<std::string>*>(member);
    return text.has_value() ? &*text : nullptr;
  }
  if (field.kind == Kind::kBool) {
    const auto& flag = *static_cast<const std::optional<bool>*>(member);
    return flag.has_value() ? &*flag : nullptr;
  }
  return field.ops->get(member);
}

// Returns whether the value of a kValue member is one that omitempty leaves out.
inline bool IsEmptyValue(const Field& field, const void* value) {
  switch (field.kind) {
    case Kind::kBool:
      return !*static_cast<const bool*>(value);
    case Kind::kInt32:
      return *static_cast<const std::int32_t*>(value) == 0;
    case Kind::kInt64:
      return *static_cast<const std::int64_t*>(value) == 0;
    case Kind::kDouble:
      return *static_cast<const double*>(value) == 0;
    case Kind::kString:
    case Kind::kBytes:
      return static_cast<const std::string*>(value)->empty();
    case Kind::kTime:
      return field.omit == Omit::kZero && static_cast<const Time*>(value)->is_zero();
    case Kind::kMicroTime:
      return field.omit == Omit::kZero && static_cast<const MicroTime*>(value)->is_zero();
    default:
      return false;
  }
}

inline void JsonWriter::Member(const Field& field, const void* member) {
  const bool always = field.omit == Omit::kNever;
  if (field.form == Form::kValue) {
    if (!always && IsEmptyValue(field, member)) {
      return;
    }
    Key(field);
    Value(field, member);
  } else if (field.form == Form::kOptional) {
    const void* value = Inside(field, member);
    if (value == nullptr && !always) {
      return;
    }
    Key(field);
    if (value != nullptr) {
      Value(field, value);
    } else {
      Text("null");
    }
  } else if (!Repeated(field, member)) {
    return;
  }
  Reserve(1);
  Put(',');
}

// Writes a list or map; returns whether there is something to write.
bool JsonWriter::Repeated(const Field& field, const void* member) {
  const bool always = field.omit == Omit::kNever;
  if (field.form == Form::kMap) {
    // The size of a map does not depend on what it maps to.
    if (!always && static_cast<const std::map<std::string, std::string>*>(member)->empty()) {
      return false;
    }
    Key(field);
    Map(field, member);
    return true;
  }
  const void* list = field.form == Form::kList ? member : field.ops->get(member);
  if (!always && (list == nullptr || field.ops->span(list).second == 0)) {
    return false;
  }
  Key(field);
  if (list != nullptr) {
    List(field, list);
  } else {
    Text("null");
  }
  return true;
}

void JsonWriter::Struct(const Type& type, const void* data, bool with_type_meta) {
  Reserve(1);
  Put('{');
  if (with_type_meta && type.is_kind) {
    Text("\"kind\":");
    String(type.name);
    Text(",\"apiVersion\":");
    String(type.api_version);
    Put(',');
  }
  for (const Field& field : type.fields) {
    Member(field, field.In(data));
  }
  Close('}');
}

// Returns whether the JSON `json` may have to be changed to be written.
bool NeedsCompaction(std::string_view json) {
  unsigned found = 0;
  for (const char c : json) {
    const auto byte = static_cast<unsigned char>(c);
    found |= static_cast<unsigned>(byte <= 0x20) | static_cast<unsigned>(byte == '<') |
             static_cast<unsigned>(byte == '>') | static_cast<unsigned>(byte == '&') |
             static_cast<unsigned>(byte == 0xE2);
  }
  return found != 0;
}

void JsonWriter::Compact(std::string_view json) {
  if (!NeedsCompaction(json)) {
    return Text(json);
  }
  bool in_string = false;
  while (!json.empty()) {
    Reserve(8);
    const char c = json[0];
    std::size_t taken = 1;
    if (!in_string) {
      in_string = c == '"';
      if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
        Put(c);
      }
    } else if (c == '\\' && json.size() > 1) {
      PutText(json.substr(0, 2));
      taken = 2;
    } else if (c == '<' || c == '>' || c == '&') {
      Escape(json);
      taken = 0;
    } else if (json.starts_with("\xE2\x80\xA8") || json.starts_with("\xE2\x80\xA9")) {
      Escape(json);
      taken = 0;
    } else {
      in_string = c != '"';
      Put(c);
    }
    json.remove_prefix(taken);
  }
}

}  // namespace

void AppendJson(const Type& type, const void* data, bool with_type_meta, std::string& out) {
  JsonWriter writer;
  writer.Struct(type, data, with_type_meta);
  out.append(writer.text());
}

std::string EncodeJson(const Object& object, JsonStyle style) {
  JsonWriter writer;
  writer.Struct(object.type(), object.data(), true);
  return style == JsonStyle::kPretty ? IndentJson(writer.text()) : std::string(writer.text());
}

void AppendJsonString(std::string_view text, std::string& out) {
  JsonWriter writer;
  writer.String(text);
  out.append(writer.text());
}

void AppendCompactJson(std::string_view json, std::string& out) {
  JsonWriter writer;
  writer.Compact(json);
  out.append(writer.text());
}

std::string IndentJson(std::string_view json) {
  std::string out;
  out.reserve(json.size() * 2);
  std::size_t depth = 0;
  bool in_string = false;
  const auto new_line = [&] {
    out.push_back('\n');
    out.append(depth * 2, ' ');
  };
  char last = '\0';  // The last character outside of strings that is not white space.
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out.push_back(c);
      if (c == '\\' && i + 1 < json.size()) {
        out.push_back(json[++i]);
      } else if (c == '"') {
        in_string = false;
      }
      continue;
    }
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      continue;
    }
    const bool closes = c == '}' || c == ']';
    if ((last == '{' || last == '[') && !closes) {
      ++depth;
      new_line();
    } else if (closes && last != '{' && last != '[') {
      depth -= depth > 0 ? 1 : 0;
      new_line();
    }
    out.push_back(c);
    if (c == ',') {
      new_line();
    } else if (c == ':') {
      out.push_back(' ');
    }
    in_string = c == '"';
    last = closes ? '\0' : c;
  }
  return out;
}

}  // namespace k8snet
