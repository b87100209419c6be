// Constant content as a file server gives it out: with conditions, ranges and compression.
#ifndef K8SNET_SERVER_SRC_OPENAPI_CONTENT_H_
#define K8SNET_SERVER_SRC_OPENAPI_CONTENT_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "k8snet/server/http.h"

namespace k8snet::server {

// What is given out.
struct Content {
  std::string etag;  // Quoted.
  std::chrono::sys_seconds modified;
  std::size_t size = 0;              // Of the plain bytes.
  std::function<Bytes()> load;       // The plain bytes.
  std::function<Bytes()> load_gzip;  // The compressed ones; null: they are never sent.
};

// Answers any method as GET, HEAD without its body. `headers` has Content-Type and what else is to
// be told with the content. If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since and
// If-Range count; their times are those of RFC 9110 in its preferred form.
// Differs: a request for several ranges gets the whole.
// Source: golang/go src/net/http/fs.go, ServeContent; of compression: kubernetes/kube-openapi
// pkg/handler/handler.go with nytimes/gziphandler.
[[nodiscard]] Response ServeContent(const Request& request, Headers headers,
                                    const Content& content);

// Whether an Accept-Encoding header takes gzip.
[[nodiscard]] bool TakesGzip(std::string_view accept_encoding);

// Returns the time as headers have it, with `zone` behind it: "Wed, 25 Nov 2026 07:42:43 GMT".
[[nodiscard]] std::string HttpDate(std::chrono::sys_seconds time, std::string_view zone);

// Returns the time that a header tells in the form of HttpDate with GMT, or nothing.
[[nodiscard]] std::optional<std::chrono::sys_seconds> ParseHttpDate(std::string_view text);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_OPENAPI_CONTENT_H_
