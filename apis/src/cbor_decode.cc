#include <algorithm>
#include <bitset>
#include <optional>
#include <set>
#include <utility>

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/codec/cbor.h"
#include "src/base64.h"
#include "src/cbor_reader.h"
#include "src/go_names.h"
#include "src/time_text.h"
#include "src/utf8.h"

namespace k8snet {
namespace internal {
namespace {

template <typename T>
T& As(void* at) {
  return *static_cast<T*>(at);
}

std::string LaterText(Later later, std::string_view bytes) {
  std::string text;
  switch (later) {
    case Later::kAsIs:
      text = bytes;
      break;
    case Later::kBase64:
      AppendBase64(bytes, text);
      break;
    case Later::kBase64Url:
      AppendBase64(bytes, text);
      text.resize(std::min(text.find('='), text.size()));
      std::replace(text.begin(), text.end(), '+', '-');
      std::replace(text.begin(), text.end(), '/', '_');
      break;
    case Later::kBase16:
      for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text.push_back("0123456789abcdef"[byte >> 4U]);
        text.push_back("0123456789abcdef"[byte & 0xFU]);
      }
      break;
  }
  return text;
}

}  // namespace

std::string NegativeText(std::uint64_t value) {
  return value == UINT64_MAX ? "-18446744073709551616" : "-" + std::to_string(value + 1);
}

bool CborReader::Fail(std::string message, Reason reason) {
  error_ = Error(reason, std::move(message));
  error_.place.emplace().offset = cursor_.offset();
  return false;
}

bool CborReader::FailType(std::string_view what, std::string_view go_type,
                          std::string_view detail) {
  std::string message = "cbor: cannot unmarshal " + std::string(what) + " into Go ";
  if (root_member_.empty()) {
    message += "value";
  } else {
    message.append("struct field ").append(root_.version).append(".").append(root_.name);
    message.append(".").append(root_member_);
  }
  message.append(" of type ").append(go_type);
  if (!detail.empty()) {
    message.append(" (").append(detail).append(")");
  }
  return Fail(std::move(message));
}

bool CborReader::Below(std::string_view name) {
  PrependName(name, error_.place->path);
  return false;
}

bool CborReader::Below(std::uint64_t index) {
  PrependIndex(index, error_.place->path);
  return false;
}

bool CborReader::FailDuplicate(std::size_t offset, const std::string& name, bool quoted,
                               std::uint64_t index) {
  FailAt(offset, "cbor: found duplicate map key " + (quoted ? field::Quote(name) : name) +
                     " at map element index " + std::to_string(index));
  return Below(name);
}

bool CborReader::CountItem() {
  if (++items_ > options_.limits.max_items) {
    return Fail("Request entity too large: limit is " + std::to_string(options_.limits.max_items) +
                    " items",
                Reason::kRequestEntityTooLarge);
  }
  return true;
}

// Takes all tags before a value. Those that ask for an encoding of byte strings stay in force
// until the caller puts later_ back.
bool CborReader::OpenTags() {
  while (cursor_.major() == CborMajor::kTag) {
    const std::size_t start = cursor_.offset();
    const CborHead tag = cursor_.Take();
    if (const std::string error = CborTagError(tag.value, cursor_); !error.empty()) {
      return FailAt(start, error);
    }
    if (tag.value >= 21 && tag.value <= 23) {
      later_ = static_cast<Later>(tag.value - 20);
    }
  }
  return true;
}

// Takes the content of a string, as it is or by the tags around it.
bool CborReader::TakeString(const CborHead& head, std::string& out) {
  const bool is_text = head.major == CborMajor::kText;
  out.clear();
  if (!head.indefinite) {
    const std::string_view piece = cursor_.TakeBytes(head.value);
    if (is_text && !IsUtf8(piece)) {
      return Fail("cbor: invalid UTF-8 string");
    }
    out.assign(piece);
  } else {
    while (!cursor_.TakeBreak()) {
      const std::string_view piece = cursor_.TakeBytes(cursor_.Take().value);
      if (is_text && !IsUtf8(piece)) {
        return Fail("cbor: invalid UTF-8 string");
      }
      out.append(piece);
    }
  }
  if (!is_text && later_ != Later::kAsIs) {
    out = LaterText(later_, out);
  }
  return true;
}

// Takes the head of a value, whose tags have been taken. Simple values other than false, true and
// null are refused.
bool CborReader::TakeHead(CborHead& head) {
  const std::size_t start = cursor_.offset();
  head = cursor_.Take();
  if (head.major == CborMajor::kPrimitive && head.info <= 24 &&
      (head.value < 20 || head.value > 22)) {
    return FailAt(start,
                  "cbor: data item of cbor type primitives is not accepted by protocol: simple "
                  "value " +
                      std::to_string(head.value) + " is not recognized");
  }
  return true;
}

// Reads a string; null leaves `out` as it is.
bool CborReader::Text(std::string& out, std::string_view go_type, bool& is_null) {
  const Later before = later_;
  const std::size_t start = cursor_.offset();
  CborHead head;
  if (!OpenTags() || !TakeHead(head)) {
    return false;
  }
  bool good = true;
  if (head.major == CborMajor::kBytes || head.major == CborMajor::kText) {
    good = TakeString(head, out);
  } else if (head.is_null()) {
    is_null = true;
  } else {
    cursor_.Seek(start);
    if (head.major == CborMajor::kNegative && head.value > INT64_MAX) {
      return FailType(head, go_type, NegativeText(head.value) + " overflows Go's int64");
    }
    return FailType(head, go_type);
  }
  later_ = before;
  return good;
}

bool CborReader::Integer(std::int64_t& out, std::int64_t min, std::int64_t max,
                         std::string_view go_type) {
  const std::size_t start = cursor_.offset();
  const Later before = later_;
  CborHead head;
  if (!OpenTags() || !TakeHead(head)) {
    return false;
  }
  later_ = before;
  if (head.is_null()) {
    return true;
  }
  std::string detail;
  if (head.major == CborMajor::kUnsigned) {
    if (head.value <= static_cast<std::uint64_t>(max)) {
      out = static_cast<std::int64_t>(head.value);
      return true;
    }
    detail = std::to_string(head.value) + " overflows " + std::string(go_type);
  } else if (head.major == CborMajor::kNegative) {
    if (head.value <= static_cast<std::uint64_t>(~min)) {
      out = ~static_cast<std::int64_t>(head.value);
      return true;
    }
    detail = NegativeText(head.value) + " overflows " +
             (head.value > INT64_MAX ? "Go's int64" : std::string(go_type));
  }
  cursor_.Seek(start);
  return FailType(head, go_type, detail);
}

bool CborReader::Double(double& out) {
  const std::size_t start = cursor_.offset();
  const Later before = later_;
  CborHead head;
  if (!OpenTags() || !TakeHead(head)) {
    return false;
  }
  later_ = before;
  switch (head.major) {
    case CborMajor::kUnsigned:
      out = static_cast<double>(head.value);
      return true;
    case CborMajor::kNegative:
      if (head.value <= INT64_MAX) {
        out = static_cast<double>(~static_cast<std::int64_t>(head.value));
        return true;
      }
      cursor_.Seek(start);
      return FailType(head, "float64", NegativeText(head.value) + " overflows Go's int64");
    case CborMajor::kPrimitive:
      if (head.is_null()) {
        return true;
      }
      if (head.info >= 25) {
        out = CborFloat(head);
        return true;
      }
      break;
    default:
      break;
  }
  cursor_.Seek(start);
  return FailType(head, "float64");
}

bool CborReader::Bool(bool& out) {
  const std::size_t start = cursor_.offset();
  const Later before = later_;
  CborHead head;
  if (!OpenTags() || !TakeHead(head)) {
    return false;
  }
  later_ = before;
  if (head.is_null()) {
    return true;
  }
  if (head.major == CborMajor::kPrimitive && head.info <= 21) {
    out = head.info == 21;
    return true;
  }
  cursor_.Seek(start);
  return FailType(head, "bool");
}

// Bytes are base64 unless a tag says that they are not.
bool CborReader::Bytes(std::string& out) {
  const std::size_t start = cursor_.offset();
  const Later before = later_;
  CborHead head;
  if (!OpenTags() || !TakeHead(head)) {
    return false;
  }
  const bool is_base64 = std::exchange(later_, before) == Later::kAsIs;
  if (head.is_null()) {
    out.clear();
    return true;
  }
  if (head.major != CborMajor::kBytes) {
    cursor_.Seek(start);
    return FailType(head, "[]uint8");
  }
  later_ = Later::kAsIs;
  const bool good = TakeString(head, out);
  later_ = before;
  if (good && is_base64) {
    auto bytes = ParseBase64(out);
    if (!bytes.has_value()) {
      return FailAt(start, "cbor: failed to decode base64 from byte string: illegal base64 data");
    }
    out = *std::move(bytes);
  }
  return good;
}

bool CborReader::Timestamp(Kind kind, void* at) {
  const std::size_t start = cursor_.offset();
  std::string text;
  bool is_null = cursor_.AtNull();
  if (is_null) {
    cursor_.Take();
  } else if (!Text(text, "string", is_null)) {
    return false;
  }
  const bool seconds = kind == Kind::kTime;
  ParsedTime time;
  if (is_null) {
    time.seconds = Time::kZeroSeconds;
  } else {
    time = ParseTime(text, seconds ? TimeLayout::kSeconds : TimeLayout::kMicros);
    if (!time.error.empty()) {
      return FailAt(start, time.error);
    }
  }
  if (seconds) {
    As<Time>(at).seconds = time.seconds;
  } else {
    As<MicroTime>(at) = {.seconds = time.seconds, .microseconds = time.nanos / 1000};
  }
  return true;
}

// A string is tried first, which takes null too.
bool CborReader::IntegerOrText(IntOrString& out) {
  const std::size_t start = cursor_.offset();
  const Later before = later_;
  if (!OpenTags()) {
    return false;
  }
  later_ = before;
  const CborMajor major = cursor_.major();
  const bool is_null = cursor_.AtNull();
  cursor_.Seek(start);
  if (major == CborMajor::kBytes || major == CborMajor::kText || is_null) {
    out.type = IntOrString::Type::kString;
    return Text(out.string_value, "string");
  }
  std::int64_t number = 0;
  out.type = IntOrString::Type::kInt;
  const bool good = Integer(number, INT32_MIN, INT32_MAX, "int32");
  out.int_value = static_cast<std::int32_t>(number);
  return good;
}

bool CborReader::Raw(RawJson& out) {
  if (cursor_.AtNull()) {
    cursor_.Take();
    return true;
  }
  // Upstream keeps the bytes and looks into them when all else is decoded.
  const std::string_view member = std::exchange(root_member_, {});
  const bool good = Json(out.json);
  root_member_ = member;
  if (!good && error_.reason == Reason::kBadRequest) {
    error_ = error_.Wrap("failed to transcode FieldsV1 to JSON: metav1.FieldsV1 cbor invalid");
  }
  return good;
}

// Reads the key of an entry of a struct. Integers name no member.
bool CborReader::Key(std::string& name, bool& is_name) {
  const std::size_t start = cursor_.offset();
  const CborHead head = cursor_.Take();
  is_name = head.major == CborMajor::kText || head.major == CborMajor::kBytes;
  if (is_name) {
    const Later before = std::exchange(later_, Later::kAsIs);
    const bool good = TakeString(head, name);
    later_ = before;
    return good;
  }
  if (head.major <= CborMajor::kNegative && head.value <= INT64_MAX) {
    name =
        std::to_string(head.major == CborMajor::kUnsigned ? static_cast<std::int64_t>(head.value)
                                                          : ~static_cast<std::int64_t>(head.value));
    return true;
  }
  cursor_.Seek(start);
  if (head.major <= CborMajor::kNegative) {
    return FailType(head, "int64",
                    (head.major == CborMajor::kUnsigned ? "" : "-1-") + std::to_string(head.value) +
                        " overflows Go's int64");
  }
  return FailType(head, "string",
                  "map key is of type " + std::string(CborMajorName(head.major)) +
                      " and cannot be used to match struct field name");
}

bool CborReader::TypeMetaValue(std::string_view name, bool outermost) {
  std::string text;
  if (!Text(text, "string")) {
    return false;
  }
  if (outermost) {
    (name == "kind" ? meta_.kind : meta_.api_version) = std::move(text);
  }
  return true;
}

bool CborReader::Struct(const Type& type, void* data, bool outermost) {
  const std::size_t start = cursor_.offset();
  const Later before = later_;
  CborHead head;
  if (!OpenTags() || !TakeHead(head)) {
    return false;
  }
  if (head.is_null()) {
    later_ = before;
    return true;
  }
  if (head.major != CborMajor::kMap) {
    cursor_.Seek(start);
    return FailType(head, std::string(type.version) + "." + std::string(type.name),
                    head.major == CborMajor::kArray
                        ? "cannot decode CBOR array to struct without toarray option"
                        : "");
  }
  constexpr std::size_t kKindBit = 254;
  constexpr std::size_t kApiVersionBit = 255;
  std::bitset<256> seen;
  std::set<std::string> unmatched;  // As they are printed.
  bool refused = false;             // Whether strict decoding has left this map.
  std::string name;
  ++level_;
  for (Items items(cursor_, head); items.Next();) {
    const std::size_t key_start = cursor_.offset();
    bool is_name = false;
    if (!Key(name, is_name)) {
      return false;
    }
    const Field* field = is_name ? type.Find(name) : nullptr;
    const bool is_meta = is_name && type.is_kind && (name == "kind" || name == "apiVersion");
    if (field == nullptr && !is_meta) {
      if (!refused && (!unknown_.has_value() || unknown_level_ == level_)) {
        unknown_ = static_cast<std::size_t>(items.index);
        unknown_level_ = level_;
      }
      refused = true;
      if (!CountItem()) {
        return false;
      }
      std::string printed = is_name ? field::Quote(name) : name;
      if (!unmatched.insert(std::move(printed)).second) {
        return FailDuplicate(key_start, name, is_name, items.index);
      }
      cursor_.Skip();
      continue;
    }
    const std::size_t bit = field != nullptr ? static_cast<std::size_t>(field - type.fields.data())
                            : name == "kind" ? kKindBit
                                             : kApiVersionBit;
    if (seen.test(bit)) {
      return FailDuplicate(key_start, name, true, items.index);
    }
    seen.set(bit);
    if (outermost) {
      root_member_ = field != nullptr ? field->json_name : name == "kind" ? "kind" : "apiVersion";
    }
    const bool good =
        field != nullptr ? Member(*field, field->In(data)) : TypeMetaValue(name, outermost);
    if (!good) {
      return Below(name);
    }
    if (outermost) {
      root_member_ = {};
    }
  }
  --level_;
  unknown_level_ = std::min(unknown_level_, level_);
  later_ = before;
  return true;
}

bool CborReader::Member(const Field& field, void* member) {
  switch (field.form) {
    case Form::kValue:
      return Value(field, member);
    case Form::kOptional:
      if (cursor_.AtNull()) {
        cursor_.Take();
        return true;
      }
      return Value(field, field.ops->emplace(member));
    case Form::kList:
    case Form::kNullableList:
      return List(field, member);
    case Form::kMap:
      return Map(field, member);
  }
  return false;
}

bool CborReader::Value(const Field& field, void* at) {
  const Later before = later_;
  switch (field.kind) {
    case Kind::kBool:
      return Bool(As<bool>(at));
    case Kind::kInt32: {
      std::int64_t number = 0;
      const bool good = Integer(number, INT32_MIN, INT32_MAX, "int32");
      As<std::int32_t>(at) = static_cast<std::int32_t>(number);
      return good;
    }
    case Kind::kInt64:
      return Integer(As<std::int64_t>(at), INT64_MIN, INT64_MAX, "int64");
    case Kind::kDouble:
      return Double(As<double>(at));
    case Kind::kString:
      return Text(As<std::string>(at), "string");
    case Kind::kBytes:
      return Bytes(As<std::string>(at));
    case Kind::kMessage:
      return Struct(*field.type, at, false);
    default:
      break;
  }
  // These decode themselves, unaware of what is around them.
  later_ = Later::kAsIs;
  const bool good = field.kind == Kind::kIntOrString ? IntegerOrText(As<IntOrString>(at))
                    : field.kind == Kind::kRawJson   ? Raw(As<RawJson>(at))
                                                     : Timestamp(field.kind, at);
  later_ = before;
  return good;
}

bool CborReader::List(const Field& field, void* member) {
  const std::size_t start = cursor_.offset();
  const Later before = later_;
  CborHead head;
  if (!OpenTags() || !TakeHead(head)) {
    return false;
  }
  if (head.is_null()) {
    later_ = before;
    return true;
  }
  if (head.major != CborMajor::kArray) {
    cursor_.Seek(start);
    return FailType(head, MemberGoName(field));
  }
  void* list = field.form == Form::kNullableList ? field.ops->emplace(member) : member;
  if (!head.indefinite) {
    constexpr std::uint64_t kMost = 1024;
    field.ops->reserve(list, static_cast<std::size_t>(std::min(head.value, kMost)));
  }
  for (Items items(cursor_, head); items.Next();) {
    if (!CountItem() || !Value(field, field.ops->append(list))) {
      return Below(items.index);
    }
  }
  later_ = before;
  return true;
}

bool CborReader::Map(const Field& field, void* map) {
  const std::size_t start = cursor_.offset();
  const Later before = later_;
  CborHead head;
  if (!OpenTags() || !TakeHead(head)) {
    return false;
  }
  if (head.is_null()) {
    later_ = before;
    return true;
  }
  if (head.major != CborMajor::kMap) {
    cursor_.Seek(start);
    return FailType(head, MemberGoName(field));
  }
  for (Items items(cursor_, head); items.Next();) {
    const std::size_t key_start = cursor_.offset();
    std::string key;
    if (!CountItem() || !Text(key, "string")) {
      return false;
    }
    const auto [value, made] = field.ops->insert(map, key);
    if (!made) {
      return FailDuplicate(key_start, key, true, items.index);
    }
    if (!Value(field, value)) {
      return Below(key);
    }
  }
  later_ = before;
  return true;
}

}  // namespace internal

namespace {

constexpr std::string_view kNoKind = "unable to determine group/version/kind";

// Only kind and apiVersion: what is read to find out the type.
constexpr Type kTypeMeta = {.name = "TypeMeta", .version = "v1", .is_kind = true};

// Checks size and form.
Status CheckForm(std::string_view bytes, const DecodeLimits& limits) {
  if (bytes.size() > limits.max_bytes) {
    return Error(Reason::kRequestEntityTooLarge,
                 "Request entity too large: limit is " + std::to_string(limits.max_bytes));
  }
  internal::CborForm form(bytes, limits.max_depth);
  if (!form.CheckAll()) {
    return std::move(form.error());
  }
  return {};
}

// Reads kind and apiVersion of an item whose form is good.
Result<TypeMeta> ReadTypeMeta(std::string_view bytes, const DecodeLimits& limits) {
  const DecodeOptions options{.limits = limits};
  internal::CborReader reader(kTypeMeta, bytes, options);
  char nothing = 0;
  if (!reader.Read(&nothing)) {
    return reader.error().Wrap(kNoKind);
  }
  return std::move(reader.meta());
}

}  // namespace

Result<Decoded> DecodeCbor(const Type& type, std::string_view bytes, const DecodeOptions& options) {
  if (const Status form = CheckForm(bytes, options.limits); !form) {
    return form.error().reason == Reason::kBadRequest ? form.error().Wrap(kNoKind) : form.error();
  }
  Decoded decoded{.object = MutableObject(type)};
  internal::CborReader reader(type, bytes, options);
  if (!reader.Read(decoded.object.data())) {
    // Upstream looks for the kind first.
    if (auto meta = ReadTypeMeta(bytes, options.limits); !meta) {
      return std::move(meta).error();
    }
    return std::move(reader.error());
  }
  decoded.api_version = std::move(reader.meta().api_version);
  decoded.kind = std::move(reader.meta().kind);
  if (options.findings && reader.unknown().has_value()) {
    decoded.findings.push_back("cbor: found unknown field at map element index " +
                               std::to_string(*reader.unknown()));
  }
  return decoded;
}

Result<TypeMeta> PeekCbor(std::string_view bytes, const DecodeLimits& limits) {
  if (const Status form = CheckForm(bytes, limits); !form) {
    return form.error().reason == Reason::kBadRequest ? form.error().Wrap(kNoKind) : form.error();
  }
  return ReadTypeMeta(bytes, limits);
}

Result<std::string> CborToJson(std::string_view bytes, const DecodeLimits& limits) {
  K8SNET_RETURN_IF_ERROR(CheckForm(bytes, limits));
  const DecodeOptions options{.limits = limits};
  internal::CborReader reader(kTypeMeta, bytes, options);
  std::string json;
  if (!reader.Json(json)) {
    return std::move(reader.error());
  }
  return json;
}

Result<std::string> CborMapToJson(std::string_view bytes, const DecodeLimits& limits) {
  K8SNET_ASSIGN_OR_RETURN(std::string json, CborToJson(bytes, limits));
  if (json.starts_with('{') || json == "null") {
    return json;
  }
  internal::CborCursor cursor(bytes);
  while (cursor.major() == internal::CborMajor::kTag) {
    cursor.Take();
  }
  Error error(Reason::kBadRequest, "cbor: cannot unmarshal " +
                                       std::string(internal::CborMajorName(cursor.major())) +
                                       " into Go value of type map[string]interface {}");
  error.place.emplace().offset = cursor.offset();
  return error;
}

Result<std::size_t> CborItemSize(std::string_view bytes, const DecodeLimits& limits) {
  internal::CborForm form(bytes, limits.max_depth);
  if (!form.CheckFirst()) {
    return std::move(form.error());
  }
  return form.offset();
}

}  // namespace k8snet
