#include "src/http/websocket.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "src/http/syntax.h"

namespace k8snet::server::websocket {
namespace {

constexpr unsigned kContinuation = 0x0;
constexpr unsigned kText = 0x1;
constexpr unsigned kBinary = 0x2;
constexpr unsigned kClose = 0x8;
constexpr unsigned kPing = 0x9;
constexpr unsigned kPong = 0xA;

constexpr std::size_t kMaxControlBytes = 125;
constexpr std::size_t kLengthPrefixBytes = 4;
constexpr std::size_t kMaskBytes = 4;

bool IsControl(unsigned opcode) { return (opcode & 0x8U) != 0; }

bool AnyHolds(const Headers& headers, std::string_view name, std::string_view token) {
  const std::vector<std::string> values = headers.All(name);
  return std::any_of(values.begin(), values.end(),
                     [token](const std::string& value) { return ListHolds(value, token); });
}

// Source: RFC 6455 section 4.2.2, step 5.4.
std::string AcceptOfKey(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> encoded;
  const int size = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(size)};
}

Handshake Refuse(std::string_view extra, std::string_view why) {
  Handshake handshake;
  handshake.text = "HTTP/1.1 400 Bad Request\r\n";
  handshake.text += extra;
  handshake.text += "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n";
  handshake.text += why;
  return handshake;
}

// Returns the one subprotocol that is offered, "" for none, nothing for several.
std::optional<std::string> OneProtocol(const Headers& headers) {
  std::string found;
  for (const std::string& value : headers.All("Sec-WebSocket-Protocol")) {
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      if (const std::string_view protocol = Trim(rest.substr(0, comma)); !protocol.empty()) {
        if (!found.empty()) {
          return std::nullopt;
        }
        found = protocol;
      }
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
  }
  return found;
}

}  // namespace

bool IsUpgrade(const Headers& headers) {
  const std::string* upgrade = headers.Find("Upgrade");
  return upgrade != nullptr && EqualsIgnoreCase(*upgrade, "websocket") &&
         AnyHolds(headers, "Connection", "upgrade");
}

Handshake Accept(const Headers& headers) {
  const std::string* key = headers.Find("Sec-WebSocket-Key");
  if (key == nullptr || key->empty()) {
    return Refuse("", "mismatch challenge/response");
  }
  const std::string* version = headers.Find("Sec-WebSocket-Version");
  if (version == nullptr || *version != "13") {
    return Refuse("Sec-WebSocket-Version: 13\r\n", "missing or bad WebSocket Version");
  }
  const std::optional<std::string> protocol = OneProtocol(headers);
  if (!protocol) {
    return Refuse("", "missing or bad WebSocket-Protocol");
  }
  Handshake handshake;
  handshake.accepted = true;
  handshake.text =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      AcceptOfKey(*key) + "\r\n";
  if (!protocol->empty()) {
    handshake.text += "Sec-WebSocket-Protocol: " + *protocol + "\r\n";
  }
  handshake.text += "\r\n";
  return handshake;
}

void Connection::AppendFrame(unsigned opcode, std::size_t size, bool final, OutQueue& out) {
  std::array<char, 10> head;
  head[0] = static_cast<char>((final ? 0x80U : 0U) | opcode);
  std::size_t length_bytes = 0;
  if (size <= kMaxControlBytes) {
    head[1] = static_cast<char>(size);
  } else {
    length_bytes = size <= 0xFFFF ? 2 : 8;
    head[1] = static_cast<char>(length_bytes == 2 ? 126 : 127);
    for (std::size_t i = 0; i < length_bytes; ++i) {
      head[2 + i] = static_cast<char>(size >> (8 * (length_bytes - 1 - i)));
    }
  }
  out.AppendText(std::string(head.data(), 2 + length_bytes));
}

void Connection::AppendMessages(std::vector<Bytes> pieces, OutQueue& out) {
  if (closed_) {
    return;
  }
  if (messages_ == WebSocketMessages::kLengthPrefixed) {
    for (Bytes& piece : pieces) {
      if (piece != nullptr && piece->size() > kLengthPrefixBytes) {
        AppendFrame(kBinary, piece->size() - kLengthPrefixBytes, true, out);
        out.AppendFrom(std::move(piece), kLengthPrefixBytes);
      }
    }
    return;
  }
  for (std::size_t first = 0; first < pieces.size();) {
    std::size_t last = first;
    std::size_t size = 0;
    bool final = false;
    for (; last < pieces.size() && !final; ++last) {
      if (pieces[last] != nullptr && !pieces[last]->empty()) {
        size += pieces[last]->size();
        final = pieces[last]->back() == '\n';
      }
    }
    if (size > 0) {
      AppendFrame(in_message_ ? kContinuation : kText, size, final, out);
      in_message_ = !final;
    }
    for (; first < last; ++first) {
      out.Append(std::move(pieces[first]));
    }
  }
}

void Connection::Receive(std::string_view bytes, OutQueue& out) {
  while (!bytes.empty() && !client_closed_) {
    if (!in_payload_) {
      header_ += bytes.front();
      bytes.remove_prefix(1);
      if (!BeginFrame()) {
        client_closed_ = true;
        Close(CloseCode::kProtocolError, out);
        return;
      }
      if (in_payload_ && remaining_ == 0) {
        EndFrame(out);
      }
      continue;
    }
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
    if (IsControl(opcode_)) {
      control_ += bytes.substr(0, take);
    }
    bytes.remove_prefix(take);
    remaining_ -= take;
    if (remaining_ == 0) {
      EndFrame(out);
    }
  }
}

bool Connection::BeginFrame() {
  const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(header_[i]); };
  if (header_.size() < 2) {
    return true;
  }
  const bool final = (byte(0) & 0x80U) != 0;
  opcode_ = byte(0) & 0x0FU;
  const unsigned short_length = byte(1) & 0x7FU;
  if (header_.size() == 2) {
    const bool known = opcode_ <= kBinary || (opcode_ >= kClose && opcode_ <= kPong);
    const bool in_order = IsControl(opcode_) || (opcode_ == kContinuation) == continues_;
    if ((byte(0) & 0x70U) != 0 || !known || !in_order || (byte(1) & 0x80U) == 0 ||
        (IsControl(opcode_) && (!final || short_length > kMaxControlBytes))) {
      return false;
    }
  }
  const std::size_t length_bytes = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  if (header_.size() < 2 + length_bytes + kMaskBytes) {
    return true;
  }
  remaining_ = short_length;
  if (length_bytes > 0) {
    remaining_ = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) {
      remaining_ = remaining_ << 8U | byte(2 + i);
    }
    if (remaining_ >> 63U != 0) {
      return false;
    }
  }
  if (!IsControl(opcode_)) {
    continues_ = !final;
  }
  in_payload_ = true;
  return true;
}

void Connection::EndFrame(OutQueue& out) {
  const std::string_view mask = std::string_view(header_).substr(header_.size() - kMaskBytes);
  for (std::size_t i = 0; i < control_.size(); ++i) {
    control_[i] = static_cast<char>(control_[i] ^ mask[i % kMaskBytes]);
  }
  header_.clear();
  in_payload_ = false;
  std::string payload = std::exchange(control_, {});
  if (opcode_ == kPing) {
    pong_ = std::move(payload);
    has_pong_ = true;
    if (out.empty()) {
      AppendPong(out);
    }
  } else if (opcode_ == kClose) {
    client_closed_ = true;
    Close(payload.size() == 1 ? CloseCode::kProtocolError : CloseCode::kNormal, out);
  }
}

void Connection::AppendPong(OutQueue& out) {
  if (has_pong_ && !closed_) {
    AppendFrame(kPong, pong_.size(), true, out);
    out.AppendText(std::exchange(pong_, {}));
    has_pong_ = false;
  }
}

void Connection::Close(CloseCode code, OutQueue& out) {
  if (std::exchange(closed_, true)) {
    return;
  }
  const auto number = static_cast<unsigned>(code);
  AppendFrame(kClose, 2, true, out);
  out.AppendText({static_cast<char>(number >> 8U), static_cast<char>(number & 0xFFU)});
}

}  // namespace k8snet::server::websocket
