#include "src/http/http1.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "k8snet/apis/base/check.h"
#include "src/http/syntax.h"

namespace k8snet::server::http1 {
namespace {

constexpr std::size_t kMaxSkippedBytes = 4;
constexpr std::size_t kMaxChunkLineBytes = 4096;
constexpr std::int64_t kMaxChunkExcessBytes = 16 * 1024;

// Cuts the first line off `text`, which holds a LF, and returns it without its line end.
std::string_view CutLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  }
  return line;
}

std::optional<Refusal> ParseRequestLine(std::string_view line, Head& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.find(' ', first == std::string_view::npos ? first : first + 1);
  if (first == std::string_view::npos || last == std::string_view::npos) {
    return Refusal{400, ""};
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view version = line.substr(last + 1);
  if (!IsToken(method)) {
    return Refusal{400, "invalid method"};
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return Refusal{400, "malformed HTTP version"};
  }
  if (version[5] != '1') {
    return Refusal{505, "unsupported protocol version"};
  }
  const auto target = OriginForm(line.substr(first + 1, last - first - 1));
  if (!target) {
    return Refusal{400, ""};
  }
  head.method = method;
  head.target = *target;
  head.is_head = method == "HEAD";
  head.minor_version = version[7] == '0' ? 0 : 1;
  return std::nullopt;
}

std::optional<std::uint64_t> ParseLength(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() ||
      value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return value;
}

// What the fields say together.
struct FieldSummary {
  int hosts = 0;
  bool has_length = false;
  bool close = false;
  bool keep_alive = false;
};

std::optional<Refusal> NoteField(std::string_view name, std::string_view value, Head& head,
                                 FieldSummary& summary) {
  // The names that matter here have one of these lengths.
  switch (name.size()) {
    case 4:
      if (EqualsIgnoreCase(name, "host")) {
        ++summary.hosts;
        if (value.find_first_of(" \t,/?#@\\\"<>") != std::string_view::npos) {
          return Refusal{400, "malformed Host header"};
        }
      }
      break;
    case 6:
      if (EqualsIgnoreCase(name, "expect")) {
        if (!EqualsIgnoreCase(value, "100-continue")) {
          return Refusal{417, ""};
        }
        head.expects_continue = true;
      }
      break;
    case 10:
      if (EqualsIgnoreCase(name, "connection")) {
        summary.close = summary.close || ListHolds(value, "close");
        summary.keep_alive = summary.keep_alive || ListHolds(value, "keep-alive");
      }
      break;
    case 14:
      if (EqualsIgnoreCase(name, "content-length")) {
        const auto length = ParseLength(value);
        if (!length || (summary.has_length && *length != head.content_length)) {
          return Refusal{400, "bad Content-Length"};
        }
        summary.has_length = true;
        head.content_length = *length;
      }
      break;
    case 17:
      if (EqualsIgnoreCase(name, "transfer-encoding")) {
        if (head.chunked || !EqualsIgnoreCase(value, "chunked")) {
          return Refusal{501, "unsupported transfer encoding"};
        }
        head.chunked = true;
      }
      break;
    default:
      break;
  }
  return std::nullopt;
}

std::string_view StatusText(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Request Entity Too Large";
    case 414:
      return "Request URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Requested Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

void AppendStatusLine(int status, int minor_version, std::string& out) {
  out += minor_version == 0 ? "HTTP/1.0 " : "HTTP/1.1 ";
  out += std::to_string(status);
  out += ' ';
  const std::string_view text = StatusText(status);
  if (text.empty()) {
    out += "status code ";
    out += std::to_string(status);
  } else {
    out += text;
  }
}

}  // namespace

std::variant<Head, Refusal> ParseHead(std::string_view text) {
  Head head;
  if (auto refusal = ParseRequestLine(CutLine(text), head)) {
    return *std::move(refusal);
  }
  FieldSummary summary;
  for (std::string_view line = CutLine(text); !line.empty(); line = CutLine(text)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      return Refusal{400, ""};
    }
    const std::string_view name = line.substr(0, colon);
    if (!IsToken(name)) {
      return Refusal{400, "invalid header name"};
    }
    const std::string_view value = Trim(line.substr(colon + 1));
    if (!IsFieldValue(value)) {
      return Refusal{400, "invalid header value"};
    }
    if (auto refusal = NoteField(name, value, head, summary)) {
      return *std::move(refusal);
    }
    head.headers.Add(std::string(name), std::string(value));
  }
  if (summary.hosts > 1) {
    return Refusal{400, "too many Host headers"};
  }
  if (summary.hosts == 0 && head.minor_version == 1) {
    return Refusal{400, "missing required Host header"};
  }
  if (head.chunked && (summary.has_length || head.minor_version == 0)) {
    return Refusal{400, "bad Transfer-Encoding"};
  }
  head.keep_alive = !summary.close && (head.minor_version == 1 || summary.keep_alive);
  head.expects_continue = head.expects_continue && head.minor_version == 1;
  return head;
}

bool ChunkedDecoder::BeginChunk(std::string_view line) {
  const std::size_t line_bytes = line.size() + 1;
  // A bare LF is no line end here: proxies disagree on it, and a body is where that is abused.
  if (line.empty() || line.back() != '\r') {
    return false;
  }
  line.remove_suffix(1);
  const std::string_view digits = Trim(line.substr(0, line.find(';')));
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (digits.empty() || digits.front() == '-' || digits.size() > 16 || error != std::errc() ||
      end != digits.data() + digits.size()) {
    return false;
  }
  // Each chunk pays for a plain line; a chunk of data pays for more. What is left over counts.
  excess_ += static_cast<std::int64_t>(line_bytes) + 2 - 16 -
             2 * static_cast<std::int64_t>(std::min<std::uint64_t>(size, 1 << 20));
  excess_ = std::max<std::int64_t>(excess_, 0);
  remaining_ = size;
  phase_ = size == 0 ? Phase::kTrailer : Phase::kData;
  return excess_ <= kMaxChunkExcessBytes;
}

ChunkedDecoder::State ChunkedDecoder::Feed(std::string_view& in, std::string& out,
                                           std::size_t max_bytes) {
  while (phase_ != Phase::kDone) {
    if (phase_ == Phase::kData) {
      const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, in.size()));
      if (remaining_ > max_bytes - out.size()) {
        return State::kTooLarge;
      }
      out.append(in.substr(0, take));
      in.remove_prefix(take);
      remaining_ -= take;
      if (remaining_ > 0) {
        return State::kNeedMore;
      }
      phase_ = Phase::kDataEnd;
      continue;
    }
    const std::size_t end = in.find('\n');
    const std::string_view part = in.substr(0, end);
    if (line_.size() + part.size() > kMaxChunkLineBytes) {
      return State::kMalformed;
    }
    line_.append(part);
    if (end == std::string_view::npos) {
      in.remove_prefix(in.size());
      return State::kNeedMore;
    }
    in.remove_prefix(end + 1);
    const std::string line = std::exchange(line_, {});
    switch (phase_) {
      case Phase::kSize:
        if (!BeginChunk(line)) {
          return State::kMalformed;
        }
        break;
      case Phase::kDataEnd:
        if (line != "\r") {
          return State::kMalformed;
        }
        phase_ = Phase::kSize;
        break;
      case Phase::kTrailer:
        excess_ += static_cast<std::int64_t>(line.size());
        if (line == "\r") {
          phase_ = Phase::kDone;
        } else if (excess_ > kMaxChunkExcessBytes || !line.ends_with('\r') ||
                   !IsToken(std::string_view(line).substr(0, line.find(':'))) ||
                   line.find(':') == std::string::npos) {
          return State::kMalformed;
        }
        break;
      case Phase::kData:
      case Phase::kDone:
        break;
    }
  }
  return State::kDone;
}

void RequestReader::Append(std::string_view bytes) {
  if (state_ == State::kBody && !head_.chunked && buffer_.empty() && !too_large_) {
    const auto take = static_cast<std::size_t>(
        std::min<std::uint64_t>(head_.content_length - body_.size(), bytes.size()));
    body_.append(bytes.substr(0, take));
    bytes.remove_prefix(take);
  }
  buffer_.append(bytes);
}

RequestReader::State RequestReader::Refuse(Refusal refusal) {
  refusal_ = std::move(refusal);
  buffer_ = {};
  return state_ = State::kRefused;
}

RequestReader::State RequestReader::Advance() {
  if (state_ == State::kIdle || state_ == State::kHead) {
    AdvanceHead();
  }
  if (state_ == State::kBody) {
    AdvanceBody();
  }
  return state_;
}

RequestReader::State RequestReader::AdvanceHead() {
  if (state_ == State::kIdle) {
    // Line ends after the last body are forgiven (RFC 9112, section 2.2).
    std::size_t skip = 0;
    for (; skip < buffer_.size() && (buffer_[skip] == '\r' || buffer_[skip] == '\n') &&
           skipped_ < kMaxSkippedBytes;
         ++skip) {
      ++skipped_;
    }
    buffer_.erase(0, skip);
    if (buffer_.empty()) {
      return state_;
    }
    state_ = State::kHead;
    scan_ = 0;
  }
  // The head ends with a line that is empty.
  std::size_t end = buffer_.find('\n', scan_);
  std::size_t head_bytes = 0;
  for (; end != std::string::npos; end = buffer_.find('\n', end + 1)) {
    if (buffer_.compare(end + 1, 1, "\n") == 0) {
      head_bytes = end + 2;
      break;
    }
    if (buffer_.compare(end + 1, 2, "\r\n") == 0) {
      head_bytes = end + 3;
      break;
    }
  }
  if (head_bytes > limits_.max_header_bytes ||
      (head_bytes == 0 && buffer_.size() > limits_.max_header_bytes)) {
    return Refuse({431, ""});
  }
  if (head_bytes == 0) {
    scan_ = buffer_.size() > 2 ? buffer_.size() - 2 : 0;
    return state_;
  }
  auto parsed = ParseHead(std::string_view(buffer_).substr(0, head_bytes));
  if (auto* refusal = std::get_if<Refusal>(&parsed)) {
    return Refuse(std::move(*refusal));
  }
  head_ = std::move(*std::get_if<Head>(&parsed));
  buffer_.erase(0, head_bytes);
  body_.clear();
  chunks_.reset();
  if (head_.chunked) {
    chunks_.emplace();
  }
  too_large_ = !head_.chunked && head_.content_length > limits_.max_body_bytes;
  continue_wanted_ = head_.expects_continue && !too_large_;
  return state_ = State::kBody;
}

RequestReader::State RequestReader::AdvanceBody() {
  if (head_.chunked) {
    std::string_view rest = buffer_;
    const auto decoded = chunks_->Feed(rest, body_, limits_.max_body_bytes);
    buffer_.erase(0, buffer_.size() - rest.size());
    switch (decoded) {
      case ChunkedDecoder::State::kNeedMore:
        return state_;
      case ChunkedDecoder::State::kMalformed:
        return Refuse({400, "malformed chunked encoding"});
      case ChunkedDecoder::State::kTooLarge:
        too_large_ = true;
        break;
      case ChunkedDecoder::State::kDone:
        break;
    }
    return state_ = State::kRequest;
  }
  if (!too_large_ && body_.size() < head_.content_length) {
    const auto take = static_cast<std::size_t>(
        std::min<std::uint64_t>(head_.content_length - body_.size(), buffer_.size()));
    body_.append(buffer_, 0, take);
    buffer_.erase(0, take);
    if (body_.size() < head_.content_length) {
      return state_;
    }
  }
  return state_ = State::kRequest;
}

bool RequestReader::TakeContinue() {
  return state_ == State::kBody && body_.empty() && buffer_.empty() &&
         std::exchange(continue_wanted_, false);
}

Request RequestReader::TakeRequest() {
  K8SNET_CHECK(state_ == State::kBody || state_ == State::kRequest);
  Request request;
  request.method = std::move(head_.method);
  request.target = std::move(head_.target);
  request.headers = std::move(head_.headers);
  request.body_too_large = too_large_;
  if (!too_large_) {
    request.body = std::move(body_);
  }
  body_ = {};
  return request;
}

void RequestReader::Finish() {
  state_ = State::kIdle;
  skipped_ = 0;
  scan_ = 0;
  chunks_.reset();
  if (buffer_.empty()) {
    buffer_ = {};
  }
}

std::string FormatHead(int status, const Headers& headers, const ResponseFraming& framing) {
  std::string out;
  out.reserve(512);
  AppendStatusLine(status, framing.minor_version, out);
  out += "\r\n";
  for (const auto& [name, value] : headers.items()) {
    if (IsTransportsOwn(name) || !IsToken(name)) {
      continue;
    }
    out += name;
    out += ": ";
    const std::size_t begin = out.size();
    out += value;
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
        [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
    out += "\r\n";
  }
  out += "Date: ";
  out += DateNow();
  out += "\r\n";
  if (framing.chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (framing.content_length) {
    out += "Content-Length: ";
    out += std::to_string(*framing.content_length);
    out += "\r\n";
  }
  if (framing.close) {
    out += "Connection: close\r\n";
  } else if (framing.minor_version == 0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  return out;
}

std::string FormatRefusal(const Refusal& refusal) {
  std::string status_line;
  AppendStatusLine(refusal.status, 1, status_line);
  std::string text = status_line.substr(std::string_view("HTTP/1.1 ").size());
  if (!refusal.detail.empty()) {
    text += ": ";
    text += refusal.detail;
  }
  return status_line + "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" +
         text;
}

}  // namespace k8snet::server::http1
