#include "src/http/http2_fields.h"

#include <algorithm>
#include <utility>

#include "src/http/syntax.h"

namespace k8snet::server::http2 {
namespace {

// What SETTINGS_MAX_HEADER_LIST_SIZE counts for a field besides its bytes.
constexpr std::size_t kFieldOverhead = 32;
// How many times the limit a section may be before the connection ends for it.
constexpr std::size_t kExcess = 4;

bool IsOfHttp1Alone(std::string_view name) {
  switch (name.size()) {
    case 7:
      return EqualsIgnoreCase(name, "upgrade");
    case 16:
      return EqualsIgnoreCase(name, "proxy-connection");
    default:
      return IsTransportsOwn(name);
  }
}

// Values that are another for each response are not worth a place in the client's table.
bool IsSingular(std::string_view name) {
  return name == "audit-id" || name == "date" || name == "content-length" || name == "etag";
}

char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char ToValue(char c) { return c == '\r' || c == '\n' || c == '\0' ? ' ' : c; }

}  // namespace

bool RequestHead::Add(std::string_view name, std::string_view value, std::size_t max_bytes) {
  bytes_ += name.size() + value.size() + kFieldOverhead;
  if (bytes_ > max_bytes) {
    too_large_ = true;
    headers_ = {};
    return bytes_ <= kExcess * max_bytes;
  }
  if (!name.starts_with(':')) {
    if (name == "expect") {
      expects_continue_ = EqualsIgnoreCase(value, "100-continue");
    }
    headers_.Add(std::string(name), std::string(value));
  } else if (name == ":method") {
    method_ = value;
  } else if (name == ":path") {
    path_ = value;
  } else if (name == ":authority") {
    authority_ = value;
  }
  return true;
}

std::optional<Request> RequestHead::Take() {
  if (!IsToken(method_) || !path_.starts_with('/') || !OriginForm(path_)) {
    return std::nullopt;
  }
  Request request;
  request.http2 = true;
  request.method = std::move(method_);
  request.target = std::move(path_);
  request.headers = std::move(headers_);
  if (!authority_.empty()) {
    request.headers.Set("Host", std::move(authority_));
  }
  return request;
}

ResponseHead::ResponseHead(int status, const Headers& headers,
                           std::optional<std::uint64_t> content_length) {
  // Fields point into the text, which must not move.
  std::size_t size = 64;
  for (const auto& [name, value] : headers.items()) {
    size += name.size() + value.size();
  }
  text_.reserve(size);
  fields_.reserve(headers.items().size() + 3);
  const auto keep = [this](std::string_view text, char (*change)(char)) {
    const std::size_t begin = text_.size();
    text_ += text;
    std::transform(text.begin(), text.end(), text_.begin() + static_cast<std::ptrdiff_t>(begin),
                   change);
    return std::string_view(text_).substr(begin);
  };
  Add(":status", keep(std::to_string(status), ToValue), NGHTTP2_NV_FLAG_NONE);
  for (const auto& [name, value] : headers.items()) {
    if (IsOfHttp1Alone(name) || !IsToken(name)) {
      continue;
    }
    const std::string_view lower = keep(name, ToLower);
    Add(lower, IsFieldValue(value) ? std::string_view(value) : keep(value, ToValue),
        IsSingular(lower) ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE);
  }
  if (content_length) {
    Add("content-length", keep(std::to_string(*content_length), ToValue), NGHTTP2_NV_FLAG_NO_INDEX);
  }
  Add("date", DateNow(), NGHTTP2_NV_FLAG_NO_INDEX);
}

void ResponseHead::Add(std::string_view name, std::string_view value, std::uint8_t flags) {
  // nghttp2 reads only; its structure has no const form.
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  fields_.push_back({bytes(name), bytes(value), name.size(), value.size(), flags});
}

}  // namespace k8snet::server::http2
