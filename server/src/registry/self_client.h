// Requests that the server sends to itself, for what other programs do in a whole cluster.
#ifndef K8SNET_SERVER_SRC_REGISTRY_SELF_CLIENT_H_
#define K8SNET_SERVER_SRC_REGISTRY_SELF_CLIENT_H_

#include <string>
#include <string_view>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/logger.h"
#include "src/api_handler.h"

namespace k8snet::server {

// Thread-safe.
class SelfClient {
 public:
  // `user_agent` becomes the manager of the fields written. The references outlive this.
  SelfClient(ApiHandler& api, Logger& logger, std::string_view user_agent)
      : api_(api), logger_(logger), user_agent_(user_agent) {}

  // Sends a request without going through the filters.
  // Errors: kInternalError with what the answer says, unless its status is below 300 or `fine`.
  [[nodiscard]] Status Send(std::string_view method, std::string_view target, std::string body,
                            std::string_view content_type, int fine = 0) const;

 private:
  ApiHandler& api_;
  Logger& logger_;
  const std::string user_agent_;
};

inline constexpr std::string_view kJsonBody = "application/json";
inline constexpr std::string_view kMergePatchBody = "application/merge-patch+json";
inline constexpr std::string_view kStrategicPatchBody = "application/strategic-merge-patch+json";
inline constexpr std::string_view kApplyPatchBody = "application/apply-patch+yaml";

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_SELF_CLIENT_H_
