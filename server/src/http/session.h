// What a connection speaks once its handshake is done: HTTP/1.1 or HTTP/2.
#ifndef K8SNET_SRC_HTTP_SESSION_H_
#define K8SNET_SRC_HTTP_SESSION_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "k8snet/server/http.h"
#include "k8snet/server/listener.h"
#include "src/http/channel.h"

namespace k8snet::server {

// What all connections of a listener share. Lifetime: outlives them.
struct ConnectionContext {
  const ListenerOptions& options;
  const Handler& handler;
  SSL_CTX* tls = nullptr;  // Null: plain.
  std::atomic<bool>& stopping;
};

// Who is at the other end.
struct Peer {
  std::string address;
  std::optional<PeerCertificate> certificate;
};

// A request of a session that lives in the pump, on its way to a worker.
struct Job {
  std::int32_t stream = 0;  // The session's name for it.
  Request request;
  std::shared_ptr<const std::atomic<bool>> cancelled;  // Set: nobody waits for the answer.
};

// One protocol on one connection. It has one owner at a time: the loop while it waits, a worker
// while it is served, the pump while it streams. Never waits for the client. Not thread-safe.
class Session {
 public:
  using Clock = std::chrono::steady_clock;

  // What the owner is to do with the connection.
  enum class Next {
    kWaitRead,   // Serve again when the socket is readable, or close at deadline().
    kWaitWrite,  // The same for writable.
    kAgain,      // Serve again when others had their turn.
    kPump,       // Give it to the pump.
    kClose,
  };

  // How a turn in the pump ended.
  enum class Pumped {
    kWait,   // Pump again at deadline(), or when the socket or Woken says so.
    kMore,   // Pump again when others had their turn.
    kLeave,  // It streams no more: Serve goes on.
    kClose,
  };

  virtual ~Session() = default;

  // Goes on as far as it can. With `overloaded` no handler is called: requests are answered 429.
  virtual Next Serve(bool overloaded) = 0;
  // When what it waits for has lasted too long, or it wants to be pumped whatever happens.
  [[nodiscard]] virtual Clock::time_point deadline() const = 0;
  // Whether it waits for a request of which nothing has come, and serves none.
  [[nodiscard]] virtual bool idle() const = 0;

  // Of the pump: reads if the socket is `readable`, writes what there is, a bounded amount. Appends
  // to `jobs` requests that Answer is to be called for, in any later turn.
  virtual Pumped Pump(bool readable, std::vector<Job>& jobs) = 0;
  // Takes the answer to a job; nothing if it was not asked, since it was cancelled.
  virtual void Answer(std::int32_t stream, std::optional<Response> response) = 0;
  // Something may be there for streams: whether there is, and so Pump would do something.
  [[nodiscard]] virtual bool Woken() = 0;
  // Whether Pump wants to be called when the socket is readable, or writable.
  [[nodiscard]] virtual bool wants_read() const = 0;
  [[nodiscard]] virtual bool wants_write() const = 0;
  // How many responses stream.
  [[nodiscard]] virtual std::size_t streams() const = 0;
  // Ends the streams and takes no more requests, as the server stops.
  virtual void Finish() = 0;
};

// The answer while requests wait that are too many.
// Source: kubernetes/apiserver pkg/server/filters/maxinflight.go, tooManyRequests.
[[nodiscard]] Response OverloadedResponse();

// Make the session of a connection whose handshake is done. Lifetime: the references outlive it.
[[nodiscard]] std::unique_ptr<Session> NewHttp1Session(const ConnectionContext& context,
                                                       Channel& channel, const Peer& peer);
[[nodiscard]] std::unique_ptr<Session> NewHttp2Session(const ConnectionContext& context,
                                                       Channel& channel, const Peer& peer);

}  // namespace k8snet::server

#endif  // K8SNET_SRC_HTTP_SESSION_H_
