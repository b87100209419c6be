// The words of HTTP that its versions share.
#ifndef K8SNET_SRC_HTTP_SYNTAX_H_
#define K8SNET_SRC_HTTP_SYNTAX_H_

#include <optional>
#include <string_view>

namespace k8snet::server {

// Compares ASCII text without case.
[[nodiscard]] bool EqualsIgnoreCase(std::string_view a, std::string_view b);

// Returns whether the comma-separated list `value` holds `token`, without case.
[[nodiscard]] bool ListHolds(std::string_view value, std::string_view token);

// Cuts spaces and tabs off both ends.
[[nodiscard]] std::string_view Trim(std::string_view text);

// Whether `text` is a token, or may be a field's value. Source: RFC 9110 sections 5.5 and 5.6.2.
[[nodiscard]] bool IsToken(std::string_view text);
[[nodiscard]] bool IsFieldValue(std::string_view text);

// Returns what of a request's target the handler gets, or nothing if it is none.
// Source: golang/go src/net/url/url.go, ParseRequestURI.
[[nodiscard]] std::optional<std::string_view> OriginForm(std::string_view target);

// Returns the Date header's value for now. Lifetime: until this thread's next call.
[[nodiscard]] std::string_view DateNow();

// Whether the transport itself sets this field of responses.
[[nodiscard]] bool IsTransportsOwn(std::string_view name);

// Whether a response of this status has a body at all.
[[nodiscard]] bool StatusHasBody(int status);

}  // namespace k8snet::server

#endif  // K8SNET_SRC_HTTP_SYNTAX_H_
