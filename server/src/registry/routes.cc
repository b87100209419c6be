#include "src/registry/routes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "k8snet/apis/base/field.h"
#include "src/errors.h"

namespace k8snet::server {
namespace {

// Segments of a resource path behind the version: at most watch/namespaces/NS/R/N and one more.
constexpr std::size_t kMaxSegments = 7;

struct Segments {
  std::array<std::string_view, kMaxSegments> items;
  std::size_t count = 0;
};

// Returns the segments, or nothing if there are more than any route has.
std::optional<Segments> Split(std::string_view path) {
  Segments segments;
  while (true) {
    if (segments.count == kMaxSegments) {
      return std::nullopt;
    }
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.items[segments.count++] = path.substr(0, end);
    if (end == path.size()) {
      return segments;
    }
    path.remove_prefix(end + 1);
  }
}

std::string Root(const Resource& resource) {
  return resource.group.empty() ? "/api" : "/apis/" + std::string(resource.group);
}

}  // namespace

Method ParseMethod(std::string_view method) {
  if (method == "GET") {
    return Method::kGet;
  }
  if (method == "POST") {
    return Method::kPost;
  }
  if (method == "PUT") {
    return Method::kPut;
  }
  if (method == "PATCH") {
    return Method::kPatch;
  }
  return method == "DELETE" ? Method::kDelete : Method::kOther;
}

RouteTable::RouteTable(std::span<const Resource> resources,
                       std::vector<SubresourceRoute> subresources)
    : resources_(resources), subresources_(std::move(subresources)) {
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const std::string root = Root(resources[i]);
    VersionRoutes& version = versions_[root + "/" + std::string(resources[i].version) + "/"];
    version.by_plural.emplace(resources[i].plural, i);
    if (std::find(roots_.begin(), roots_.end(), root) == roots_.end()) {
      roots_.push_back(root);
    }
  }
}

bool RouteTable::Installed(std::string_view path) const {
  return std::any_of(roots_.begin(), roots_.end(), [&](const std::string& root) {
    return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
  });
}

std::optional<RouteView> RouteTable::Match(std::string_view path) const {
  // The prefix ends behind the third slash of /api/v1/ and the fourth of /apis/G/V/.
  const int slashes = path.starts_with("/apis/") ? 4 : 3;
  std::size_t end = 0;
  for (int i = 0; i < slashes; ++i) {
    end = path.find('/', end);
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    ++end;
  }
  const auto version = versions_.find(path.substr(0, end));
  return version == versions_.end() ? std::nullopt : MatchBelow(version->second, path.substr(end));
}

std::optional<RouteView> RouteTable::MatchBelow(const VersionRoutes& version,
                                                std::string_view rest) const {
  while (rest.ends_with('/')) {
    rest.remove_suffix(1);
  }
  std::optional<Segments> split = Split(rest);
  if (!split) {
    return std::nullopt;
  }
  std::span<const std::string_view> segments(split->items.data(), split->count);
  const bool watch = segments.front() == "watch";
  if (watch) {
    segments = segments.subspan(1);
  }
  if (segments.empty()) {
    return std::nullopt;
  }

  RouteView route;
  bool scoped = false;
  auto found = version.by_plural.end();
  if (segments.front() == "namespaces" && segments.size() >= 3) {
    found = version.by_plural.find(segments[2]);
    if (found != version.by_plural.end() && resources_[found->second].namespaced) {
      scoped = true;
      route.name_space = segments[1];
      segments = segments.subspan(2);
    }
  }
  if (!scoped) {
    found = version.by_plural.find(segments.front());
  }
  if (found == version.by_plural.end()) {
    return std::nullopt;
  }
  route.resource = found->second;
  const bool namespaced = resources_[route.resource].namespaced;
  if (namespaced && !scoped && segments.size() > 1) {
    return std::nullopt;
  }
  if (segments.size() == 1) {
    // An empty namespace means all of them.
    route.form = namespaced && route.name_space.empty() && !scoped ? RouteForm::kAllNamespaces
                                                                   : RouteForm::kCollection;
  } else {
    route.name = segments[1];
    route.form = RouteForm::kObject;
    route.lacks_namespace = scoped && route.name_space.empty();
    if (route.name.empty()) {
      return std::nullopt;
    }
    if (segments.size() == 3) {
      route.subresource = segments[2];
      route.form = RouteForm::kSubresource;
      if (watch || !HasSubresource(route.resource, route.subresource)) {
        return std::nullopt;
      }
    } else if (segments.size() > 3) {
      return std::nullopt;
    }
  }
  if (watch) {
    route.form = RouteForm::kWatch;
  }
  return route;
}

bool RouteTable::HasSubresource(std::size_t resource, std::string_view name) const {
  if (name == "status") {
    return resources_[resource].status_subresource;
  }
  return std::any_of(subresources_.begin(), subresources_.end(), [&](const SubresourceRoute& r) {
    return r.resource == resource && r.name == name;
  });
}

bool TakesMethod(const RouteView& route, Method method) {
  switch (route.form) {
    case RouteForm::kCollection:
      return method == Method::kGet || method == Method::kPost || method == Method::kDelete;
    case RouteForm::kAllNamespaces:
    case RouteForm::kWatch:
      return method == Method::kGet;
    case RouteForm::kObject:
      return method == Method::kGet || method == Method::kPut || method == Method::kPatch ||
             method == Method::kDelete;
    case RouteForm::kSubresource:
      return method == Method::kPut || (route.subresource == "status" &&
                                        (method == Method::kGet || method == Method::kPatch));
  }
  return false;
}

Status CheckPath(const RouteView& route) {
  if (route.lacks_namespace) {
    return BadRequest("Namespace parameter required.");
  }
  const std::string_view name = route.name;
  std::string why;
  if (name == "." || name == "..") {
    why = "may not be '" + std::string(name) + "'";
  } else if (name.find('%') != std::string_view::npos) {
    why = "may not contain '%'";
  } else {
    return {};
  }
  return BadRequest("Name parameter invalid: " + field::Quote(name) + ": " + why);
}

}  // namespace k8snet::server
