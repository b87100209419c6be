// WebSocket (RFC 6455) as a server speaks it: the handshake, messages out, client frames in. No
// sockets.
#ifndef K8SNET_SRC_HTTP_WEBSOCKET_H_
#define K8SNET_SRC_HTTP_WEBSOCKET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/server/http.h"
#include "src/http/out_queue.h"

namespace k8snet::server::websocket {

// Whether `headers` ask to go on as a WebSocket.
// Source: kubernetes/streaming pkg/httpstream/wsstream/conn.go, IsWebSocketRequest.
[[nodiscard]] bool IsUpgrade(const Headers& headers);

// What a handshake is answered with.
struct Handshake {
  bool accepted = false;
  std::string text;  // The whole answer: the head of a 101, or a refusal after which to close.
};

// Answers the handshake in `headers`, for which IsUpgrade is true. Accepted is version 13 with a
// key; one subprotocol is echoed, more are refused. Differs: an Origin is not asked for.
// Source: golang/net websocket/hybi.go, hybiServerHandshaker.
[[nodiscard]] Handshake Accept(const Headers& headers);

enum class CloseCode : std::uint16_t { kNormal = 1000, kGoingAway = 1001, kProtocolError = 1002 };

// The state of one WebSocket after the handshake. Not thread-safe.
class Connection {
 public:
  explicit Connection(WebSocketMessages messages) : messages_(messages) {}

  // Appends to `out` the messages that `pieces` end, or a part of one that goes on.
  void AppendMessages(std::vector<Bytes> pieces, OutQueue& out);
  // Reads what the client sent. Pongs are appended to `out` if it is empty, else the newest alone
  // is, later. Data is ignored, whatever its length.
  void Receive(std::string_view bytes, OutQueue& out);
  // Appends a pong that had to wait.
  void AppendPong(OutQueue& out);
  // Appends a close frame, once, after which nothing may follow.
  void Close(CloseCode code, OutQueue& out);
  // Whether the client has closed, or sent what is no frame: the close frame is appended.
  [[nodiscard]] bool client_closed() const { return client_closed_; }
  [[nodiscard]] bool has_pong() const { return has_pong_; }

 private:
  // Reads a frame's header if all of it is in `header_`; false if it is none.
  bool BeginFrame();
  void EndFrame(OutQueue& out);
  void AppendFrame(unsigned opcode, std::size_t size, bool final, OutQueue& out);

  const WebSocketMessages messages_;
  bool in_message_ = false;  // A part of a message is out.
  bool closed_ = false;
  bool client_closed_ = false;

  std::string header_;       // Of the frame that comes in; with its mask.
  bool in_payload_ = false;  // The header is complete.
  std::uint64_t remaining_ = 0;
  unsigned opcode_ = 0;
  std::string control_;     // The payload so far of a control frame.
  bool continues_ = false;  // A message of the client goes on.
  bool has_pong_ = false;
  std::string pong_;
};

}  // namespace k8snet::server::websocket

#endif  // K8SNET_SRC_HTTP_WEBSOCKET_H_
