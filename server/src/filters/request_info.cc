#include "src/filters/request_info.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace k8snet::server {
namespace {

std::string LowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

// Splits at slashes, after those at both ends are gone.
std::vector<std::string> SplitPath(std::string_view path) {
  while (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  std::vector<std::string> parts;
  if (path.empty()) {
    return parts;
  }
  while (true) {
    const std::size_t slash = path.find('/');
    parts.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) {
      return parts;
    }
    path.remove_prefix(slash + 1);
  }
}

std::string_view VerbOf(std::string_view method) {
  if (method == "POST") {
    return "create";
  }
  if (method == "GET" || method == "HEAD") {
    return "get";
  }
  if (method == "PUT") {
    return "update";
  }
  if (method == "PATCH") {
    return "patch";
  }
  return method == "DELETE" ? "delete" : "";
}

// Returns the value that a field selector demands of metadata.name, if it does and the value can be
// a path segment.
std::optional<std::string> SelectedName(std::string_view selector) {
  std::vector<std::string> terms(1);
  for (std::size_t i = 0; i < selector.size(); ++i) {
    if (selector[i] == '\\' && i + 1 < selector.size()) {
      terms.back() += selector.substr(i++, 2);
    } else if (selector[i] == ',') {
      terms.emplace_back();
    } else {
      terms.back() += selector[i];
    }
  }
  for (std::string_view term : terms) {
    static constexpr std::string_view kField = "metadata.name=";
    if (!term.starts_with(kField)) {
      continue;
    }
    term.remove_prefix(kField.size());
    if (term.starts_with('=')) {
      term.remove_prefix(1);
    }
    std::string name;
    for (std::size_t i = 0; i < term.size(); ++i) {
      if (term[i] == '=' || (term[i] == '\\' && ++i == term.size())) {
        return std::nullopt;
      }
      name += term[i];
    }
    if (name == "." || name == ".." || name.find_first_of("/%") != std::string::npos) {
      return std::nullopt;
    }
    return name;
  }
  return std::nullopt;
}

// `watch` as a boolean: there, and its first value does not deny it.
bool AsksForWatch(const Query& query) {
  const std::string* watch = query.Find("watch");
  return watch != nullptr && *watch != "0" && LowerCase(*watch) != "false";
}

void NameListVerb(const Query& query, RequestInfo& info) {
  if (!info.name.empty()) {
    return;
  }
  if (info.verb == "get") {
    info.verb = AsksForWatch(query) ? "watch" : "list";
    info.name = SelectedName(query.Get("fieldSelector")).value_or("");
  } else if (info.verb == "delete") {
    info.verb = "deletecollection";
  }
}

}  // namespace

Result<Target> ParseTarget(std::string_view target) {
  const std::string text(target);
  const Error bad(Reason::kBadRequest, "invalid request target");
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (target.starts_with(scheme)) {
      target.remove_prefix(std::min(target.find('/', scheme.size()), target.size()));
      target = target.empty() ? "/" : target;
    }
  }
  if (!target.starts_with('/')) {
    return bad;
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  auto [path, good] = PercentDecode(target.substr(0, question), false);
  if (!good) {
    return bad;
  }
  target.remove_prefix(std::min(question + 1, target.size()));
  return Target{text, std::move(path), Query(target)};
}

Result<RequestInfo> ParseRequestInfo(std::string_view method, const Target& target) {
  RequestInfo info;
  info.path = target.path;
  info.verb = LowerCase(method);
  std::vector<std::string> parts = SplitPath(target.path);
  if (parts.size() < 3 || (parts[0] != "api" && parts[0] != "apis")) {
    return info;
  }
  const bool core = parts[0] == "api";
  if (!core && parts.size() < 4) {
    info.api_prefix = std::move(parts[0]);
    return info;
  }
  std::size_t next = 0;
  info.is_resource = true;
  info.api_prefix = std::move(parts[next++]);
  if (!core) {
    info.group = std::move(parts[next++]);
  }
  info.version = std::move(parts[next++]);
  if (parts[next] == "watch" || parts[next] == "proxy") {
    info.verb = std::move(parts[next++]);
    if (next == parts.size()) {
      return Error(Reason::kInternalError,
                   "unable to determine kind and namespace from url, " + target.text);
    }
  } else {
    info.verb = VerbOf(method);
  }
  if (parts[next] == "namespaces" && parts.size() > next + 1) {
    info.ns = parts[next + 1];
    if (parts.size() > next + 2 && parts[next + 2] != "status" && parts[next + 2] != "finalize") {
      next += 2;
    }
  }
  info.parts.assign(std::make_move_iterator(parts.begin() + static_cast<std::ptrdiff_t>(next)),
                    std::make_move_iterator(parts.end()));
  info.resource = info.parts[0];
  if (info.parts.size() >= 2) {
    info.name = info.parts[1];
  }
  if (info.parts.size() >= 3 && info.verb != "proxy") {
    info.subresource = info.parts[2];
  }
  NameListVerb(target.query, info);
  return info;
}

}  // namespace k8snet::server
