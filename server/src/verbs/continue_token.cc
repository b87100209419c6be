#include "src/verbs/continue_token.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "k8snet/apis/codec/json.h"
#include "src/errors.h"
#include "src/patch/json.h"
#include "src/text/base64.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kVersion = "meta.k8s.io/v1";

Error InvalidKey(std::string_view why) {
  return BadRequest("invalid continue token: continue key is not valid: " + std::string(why));
}

// Whether `path`, which begins with a slash, is what Go's path.Clean makes of it.
bool IsClean(std::string_view path) {
  std::string_view rest = path.substr(1);
  while (!rest.empty() || path.size() > 1) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, end);
    if (segment.empty() || segment == "." || segment == "..") {
      return false;
    }
    if (end == rest.size()) {
      return true;
    }
    rest.remove_prefix(end + 1);
  }
  return true;
}

// Whether a member called `name` is taken for `wanted`: Go's decoder does not look at case.
bool IsMember(std::string_view name, std::string_view wanted) {
  return std::ranges::equal(name, wanted, {}, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

// Takes what the member `name` says into `token` and `version`.
// Errors: kBadRequest, it is of another type.
Status TakeMember(std::string_view name, const Json& value, ContinueToken& token,
                  std::string& version) {
  const bool revision = IsMember(name, "rv");
  const bool start = IsMember(name, "start");
  if (value.IsNull() || (!revision && !start && !IsMember(name, "v"))) {
    return {};
  }
  std::string kind(value.KindName());
  if (revision) {
    if (const Json::Number* number = value.AsNumber()) {
      if (IsInt64(number->text)) {
        std::from_chars(number->text.data(), number->text.data() + number->text.size(),
                        token.revision);
        return {};
      }
      kind += " " + number->text;
    }
  } else if (const std::string* text = value.AsString()) {
    (start ? token.start : version) = *text;
    return {};
  }
  return InvalidKey("json: cannot unmarshal " + kind + " into Go struct field continueToken." +
                    (revision ? "rv"
                     : start  ? "start"
                              : "v") +
                    " of type " + (revision ? "int64" : "string"));
}

}  // namespace

std::string EncodeContinueToken(const ContinueToken& token, bool leading_slash) {
  std::string json = "{\"v\":\"";
  json += kVersion;
  json += "\",\"rv\":" + std::to_string(token.revision) + ",\"start\":";
  AppendJsonString((leading_slash ? "/" : "") + token.start, json);
  json += '}';
  return EncodeBase64Url(json);
}

Result<ContinueToken> DecodeContinueToken(std::string_view text) {
  std::optional<std::size_t> fault;
  const std::string json = DecodeBase64Url(text, fault);
  if (fault) {
    return InvalidKey("illegal base64 data at input byte " + std::to_string(*fault));
  }
  if (const std::string error = JsonSyntaxError(json); !error.empty()) {
    return InvalidKey(error);
  }
  K8SNET_ASSIGN_OR_RETURN(const ParsedJson parsed, ParseJson(json));
  const Json::Object* members = parsed.value.AsObject();
  if (members == nullptr && !parsed.value.IsNull()) {
    return InvalidKey("json: cannot unmarshal " + std::string(parsed.value.KindName()) +
                      " into Go value of type storage.continueToken");
  }
  ContinueToken token;
  std::string version;
  if (members != nullptr) {
    for (const auto& [name, value] : *members) {
      K8SNET_RETURN_IF_ERROR(TakeMember(name, value, token, version));
    }
  }
  if (version != kVersion) {
    return InvalidKey("server does not recognize this encoded version " + version);
  }
  if (token.revision == 0) {
    return InvalidKey("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  }
  if (token.start.empty()) {
    return InvalidKey("encoded start key empty (version meta.k8s.io/v1)");
  }
  if (!IsClean(token.start.front() == '/' ? token.start : "/" + token.start)) {
    return InvalidKey(token.start);
  }
  if (token.start.front() == '/') {
    token.start.erase(0, 1);
  }
  return token;
}

}  // namespace k8snet::server
