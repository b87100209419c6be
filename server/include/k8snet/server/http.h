// Requests and responses as handlers see them: no socket, no HTTP library.
#ifndef K8SNET_SERVER_HTTP_H_
#define K8SNET_SERVER_HTTP_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace k8snet::server {

// Bytes shared by caches and any number of sockets.
using Bytes = std::shared_ptr<const std::string>;

// Header fields in order; names compare without case and may repeat.
class Headers {
 public:
  void Add(std::string name, std::string value);
  // Replaces all of this name by one.
  void Set(std::string name, std::string value);
  // Returns the first value of this name, or null. Lifetime: until the next change.
  [[nodiscard]] const std::string* Find(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> All(std::string_view name) const;
  void Remove(std::string_view name);
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& items() const {
    return items_;
  }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

// The certificate that a client showed on a TLS connection. As with kube-apiserver the handshake
// succeeds whether or not it chains to a known CA; who it stands for is the authenticator's to say.
// Source: kubernetes/apiserver pkg/server/secure_serving.go, tls.RequestClientCert.
struct PeerCertificate {
  std::string common_name;                 // The subject's last CN.
  std::vector<std::string> organizations;  // All of the subject's, in order.
  std::string der;                         // The certificate itself, for checks against other CAs.
  // Whether it was good for client authentication, by a CA of the listener's, when the connection
  // was made. Its time of validity may have ended since.
  bool verified = false;
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
  std::vector<std::string> intermediates_der;  // What else the client sent, in order.
};

// One request. `target` is the request line's, undecoded, and begins with "/" (scheme and host of
// an absolute one are cut off); the body is whole.
struct Request {
  std::string method;
  std::string target;
  Headers headers;
  std::string body;
  bool body_too_large = false;  // The body was over the limit; `body` is empty.
  std::string peer_address;     // "127.0.0.1:40312"
  std::optional<PeerCertificate> peer_certificate;
  std::chrono::steady_clock::time_point received_at;
  bool http2 = false;            // It came over HTTP/2.
  bool wants_websocket = false;  // The client asks to go on as a WebSocket (RFC 6455).
};

// An endless body, such as a watch: pulled by the watch pump, which calls from one thread at a
// time. A stream never blocks.
class Stream {
 public:
  enum class State {
    kIdle,  // Nothing more now. The pump asks again after a wake-up, or at `next_deadline`.
    kMore,  // More is ready at once.
    kEnd,   // The body ends after what was appended.
  };

  virtual ~Stream() = default;
  // Appends what is ready to `out`, stopping soon after `budget_bytes`.
  virtual State Pull(std::size_t budget_bytes, std::vector<Bytes>& out) = 0;
  // When Pull is to be called even if nothing wakes the pump: a timeout or a bookmark is due.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point next_deadline() const = 0;
  // Cheap, any thread: whether Pull would append something or end.
  [[nodiscard]] virtual bool ready() const = 0;
};

// Wakes the watch pump, from any thread: some stream may be ready. Given to what feeds streams.
// Thread-safe.
class Waker {
 public:
  virtual ~Waker() = default;
  virtual void Wake() = 0;
};

// How the pieces that a stream appends are the messages of a WebSocket.
enum class WebSocketMessages {
  kLines,           // A text message ends with the piece that ends in a line end.
  kLengthPrefixed,  // Each piece is a binary message, after a length of four bytes.
};

// A response: a list of shared buffers written in order, or a stream.
struct Response {
  int status = 200;
  Headers headers;
  std::vector<Bytes> body;
  std::unique_ptr<Stream> stream;  // Null, or the body.
  // Answers a request that wants a WebSocket: its messages are the stream's. Status and headers are
  // then the transport's.
  std::optional<WebSocketMessages> websocket;
  // Close the connection after this response; over HTTP/2, once its other streams have ended.
  bool close = false;
};

// What answers requests. Called from many threads at once; may block for storage, never for
// clients.
using Handler = std::function<Response(Request&)>;

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_HTTP_H_
