#include "src/verbs/continue_token.h"

#include <array>
#include <optional>

#include <rapidjson/document.h>

#include "k8snet/apis/codec/json.h"
#include "src/errors.h"
#include "src/text/base64.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kVersion = "meta.k8s.io/v1";

// What Go's decoder calls the kind of a value.
std::string GoKind(const rapidjson::Value& value) {
  return value.IsObject()   ? "object"
         : value.IsArray()  ? "array"
         : value.IsString() ? "string"
         : value.IsBool()   ? "bool"
                            : "number";
}

Error InvalidKey(std::string_view why) {
  return BadRequest("invalid continue token: continue key is not valid: " + std::string(why));
}

// Whether a segment of `path` is "..".
bool ClimbsUp(std::string_view path) {
  while (true) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (path.substr(0, end) == "..") {
      return true;
    }
    if (end == path.size()) {
      return false;
    }
    path.remove_prefix(end + 1);
  }
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
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError()) {
    return InvalidKey("invalid character");
  }
  if (!document.IsObject() && !document.IsNull()) {
    return InvalidKey("json: cannot unmarshal " + GoKind(document) +
                      " into Go value of type storage.continueToken");
  }
  ContinueToken token;
  std::string version;
  if (document.IsObject()) {
    // Not a range-based loop: clang finds the comparison of RapidJSON's iterators ambiguous.
    const auto members = document.MemberBegin();
    for (rapidjson::SizeType i = 0; i < document.MemberCount(); ++i) {
      const std::string_view name(members[i].name.GetString(), members[i].name.GetStringLength());
      const auto& value = members[i].value;
      if (name == "rv" && value.IsInt64()) {
        token.revision = value.GetInt64();
      } else if (name == "v" && value.IsString()) {
        version.assign(value.GetString(), value.GetStringLength());
      } else if (name == "start" && value.IsString()) {
        token.start.assign(value.GetString(), value.GetStringLength());
      } else if ((name == "rv" || name == "v" || name == "start") && !value.IsNull()) {
        return InvalidKey("json: cannot unmarshal " + GoKind(value) +
                          " into Go struct field continueToken." + std::string(name) + " of type " +
                          (name == "rv" ? "int64" : "string"));
      }
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
  if (ClimbsUp(token.start)) {
    return InvalidKey(token.start);
  }
  if (token.start.front() == '/') {
    token.start.erase(0, 1);
  }
  return token;
}

}  // namespace k8snet::server
