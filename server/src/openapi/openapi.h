// Serves OpenAPI documents.
// Source: kubernetes/kube-openapi pkg/handler/handler.go, pkg/handler3/handler.go.
#ifndef K8SNET_SERVER_SRC_OPENAPI_OPENAPI_H_
#define K8SNET_SERVER_SRC_OPENAPI_OPENAPI_H_

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/server/clock.h"
#include "k8snet/server/http.h"
#include "src/mutex.h"
#include "src/openapi/pack.h"
#include "src/request_context.h"

namespace k8snet::server {

// Serves /openapi/v2, /openapi/v3 and the documents below it. Those of the built-in resources are
// constants; those of others are made at the first request. Thread-safe.
class OpenApi {
 public:
  // `clock` outlives this, and so does what `api` refers to. Documents are said to have changed
  // now.
  OpenApi(DocumentedApi api, Clock& clock);

  // Returns the answer, or nothing if the path is no place for documents.
  [[nodiscard]] std::optional<Response> Handle(const RequestContext& context,
                                               const Request& request);

  [[nodiscard]] static std::vector<std::string> paths() {
    return {"/openapi/v2", "/openapi/v3", "/openapi/v3/"};
  }

 private:
  // The texts of a document that are being sent.
  struct Sent {
    std::weak_ptr<const std::string> plain;
    std::weak_ptr<const std::string> packed;
  };

  [[nodiscard]] Response Serve(const RequestContext& context, const Request& request,
                               std::size_t index);
  // Returns the bytes, shared with other answers under way.
  [[nodiscard]] Bytes Load(const PackedBytes& packed, bool plain, std::size_t slot)
      K8SNET_EXCLUDES(mutex_);
  [[nodiscard]] std::span<const PackedDocument> Documents();

  const DocumentedApi api_;
  Clock& clock_;
  const std::chrono::sys_seconds modified_;
  std::once_flag made_;
  std::unique_ptr<const PackedOpenApi> own_;  // Of resources that are not the built-in ones.
  Mutex mutex_;
  std::vector<Sent> sent_ K8SNET_GUARDED_BY(mutex_);  // Two for each document: JSON, protobuf.
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_OPENAPI_OPENAPI_H_
