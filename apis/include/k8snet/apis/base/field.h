// Findings of validation: where a value stands in its object, and what is wrong with it.
//   field::ErrorList errors;
//   const field::Path spec("spec");
//   const field::Path rules = spec.Child("rules");
//   errors.push_back(field::Required(rules.Index(0).Child("host")));   // one expression: fine
#ifndef K8SNET_APIS_BASE_FIELD_H_
#define K8SNET_APIS_BASE_FIELD_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/error.h"

namespace k8snet::field {

// A place in an object, as JSON names and list indices: spec.rules[0].host. A link to its parent:
// making one costs nothing, text is made only for an error.
// Lifetime: the parent, and the text of names and keys, must outlive the path; so a path kept in
// a variable must be made from one that is also kept in a variable.
class Path {
 public:
  // The root of the object; its children have no dot before them.
  constexpr Path() = default;
  // `name` may hold several names joined by dots.
  constexpr explicit Path(std::string_view name) : name_(name), form_(Form::kName) {}

  [[nodiscard]] constexpr Path Child(std::string_view name) const {
    return Path(this, name, 0, Form::kName);
  }
  [[nodiscard]] constexpr Path Index(std::size_t index) const {
    return Path(this, {}, index, Form::kIndex);
  }
  // An entry of a map, printed as [key].
  [[nodiscard]] constexpr Path Key(std::string_view key) const {
    return Path(this, key, 0, Form::kKey);
  }

  // Returns the text, such as "spec.rules[0].host"; "" for the root.
  [[nodiscard]] std::string ToString() const;

 private:
  enum class Form : std::uint8_t { kRoot, kName, kIndex, kKey };

  constexpr Path(const Path* parent, std::string_view name, std::size_t index, Form form)
      : parent_(parent), name_(name), index_(index), form_(form) {}
  void AppendTo(std::string& out) const;

  const Path* parent_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
  Form form_ = Form::kRoot;
};

// Kinds of finding.
// Source: kubernetes/apimachinery pkg/util/validation/field/errors.go, ErrorType.
enum class ErrorType : std::uint8_t {
  kRequired,
  kInvalid,
  kTypeInvalid,
  kNotSupported,
  kForbidden,
  kDuplicate,
  kNotFound,
  kTooLong,
  kTooMany,
  kTooShort,
  kTooFew,
  kInternal,
};

// Returns the wire name of `type` as a cause's reason, such as "FieldValueRequired".
[[nodiscard]] std::string_view ErrorTypeName(ErrorType type);

// A value as messages show it: text quoted, numbers and booleans bare, null as null, and
// composites as the JSON that the caller gives. Converts from each.
class BadValue {
 public:
  BadValue(std::string_view text);    // NOLINT(google-explicit-constructor)
  BadValue(const std::string& text);  // NOLINT(google-explicit-constructor)
  BadValue(const char* text);         // NOLINT(google-explicit-constructor)
  BadValue(std::int64_t number);      // NOLINT(google-explicit-constructor)
  BadValue(std::int32_t number);      // NOLINT(google-explicit-constructor)
  BadValue(std::size_t number);       // NOLINT(google-explicit-constructor)
  BadValue(bool flag);                // NOLINT(google-explicit-constructor)
  [[nodiscard]] static BadValue Null();
  // `json` is printed as it is.
  [[nodiscard]] static BadValue Json(std::string json);
  // A list of strings, printed as JSON.
  [[nodiscard]] static BadValue List(const std::vector<std::string>& values);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  BadValue() = default;
  std::string text_;
};

// One finding. Made by the functions below only.
struct Error {
  ErrorType type = ErrorType::kInvalid;
  std::string path;       // As Path::ToString.
  std::string bad_value;  // As BadValue::text; empty where the type has none.
  std::string detail;
  std::string origin;  // The rule's name, such as "format=dns-label"; may be empty.

  // Returns the message without the path, such as `Invalid value: "A": must be lower case`.
  [[nodiscard]] std::string Body() const;
  // Returns the path, ": " and Body(); only Body() if the path is empty.
  [[nodiscard]] std::string ToString() const;
  // Returns this finding marked with the rule it comes from.
  [[nodiscard]] Error WithOrigin(std::string_view rule) &&;

  bool operator==(const Error&) const = default;
};

// All findings of a validation in field order; empty means valid.
using ErrorList = std::vector<Error>;

[[nodiscard]] Error Required(const Path& path, std::string_view detail = {});
[[nodiscard]] Error Invalid(const Path& path, const BadValue& value, std::string_view detail);
[[nodiscard]] Error TypeInvalid(const Path& path, const BadValue& value, std::string_view detail);
// `supported` is printed quoted, in the order given.
[[nodiscard]] Error NotSupported(const Path& path, const BadValue& value,
                                 const std::vector<std::string_view>& supported);
[[nodiscard]] Error Forbidden(const Path& path, std::string_view detail);
[[nodiscard]] Error Duplicate(const Path& path, const BadValue& value);
[[nodiscard]] Error NotFound(const Path& path, const BadValue& value);
// The value is over `max` bytes long. A negative `max` leaves the limit out of the text.
[[nodiscard]] Error TooLong(const Path& path, int max);
// There are `actual` items, over `max`.
[[nodiscard]] Error TooMany(const Path& path, std::size_t actual, std::size_t max);
[[nodiscard]] Error Internal(const Path& path, std::string_view detail);

// Appends `more` to `errors`.
void Append(ErrorList& errors, ErrorList more);

// Returns `text` in double quotes with escapes, as Go's %q prints it.
[[nodiscard]] std::string Quote(std::string_view text);

}  // namespace k8snet::field

#endif  // K8SNET_APIS_BASE_FIELD_H_
