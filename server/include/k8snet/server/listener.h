// The HTTPS listener: accepting, TLS, HTTP/1.1 and HTTP/2, WebSockets, parked connections and the
// watch pump.
#ifndef K8SNET_SERVER_LISTENER_H_
#define K8SNET_SERVER_LISTENER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/http.h"

namespace k8snet::server {

// Limits and addresses of a listener. All have defaults fit for production.
struct ListenerOptions {
  std::string address = "0.0.0.0";  // An IP literal. "0.0.0.0" and "::" take both families.
  std::uint16_t port = 0;           // 0 picks a free one.
  std::string certificate_pem;      // Chain, leaf first. Empty with the key: plain HTTP.
  std::string private_key_pem;
  // CAs of client certificates. Not empty: clients are asked for one, none is refused for it, and
  // PeerCertificate::verified says whether it chains to these. Empty: never asked.
  std::string client_ca_pem;
  std::size_t workers = 16;               // Threads that serve requests; a commit holds one.
  std::size_t pump_threads = 2;           // Threads that write watches and carry HTTP/2.
  std::size_t max_connections = 100'000;  // Further ones wait unaccepted.
  // Requests that wait for a worker; further ones are answered 429. Finer limits are a filter's.
  std::size_t max_queued_requests = 10'000;
  std::size_t max_header_bytes = 1 << 20;
  std::size_t max_body_bytes = 3 << 20;
  bool http2 = true;  // Offered to TLS clients.
  // Requests at once on a connection of HTTP/2. A watch holds one, so front proxies need many.
  // Source: kubernetes/apiserver pkg/server/options/recommended.go, HTTP2MaxStreamsPerConnection.
  std::size_t max_streams = 1000;
  // Bodies that a connection of HTTP/2 has sent of requests not yet complete. Beyond it the client
  // is held back, and what never completes goes at the body timeout.
  std::size_t max_pending_body_bytes = 25 << 20;
  std::chrono::milliseconds header_timeout{32'000};  // Also of the TLS handshake.
  std::chrono::milliseconds body_timeout{60'000};    // From the head's end to the body's.
  std::chrono::milliseconds write_timeout{60'000};   // Without the client taking a byte.
  std::chrono::milliseconds idle_timeout{90'000};    // Between requests.
};

// Counts for metrics and tests; each is a moment's value.
struct ListenerStats {
  std::size_t connections = 0;
  std::size_t parked = 0;   // Waiting for a request, with none being served.
  std::size_t streams = 0;  // In the watch pump; a connection of HTTP/2 may have many.
};

// A running listener. A connection holds a thread only while a request of it is served; streams and
// the connections of HTTP/2 live in the watch pump. Thread-safe.
class Listener {
 public:
  virtual ~Listener() = default;  // As Stop(0).
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  // Lets streams know that something was appended. Thread-safe; cheap to call for each event.
  [[nodiscard]] virtual Waker& waker() = 0;
  [[nodiscard]] virtual ListenerStats stats() const = 0;
  // Stops accepting, ends streams cleanly, tells clients of HTTP/2 to go away, lets requests in
  // flight finish within `grace`, closes the rest and joins all threads. Idempotent.
  virtual void Stop(std::chrono::milliseconds grace) = 0;
};

// Binds, listens and serves `handler` until stopped.
// Errors: kInternalError with one line that names the address, or what is wrong with a certificate.
[[nodiscard]] Result<std::unique_ptr<Listener>> Listen(ListenerOptions options, Handler handler);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_LISTENER_H_
