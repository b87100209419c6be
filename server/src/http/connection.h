// One connection: from handshake to close, as steps that never wait for the client.
#ifndef K8SNET_SRC_HTTP_CONNECTION_H_
#define K8SNET_SRC_HTTP_CONNECTION_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "src/http/channel.h"
#include "src/http/out_queue.h"
#include "src/http/session.h"
#include "src/mutex.h"

namespace k8snet::server {

// A connection: its handshake, then the session that ALPN chose. It has the owner that its session
// has. Not thread-safe, but for `parking`.
class Connection {
 public:
  using Clock = Session::Clock;
  using Next = Session::Next;

  Connection(const ConnectionContext& context, int fd, std::string peer_address);

  // As Session::Serve.
  Next Serve(bool overloaded);
  // When the wait that Serve asked for has lasted too long.
  [[nodiscard]] Clock::time_point deadline() const;
  // Whether it waits for a request of which nothing has come.
  [[nodiscard]] bool idle() const { return session_ != nullptr && session_->idle(); }
  [[nodiscard]] bool in_handshake() const { return session_ == nullptr; }
  [[nodiscard]] int fd() const { return channel_.fd(); }
  // Once Serve has returned kPump.
  [[nodiscard]] Session& session() { return *session_; }

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
  Next ServeHandshake();
  // Says that this is a port of TLS, and closes.
  Next RefusePlainHttp();

  const ConnectionContext& context_;
  Channel channel_;
  Peer peer_;
  Clock::time_point began_;
  Clock::time_point refused_deadline_ = Clock::time_point::max();
  OutQueue refusal_;
  bool refused_ = false;
  std::unique_ptr<Session> session_;  // Null during the handshake.
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_HTTP_CONNECTION_H_
