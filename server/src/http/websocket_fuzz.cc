// Frames of a WebSocket's client, cut at places that the input chooses, and handshakes: however
// they are cut, the same end comes out, and what is kept is bounded.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "k8snet/apis/base/check.h"
#include "src/http/websocket.h"

namespace k8snet::server::websocket {
namespace {

// Reads `bytes` in pieces of `step` and returns all that was answered.
std::string Transcript(std::string_view bytes, std::size_t step) {
  Connection connection(WebSocketMessages::kLines);
  std::string transcript;
  OutQueue out;
  while (!bytes.empty()) {
    connection.Receive(bytes.substr(0, step), out);
    bytes.remove_prefix(std::min(step, bytes.size()));
    while (!out.empty()) {
      std::array<char, 4096> scratch;
      const std::string_view some = out.Gather(scratch);
      transcript += some;
      out.Consume(some.size());
      if (out.empty()) {
        connection.AppendPong(out);
      }
    }
  }
  K8SNET_CHECK(!connection.client_closed() ||
               (transcript.size() >= 4 && transcript[transcript.size() - 4] == '\x88'));
  return transcript;
}

}  // namespace
}  // namespace k8snet::server::websocket

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  namespace websocket = k8snet::server::websocket;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string slow = websocket::Transcript(bytes, 1);
  const std::string fast = websocket::Transcript(bytes, std::size_t{data[0]} + 1);
  // Pings that come together get one pong.
  K8SNET_CHECK(fast.size() <= slow.size());
  const std::size_t tail = std::min<std::size_t>(fast.size(), 4);
  if (slow.size() >= 4 && slow[slow.size() - 4] == '\x88') {
    K8SNET_CHECK(fast.substr(fast.size() - tail) == slow.substr(slow.size() - 4));
  }
  k8snet::server::Headers headers;
  headers.Add("Sec-WebSocket-Key", std::string(bytes.substr(0, bytes.size() / 2)));
  headers.Add("Sec-WebSocket-Version", "13");
  headers.Add("Sec-WebSocket-Protocol", std::string(bytes.substr(bytes.size() / 2)));
  const websocket::Handshake handshake = websocket::Accept(headers);
  K8SNET_CHECK(handshake.text.starts_with(handshake.accepted ? "HTTP/1.1 101 " : "HTTP/1.1 400 "));
  return 0;
}
