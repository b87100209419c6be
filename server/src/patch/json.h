// A small JSON document: what patches and apply work on. Not a codec: objects of known types go
// through the tables of their types.
#ifndef K8SNET_SERVER_SRC_PATCH_JSON_H_
#define K8SNET_SERVER_SRC_PATCH_JSON_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "k8snet/apis/base/type.h"

namespace k8snet::server {

// A JSON value. Numbers keep their text; members are sorted by name. Not thread-safe; a plain
// value. Copying copies all of it; recursion is bound by the depth that ParseJson admits.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;
  // A number by its text, such as "80" or "1.5e3".
  struct Number {
    std::string text;
    bool operator==(const Number&) const = default;
  };

  Json() = default;  // null
  Json(const Json&) = default;
  Json& operator=(const Json&) = default;
  // Not inlined: g++ 12 takes the moved variant for uninitialized otherwise.
  [[gnu::noinline]] Json(Json&& other) noexcept : value_(std::move(other.value_)) {}
  [[gnu::noinline]] Json& operator=(Json&& other) noexcept {
    value_ = std::move(other.value_);
    return *this;
  }
  ~Json() = default;
  explicit Json(bool value) : value_(value) {}
  explicit Json(Number value) : value_(std::move(value)) {}
  explicit Json(std::string value) : value_(std::move(value)) {}
  explicit Json(Array value) : value_(std::move(value)) {}
  explicit Json(Object value) : value_(std::move(value)) {}

  [[nodiscard]] bool IsNull() const { return value_.index() == 0; }
  [[nodiscard]] const bool* AsBool() const { return std::get_if<bool>(&value_); }
  [[nodiscard]] const Number* AsNumber() const { return std::get_if<Number>(&value_); }
  [[nodiscard]] const std::string* AsString() const { return std::get_if<std::string>(&value_); }
  [[nodiscard]] const Array* AsArray() const { return std::get_if<Array>(&value_); }
  [[nodiscard]] Array* AsArray() { return std::get_if<Array>(&value_); }
  [[nodiscard]] const Object* AsObject() const { return std::get_if<Object>(&value_); }
  [[nodiscard]] Object* AsObject() { return std::get_if<Object>(&value_); }
  [[nodiscard]] bool IsScalar() const {
    return !IsNull() && AsArray() == nullptr && AsObject() == nullptr;
  }

  // Returns the member `name` of an object, or null if there is none or this is no object.
  [[nodiscard]] const Json* Find(std::string_view name) const;
  [[nodiscard]] Json* Find(std::string_view name);

  // 0 null, 1 bool, 2 number, 3 string, 4 array, 5 object.
  [[nodiscard]] std::size_t kind() const { return value_.index(); }
  // Returns what Go's decoder calls a value of this kind: "bool", "number", "object", ...
  [[nodiscard]] std::string_view KindName() const;

  // Appends compact JSON to `out`, with the escapes of EncodeJson.
  void AppendTo(std::string& out) const;
  [[nodiscard]] std::string ToString() const;
  // Appends what Go's %v prints for the value: map[a:1 b:[x y]].
  void AppendGo(std::string& out) const;

  // Numbers are equal by text.
  bool operator==(const Json&) const = default;

 private:
  std::variant<std::monostate, bool, Number, std::string, Array, Object> value_;
};

// Returns the value of a scalar member of this kind that is not set: false, 0 or "".
[[nodiscard]] Json ZeroOf(Kind kind);

// Whether `text` is an integer that fits 64 bits, as Go's decoder of unstructured objects has it.
[[nodiscard]] bool IsInt64(std::string_view text);

// How deep a document may nest.
inline constexpr std::size_t kMaxJsonDepth = 128;

// A parsed text.
struct ParsedJson {
  Json value;
  // Paths of members that stand twice in one object, in order of appearance, each once, with dots
  // and indices: "metadata.labels.a", "spec.rules[0].host". The last one counts. At most 100.
  std::vector<std::string> duplicates;
};

// Parses one JSON value and nothing after it but white space.
// Errors: kBadRequest, not JSON, not UTF-8, or deeper than kMaxJsonDepth.
[[nodiscard]] Result<ParsedJson> ParseJson(std::string_view text);

// Returns the depth of `value`: 1 for a scalar. Adds the number of values seen to `visited`.
[[nodiscard]] std::size_t Depth(const Json& value, std::size_t& visited);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_PATCH_JSON_H_
