// Matchers for results and findings. The one public header that needs gMock.
#ifndef K8SNET_APIS_TESTING_MATCHERS_H_
#define K8SNET_APIS_TESTING_MATCHERS_H_

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "k8snet/apis/base/error.h"
#include "k8snet/apis/base/field.h"
#include "k8snet/apis/base/result.h"

namespace k8snet {

inline void PrintTo(const Error& error, std::ostream* out) {
  *out << ReasonName(error.reason) << ": " << error.message;
}

template <typename T>
void PrintTo(const Result<T>& result, std::ostream* out) {
  if (!result) {
    *out << "error " << ::testing::PrintToString(result.error());
  } else if constexpr (std::is_void_v<T>) {
    *out << "success";
  } else {
    *out << "value " << ::testing::PrintToString(*result);
  }
}

namespace field {

inline void PrintTo(const Error& error, std::ostream* out) {
  *out << error.ToString() << " (origin \"" << error.origin << "\")";
}

}  // namespace field

namespace testing {

// Matches a Result that holds a value which `inner`, a value or matcher, matches.
MATCHER_P(Holds, inner, "holds a value that matches") {
  if (!arg) {
    *result_listener << "which is an error: " << arg.error().message;
    return false;
  }
  return ::testing::ExplainMatchResult(inner, *arg, result_listener);
}

// Matches a Result that is an error with this reason.
MATCHER_P(FailsWith, reason, "fails with " + std::string(ReasonName(reason))) {
  return !arg && arg.error().reason == reason;
}

// Matches a Result that is an error with this reason and a message that `message`, a text or
// matcher, matches.
MATCHER_P2(FailsWith, reason, message,
           "fails with " + std::string(ReasonName(reason)) + " and a message that matches") {
  return !arg && arg.error().reason == reason &&
         ::testing::ExplainMatchResult(message, arg.error().message, result_listener);
}

// What a test says of a finding.
struct ExpectedError {
  field::ErrorType type;
  std::string path;
  std::string origin;
};

inline void PrintTo(const ExpectedError& error, std::ostream* out) {
  *out << error.path << ": " << field::ErrorTypeName(error.type) << " (origin \"" << error.origin
       << "\")";
}

MATCHER(SameTypePathOrigin, "have equal type, path and origin") {
  const auto& [actual, expected] = arg;
  return actual.type == expected.type && actual.path == expected.path &&
         actual.origin == expected.origin;
}

// Matches the findings that are `expected`, in this order: HasErrors({{type, path, origin}}).
inline auto HasErrors(std::vector<ExpectedError> expected) {
  return ::testing::Pointwise(SameTypePathOrigin(), std::move(expected));
}

}  // namespace testing
}  // namespace k8snet

#endif  // K8SNET_APIS_TESTING_MATCHERS_H_
