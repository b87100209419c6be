// One connection: from handshake to close, as steps that never wait for the client.
#ifndef K8SNET_SRC_HTTP_CONNECTION_H_
#define K8SNET_SRC_HTTP_CONNECTION_H_

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
#include "src/http/http1.h"
#include "src/http/out_queue.h"
#include "src/mutex.h"

namespace k8snet::server {

// What all connections of a listener share. Lifetime: outlives them.
struct ConnectionContext {
  const ListenerOptions& options;
  const Handler& handler;
  SSL_CTX* tls = nullptr;  // Null: plain.
  std::atomic<bool>& stopping;
};

// A connection. It has one owner at a time: the loop while it waits, a worker while it is served,
// the pump while it streams. Not thread-safe, but for `parking`.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  // What its owner is to do with it.
  enum class Next {
    kWaitRead,   // Serve again when the socket is readable, or close at deadline().
    kWaitWrite,  // The same for writable.
    kAgain,      // Serve again when others had their turn.
    kStream,     // Give it to the pump.
    kClose,
  };

  enum class Pumped {
    kIdle,     // The stream has nothing now.
    kMore,     // It has more, but others are to have a turn.
    kBlocked,  // The client takes no more now.
    kDone,     // The stream's end is sent. Next: EndStream.
    kClosed,   // The client is gone.
  };

  Connection(const ConnectionContext& context, int fd, std::string peer_address);

  // Goes on as far as it can without waiting for the client. With `overloaded` no handler is
  // called: requests are answered 429.
  Next Serve(bool overloaded);
  // When the wait that Serve asked for has lasted too long.
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }
  // Whether it waits for a request of which nothing has come.
  [[nodiscard]] bool idle() const { return idle_; }
  [[nodiscard]] bool in_handshake() const { return phase_ == Phase::kHandshake; }
  [[nodiscard]] int fd() const { return channel_.fd(); }

  // Of the pump: pulls and writes, a bounded amount.
  Pumped Pump();
  // Null once it has ended.
  [[nodiscard]] const Stream* stream() const { return stream_.get(); }
  // Drops the stream and queues the end of the body.
  void EndStream();
  // After kDone: readies the connection for its next request, or tells to close it.
  Next FinishStream();

  // Frees all but the object.
  void Close();

  // Who has it: guards against an event and a deadline at once.
  struct Parking {
    Mutex mutex;
    bool armed K8SNET_GUARDED_BY(mutex) = false;
    bool counted K8SNET_GUARDED_BY(mutex) = false;  // As parked.
    bool registered K8SNET_GUARDED_BY(mutex) = false;
    Clock::time_point deadline K8SNET_GUARDED_BY(mutex);
  };
  Parking parking;
  std::size_t index = 0;  // The loop's.

 private:
  enum class Phase { kHandshake, kRequest, kWrite, kLinger };

  Next ServeHandshake();
  // Returns nothing when the phase changed.
  std::optional<Next> ServeRequest(bool overloaded);
  std::optional<Next> ServeWrite();
  Next ServeLinger();
  Next WaitFor(Channel::Io io, std::chrono::milliseconds timeout);
  Next WaitUntil(Channel::Io io, Clock::time_point deadline);
  void Respond(Response response);
  void RespondOverloaded();
  void Answer();
  // Returns whether there was anything to append.
  bool AppendChunk(std::vector<Bytes> pieces);

  const ConnectionContext& context_;
  Channel channel_;
  std::string peer_address_;
  std::optional<PeerCertificate> peer_certificate_;
  Phase phase_ = Phase::kHandshake;
  http1::RequestReader reader_;
  OutQueue out_;
  std::unique_ptr<Stream> stream_;
  Clock::time_point deadline_;
  Clock::time_point began_;  // Of the handshake, head or body that is being received.
  bool idle_ = false;
  bool in_head_ = false;
  bool in_body_ = false;
  bool close_after_ = false;
  bool linger_ = false;   // After closing our side, read on, lest a reset cuts the answer off.
  bool chunked_ = false;  // The stream's framing.
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_HTTP_CONNECTION_H_
