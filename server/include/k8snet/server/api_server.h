// An API server without its sockets, for programs and tests that bring their own.
//
//   auto storage = NewMemoryStorage();
//   ...
//   auto server = ApiServer::Open({.storage = *storage, ...});
//   Listen(options, [&](Request& request) { return (*server)->Handle(request); });
#ifndef K8SNET_SERVER_API_SERVER_H_
#define K8SNET_SERVER_API_SERVER_H_

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/conversion/converter.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/http.h"
#include "k8snet/server/logger.h"
#include "k8snet/server/storage.h"

namespace k8snet::server {

// What an API server is made of. Lifetime: what is referred to outlives the server, and the
// resources and their types do.
struct ApiServerOptions {
  Storage& storage;  // Not yet opened.
  Clock& clock;
  Random& random;
  Logger& logger;
  Waker& waker;  // Of whatever pulls the streams of watches.
  // What is served. Each group of resources with one storage prefix has one hub, and a spoke for
  // each other version. Kinds that are not built in have the behaviour that their Resource says.
  std::span<const Resource> resources = AllResources();
  std::vector<conversion::Spoke> spokes = conversion::BuiltinSpokes();
  std::string service_cluster_ip_ranges = "10.0.0.0/24";  // One, or one a family, by commas.
};

// Serves resources, discovery and OpenAPI. Who may do what is left to the caller. OpenAPI documents
// of other resources than the built-in ones are made at the first request for one, in some 20 ms.
// Thread-safe.
class ApiServer {
 public:
  virtual ~ApiServer() = default;

  // Opens the storage and returns what serves it. Errors: kInternalError with one line.
  [[nodiscard]] static Result<std::unique_ptr<ApiServer>> Open(ApiServerOptions options);

  // Answers `request`. What is no API path is a 404. Streams must be gone before the server is.
  [[nodiscard]] virtual Response Handle(Request& request) = 0;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_API_SERVER_H_
