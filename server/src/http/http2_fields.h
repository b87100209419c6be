// The header sections of HTTP/2: from nghttp2's fields to a Request, from a Response to them.
#ifndef K8SNET_SRC_HTTP_HTTP2_FIELDS_H_
#define K8SNET_SRC_HTTP_HTTP2_FIELDS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nghttp2/nghttp2.h>

#include "k8snet/server/http.h"

namespace k8snet::server::http2 {

// Puts a request's head together, field by field. nghttp2 has checked what RFC 9113 section 8 asks
// of names, values and pseudo fields. Not thread-safe.
class RequestHead {
 public:
  // Returns false if the section is so far beyond `max_bytes` that the connection is to end. Sizes
  // are counted as SETTINGS_MAX_HEADER_LIST_SIZE has it.
  [[nodiscard]] bool Add(std::string_view name, std::string_view value, std::size_t max_bytes);
  // Whether it is beyond the limit: nothing of it is kept.
  [[nodiscard]] bool too_large() const { return too_large_; }
  [[nodiscard]] bool is_head() const { return method_ == "HEAD"; }
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }
  // Moves the request out; nothing if its target is none, or its method.
  // Source: golang/net http2/server.go, newWriterAndRequest.
  [[nodiscard]] std::optional<Request> Take();

 private:
  std::string method_;
  std::string path_;
  std::string authority_;
  Headers headers_;
  std::size_t bytes_ = 0;
  bool too_large_ = false;
  bool expects_continue_ = false;
};

// The fields of a response as nghttp2 copies them. Not thread-safe.
class ResponseHead {
 public:
  // Leaves out what is the transport's own or belongs to HTTP/1.1 alone.
  ResponseHead(int status, const Headers& headers, std::optional<std::uint64_t> content_length);
  ResponseHead(const ResponseHead&) = delete;
  ResponseHead& operator=(const ResponseHead&) = delete;

  [[nodiscard]] std::span<const nghttp2_nv> fields() const { return fields_; }

 private:
  // Adds a field whose name and value live as long as this.
  void Add(std::string_view name, std::string_view value, std::uint8_t flags);

  std::string text_;  // Names in lower case and values that had to be changed.
  std::vector<nghttp2_nv> fields_;
};

}  // namespace k8snet::server::http2

#endif  // K8SNET_SRC_HTTP_HTTP2_FIELDS_H_
