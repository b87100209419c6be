// Durations as text: "1h30m", "250ms".
#ifndef K8SNET_SERVER_SRC_DURATION_H_
#define K8SNET_SERVER_SRC_DURATION_H_

#include <chrono>
#include <string_view>

#include "k8snet/apis/base/result.h"

namespace k8snet::server {

// Returns the duration that `text` says: an optional sign, then numbers with a unit each (ns, us,
// ms, s, m, h); "0" needs no unit. Errors: kBadRequest with Go's text: `time: missing unit in
// duration "5"`. Source: golang/go src/time/format.go, ParseDuration.
[[nodiscard]] Result<std::chrono::nanoseconds> ParseDuration(std::string_view text);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_DURATION_H_
