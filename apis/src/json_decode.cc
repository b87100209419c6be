#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/base/scalars.h"
#include "k8snet/apis/codec/json.h"
#include "src/base64.h"
#include "src/go_names.h"
#include "src/json_cursor.h"
#include "src/time_text.h"
#include "src/utf8.h"

namespace k8snet {
namespace {

using internal::ElementGoName;
using internal::JsonCursor;
using internal::JsonNumber;
using internal::MemberGoName;

constexpr std::size_t kMaxFindings = 100;
constexpr std::size_t kMaxNesting = 10000;  // Go's own bound, which PeekJson keeps too.
constexpr std::size_t kKindBit = 254;
constexpr std::size_t kApiVersionBit = 255;

template <typename T>
T& As(void* at) {
  return *static_cast<T*>(at);
}

// Compares names without a call: they are short and mostly equal when they are as long.
bool SameName(std::string_view a, std::string_view b) {
  const std::size_t size = a.size();
  if (size != b.size()) {
    return false;
  }
  const auto same = [&]<typename Word>(Word, std::size_t pos) {
    Word left = 0;
    Word right = 0;
    std::memcpy(&left, a.data() + pos, sizeof(Word));
    std::memcpy(&right, b.data() + pos, sizeof(Word));
    return left == right;
  };
  if (size > 2 * sizeof(std::uint64_t)) {
    return a == b;
  }
  if (size >= sizeof(std::uint64_t)) {
    return same(std::uint64_t{}, 0) && same(std::uint64_t{}, size - sizeof(std::uint64_t));
  }
  if (size >= sizeof(std::uint32_t)) {
    return same(std::uint32_t{}, 0) && same(std::uint32_t{}, size - sizeof(std::uint32_t));
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) {
      return false;
    }
  }
  return true;
}

// How Go names the JSON that begins with `c`; empty if no value does.
std::string_view ValueName(char c) {
  switch (c) {
    case '{':
      return "object";
    case '[':
      return "array";
    case '"':
      return "string";
    case 't':
    case 'f':
      return "bool";
    default:
      return c == '-' || (c >= '0' && c <= '9') ? "number" : "";
  }
}

// Writes each value of a text straight into the struct it belongs to. Duplicates are decoded over
// what is there, as kubernetes-sigs/json does. Each function reads what is at hand and returns
// whether to go on: false without a message says that the text is no JSON.
class JsonReader {
 public:
  JsonReader(std::string_view json, const DecodeOptions& options)
      : cursor_(json),
        options_(options),
        max_depth_(std::min(options.limits.max_depth, kMaxNesting)) {}

  // Fills the struct at `data` by the whole text.
  bool Read(const Type& type, void* data);

  // Why a function returned false.
  [[nodiscard]] Error& error() { return error_; }
  [[nodiscard]] TypeMeta& meta() { return meta_; }
  [[nodiscard]] std::vector<std::string>& findings() { return findings_; }

 private:
  enum class Place : std::uint8_t { kStruct, kList, kMap };

  // A struct, list or map that is being read.
  struct Frame {
    Place place;
    const Frame* outer;            // What it stands in, or null.
    const Type* type = nullptr;    // Of a struct.
    const Field* field = nullptr;  // Of a struct: the member at hand. Else: the list or map.
    std::size_t index = 0;         // List: elements before the one at hand.
    std::string_view key;  // Map: that of the value at hand. Struct without field: the name.
  };
  // A list that a duplicate made shorter. As in Go, what is behind its end stays until its struct
  // is read, and a third one that is longer is decoded over it.
  struct Shrunk {
    const Field* field;
    void* list;
    std::size_t size;
  };
  // Lets a struct, list or map be the innermost while it is read.
  class Scope {
   public:
    Scope(JsonReader& reader, const Frame& frame) : reader_(reader) { reader_.top_ = &frame; }
    ~Scope() { reader_.top_ = reader_.top_->outer; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    JsonReader& reader_;
  };

  // Notes an error in the value that begins at `offset`.
  bool Fail(Reason reason, std::string message, std::size_t offset) {
    error_ = Error(reason, std::move(message));
    error_.place = {.path = PathOf(top_), .offset = offset};
    return false;
  }
  bool Mismatch(std::string_view what, std::string_view go_type, std::size_t offset);
  bool Mismatch(const std::string& go_type) {
    const std::string_view what = ValueName(cursor_.Peek());
    return !what.empty() && Mismatch(what, go_type, cursor_.offset());
  }
  static std::string PathOf(const Frame* frame);
  void Note(std::string_view what, std::string_view name);
  bool Enter();
  bool CountItem();

  bool Struct(const Type& type, void* data);
  bool Unknown(Frame& frame, std::string_view name, std::array<std::uint64_t, 4>& seen);
  bool Member(const Field& field, void* member);
  bool List(const Field& field, void* list);
  bool Map(const Field& field, void* map);
  bool Value(const Field& field, void* at);
  bool Null(Kind kind, void* at);
  bool Text(Kind kind, void* at);
  bool Number(const Field& field, void* at);
  bool Skip();

  JsonCursor cursor_;
  const DecodeOptions& options_;
  const std::size_t max_depth_;
  const Frame* top_ = nullptr;
  std::size_t depth_ = 0;
  std::size_t items_ = 0;
  TypeMeta meta_;
  std::vector<std::string> findings_;
  Shrunk shrunk_ = {};  // By the list that was read last.
  Error error_;
};

bool JsonReader::Mismatch(std::string_view what, std::string_view go_type, std::size_t offset) {
  std::string where;
  const Type* owner = nullptr;
  for (const Frame* frame = top_; frame != nullptr; frame = frame->outer) {
    if (frame->place == Place::kStruct) {
      owner = owner == nullptr ? frame->type : owner;
      const std::string_view name = frame->field != nullptr ? frame->field->json_name : frame->key;
      where.insert(0, name).insert(0, ".");
    }
  }
  std::string message = "json: cannot unmarshal " + std::string(what) + " into Go ";
  if (owner == nullptr) {
    message += "value of type ";
  } else {
    message += "struct field " + std::string(owner->name) + where + " of type ";
  }
  return Fail(Reason::kBadRequest, message + std::string(go_type), offset);
}

// Returns where the value at hand of `frame` stands, such as "spec.rules[0].host".
std::string JsonReader::PathOf(const Frame* frame) {
  std::vector<const Frame*> frames;
  for (; frame != nullptr; frame = frame->outer) {
    frames.push_back(frame);
  }
  std::string path;
  for (; !frames.empty(); frames.pop_back()) {
    const Frame& at = *frames.back();
    if (at.place == Place::kList) {
      path.append("[").append(std::to_string(at.index)).append("]");
    } else {
      path.append(path.empty() ? "" : ".");
      path.append(at.place == Place::kStruct && at.field != nullptr ? at.field->json_name : at.key);
    }
  }
  return path;
}

// Adds a finding about `name` in the innermost struct or map.
void JsonReader::Note(std::string_view what, std::string_view name) {
  if (!options_.findings || findings_.size() >= kMaxFindings) {
    return;
  }
  std::string path = PathOf(top_->outer);
  path.append(path.empty() ? "" : ".").append(name);
  std::string finding = std::string(what) + field::Quote(path);
  if (std::find(findings_.begin(), findings_.end(), finding) == findings_.end()) {
    findings_.push_back(std::move(finding));
  }
}

// Passes over the bracket at hand.
bool JsonReader::Enter() {
  if (++depth_ > max_depth_) {
    return Fail(Reason::kBadRequest,
                std::string("couldn't get version/kind; json parse error: invalid character '") +
                    cursor_.Peek() + "' exceeded max depth",
                cursor_.offset());
  }
  return cursor_.Take(cursor_.Peek());
}

bool JsonReader::CountItem() {
  if (++items_ > options_.limits.max_items) {
    return Fail(Reason::kRequestEntityTooLarge,
                "Request entity too large: limit is " + std::to_string(options_.limits.max_items) +
                    " items",
                cursor_.offset());
  }
  return true;
}

// Marks bit `index` and returns whether it was marked already.
bool Mark(std::array<std::uint64_t, 4>& bits, std::size_t index) {
  std::uint64_t& word = bits[index / 64];
  const std::uint64_t bit = std::uint64_t{1} << index % 64;
  const bool was = (word & bit) != 0;
  word |= bit;
  return was;
}

// Returns the member `name`, which is probably at `next` or soon behind; null if there is none.
const Field* FindMember(const Type& type, std::size_t next, std::string_view name) {
  constexpr std::size_t kLookAhead = 4;
  const std::size_t end = std::min(next + kLookAhead, type.fields.size());
  for (std::size_t i = next; i < end; ++i) {
    if (SameName(type.fields[i].json_name, name)) {
      return &type.fields[i];
    }
  }
  return type.Find(name);
}

bool JsonReader::Read(const Type& type, void* data) {
  const char c = cursor_.Next();
  const bool good = c == '{'   ? Struct(type, data)
                    : c == 'n' ? cursor_.TakeWord("null")
                               : Mismatch(std::string(type.name));
  return good && cursor_.Next() == '\0' && cursor_.remaining() == 0;
}

bool JsonReader::Struct(const Type& type, void* data) {
  Frame frame{.place = Place::kStruct, .outer = top_, .type = &type};
  const Scope scope(*this, frame);
  std::array<std::uint64_t, 4> seen{};  // Members met, by index; the last two bits for meta.
  std::size_t next = 0;                 // Likely the next member.
  std::vector<Shrunk> shrunk;
  if (!Enter()) {
    return false;
  }
  if (cursor_.Next() != '}') {
    do {
      std::string_view name;
      if (cursor_.Next() != '"' || !cursor_.ReadString(name)) {
        return false;
      }
      frame.field = FindMember(type, next, name);
      if (frame.field == nullptr) {
        if (!Unknown(frame, name, seen)) {
          return false;
        }
        continue;
      }
      next = static_cast<std::size_t>(frame.field - type.fields.data());
      if (Mark(seen, next++)) {
        Note("duplicate field ", name);
        std::erase_if(shrunk, [&](const Shrunk& list) { return list.field == frame.field; });
      }
      if (cursor_.Next() != ':' || !cursor_.Take(':')) {
        return false;
      }
      cursor_.Next();
      if (!Member(*frame.field, frame.field->In(data))) {
        return false;
      }
      if (shrunk_.field != nullptr) {
        shrunk.push_back(std::exchange(shrunk_, {}));
      }
    } while (cursor_.Next() == ',' && cursor_.Take(','));
  }
  for (const Shrunk& list : shrunk) {
    list.field->ops->resize(list.list, list.size);
  }
  --depth_;
  return cursor_.Take('}');
}

// Reads the value of a name that is no member of the struct: kind, apiVersion or unknown.
bool JsonReader::Unknown(Frame& frame, std::string_view name, std::array<std::uint64_t, 4>& seen) {
  std::string* text = nullptr;
  std::string_view meta;
  if (frame.type->is_kind) {
    const bool root = frame.outer == nullptr;
    // Other spellings are unknown members, but the kind of the body is looked up by them too.
    if (name == "kind" || (root && internal::EqualFold(name, "kind"))) {
      meta = "kind";
      text = root ? &meta_.kind : nullptr;
    } else if (name == "apiVersion" || (root && internal::EqualFold(name, "apiversion"))) {
      meta = "apiVersion";
      text = root ? &meta_.api_version : nullptr;
    }
  }
  if (meta.empty() || meta != name) {
    Note("unknown field ", name);
  } else if (Mark(seen, name == "kind" ? kKindBit : kApiVersionBit)) {
    Note("duplicate field ", name);
  }
  if (cursor_.Next() != ':' || !cursor_.Take(':')) {
    return false;
  }
  const char c = cursor_.Next();
  if (meta.empty() || c == 'n') {
    return Skip();
  }
  frame.key = meta;
  if (c != '"') {
    return Mismatch("string");
  }
  std::string_view value;
  if (!cursor_.ReadString(value)) {
    return false;
  }
  if (text != nullptr) {
    *text = value;
  }
  return true;
}

bool JsonReader::Member(const Field& field, void* member) {
  const char c = cursor_.Peek();
  switch (field.form) {
    case Form::kValue:
      return Value(field, member);
    case Form::kOptional: {
      if (c == 'n') {
        field.ops->reset(member);
        return cursor_.TakeWord("null");
      }
      const void* inside = field.ops->get(member);
      return Value(field,
                   inside != nullptr ? const_cast<void*>(inside) : field.ops->emplace(member));
    }
    case Form::kList:
    case Form::kNullableList: {
      if (c == '[') {
        const void* list = field.form == Form::kList ? member : field.ops->get(member);
        return List(field, list != nullptr ? const_cast<void*>(list) : field.ops->emplace(member));
      }
      if (c != 'n') {
        return Mismatch(MemberGoName(field));
      }
      field.ops->reset(member);
      return cursor_.TakeWord("null");
    }
    case Form::kMap:
      if (c == '{') {
        return Map(field, member);
      }
      if (c != 'n') {
        return Mismatch(MemberGoName(field));
      }
      field.ops->reset(member);
      return cursor_.TakeWord("null");
  }
  return false;
}

bool JsonReader::List(const Field& field, void* list) {
  constexpr std::size_t kMostReserved = 1024;
  Frame frame{.place = Place::kList, .outer = top_, .field = &field};
  const Scope scope(*this, frame);
  const FieldOps& ops = *field.ops;
  const auto [first, old_size] = ops.span(list);  // What an earlier duplicate left.
  const std::size_t before = cursor_.remaining();
  if (!Enter()) {
    return false;
  }
  if (cursor_.Next() != ']') {
    do {
      cursor_.Next();
      if (!CountItem()) {
        return false;
      }
      if (frame.index == 1 && old_size == 0 && field.kind == Kind::kMessage) {
        // Room for as many as the text may still hold if all are as long as the first, since
        // growing a vector moves what it holds.
        const std::size_t rest = cursor_.remaining();
        ops.reserve(list, std::min(rest / (before - rest) + 2, kMostReserved));
      }
      void* const at = frame.index < old_size ? static_cast<char*>(const_cast<void*>(first)) +
                                                    frame.index * ops.element_size
                                              : ops.append(list);
      if (!Value(field, at)) {
        return false;
      }
      ++frame.index;
    } while (cursor_.Next() == ',' && cursor_.Take(','));
  }
  if (frame.index == 0) {
    ops.resize(list, 0);
  } else if (frame.index < old_size) {
    shrunk_ = {.field = &field, .list = list, .size = frame.index};
  }
  --depth_;
  return cursor_.Take(']');
}

bool JsonReader::Map(const Field& field, void* map) {
  Frame frame{.place = Place::kMap, .outer = top_, .field = &field};
  const Scope scope(*this, frame);
  if (!Enter()) {
    return false;
  }
  if (cursor_.Next() != '}') {
    do {
      if (cursor_.Next() != '"' || !cursor_.ReadString(frame.key)) {
        return false;
      }
      const std::string unescaped(cursor_.IsPart(frame.key) ? "" : frame.key);
      frame.key = cursor_.IsPart(frame.key) ? frame.key : unescaped;
      const auto [at, made] = field.ops->insert(map, std::string(frame.key));
      if (!made) {
        Note("duplicate field ", frame.key);
        if (field.kind == Kind::kString) {
          As<std::string>(at).clear();
        }
      }
      if (!CountItem() || cursor_.Next() != ':' || !cursor_.Take(':')) {
        return false;
      }
      cursor_.Next();
      if (!Value(field, at)) {
        return false;
      }
    } while (cursor_.Next() == ',' && cursor_.Take(','));
  }
  --depth_;
  return cursor_.Take('}');
}

// Reads one value: a member that is neither list nor map, or an element of one.
bool JsonReader::Value(const Field& field, void* at) {
  const char c = cursor_.Peek();
  if (c == 'n') {
    return cursor_.TakeWord("null") && Null(field.kind, at);
  }
  switch (field.kind) {
    case Kind::kString:
    case Kind::kBytes:
    case Kind::kTime:
    case Kind::kMicroTime:
      if (c == '"') {
        return Text(field.kind, at);
      }
      break;
    case Kind::kBool:
      if (c == 't' || c == 'f') {
        As<bool>(at) = c == 't';
        return cursor_.TakeWord(c == 't' ? "true" : "false");
      }
      break;
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kDouble:
    case Kind::kIntOrString:
      if (c == '"' && field.kind == Kind::kIntOrString) {
        return Text(field.kind, at);
      }
      if (ValueName(c) == "number") {
        return Number(field, at);
      }
      break;
    case Kind::kRawJson: {
      const char* const begin = cursor_.pos();
      if (!Skip()) {
        return false;
      }
      std::string& json = As<RawJson>(at).json;
      json.assign(begin, cursor_.pos());
      if (!internal::IsUtf8(json)) {
        json = internal::RepairUtf8(json);
      }
      return true;
    }
    case Kind::kMessage:
      if (c == '{') {
        return Struct(*field.type, at);
      }
      break;
  }
  return Mismatch(ElementGoName(field));
}

// Stores null, which leaves most values as they are.
bool JsonReader::Null(Kind kind, void* at) {
  switch (kind) {
    case Kind::kTime:
      As<Time>(at) = Time();
      break;
    case Kind::kMicroTime:
      As<MicroTime>(at) = MicroTime();
      break;
    case Kind::kIntOrString:
      As<IntOrString>(at).type = IntOrString::Type::kInt;
      break;
    case Kind::kBytes:
      As<std::string>(at).clear();
      break;
    default:
      break;
  }
  return true;
}

bool JsonReader::Text(Kind kind, void* at) {
  const std::size_t offset = cursor_.offset();
  std::string_view text;
  if (!cursor_.ReadString(text)) {
    return false;
  }
  switch (kind) {
    case Kind::kIntOrString:
      As<IntOrString>(at).type = IntOrString::Type::kString;
      As<IntOrString>(at).string_value.assign(text);
      return true;
    case Kind::kTime: {
      internal::ParsedTime time = internal::ParseTime(text, internal::TimeLayout::kSeconds);
      As<Time>(at).seconds = time.seconds;
      return time.error.empty() || Fail(Reason::kBadRequest, std::move(time.error), offset);
    }
    case Kind::kMicroTime: {
      internal::ParsedTime time = internal::ParseTime(text, internal::TimeLayout::kMicros);
      As<MicroTime>(at) = {.seconds = time.seconds, .microseconds = time.nanos / 1000};
      return time.error.empty() || Fail(Reason::kBadRequest, std::move(time.error), offset);
    }
    case Kind::kBytes: {
      auto bytes = internal::ParseBase64(text);
      if (!bytes.has_value()) {
        return Fail(Reason::kBadRequest, "illegal base64 data", offset);
      }
      As<std::string>(at) = *std::move(bytes);
      return true;
    }
    default:
      As<std::string>(at).assign(text);
      return true;
  }
}

bool JsonReader::Number(const Field& field, void* at) {
  const std::size_t offset = cursor_.offset();
  JsonNumber number;
  if (!cursor_.ReadNumber(number)) {
    return false;
  }
  bool good = number.is_integer;
  switch (field.kind) {
    case Kind::kInt64:
      As<std::int64_t>(at) = number.integer;
      break;
    case Kind::kDouble: {
      const char* const end = number.text.data() + number.text.size();
      good = std::from_chars(number.text.data(), end, As<double>(at)).ec == std::errc();
      break;
    }
    default: {
      good = good && number.integer >= std::numeric_limits<std::int32_t>::min() &&
             number.integer <= std::numeric_limits<std::int32_t>::max();
      const auto value = static_cast<std::int32_t>(number.integer);
      if (field.kind == Kind::kIntOrString) {
        As<IntOrString>(at).type = IntOrString::Type::kInt;
        As<IntOrString>(at).int_value = value;
      } else {
        As<std::int32_t>(at) = value;
      }
    }
  }
  return good || Mismatch("number " + std::string(number.text), ElementGoName(field), offset);
}

// Passes over a value.
bool JsonReader::Skip() {
  std::string_view text;
  JsonNumber number;
  const char open = cursor_.Peek();
  switch (open) {
    case '"':
      return cursor_.ReadString(text);
    case 'n':
      return cursor_.TakeWord("null");
    case 't':
      return cursor_.TakeWord("true");
    case 'f':
      return cursor_.TakeWord("false");
    case '{':
    case '[':
      break;
    default:
      return cursor_.ReadNumber(number);
  }
  const char close = open == '{' ? '}' : ']';
  if (!Enter()) {
    return false;
  }
  if (cursor_.Next() != close) {
    do {
      const char c = cursor_.Next();
      if (open == '{' &&
          (c != '"' || !cursor_.ReadString(text) || cursor_.Next() != ':' || !cursor_.Take(':'))) {
        return false;
      }
      cursor_.Next();
      if (!Skip()) {
        return false;
      }
    } while (cursor_.Next() == ',' && cursor_.Take(','));
  }
  --depth_;
  return cursor_.Take(close);
}

}  // namespace

Result<Decoded> DecodeJson(const Type& type, std::string_view json, const DecodeOptions& options) {
  if (json.size() > options.limits.max_bytes) {
    return Error(Reason::kRequestEntityTooLarge,
                 "Request entity too large: limit is " + std::to_string(options.limits.max_bytes));
  }
  Decoded decoded{.object = MutableObject(type)};
  JsonReader reader(json, options);
  if (reader.Read(type, decoded.object.data())) {
    decoded.api_version = std::move(reader.meta().api_version);
    decoded.kind = std::move(reader.meta().kind);
    decoded.findings = std::move(reader.findings());
    return decoded;
  }
  // Upstream looks at the syntax and at the kind first.
  if (auto meta = PeekJson(json); !meta) {
    return std::move(meta).error();
  }
  if (reader.error().message.empty()) {
    return Error(Reason::kBadRequest, "couldn't get version/kind; json parse error: invalid JSON");
  }
  return std::move(reader.error());
}

}  // namespace k8snet
