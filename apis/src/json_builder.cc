#include "src/json_builder.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

#include "k8snet/apis/base/field.h"
#include "src/base64.h"
#include "src/time_text.h"
#include "src/utf8.h"

namespace k8snet::internal {
namespace {

constexpr std::size_t kMaxFindings = 100;
constexpr std::size_t kKindBit = 254;
constexpr std::size_t kApiVersionBit = 255;
constexpr std::size_t kLookAhead = 4;

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

// Marks bit `index` and returns whether it was marked already.
bool Mark(std::array<std::uint64_t, 4>& bits, std::size_t index) {
  std::uint64_t& word = bits[index / 64];
  const std::uint64_t bit = std::uint64_t{1} << index % 64;
  const bool was = (word & bit) != 0;
  word |= bit;
  return was;
}

std::string_view ScalarGoName(Kind kind) {
  switch (kind) {
    case Kind::kBool:
      return "bool";
    case Kind::kInt32:
    case Kind::kIntOrString:
      return "int32";
    case Kind::kInt64:
      return "int64";
    case Kind::kDouble:
      return "float64";
    case Kind::kBytes:
      return "[]uint8";
    default:
      return "string";
  }
}

}  // namespace

std::string GoTypeName(const Field& field, bool element) {
  std::string name;
  if (!element && (field.form == Form::kList || field.form == Form::kNullableList)) {
    name = "[]";
  } else if (!element && field.form == Form::kMap) {
    name = "map[string]";
  }
  if (field.kind == Kind::kMessage) {
    name.append(field.type->version).append(".").append(field.type->name);
  } else {
    name.append(ScalarGoName(field.kind));
  }
  return name;
}

bool JsonBuilder::Fail(Reason reason, std::string message) {
  error_ = Error(reason, std::move(message));
  return false;
}

bool JsonBuilder::Mismatch(std::string_view what, std::string_view go_type) {
  std::string where;
  const Type* owner = nullptr;
  for (const Frame& frame : frames_) {
    if (frame.place != Place::kStruct) {
      continue;
    }
    owner = frame.type;
    where.push_back('.');
    if (frame.field != nullptr) {
      where.append(frame.field->json_name);
    } else {
      where.append(pending_ == Meta::kKind ? "kind" : "apiVersion");
    }
  }
  std::string message = "json: cannot unmarshal " + std::string(what) + " into Go ";
  if (owner == nullptr) {
    message += "value of type ";
  } else {
    message += "struct field " + std::string(owner->name) + where + " of type ";
  }
  return Fail(Reason::kBadRequest, message + std::string(go_type));
}

bool JsonBuilder::Mismatch(std::string_view what) {
  const Frame& frame = frames_.back();
  return Mismatch(what, GoTypeName(*frame.field, frame.place != Place::kStruct));
}

std::string_view JsonBuilder::NumberText() const {
  const auto start = static_cast<std::size_t>(stream_.src_ - stream_.head_);
  const std::size_t end = source_.find_first_not_of("+-.0123456789eE", start);
  return source_.substr(start, end == std::string_view::npos ? end : end - start);
}

bool JsonBuilder::NumberMismatch(std::string_view go_type) {
  return Mismatch("number " + std::string(NumberText()), go_type);
}

bool JsonBuilder::Enter() {
  if (++depth_ > options_.limits.max_depth) {
    const char c = stream_.head_[stream_.src_ - stream_.head_ - 1];
    return Fail(Reason::kBadRequest,
                std::string("couldn't get version/kind; json parse error: invalid character '") +
                    c + "' exceeded max depth");
  }
  return true;
}

bool JsonBuilder::CountItem() {
  if (++items_ > options_.limits.max_items) {
    return Fail(Reason::kRequestEntityTooLarge, "Request entity too large: limit is " +
                                                    std::to_string(options_.limits.max_items) +
                                                    " items");
  }
  return true;
}

void JsonBuilder::Push(Place place, const Field* field, void* object) {
  Frame& frame = frames_.emplace_back();
  frame.place = place;
  frame.field = field;
  frame.object = object;
}

// Passes over a scalar that has no place in the struct.
bool JsonBuilder::SkipValue(std::string_view what) {
  if (pending_ == Meta::kNone) {
    return true;
  }
  return Mismatch(what, "string");
}

// Makes room for as many elements as the text may still hold if all are as long as the first, since
// growing a vector moves what it holds.
void JsonBuilder::ReserveElements(const Frame& frame) {
  constexpr std::size_t kMost = 1024;
  const auto pos = static_cast<std::size_t>(stream_.src_ - stream_.head_);
  const std::size_t size = pos - frame.start;
  if (size > 0) {
    frame.field->ops->reserve(frame.object, std::min((source_.size() - pos) / size + 2, kMost));
  }
}

void* JsonBuilder::NextElement(Frame& frame) {
  if (!CountItem()) {
    return nullptr;
  }
  const FieldOps& ops = *frame.field->ops;
  const std::uint32_t index = frame.index++;
  if (index == 1 && frame.old_size == 0 && frame.field->kind == Kind::kMessage) {
    ReserveElements(frame);
  }
  if (index < frame.old_size) {
    const auto* first = static_cast<const char*>(ops.span(frame.object).first);
    return const_cast<char*>(first) + index * ops.element_size;
  }
  return ops.append(frame.object);
}

// Returns where the one value that comes next goes; null if a list or map has to come, or after an
// error.
void* JsonBuilder::Slot(Frame& frame) {
  switch (frame.place) {
    case Place::kList:
      return NextElement(frame);
    case Place::kMap:
      return frame.value;
    case Place::kStruct:
      break;
  }
  void* member = frame.field->In(frame.object);
  switch (frame.field->form) {
    case Form::kValue:
      return member;
    case Form::kOptional: {
      const void* inside = frame.field->ops->get(member);
      return inside != nullptr ? const_cast<void*>(inside) : frame.field->ops->emplace(member);
    }
    default:
      return nullptr;
  }
}

bool JsonBuilder::Null() {
  if (skip_depth_ > 0 || frames_.empty()) {
    return true;
  }
  Frame& frame = frames_.back();
  if (frame.field == nullptr) {
    return true;
  }
  void* at = nullptr;
  if (frame.place == Place::kStruct) {
    at = frame.field->In(frame.object);
    switch (frame.field->form) {
      case Form::kOptional:
      case Form::kNullableList:
      case Form::kMap:
        frame.field->ops->reset(at);
        return true;
      case Form::kList:
        frame.field->ops->resize(at, 0);
        return true;
      case Form::kValue:
        break;
    }
  } else {
    at = Slot(frame);
    if (at == nullptr) {
      return false;
    }
  }
  switch (frame.field->kind) {
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

bool JsonBuilder::Bool(bool value) {
  if (skip_depth_ > 0) {
    return true;
  }
  if (frames_.empty()) {
    return Mismatch("bool", root_.name);
  }
  Frame& frame = frames_.back();
  if (frame.field == nullptr) {
    return SkipValue("bool");
  }
  const Kind kind = frame.field->kind;
  if (kind != Kind::kBool && kind != Kind::kRawJson) {
    return Mismatch("bool");
  }
  void* at = Slot(frame);
  if (at == nullptr) {
    return error_.message.empty() ? Mismatch("bool") : false;
  }
  if (kind == Kind::kBool) {
    As<bool>(at) = value;
  } else {
    As<RawJson>(at).json = value ? "true" : "false";
  }
  return true;
}

bool JsonBuilder::Integer(std::int64_t value) {
  if (skip_depth_ > 0) {
    return true;
  }
  if (frames_.empty()) {
    return Mismatch("number", root_.name);
  }
  Frame& frame = frames_.back();
  if (frame.field == nullptr) {
    return SkipValue("number");
  }
  const Kind kind = frame.field->kind;
  if (kind != Kind::kInt32 && kind != Kind::kInt64 && kind != Kind::kIntOrString &&
      kind != Kind::kDouble && kind != Kind::kRawJson) {
    return Mismatch("number");
  }
  void* at = Slot(frame);
  if (at == nullptr) {
    return error_.message.empty() ? Mismatch("number") : false;
  }
  const bool fits = value >= std::numeric_limits<std::int32_t>::min() &&
                    value <= std::numeric_limits<std::int32_t>::max();
  switch (kind) {
    case Kind::kInt32:
      As<std::int32_t>(at) = static_cast<std::int32_t>(value);
      return fits || NumberMismatch("int32");
    case Kind::kIntOrString:
      As<IntOrString>(at).type = IntOrString::Type::kInt;
      As<IntOrString>(at).int_value = static_cast<std::int32_t>(value);
      return fits || NumberMismatch("int32");
    case Kind::kInt64:
      As<std::int64_t>(at) = value;
      return true;
    case Kind::kDouble:
      As<double>(at) = static_cast<double>(value);
      return true;
    default:
      As<RawJson>(at).json = NumberText();
      return true;
  }
}

bool JsonBuilder::Double(double) {
  if (skip_depth_ > 0) {
    return true;
  }
  if (frames_.empty()) {
    return Mismatch("number", root_.name);
  }
  Frame& frame = frames_.back();
  if (frame.field == nullptr) {
    return SkipValue("number");
  }
  const Kind kind = frame.field->kind;
  if (kind == Kind::kInt32 || kind == Kind::kInt64 || kind == Kind::kIntOrString) {
    const bool form_fits = frame.place != Place::kStruct || frame.field->form == Form::kValue ||
                           frame.field->form == Form::kOptional;
    return form_fits ? NumberMismatch(ScalarGoName(kind)) : Mismatch("number");
  }
  if (kind != Kind::kDouble && kind != Kind::kRawJson) {
    return Mismatch("number");
  }
  void* at = Slot(frame);
  if (at == nullptr) {
    return error_.message.empty() ? Mismatch("number") : false;
  }
  const std::string_view text = NumberText();
  if (kind == Kind::kRawJson) {
    As<RawJson>(at).json = text;
    return true;
  }
  const auto result = std::from_chars(text.data(), text.data() + text.size(), As<double>(at));
  return result.ec == std::errc() || NumberMismatch("float64");
}

bool JsonBuilder::StoreString(void* at, Kind kind, std::string_view text) {
  switch (kind) {
    case Kind::kString:
      As<std::string>(at).assign(text);
      return true;
    case Kind::kIntOrString:
      As<IntOrString>(at).type = IntOrString::Type::kString;
      As<IntOrString>(at).string_value.assign(text);
      return true;
    case Kind::kTime: {
      ParsedTime time = ParseTime(text, TimeLayout::kSeconds);
      As<Time>(at).seconds = time.seconds;
      return time.error.empty() || Fail(Reason::kBadRequest, std::move(time.error));
    }
    case Kind::kMicroTime: {
      ParsedTime time = ParseTime(text, TimeLayout::kMicros);
      As<MicroTime>(at) = {.seconds = time.seconds, .microseconds = time.nanos / 1000};
      return time.error.empty() || Fail(Reason::kBadRequest, std::move(time.error));
    }
    case Kind::kBytes: {
      auto bytes = ParseBase64(text);
      if (!bytes.has_value()) {
        return Fail(Reason::kBadRequest, "illegal base64 data");
      }
      As<std::string>(at) = *std::move(bytes);
      return true;
    }
    case Kind::kRawJson: {
      // Up to the quote that ends the string, in the text as it was.
      const auto start = static_cast<std::size_t>(stream_.src_ - stream_.head_);
      std::size_t end = start + 1;
      while (source_[end] != '"') {
        end += source_[end] == '\\' ? 2 : 1;
      }
      As<RawJson>(at).json = source_.substr(start, end + 1 - start);
      return true;
    }
    default:
      return Mismatch("string");
  }
}

bool JsonBuilder::String(const char* text, rapidjson::SizeType size, bool) {
  if (skip_depth_ > 0) {
    return true;
  }
  if (frames_.empty()) {
    return Mismatch("string", root_.name);
  }
  Frame& frame = frames_.back();
  const std::string_view value(text, size);
  if (frame.field == nullptr) {
    if (pending_ != Meta::kNone && frames_.size() == 1) {
      (pending_ == Meta::kKind ? meta_.kind : meta_.api_version) = value;
    }
    return true;
  }
  const Kind kind = frame.field->kind;
  if (kind == Kind::kMessage) {
    return Mismatch("string");
  }
  void* at = Slot(frame);
  if (at == nullptr) {
    return error_.message.empty() ? Mismatch("string") : false;
  }
  if (kind == Kind::kString) {
    As<std::string>(at).assign(value);
    return true;
  }
  return StoreString(at, kind, value);
}

// The value that begins is skipped and its text kept at `raw`.
void JsonBuilder::BeginRaw(void* raw) {
  raw_ = static_cast<RawJson*>(raw);
  raw_start_ = static_cast<std::size_t>(stream_.src_ - stream_.head_) - 1;
  skip_depth_ = 1;
}

bool JsonBuilder::StartObject() {
  if (!Enter()) {
    return false;
  }
  if (skip_depth_ > 0) {
    ++skip_depth_;
    return true;
  }
  if (frames_.empty()) {
    Push(Place::kStruct, nullptr, data_);
    frames_.back().type = &root_;
    return true;
  }
  Frame& frame = frames_.back();
  const Field* field = frame.field;
  if (field == nullptr) {
    skip_depth_ = 1;
    return SkipValue("object");
  }
  if (frame.place == Place::kStruct && field->form == Form::kMap) {
    Push(Place::kMap, field, field->In(frame.object));
    return true;
  }
  if (field->kind != Kind::kMessage && field->kind != Kind::kRawJson) {
    return Mismatch("object");
  }
  void* at = Slot(frame);
  if (at == nullptr) {
    return error_.message.empty() ? Mismatch("object") : false;
  }
  if (field->kind == Kind::kRawJson) {
    BeginRaw(at);
    return true;
  }
  Push(Place::kStruct, nullptr, at);
  frames_.back().type = field->type;
  return true;
}

const Field* JsonBuilder::FindField(Frame& frame, std::string_view name) {
  const std::span<const Field> fields = frame.type->fields;
  const std::size_t end = std::min<std::size_t>(frame.index + kLookAhead, fields.size());
  const Field* found = nullptr;
  for (std::size_t i = frame.index; i < end; ++i) {
    if (SameName(fields[i].json_name, name)) {
      found = &fields[i];
      break;
    }
  }
  if (found == nullptr) {
    found = frame.type->Find(name);
    if (found == nullptr) {
      return nullptr;
    }
  }
  frame.index = static_cast<std::uint32_t>(found - fields.data()) + 1;
  return found;
}

// Handles a name that is no member; returns whether it is kind or apiVersion.
bool JsonBuilder::KeyOfMeta(Frame& frame, std::string_view name) {
  if (!frame.type->is_kind) {
    return false;
  }
  if (name == "kind") {
    pending_ = Meta::kKind;
  } else if (name == "apiVersion") {
    pending_ = Meta::kApiVersion;
  } else {
    // Other spellings are unknown members, but the kind of the body is looked up by them too.
    if (frames_.size() == 1) {
      if (EqualFold(name, "kind")) {
        pending_ = Meta::kKind;
      } else if (EqualFold(name, "apiversion")) {
        pending_ = Meta::kApiVersion;
      }
    }
    return false;
  }
  if (Mark(frame.seen, pending_ == Meta::kKind ? kKindBit : kApiVersionBit)) {
    Note("duplicate field ", name);
  }
  return true;
}

bool JsonBuilder::Key(const char* text, rapidjson::SizeType size, bool) {
  if (skip_depth_ > 0) {
    return true;
  }
  Frame& frame = frames_.back();
  const std::string_view name(text, size);
  if (frame.place == Place::kMap) {
    const auto [value, made] = frame.field->ops->insert(frame.object, std::string(name));
    frame.value = value;
    frame.key = name;
    if (!made) {
      Note("duplicate field ", name);
      if (frame.field->kind == Kind::kString) {
        As<std::string>(value).clear();
      }
    }
    return CountItem();
  }
  pending_ = Meta::kNone;
  frame.field = FindField(frame, name);
  if (frame.field == nullptr) {
    if (!KeyOfMeta(frame, name)) {
      Note("unknown field ", name);
    }
    return true;
  }
  const auto index = static_cast<std::size_t>(frame.field - frame.type->fields.data());
  if (Mark(frame.seen, index)) {
    Note("duplicate field ", name);
  }
  return true;
}

void JsonBuilder::Note(std::string_view what, std::string_view name) {
  if (!options_.findings || findings_.size() >= kMaxFindings) {
    return;
  }
  std::string path;
  for (std::size_t i = 0; i + 1 < frames_.size(); ++i) {
    const Frame& frame = frames_[i];
    switch (frame.place) {
      case Place::kStruct:
        path.append(path.empty() ? "" : ".").append(frame.field->json_name);
        break;
      case Place::kList:
        path.append("[").append(std::to_string(frame.index - 1)).append("]");
        break;
      case Place::kMap:
        path.append(".").append(frame.key);
        break;
    }
  }
  path.append(path.empty() ? "" : ".").append(name);
  std::string finding = std::string(what) + field::Quote(path);
  if (std::find(findings_.begin(), findings_.end(), finding) == findings_.end()) {
    findings_.push_back(std::move(finding));
  }
}

bool JsonBuilder::EndObject(rapidjson::SizeType) {
  --depth_;
  if (skip_depth_ == 0) {
    frames_.pop_back();
    return true;
  }
  if (--skip_depth_ == 0 && raw_ != nullptr) {
    const auto end = static_cast<std::size_t>(stream_.src_ - stream_.head_);
    raw_->json = source_.substr(raw_start_, end - raw_start_);
    raw_ = nullptr;
  }
  return true;
}

bool JsonBuilder::StartArray() {
  if (!Enter()) {
    return false;
  }
  if (skip_depth_ > 0) {
    ++skip_depth_;
    return true;
  }
  if (frames_.empty()) {
    return Mismatch("array", root_.name);
  }
  Frame& frame = frames_.back();
  const Field* field = frame.field;
  if (field == nullptr) {
    skip_depth_ = 1;
    return SkipValue("array");
  }
  const bool in_struct = frame.place == Place::kStruct;
  if (in_struct && (field->form == Form::kList || field->form == Form::kNullableList)) {
    void* list = field->In(frame.object);
    if (field->form == Form::kNullableList) {
      const void* inside = field->ops->get(list);
      list = inside != nullptr ? const_cast<void*>(inside) : field->ops->emplace(list);
    }
    Push(Place::kList, field, list);
    frames_.back().old_size = static_cast<std::uint32_t>(field->ops->span(list).second);
    frames_.back().start = static_cast<std::uint32_t>(stream_.src_ - stream_.head_);
    return true;
  }
  if (field->kind != Kind::kRawJson) {
    return Mismatch("array");
  }
  void* at = Slot(frame);
  if (at == nullptr) {
    return error_.message.empty() ? Mismatch("array") : false;
  }
  BeginRaw(at);
  return true;
}

bool JsonBuilder::EndArray(rapidjson::SizeType elements) {
  if (skip_depth_ == 0) {
    const Frame& frame = frames_.back();
    if (frame.index < frame.old_size) {
      frame.field->ops->resize(frame.object, frame.index);
    }
  }
  return EndObject(elements);
}

// Here, so that the reader can have the functions above inlined.
rapidjson::ParseResult JsonBuilder::Parse() {
  rapidjson::Reader reader;
  return reader.Parse<rapidjson::kParseInsituFlag>(stream_, *this);
}

}  // namespace k8snet::internal
