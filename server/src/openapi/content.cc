#include "src/openapi/content.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "src/status.h"

namespace k8snet::server {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view CutFront(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

// Returns the number that `text` is, or nothing.
std::optional<std::uint64_t> ParseNumber(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::string_view Header(const Request& request, std::string_view name) {
  const std::string* value = request.headers.Find(name);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

// Whether a list of entity tags has `etag`. `weak` tells whether weak ones count.
bool HasTag(std::string_view list, std::string_view etag, bool weak) {
  while (true) {
    list = Trim(list);
    if (list.starts_with(',')) {
      list.remove_prefix(1);
      continue;
    }
    if (list.starts_with('*')) {
      return true;
    }
    const bool is_weak = list.starts_with("W/");
    if (is_weak) {
      list.remove_prefix(2);
    }
    const std::size_t end = list.starts_with('"') ? list.find('"', 1) : std::string_view::npos;
    if (end == std::string_view::npos) {
      return false;
    }
    if (list.substr(0, end + 1) == etag && (weak || !is_weak)) {
      return true;
    }
    list.remove_prefix(end + 1);
  }
}

enum class Condition : std::uint8_t { kHolds, kNotModified, kFailed };

Condition CheckConditions(const Request& request, const Content& content) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (const std::string_view match = Header(request, "If-Match"); !match.empty()) {
    if (!HasTag(match, content.etag, false)) {
      return Condition::kFailed;
    }
  } else if (const auto since = ParseHttpDate(Header(request, "If-Unmodified-Since"));
             since && content.modified > *since) {
    return Condition::kFailed;
  }
  if (const std::string_view match = Header(request, "If-None-Match"); !match.empty()) {
    if (HasTag(match, content.etag, true)) {
      return reads ? Condition::kNotModified : Condition::kFailed;
    }
  } else if (const auto since = ParseHttpDate(Header(request, "If-Modified-Since"));
             since && reads && content.modified <= *since) {
    return Condition::kNotModified;
  }
  return Condition::kHolds;
}

// A part of the content.
struct Range {
  std::size_t first = 0;
  std::size_t size = 0;
};

// What a Range header asks for: the whole (nothing), a part, or an error (a text).
struct AskedRange {
  std::optional<Range> range;
  std::string_view error;
  bool beyond = false;  // The error is that the range begins behind the end.
};

AskedRange ParseRange(std::string_view header, std::size_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (header.empty()) {
    return {};
  }
  const AskedRange bad{.error = "invalid range"};
  if (!header.starts_with(kUnit)) {
    return bad;
  }
  header.remove_prefix(kUnit.size());
  if (header.find(',') != std::string_view::npos) {
    return {};
  }
  header = Trim(header);
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) {
    return bad;
  }
  const std::string_view first = Trim(header.substr(0, dash));
  const std::string_view last = Trim(header.substr(dash + 1));
  if (first.empty()) {
    const auto count = ParseNumber(last);
    if (!count) {
      return bad;
    }
    const std::size_t taken = std::min<std::uint64_t>(*count, size);
    return {.range = Range{size - taken, taken}};
  }
  const auto begin = ParseNumber(first);
  const auto end = last.empty() ? std::optional<std::uint64_t>(size) : ParseNumber(last);
  if (!begin || !end || (!last.empty() && *end < *begin)) {
    return bad;
  }
  if (*begin >= size) {
    return {.error = "invalid range: failed to overlap", .beyond = true};
  }
  return {.range = Range{*begin, std::min<std::uint64_t>(*end, size - 1) - *begin + 1}};
}

bool RangeCounts(const Request& request, const Content& content) {
  const std::string_view condition = Header(request, "If-Range");
  if (condition.empty()) {
    return true;
  }
  if (condition.starts_with('"')) {
    return HasTag(condition, content.etag, false);
  }
  return ParseHttpDate(condition) == content.modified;
}

}  // namespace

std::string HttpDate(std::chrono::sys_seconds time, std::string_view zone) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const auto digits = [](long long number, std::size_t count) {
    const std::string text = std::to_string(number);
    return std::string(count - std::min(count, text.size()), '0') + text;
  };
  std::string out(kDays[std::chrono::weekday(day).c_encoding()]);
  out += ", " + digits(unsigned{date.day()}, 2) + " ";
  out += kMonths[unsigned{date.month()} - 1];
  out += " " + digits(int{date.year()}, 4) + " " + digits(clock.hours().count(), 2) + ":" +
         digits(clock.minutes().count(), 2) + ":" + digits(clock.seconds().count(), 2) + " ";
  out += zone;
  return out;
}

std::optional<std::chrono::sys_seconds> ParseHttpDate(std::string_view text) {
  // Sun, 06 Nov 1994 08:49:37 GMT
  constexpr std::string_view kPattern = "___, 00 ___ 0000 00:00:00 GMT";
  if (text.size() != kPattern.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < kPattern.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kPattern[i] == '0' ? !digit : (kPattern[i] != '_' && kPattern[i] != text[i])) {
      return std::nullopt;
    }
  }
  const auto number = [&](std::size_t at, std::size_t size) {
    return static_cast<int>(*ParseNumber(text.substr(at, size)));
  };
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(
      std::chrono::year(number(12, 4)),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(number(5, 2))));
  if (!date.ok() || number(17, 2) > 23 || number(20, 2) > 59 || number(23, 2) > 59) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + std::chrono::hours(number(17, 2)) +
         std::chrono::minutes(number(20, 2)) + std::chrono::seconds(number(23, 2));
}

bool TakesGzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    std::string_view part = CutFront(accept_encoding, ',');
    if (Trim(CutFront(part, ';')) != "gzip") {
      continue;
    }
    part = Trim(part);
    if (part.starts_with("q=")) {
      return std::strtod(std::string(part.substr(2)).c_str(), nullptr) > 0;
    }
    return true;
  }
  return false;
}

Response ServeContent(const Request& request, Headers headers, const Content& content) {
  Response response;
  response.headers = std::move(headers);
  response.headers.Set("Etag", content.etag);
  const Condition condition = CheckConditions(request, content);
  if (condition == Condition::kNotModified) {
    response.status = 304;
    response.headers.Remove("Content-Type");
    return response;
  }
  response.headers.Set("Last-Modified", HttpDate(content.modified, "GMT"));
  if (condition == Condition::kFailed) {
    response.status = 412;
    return response;
  }
  const AskedRange asked = RangeCounts(request, content)
                               ? ParseRange(Header(request, "Range"), content.size)
                               : AskedRange{};
  if (!asked.error.empty()) {
    Response refused = TextResponse(416, std::string(asked.error) + "\n");
    for (std::string& value : response.headers.All("Vary")) {
      refused.headers.Add("Vary", std::move(value));
    }
    if (asked.beyond) {
      refused.headers.Set("Content-Range", "bytes */" + std::to_string(content.size));
    }
    return refused;
  }
  response.headers.Set("Accept-Ranges", "bytes");
  if (asked.range) {
    const auto& [first, size] = *asked.range;
    response.status = 206;
    response.headers.Set("Content-Range", "bytes " + std::to_string(first) + "-" +
                                              std::to_string(first + size - 1) + "/" +
                                              std::to_string(content.size));
    response.body.push_back(
        std::make_shared<const std::string>(content.load()->substr(first, size)));
    return response;
  }
  if (content.load_gzip && request.method != "HEAD" &&
      TakesGzip(Header(request, "Accept-Encoding"))) {
    response.headers.Set("Content-Encoding", "gzip");
    response.body.push_back(content.load_gzip());
    return response;
  }
  response.body.push_back(content.load());
  return response;
}

}  // namespace k8snet::server
