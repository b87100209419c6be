// Result<T>: a value or an Error, with the member names of std::expected.
#ifndef K8SNET_APIS_BASE_RESULT_H_
#define K8SNET_APIS_BASE_RESULT_H_

#include <type_traits>
#include <utility>
#include <variant>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/base/error.h"

namespace k8snet {

// Holds either a T or an Error. Converts from both, so `return value;` and `return error;` read
// naturally. Asking for what is not there aborts.
//   Result<int> r = Parse(text);
//   if (!r) return r.error();
//   Use(*r);
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  // Explicit, so that `return {};` does not compile.
  explicit Result() = delete;
  template <typename U = T>
  requires(std::is_convertible_v<U&&, T> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
           !std::is_same_v<std::remove_cvref_t<U>, Error>)
      Result(U&& value)  // NOLINT(google-explicit-constructor): mirrors std::expected.
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  Result(Error error)  // NOLINT(google-explicit-constructor): mirrors std::expected.
      : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  [[nodiscard]] T& value() & {
    K8SNET_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    K8SNET_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    K8SNET_CHECK(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const& {
    K8SNET_CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] Error&& error() && {
    K8SNET_CHECK(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

// Success or an Error. A default-made one is success.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error)  // NOLINT(google-explicit-constructor): mirrors std::expected.
      : error_(std::move(error)) {}

  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const Error& error() const& {
    K8SNET_CHECK(error_.has_value());
    return *error_;
  }
  [[nodiscard]] Error&& error() && {
    K8SNET_CHECK(error_.has_value());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace k8snet

#define K8SNET_INTERNAL_CONCAT2(a, b) a##b
#define K8SNET_INTERNAL_CONCAT(a, b) K8SNET_INTERNAL_CONCAT2(a, b)

// Returns the error of `expression`, a Result, from the calling function, if it has one.
#define K8SNET_RETURN_IF_ERROR(expression)                   \
  do {                                                       \
    if (auto k8snet_status = (expression); !k8snet_status) { \
      return std::move(k8snet_status).error();               \
    }                                                        \
  } while (false)

// Assigns the value of `expression` to `lhs`, which may declare a variable, or returns its error
// from the calling function.
//   K8SNET_ASSIGN_OR_RETURN(Object object, DecodeJson(type, body));
#define K8SNET_ASSIGN_OR_RETURN(lhs, expression)                                          \
  K8SNET_INTERNAL_ASSIGN_OR_RETURN(K8SNET_INTERNAL_CONCAT(k8snet_result_, __LINE__), lhs, \
                                   expression)
#define K8SNET_INTERNAL_ASSIGN_OR_RETURN(result, lhs, expression) \
  auto result = (expression);                                     \
  if (!result) {                                                  \
    return std::move(result).error();                             \
  }                                                               \
  lhs = *std::move(result)

#endif  // K8SNET_APIS_BASE_RESULT_H_
