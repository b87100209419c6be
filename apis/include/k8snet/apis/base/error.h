// The one error type: what went wrong, in the vocabulary of Kubernetes' Status object.
#ifndef K8SNET_APIS_BASE_ERROR_H_
#define K8SNET_APIS_BASE_ERROR_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace k8snet {

// Why an operation failed, by what the caller should do next. The names are the `reason` of a
// Kubernetes Status.
// Source: kubernetes/apimachinery pkg/apis/meta/v1/types.go, StatusReason.
enum class Reason : std::uint8_t {
  kUnknown,                // No reason is given; on the wire the member is left out.
  kUnauthorized,           // Authenticate, then try again.
  kForbidden,              // The user may not do this.
  kNotFound,               // The object, or what it needs, does not exist.
  kAlreadyExists,          // Choose another name.
  kConflict,               // Read the object again, then redo the change.
  kGone,                   // Old servers' kExpired.
  kExpired,                // List again: the revision or token is too old.
  kInvalid,                // The object breaks a rule; the causes say which.
  kBadRequest,             // The request cannot be understood.
  kMethodNotAllowed,       // The resource does not take this verb.
  kNotAcceptable,          // No representation the client accepts.
  kUnsupportedMediaType,   // The body is in a form the server does not read.
  kRequestEntityTooLarge,  // Send less.
  kTooManyRequests,        // Wait, then try again.
  kServerTimeout,          // Try again: the operation may not have happened.
  kTimeout,                // The deadline passed.
  kServiceUnavailable,     // Try again later.
  kInternalError,          // A fault of the server.
  kStorageReadError,       // A stored object cannot be read.
  kNotRegistered,          // The program does not know the kind or version. Never on the wire.
};

// Returns the wire name of `reason`, such as "NotFound"; "" for kUnknown and kNotRegistered.
[[nodiscard]] std::string_view ReasonName(Reason reason);

// One detail of an error. `field` is a path by JSON names, or empty.
struct Cause {
  std::string reason;
  std::string message;
  std::string field;

  bool operator==(const Cause&) const = default;
};

// What the error is about. `kind` holds the plural resource for most errors, and the kind for
// kInvalid and failed delete preconditions, as upstream has it.
struct ErrorDetails {
  std::string name;
  std::string group;
  std::string kind;
  std::string uid;
  std::vector<Cause> causes;
  int retry_after_seconds = 0;

  bool operator==(const ErrorDetails&) const = default;
};

// Where in its input a decoder found an error.
struct InputPlace {
  std::string path;        // By JSON names, such as "spec.rules[0].host"; empty: the whole input.
  std::size_t offset = 0;  // In bytes from the begin.
};

// An error as a value. The message is part of the contract: clients print it.
// Thread-safe: immutable once shared; a plain value otherwise.
struct Error {
  Reason reason = Reason::kUnknown;
  std::string message;
  std::optional<ErrorDetails> details;
  // Token to go on with after kExpired of a paged list; empty otherwise.
  std::string continue_token;
  // Of an error of a decoder. Not part of what a client is told, and not compared.
  std::optional<InputPlace> place;

  Error() = default;
  Error(Reason reason_in, std::string message_in)
      : reason(reason_in), message(std::move(message_in)) {}
  Error(Reason reason_in, std::string message_in, ErrorDetails details_in)
      : reason(reason_in), message(std::move(message_in)), details(std::move(details_in)) {}

  // Returns this error with `context` and ": " before its message.
  [[nodiscard]] Error Wrap(std::string_view context) const;

  friend bool operator==(const Error& a, const Error& b) {
    return a.reason == b.reason && a.message == b.message && a.details == b.details &&
           a.continue_token == b.continue_token;
  }
};

}  // namespace k8snet

#endif  // K8SNET_APIS_BASE_ERROR_H_
