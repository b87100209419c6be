#include <cstring>
#include <map>
#include <optional>
#include <vector>

#include "k8snet/apis/base/scalars.h"
#include "k8snet/apis/codec/protobuf.h"
#include "src/copy_text.h"
#include "src/scratch.h"

namespace k8snet {
namespace {

enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2 };

template <typename T>
const T& As(const void* at) {
  return *static_cast<const T*>(at);
}

// Writes messages from their end to their begin, so that each length is known when it is written.
class WireWriter {
 public:
  WireWriter() : begin_(scratch_.begin()), pos_(scratch_.end()) {}

  [[nodiscard]] std::string_view bytes() { return {pos_, size()}; }

  void Message(const Type& type, const void* data);
  [[gnu::always_inline]] void TextField(std::uint32_t number, std::string_view text) {
    Reserve(text.size() + 20);
    pos_ -= text.size();
    internal::CopyText(pos_, text.data(), text.size());
    PutVarint(text.size());
    PutVarint(number << 3U | kBytes);
  }
  // Writes tag and length before the bytes written since size() was `since`.
  void Close(std::uint32_t number, std::size_t since) { Header(number, size() - since); }
  void Raw(std::string_view bytes) {
    Reserve(bytes.size());
    pos_ -= bytes.size();
    std::memcpy(pos_, bytes.data(), bytes.size());
  }
  [[nodiscard]] std::size_t size() { return static_cast<std::size_t>(scratch_.end() - pos_); }

 private:
  [[gnu::always_inline]] void Reserve(std::size_t more) {
    if (static_cast<std::size_t>(pos_ - begin_) < more) {
      Grow(more);
    }
  }
  [[gnu::noinline]] void Grow(std::size_t more) {
    const std::size_t used = size();
    scratch_.Grow(used, more, true);
    begin_ = scratch_.begin();
    pos_ = scratch_.end() - used;
  }
  // There must be room for ten bytes.
  [[gnu::always_inline]] void PutVarint(std::uint64_t number) {
    if (number < 0x80) {
      *--pos_ = static_cast<char>(number);
    } else {
      PutLongVarint(number);
    }
  }
  void PutLongVarint(std::uint64_t number) {
    const unsigned bits = 64U - static_cast<unsigned>(__builtin_clzll(number));
    const unsigned size = (bits + 6) / 7;
    pos_ -= size;
    for (unsigned i = 0; i + 1 < size; ++i, number >>= 7U) {
      pos_[i] = static_cast<char>(number | 0x80U);
    }
    pos_[size - 1] = static_cast<char>(number);
  }
  void Header(std::uint32_t number, std::size_t length) {
    Reserve(20);
    PutVarint(length);
    PutVarint(number << 3U | kBytes);
  }
  void VarintField(std::uint32_t number, std::uint64_t value) {
    Reserve(20);
    PutVarint(value);
    PutVarint(number << 3U | kVarint);
  }
  void Value(const Field& field, std::uint32_t number, const void* value);
  void Timestamp(std::uint32_t number, std::int64_t seconds, std::int32_t nanos, bool zero);
  [[gnu::always_inline]] void Optional(const Field& field, const void* member);
  void Repeated(const Field& field, const void* member);
  void List(const Field& field, const void* list);
  void Map(const Field& field, const void* map);

  internal::Scratch scratch_;
  char* begin_;
  char* pos_;
};

void WireWriter::Timestamp(std::uint32_t number, std::int64_t seconds, std::int32_t nanos,
                           bool zero) {
  const std::size_t since = size();
  if (!zero) {
    VarintField(2, static_cast<std::uint64_t>(nanos));
    VarintField(1, static_cast<std::uint64_t>(seconds));
  }
  Close(number, since);
}

void WireWriter::Value(const Field& field, std::uint32_t number, const void* value) {
  switch (field.kind) {
    case Kind::kBool:
      return VarintField(number, As<bool>(value) ? 1 : 0);
    case Kind::kInt32:
      return VarintField(number, static_cast<std::uint64_t>(std::int64_t{As<std::int32_t>(value)}));
    case Kind::kInt64:
      return VarintField(number, static_cast<std::uint64_t>(As<std::int64_t>(value)));
    case Kind::kDouble: {
      std::uint64_t bits = 0;
      std::memcpy(&bits, value, sizeof(bits));
      Reserve(20);
      for (unsigned shift = 64; shift > 0; shift -= 8) {
        *--pos_ = static_cast<char>(bits >> (shift - 8));
      }
      return PutVarint(number << 3U | kFixed64);
    }
    case Kind::kString:
    case Kind::kBytes:
      return TextField(number, As<std::string>(value));
    case Kind::kTime: {
      const auto& time = As<Time>(value);
      return Timestamp(number, time.seconds, 0, time.is_zero());
    }
    case Kind::kMicroTime: {
      const auto& time = As<MicroTime>(value);
      return Timestamp(number, time.seconds, time.microseconds * 1000, time.is_zero());
    }
    case Kind::kIntOrString: {
      const auto& both = As<IntOrString>(value);
      const std::size_t since = size();
      TextField(3, both.string_value);
      VarintField(2, static_cast<std::uint64_t>(std::int64_t{both.int_value}));
      VarintField(1, static_cast<std::uint64_t>(both.type));
      return Close(number, since);
    }
    case Kind::kRawJson: {
      const std::string& json = As<RawJson>(value).json;
      const std::size_t since = size();
      if (!json.empty()) {
        TextField(1, json);
      }
      return Close(number, since);
    }
    case Kind::kMessage: {
      const std::size_t since = size();
      Message(*field.type, value);
      return Close(number, since);
    }
  }
}

inline void WireWriter::Optional(const Field& field, const void* member) {
  // The kinds that are most often optional need no call to be looked into.
  if (field.kind == Kind::kString) {
    if (const auto& text = As<std::optional<std::string>>(member); text.has_value()) {
      TextField(field.number, *text);
    }
  } else if (field.kind == Kind::kBool) {
    if (const auto& flag = As<std::optional<bool>>(member); flag.has_value()) {
      VarintField(field.number, *flag ? 1 : 0);
    }
  } else if (const void* value = field.ops->get(member); value != nullptr) {
    Value(field, field.number, value);
  }
}

void WireWriter::List(const Field& field, const void* list) {
  if (field.kind == Kind::kString) {
    const auto& texts = As<std::vector<std::string>>(list);
    for (auto text = texts.rbegin(); text != texts.rend(); ++text) {
      TextField(field.number, *text);
    }
    return;
  }
  const auto [first, size] = field.ops->span(list);
  const auto* begin = static_cast<const char*>(first);
  for (std::size_t i = size; i > 0; --i) {
    Value(field, field.number, begin + (i - 1) * field.ops->element_size);
  }
}

void WireWriter::Repeated(const Field& field, const void* member) {
  if (field.form == Form::kList) {
    List(field, member);
  } else if (field.form == Form::kNullableList) {
    if (const void* list = field.ops->get(member); list != nullptr) {
      List(field, list);
    }
  } else if (!As<std::map<std::string, std::string>>(member).empty()) {
    // The size of a map does not depend on what it maps to.
    Map(field, member);
  }
}

void WireWriter::Map(const Field& field, const void* map) {
  const auto entry = [&](const std::string& key, const void* value) {
    const std::size_t since = size();
    Value(field, 2, value);
    TextField(1, key);
    Close(field.number, since);
  };
  if (field.kind == Kind::kString) {
    const auto& strings = As<std::map<std::string, std::string>>(map);
    for (auto it = strings.rbegin(); it != strings.rend(); ++it) {
      entry(it->first, &it->second);
    }
    return;
  }
  std::vector<std::pair<const std::string*, const void*>> entries;
  field.ops->visit(map, &entries, [](void* opaque, const std::string& key, const void* value) {
    static_cast<decltype(entries)*>(opaque)->emplace_back(&key, value);
    return true;
  });
  for (auto it = entries.rbegin(); it != entries.rend(); ++it) {
    entry(*it->first, it->second);
  }
}

void WireWriter::Message(const Type& type, const void* data) {
  const Field* const first = type.wire.data();
  for (const Field* field = first + type.wire.size(); field != first;) {
    --field;
    const void* const member = field->In(data);
    if (field->form == Form::kValue) {
      if (field->kind == Kind::kString) {
        TextField(field->number, As<std::string>(member));
      } else if (field->kind != Kind::kBytes || !As<std::string>(member).empty()) {
        // Bytes are nil or not; empty ones count as nil.
        Value(*field, field->number, member);
      }
    } else if (field->form == Form::kOptional) {
      Optional(*field, member);
    } else {
      Repeated(*field, member);
    }
  }
}

// Writes what stands around the message in `writer`.
void Envelop(std::string_view api_version, std::string_view kind, WireWriter& writer) {
  writer.Close(2, 0);
  const std::size_t since = writer.size();
  writer.TextField(2, kind);
  writer.TextField(1, api_version);
  writer.Close(1, since);
  writer.Raw(std::string_view("k8s\0", 4));
}

// The empty contentEncoding and contentType, which end an envelope.
constexpr std::string_view kEnvelopeEnd("\x1A\0\x22\0", 4);

}  // namespace

void AppendProtobuf(const Type& type, const void* data, std::string& out) {
  WireWriter writer;
  writer.Message(type, data);
  out.append(writer.bytes());
}

void AppendProtobufEnvelope(std::string_view api_version, std::string_view kind,
                            std::string_view raw, std::string& out) {
  WireWriter writer;
  writer.Raw(raw);
  Envelop(api_version, kind, writer);
  out.append(writer.bytes()).append(kEnvelopeEnd);
}

std::string EncodeProtobuf(const Object& object) {
  WireWriter writer;
  writer.Message(object.type(), object.data());
  Envelop(object.type().api_version, object.type().name, writer);
  const std::string_view bytes = writer.bytes();
  std::string out;
  out.reserve(bytes.size() + kEnvelopeEnd.size());
  out.append(bytes).append(kEnvelopeEnd);
  return out;
}

}  // namespace k8snet
