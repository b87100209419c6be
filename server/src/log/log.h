// Loggers that write lines.
#ifndef K8SNET_SERVER_SRC_LOG_LOG_H_
#define K8SNET_SERVER_SRC_LOG_LOG_H_

#include <cstdint>
#include <memory>

#include "k8snet/server/clock.h"
#include "k8snet/server/logger.h"

namespace k8snet::server {

enum class LogFormat : std::uint8_t { kText, kJson };

// Returns a logger that writes lines of `lowest` and above to the file descriptor `fd`, each with
// one write: lines of several threads do not mix, and nothing is lost if the process ends. Text is
// `I0131 10:11:12.123456   4242 "message" key="value" number=1`; JSON is one object a line with ts
// (milliseconds since 1970), level, msg, and the pairs. Source: kubernetes/klog klog.go, header
// formatting; kubernetes/component-base logs/json/json.go. Lifetime: `clock` outlives the logger.
[[nodiscard]] std::unique_ptr<Logger> NewLineLogger(int fd, LogFormat format, LogLevel lowest,
                                                    const Clock& clock);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_LOG_LOG_H_
