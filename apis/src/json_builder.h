// The handler of a JSON reader that writes each value straight into the struct it belongs to.
#ifndef K8SNET_APIS_SRC_JSON_BUILDER_H_
#define K8SNET_APIS_SRC_JSON_BUILDER_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/error.h"
#include "k8snet/apis/base/scalars.h"
#include "k8snet/apis/codec/decode.h"
#include "src/rapidjson.h"

namespace k8snet::internal {

namespace rapidjson = ::k8snet_rapidjson;

// RapidJSON's handler interface; each function returns whether to go on. Duplicates are decoded
// over what is there, as kubernetes-sigs/json does. Not thread-safe.
class JsonBuilder {
 public:
  using Stream = rapidjson::InsituStringStream;

  // Fills the struct at `data`, of `type`. `source` is the text that `stream` reads, unchanged.
  JsonBuilder(const Type& type, void* data, const DecodeOptions& options, std::string_view source,
              Stream& stream)
      : root_(type), data_(data), options_(options), source_(source), stream_(stream) {
    frames_.reserve(8);
  }

  // Reads the whole text; afterwards the stream is where the reader stopped.
  rapidjson::ParseResult Parse();

  // Why the builder returned false.
  [[nodiscard]] Error& error() { return error_; }
  [[nodiscard]] TypeMeta& meta() { return meta_; }
  [[nodiscard]] std::vector<std::string>& findings() { return findings_; }

  bool Null();
  bool Bool(bool value);
  bool Int(int value) { return Integer(value); }
  bool Uint(unsigned value) { return Integer(value); }
  bool Int64(std::int64_t value) { return Integer(value); }
  bool Uint64(std::uint64_t value) {
    return value <= INT64_MAX ? Integer(static_cast<std::int64_t>(value)) : Double(0);
  }
  bool Double(double value);  // The value is read again from the text.
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }
  bool String(const char* text, rapidjson::SizeType size, bool copy);
  bool StartObject();
  bool Key(const char* text, rapidjson::SizeType size, bool copy);
  bool EndObject(rapidjson::SizeType members);
  bool StartArray();
  bool EndArray(rapidjson::SizeType elements);

 private:
  enum class Place : std::uint8_t { kStruct, kList, kMap };

  // A struct, list or map that is open.
  struct Frame {
    Place place = Place::kStruct;
    const Type* type = nullptr;  // Of a struct.
    void* object = nullptr;      // The struct, vector or map.
    // Of a struct: the member whose value comes next, null to skip it. Else: the list or map.
    const Field* field = nullptr;
    std::uint32_t index = 0;              // Struct: likely next field. List: elements so far.
    std::uint32_t old_size = 0;           // List: elements of an earlier duplicate.
    std::uint32_t start = 0;              // List: where in the text its first element begins.
    void* value = nullptr;                // Map: where the next value goes.
    std::string_view key;                 // Map: its key.
    std::array<std::uint64_t, 4> seen{};  // Struct: fields met, by index; the last two for meta.
  };
  enum class Meta : std::uint8_t { kNone, kKind, kApiVersion };

  bool Fail(Reason reason, std::string message);
  bool Mismatch(std::string_view what, std::string_view go_type);
  bool Mismatch(std::string_view what);
  bool NumberMismatch(std::string_view go_type);
  bool Integer(std::int64_t value);
  bool Enter();
  bool CountItem();
  bool SkipValue(std::string_view what);
  void BeginRaw(void* raw);
  bool StoreString(void* at, Kind kind, std::string_view text);
  void ReserveElements(const Frame& frame);
  void* NextElement(Frame& frame);
  void* Slot(Frame& frame);
  bool KeyOfMeta(Frame& frame, std::string_view name);
  const Field* FindField(Frame& frame, std::string_view name);
  void Note(std::string_view what, std::string_view name);
  void Push(Place place, const Field* field, void* object);
  [[nodiscard]] std::string_view NumberText() const;

  const Type& root_;
  void* data_;
  const DecodeOptions& options_;
  std::string_view source_;
  Stream& stream_;
  std::vector<Frame> frames_;
  std::size_t depth_ = 0;
  std::size_t skip_depth_ = 0;  // Objects and lists that are open inside a skipped value.
  std::size_t items_ = 0;
  RawJson* raw_ = nullptr;  // Where the skipped value's text goes, if anywhere.
  std::size_t raw_start_ = 0;
  Meta pending_ = Meta::kNone;  // Whether kind or apiVersion comes next.
  TypeMeta meta_;
  std::vector<std::string> findings_;
  Error error_;
};

// Returns how Go names the type of a value of `field`, such as "[]v1.IngressRule"; `element` for
// one element of a list or map.
std::string GoTypeName(const Field& field, bool element);

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_JSON_BUILDER_H_
