// Group, version and kind as values.
#ifndef K8SNET_APIS_BASE_VERSION_H_
#define K8SNET_APIS_BASE_VERSION_H_

#include <compare>
#include <string>
#include <string_view>

namespace k8snet {

// An API group and one of its versions, such as networking.k8s.io and v1. The core group is "".
struct GroupVersion {
  std::string group;
  std::string version;

  // Returns the apiVersion of objects: "networking.k8s.io/v1", or "v1" for the core group.
  [[nodiscard]] std::string ToString() const {
    return group.empty() ? version : group + "/" + version;
  }
  // Returns the group and version that `api_version` says. Text with one slash is group/version,
  // without one the core group; more than one slash goes to the version, so that it matches none.
  [[nodiscard]] static GroupVersion Parse(std::string_view api_version) {
    const auto slash = api_version.find('/');
    if (slash == std::string_view::npos) {
      return {"", std::string(api_version)};
    }
    return {std::string(api_version.substr(0, slash)), std::string(api_version.substr(slash + 1))};
  }

  auto operator<=>(const GroupVersion&) const = default;
};

}  // namespace k8snet

#endif  // K8SNET_APIS_BASE_VERSION_H_
