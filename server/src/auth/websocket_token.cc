#include "src/auth/websocket_token.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "src/text/base64.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kHeader = "Sec-WebSocket-Protocol";
constexpr std::string_view kPrefix = "base64url.bearer.authorization.k8s.io.";

struct Protocols {
  std::vector<std::string> tokens;  // Still encoded.
  std::string others;               // With commas between.
};

Protocols Split(const Request& request) {
  Protocols protocols;
  for (const std::string& value : request.headers.All(kHeader)) {
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      std::string_view protocol = rest.substr(0, comma);
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
      protocol.remove_prefix(std::min(protocol.find_first_not_of(" \t"), protocol.size()));
      protocol = protocol.substr(0, protocol.find_last_not_of(" \t") + 1);
      if (protocol.starts_with(kPrefix)) {
        protocols.tokens.emplace_back(protocol.substr(kPrefix.size()));
      } else if (!protocol.empty()) {
        protocols.others += protocols.others.empty() ? "" : ",";
        protocols.others += protocol;
      }
    }
  }
  return protocols;
}

Error Bad(std::string message) { return {Reason::kUnauthorized, std::move(message)}; }

}  // namespace

Result<std::string> WebSocketToken(const Request& request) {
  if (!request.wants_websocket) {
    return std::string();
  }
  const Protocols protocols = Split(request);
  if (protocols.tokens.empty()) {
    return std::string();
  }
  if (protocols.tokens.size() > 1) {
    return Bad("multiple base64.bearer.authorization tokens specified");
  }
  std::optional<std::size_t> fault;
  std::string token = DecodeBase64Url(protocols.tokens[0], fault);
  if (fault) {
    return Bad("invalid base64url.bearer.authorization token encoding");
  }
  if (!token.empty() && protocols.others.empty()) {
    return Bad("missing additional subprotocol");
  }
  return token;
}

void RemoveWebSocketToken(Request& request) {
  Protocols protocols = Split(request);
  if (protocols.tokens.empty()) {
    return;
  }
  request.headers.Remove(kHeader);
  if (!protocols.others.empty()) {
    request.headers.Add(std::string(kHeader), std::move(protocols.others));
  }
}

}  // namespace k8snet::server
