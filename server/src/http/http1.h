// HTTP/1.1 as bytes: strict reading of requests, writing of response heads. No sockets, no clocks
// but the Date header's.
#ifndef K8SNET_SRC_HTTP_HTTP1_H_
#define K8SNET_SRC_HTTP_HTTP1_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "k8snet/server/http.h"

namespace k8snet::server::http1 {

// Why bytes are not a request: the status to answer with, and what is said about it ("" for none).
struct Refusal {
  int status = 400;
  std::string detail;
};

// The request line and header fields, with what they say of the body and the connection.
struct Head {
  std::string method;
  std::string target;
  bool is_head = false;  // The method is HEAD.
  int minor_version = 1;
  Headers headers;
  std::uint64_t content_length = 0;  // Bytes of the body, unless chunked.
  bool chunked = false;
  bool keep_alive = true;
  bool expects_continue = false;
};

// Parses a head, given with its closing empty line. Lines end in CRLF or, as Go has it, in LF.
// Refused are: anything not a token, a target or a field value of RFC 9110; folded lines; no Host
// or two; lengths that disagree; a length beside a transfer coding; codings other than chunked.
// Source: RFC 9112; golang/go src/net/http/server.go readRequest, for statuses and texts.
[[nodiscard]] std::variant<Head, Refusal> ParseHead(std::string_view text);

// Decodes a chunked body that comes in pieces. Not thread-safe.
class ChunkedDecoder {
 public:
  enum class State { kNeedMore, kDone, kMalformed, kTooLarge };

  // Takes from the front of `in` what it can, appending data to `out`; `max_bytes` bounds `out`.
  // Leaves in `in` what follows the body.
  State Feed(std::string_view& in, std::string& out, std::size_t max_bytes);

 private:
  enum class Phase { kSize, kData, kDataEnd, kTrailer, kDone };

  bool BeginChunk(std::string_view line);

  Phase phase_ = Phase::kSize;
  std::uint64_t remaining_ = 0;  // Bytes of this chunk's data.
  std::string line_;             // The part of a line that has come.
  std::int64_t excess_ = 0;      // Framing beyond what the data justifies, in bytes.
};

struct ReaderLimits {
  std::size_t max_header_bytes = 1 << 20;
  std::size_t max_body_bytes = 3 << 20;
};

// Turns the bytes of one connection into requests. Not thread-safe.
class RequestReader {
 public:
  enum class State {
    kIdle,     // Nothing of a request has come.
    kHead,     // Part of a head has come.
    kBody,     // The head is complete, the body is not.
    kRequest,  // A request is complete: take it.
    kRefused,  // The bytes are no request; nothing more is read.
  };

  explicit RequestReader(ReaderLimits limits) : limits_(limits) {}

  // Adds bytes that were received.
  void Append(std::string_view bytes);
  // Reads on as far as the bytes go.
  State Advance();
  // Valid from kBody on, until Finish.
  [[nodiscard]] const Head& head() const { return head_; }
  // Valid in kRefused.
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }
  // Whether the client waits for "100 Continue"; true once a request.
  [[nodiscard]] bool TakeContinue();
  // Moves the request out: method, target, headers, body. In kBody or kRequest.
  [[nodiscard]] Request TakeRequest();
  // Whether body bytes may still come that nobody will read: the connection must close.
  [[nodiscard]] bool has_unread_body() const { return state_ == State::kBody || too_large_; }
  // Takes the bytes that follow the request, when they are HTTP no more.
  [[nodiscard]] std::string TakeRest() { return std::exchange(buffer_, {}); }
  // Ends this request; bytes that follow it are the next one's.
  void Finish();

 private:
  State Refuse(Refusal refusal);
  State AdvanceHead();
  State AdvanceBody();

  ReaderLimits limits_;
  State state_ = State::kIdle;
  std::string buffer_;       // Received, not yet understood.
  std::size_t scan_ = 0;     // Up to here `buffer_` holds no end of a head.
  std::size_t skipped_ = 0;  // Line ends before the head.
  Head head_;
  std::string body_;
  std::optional<ChunkedDecoder> chunks_;
  bool too_large_ = false;
  bool continue_wanted_ = false;
  Refusal refusal_;
};

// What the transport itself decides about a response.
struct ResponseFraming {
  int minor_version = 1;  // Of the request.
  bool close = false;
  bool chunked = false;
  std::optional<std::uint64_t> content_length;  // Absent: none is sent.
};

// Returns status line and fields with the empty line. Of `headers`, those that are the transport's
// (Connection, Content-Length, Transfer-Encoding, Date, Keep-Alive) are left out, and line ends in
// values become spaces.
[[nodiscard]] std::string FormatHead(int status, const Headers& headers,
                                     const ResponseFraming& framing);

// Returns the whole answer to bytes that are no request, as Go's server words it.
[[nodiscard]] std::string FormatRefusal(const Refusal& refusal);

}  // namespace k8snet::server::http1

#endif  // K8SNET_SRC_HTTP_HTTP1_H_
