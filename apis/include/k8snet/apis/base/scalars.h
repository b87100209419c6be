// The scalar types of Kubernetes objects that JSON has no form of its own for.
#ifndef K8SNET_APIS_BASE_SCALARS_H_
#define K8SNET_APIS_BASE_SCALARS_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace k8snet {

// A number or a string, as port fields take. The other member keeps its value: protobuf bodies may
// set both, and equality looks at all three.
// Source: kubernetes/apimachinery pkg/util/intstr/intstr.go.
struct IntOrString {
  enum class Type : std::int64_t { kInt = 0, kString = 1 };

  Type type = Type::kInt;
  std::int32_t int_value = 0;
  std::string string_value;

  IntOrString() = default;
  IntOrString(std::int32_t value) : int_value(value) {}  // NOLINT(google-explicit-constructor)
  IntOrString(std::string value)                         // NOLINT(google-explicit-constructor)
      : type(Type::kString), string_value(std::move(value)) {}
  IntOrString(const char* value) : IntOrString(std::string(value)) {}  // NOLINT

  [[nodiscard]] bool is_string() const { return type == Type::kString; }
  // Returns the value as text: the string, or the number in decimal.
  [[nodiscard]] std::string ToString() const;

  bool operator==(const IntOrString&) const = default;
};

// A point in time. JSON: RFC 3339 in UTC with whole seconds, null for zero. Equality compares
// instants.
// Source: kubernetes/apimachinery pkg/apis/meta/v1/time.go.
struct Time {
  // 0001-01-01T00:00:00Z, the zero of Go's time.
  static constexpr std::int64_t kZeroSeconds = -62135596800;

  std::int64_t seconds = kZeroSeconds;  // Since 1970, UTC.

  [[nodiscard]] bool is_zero() const { return seconds == kZeroSeconds; }
  // Returns the text, such as "2024-05-01T10:00:00Z".
  [[nodiscard]] std::string ToString() const;
  // Returns the time that `text` says, or nothing. Takes offsets and a fraction, which is cut off.
  // Source: Go's time.Parse with time.RFC3339, with its leniency (one digit of hour).
  [[nodiscard]] static std::optional<Time> Parse(std::string_view text);

  auto operator<=>(const Time&) const = default;
};

// A point in time with microseconds. JSON: RFC 3339 with six digits of fraction, null for zero.
// Source: kubernetes/apimachinery pkg/apis/meta/v1/micro_time.go.
struct MicroTime {
  std::int64_t seconds = Time::kZeroSeconds;
  std::int32_t microseconds = 0;  // 0 to 999,999.

  [[nodiscard]] bool is_zero() const { return seconds == Time::kZeroSeconds && microseconds == 0; }
  [[nodiscard]] std::string ToString() const;
  [[nodiscard]] static std::optional<MicroTime> Parse(std::string_view text);

  auto operator<=>(const MicroTime&) const = default;
};

// A JSON value kept as its text: the field sets of managedFields, and objects inside tables. Empty
// prints as null.
struct RawJson {
  std::string json;

  bool operator==(const RawJson&) const = default;
};

}  // namespace k8snet

#endif  // K8SNET_APIS_BASE_SCALARS_H_
