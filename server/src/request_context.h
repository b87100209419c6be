// What the filters find out about a request and hand to its handler.
#ifndef K8SNET_SERVER_SRC_REQUEST_CONTEXT_H_
#define K8SNET_SERVER_SRC_REQUEST_CONTEXT_H_

#include <chrono>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/resource.h"
#include "k8snet/server/logger.h"
#include "src/negotiate/accept.h"
#include "src/query.h"

namespace k8snet::server {

// Who sent the request. Source: kubernetes/apiserver pkg/authentication/user/user.go, DefaultInfo.
struct UserInfo {
  std::string name;
  std::string uid;
  std::vector<std::string> groups;  // In the order the authenticator gave them.
  std::map<std::string, std::vector<std::string>> extra;

  bool operator==(const UserInfo&) const = default;
};

// What the request asks for, by its path, method and query. For a request that is about no resource
// only `path` and `verb` are set.
// Source: kubernetes/apiserver pkg/endpoints/request/requestinfo.go, RequestInfo.
struct RequestInfo {
  bool is_resource = false;
  std::string path;        // Decoded once, without the query.
  std::string verb;        // "get", "list", "watch", "deletecollection", ...; or the method, lower.
  std::string api_prefix;  // "api" or "apis"
  std::string group;       // "" for core.
  std::string version;
  std::string ns;           // "" at cluster scope.
  std::string resource;     // Plural.
  std::string subresource;  // "status"
  std::string name;
  std::vector<std::string> parts;  // Of the path, from the resource on.

  // Whether the request outlives the ordinary deadline: a watch.
  [[nodiscard]] bool long_running() const { return is_resource && verb == "watch"; }

  bool operator==(const RequestInfo&) const = default;
};

// Collects the texts of Warning headers: each text once, in order. Not thread-safe.
// Source: kubernetes/apiserver pkg/endpoints/filters/warning.go, recorder.
class Warnings {
 public:
  void Add(std::string_view text);
  // Returns the header values, within the budget of 4096 characters: if the texts exceed it, each
  // is cut to 256 and they are sent until it is spent.
  [[nodiscard]] std::vector<std::string> HeaderValues() const;
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::vector<std::string> texts_;
};

// One per request, made by the filters. Not thread-safe: the request's thread has it alone.
struct RequestContext {
  RequestInfo info;
  const Resource* resource = nullptr;  // That the request was routed to; null if to none.
  Query query;
  UserInfo user;
  Offers offers = Offers::kDefault;  // Set by the API.
  Warnings warnings;
  Logger* logger = nullptr;  // Never null in a handler.
  std::string audit_id;
  // When a request that is not long-running must have been answered; zero for others.
  std::chrono::steady_clock::time_point deadline;
  std::stop_token stop;  // Stopped when the server has waited long enough at shutdown.
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REQUEST_CONTEXT_H_
