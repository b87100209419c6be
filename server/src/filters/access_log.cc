#include "src/filters/access_log.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "src/forwarding_stream.h"

namespace k8snet::server {
namespace {

// What one line says.
struct Entry {
  std::string verb;
  std::string uri;
  std::string user_agent;
  std::string audit_id;
  std::string peer;
  int status = 0;
  std::chrono::steady_clock::time_point received_at;

  void Log(Logger& logger, const Clock& clock) const {
    const auto latency = std::chrono::duration<double>(clock.SteadyNow() - received_at);
    const LogPairView pairs[] = {{"verb", verb},
                                 {"URI", uri},
                                 {"latency", latency.count()},
                                 {"userAgent", user_agent},
                                 {"auditID", audit_id},
                                 {"srcIP", peer},
                                 {"resp", status}};
    logger.Log(status >= 500 ? LogLevel::kInfo : LogLevel::kDebug, "HTTP", pairs);
  }
};

// A stream that is logged when it goes.
class LoggedStream final : public ForwardingStream {
 public:
  LoggedStream(std::unique_ptr<Stream> stream, Entry entry, Logger& logger, const Clock& clock)
      : ForwardingStream(std::move(stream)),
        entry_(std::move(entry)),
        logger_(logger),
        clock_(clock) {}
  ~LoggedStream() override { entry_.Log(logger_, clock_); }

 private:
  const Entry entry_;
  Logger& logger_;
  const Clock& clock_;
};

}  // namespace

void LogRequest(Logger& logger, const Clock& clock, const RequestContext& context,
                const Request& request, Response& response) {
  if (!logger.enabled(response.status >= 500 ? LogLevel::kInfo : LogLevel::kDebug)) {
    return;
  }
  Entry entry;
  entry.verb = context.info.is_resource ? context.info.verb : request.method;
  entry.uri = request.target;
  if (const std::string* agent = request.headers.Find("User-Agent"); agent != nullptr) {
    entry.user_agent = *agent;
  }
  entry.audit_id = context.audit_id.substr(0, 64);
  entry.peer = request.peer_address;
  entry.status = response.status;
  entry.received_at = request.received_at;
  if (response.stream == nullptr) {
    entry.Log(logger, clock);
    return;
  }
  response.stream =
      std::make_unique<LoggedStream>(std::move(response.stream), std::move(entry), logger, clock);
}

}  // namespace k8snet::server
