// A client of HTTP/2 by nghttp2, without a socket and over one, for tests and benchmarks.
#ifndef K8SNET_SRC_HTTP_HTTP2_TEST_PEER_H_
#define K8SNET_SRC_HTTP_HTTP2_TEST_PEER_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nghttp2/nghttp2.h>

#include "k8snet/apis/base/check.h"
#include "src/http/test_client.h"

namespace k8snet::server::testing {

using Fields = std::vector<std::pair<std::string, std::string>>;

// Returns the bytes of a frame.
inline std::string Frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                         std::string_view payload) {
  std::string frame;
  for (const int shift : {16, 8, 0}) {
    frame += static_cast<char>(payload.size() >> shift);
  }
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) {
    frame += static_cast<char>(stream >> shift);
  }
  return frame.append(payload);
}

// A header section that names each field by its letters, not by an index.
inline std::string PlainHead(const Fields& fields) {
  std::string block;
  const auto text = [&block](std::string_view part) {
    if (part.size() < 127) {
      block += static_cast<char>(part.size());
    } else {
      block += static_cast<char>(127);
      std::size_t rest = part.size() - 127;
      for (; rest >= 128; rest >>= 7U) {
        block += static_cast<char>((rest & 0x7FU) | 0x80U);
      }
      block += static_cast<char>(rest);
    }
    block += part;
  };
  for (const auto& [name, value] : fields) {
    block += '\0';  // A literal without indexing, with a new name.
    text(name);
    text(value);
  }
  return block;
}

inline Fields GetFields(std::string path) {
  return {{":method", "GET"}, {":scheme", "https"}, {":authority", "test"}, {":path", path}};
}

// The client's preface with empty SETTINGS.
inline std::string Preface() {
  return std::string(NGHTTP2_CLIENT_MAGIC) + Frame(NGHTTP2_SETTINGS, 0, 0, "");
}

// The client's end of a connection. Not thread-safe.
class Http2Peer {
 public:
  struct Options {
    std::uint32_t window_bytes = 1U << 20U;  // Of each stream.
    bool reads = true;                       // Gives windows back.
  };
  struct Answer {
    int status = 0;
    int interim = 0;  // The last status below 200.
    Fields fields;
    std::string body;
    bool closed = false;
    std::uint32_t error = 0;

    [[nodiscard]] std::string Get(std::string_view name) const {
      const auto found = std::find_if(fields.begin(), fields.end(),
                                      [name](const auto& field) { return field.first == name; });
      return found == fields.end() ? "" : found->second;
    }
  };

  Http2Peer() : Http2Peer(Options{}) {}
  explicit Http2Peer(const Options& options) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, options.reads ? 0 : 1);
    K8SNET_CHECK(nghttp2_session_client_new2(&session_, callbacks, this, option) == 0);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    const std::array<nghttp2_settings_entry, 2> settings = {
        {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.window_bytes},
         {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}}};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
    if (options.reads) {
      nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, 1 << 30);
    }
  }
  ~Http2Peer() { nghttp2_session_del(session_); }
  Http2Peer(const Http2Peer&) = delete;
  Http2Peer& operator=(const Http2Peer&) = delete;

  // Begins a request and returns its stream. Without `end` its body goes on by SendBody.
  std::int32_t Request(Fields fields, std::string body = "", bool end = true) {
    std::vector<nghttp2_nv> list;
    const auto bytes = [](std::string& text) {
      return reinterpret_cast<std::uint8_t*>(text.data());
    };
    for (auto& [name, value] : fields) {
      list.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    }
    nghttp2_data_provider provider{};
    provider.read_callback = OnRead;
    const std::int32_t id =
        nghttp2_submit_request(session_, nullptr, list.data(), list.size(),
                               body.empty() && end ? nullptr : &provider, nullptr);
    K8SNET_CHECK(id > 0);
    bodies_[id] = {std::move(body), end};
    answers[id];
    return id;
  }
  std::int32_t Get(const std::string& path) { return Request(GetFields(path)); }
  void SendBody(std::int32_t id, std::string_view more, bool end) {
    bodies_[id].first += more;
    bodies_[id].second = end;
    nghttp2_session_resume_data(session_, id);
  }
  void Reset(std::int32_t id) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  }
  void Ping() { nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr); }
  // Gives back `size` bytes of a stream's window and of the connection's.
  void Consume(std::int32_t id, std::size_t size) { nghttp2_session_consume(session_, id, size); }

  // What is to be sent now.
  std::string Output() {
    std::string out;
    const std::uint8_t* data = nullptr;
    while (true) {
      const ssize_t size = nghttp2_session_mem_send(session_, &data);
      if (size <= 0) {
        return out;
      }
      out.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    }
  }
  // Takes what came; false if it is not HTTP/2.
  bool Input(std::string_view bytes) {
    return nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                    bytes.size()) == static_cast<ssize_t>(bytes.size());
  }
  [[nodiscard]] std::uint32_t Setting(nghttp2_settings_id id) const {
    return nghttp2_session_get_remote_settings(session_, id);
  }

  std::map<std::int32_t, Answer> answers;
  std::vector<std::uint32_t> goaways;  // Their codes.
  std::int32_t last_stream = 0;        // Of the last one.
  int pongs = 0;

 private:
  static Http2Peer& Self(void* user) { return *static_cast<Http2Peer*>(user); }

  static int OnHeader(nghttp2_session* /*session*/, const nghttp2_frame* frame,
                      const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                      std::size_t value_size, std::uint8_t /*flags*/, void* user) {
    Answer& answer = Self(user).answers[frame->hd.stream_id];
    std::string key(reinterpret_cast<const char*>(name), name_size);
    std::string text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":status") {
      (text[0] == '1' ? answer.interim : answer.status) = std::stoi(text);
    } else {
      answer.fields.emplace_back(std::move(key), std::move(text));
    }
    return 0;
  }
  static int OnData(nghttp2_session* /*session*/, std::uint8_t /*flags*/, std::int32_t id,
                    const std::uint8_t* data, std::size_t size, void* user) {
    Self(user).answers[id].body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }
  static int OnFrame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      Self(user).goaways.push_back(frame->goaway.error_code);
      Self(user).last_stream = frame->goaway.last_stream_id;
    } else if (frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) {
      ++Self(user).pongs;
    }
    return 0;
  }
  static int OnClose(nghttp2_session* /*session*/, std::int32_t id, std::uint32_t code,
                     void* user) {
    Answer& answer = Self(user).answers[id];
    answer.closed = true;
    answer.error = code;
    return 0;
  }
  static ssize_t OnRead(nghttp2_session* /*session*/, std::int32_t id, std::uint8_t* buffer,
                        std::size_t size, std::uint32_t* flags, nghttp2_data_source* /*source*/,
                        void* user) {
    auto& [body, end] = Self(user).bodies_[id];
    const std::size_t take = std::min(size, body.size());
    std::copy_n(body.begin(), take, buffer);
    body.erase(0, take);
    if (body.empty() && end) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
    } else if (take == 0) {
      return NGHTTP2_ERR_DEFERRED;
    }
    return static_cast<ssize_t>(take);
  }

  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, std::pair<std::string, bool>> bodies_;
};

// A TLS context of clients that speak HTTP/2 alone.
inline SslContext NewHttp2ClientContext() {
  SslContext context = NewClientContext();
  static constexpr std::array<unsigned char, 3> kH2 = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), kH2.data(), kH2.size());
  return context;
}

// The peer over a blocking connection to 127.0.0.1. Not thread-safe.
class Http2Client {
 public:
  Http2Client(std::uint16_t port, SSL_CTX* tls, const Http2Peer::Options& options = {},
              int receive_buffer = 0)
      : peer(options), client_(port, tls, receive_buffer) {}

  [[nodiscard]] bool connected() const { return client_.connected(); }
  // Sends what is to be sent.
  bool Flush() { return client_.Send(peer.Output()); }
  bool SendRaw(std::string_view bytes) { return client_.Send(bytes); }
  // Exchanges bytes until `done`; false if the connection ends before, or is silent for long.
  template <typename Done>
  bool Run(Done done) {
    while (true) {
      if (!Flush()) {
        return done();
      }
      if (done()) {
        return true;
      }
      const std::string bytes = client_.ReadSome();
      if (bytes.empty() || !peer.Input(bytes)) {
        return done();
      }
    }
  }
  // Waits for the end of a response.
  Http2Peer::Answer& Await(std::int32_t id) {
    Http2Peer::Answer& answer = peer.answers[id];
    Run([&answer] { return answer.closed; });
    return answer;
  }
  Http2Peer::Answer& Get(const std::string& path) { return Await(peer.Get(path)); }
  // Whether the server closes the connection.
  bool AtEnd() {
    while (true) {
      const std::string bytes = client_.ReadSome();
      if (bytes.empty()) {
        return client_.at_end();
      }
      peer.Input(bytes);
    }
  }
  bool Readable(int milliseconds) { return client_.Readable(milliseconds); }

  Http2Peer peer;

 private:
  Client client_;
};

}  // namespace k8snet::server::testing

#endif  // K8SNET_SRC_HTTP_HTTP2_TEST_PEER_H_
