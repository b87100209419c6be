#include "k8snet/apis/base/error.h"

namespace k8snet {

std::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kUnknown:
    case Reason::kNotRegistered:
      return "";
    case Reason::kUnauthorized:
      return "Unauthorized";
    case Reason::kForbidden:
      return "Forbidden";
    case Reason::kNotFound:
      return "NotFound";
    case Reason::kAlreadyExists:
      return "AlreadyExists";
    case Reason::kConflict:
      return "Conflict";
    case Reason::kGone:
      return "Gone";
    case Reason::kExpired:
      return "Expired";
    case Reason::kInvalid:
      return "Invalid";
    case Reason::kBadRequest:
      return "BadRequest";
    case Reason::kMethodNotAllowed:
      return "MethodNotAllowed";
    case Reason::kNotAcceptable:
      return "NotAcceptable";
    case Reason::kUnsupportedMediaType:
      return "UnsupportedMediaType";
    case Reason::kRequestEntityTooLarge:
      return "RequestEntityTooLarge";
    case Reason::kTooManyRequests:
      return "TooManyRequests";
    case Reason::kServerTimeout:
      return "ServerTimeout";
    case Reason::kTimeout:
      return "Timeout";
    case Reason::kServiceUnavailable:
      return "ServiceUnavailable";
    case Reason::kInternalError:
      return "InternalError";
    case Reason::kStorageReadError:
      return "StorageReadError";
  }
  return "";
}

Error Error::Wrap(std::string_view context) const {
  Error wrapped = *this;
  wrapped.message = context;
  wrapped.message.append(": ").append(message);
  return wrapped;
}

}  // namespace k8snet
