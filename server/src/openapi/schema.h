// Schemas of OpenAPI documents, made from the tables of types.
// Source: kubernetes/kube-openapi pkg/generators/openapi.go, and what it makes of the types.
#ifndef K8SNET_SERVER_SRC_OPENAPI_SCHEMA_H_
#define K8SNET_SERVER_SRC_OPENAPI_SCHEMA_H_

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "k8snet/apis/base/type.h"
#include "k8snet/apis/base/version.h"
#include "src/patch/json.h"

namespace k8snet::server {

// Which OpenAPI: version 2 tells no defaults, and describes a reference beside it.
enum class Dialect : std::uint8_t { kV2, kV3 };

// Gates of fields that releases before the newest had. Schemas are those of the newest; such fields
// are told where their gate is on, since they are served then.
inline constexpr std::array<std::string_view, 2> kRemovedGates = {"IPv6DualStackAlpha",
                                                                  "ServiceTopology"};

// Helpers to write documents with.
[[nodiscard]] Json JsonString(std::string_view text);
[[nodiscard]] Json JsonStrings(const std::vector<std::string_view>& texts);

// Collects the schemas that a document needs. Not thread-safe.
class Schemas {
 public:
  // `group_versions` are those, in order, that DeleteOptions and WatchEvent are said to be of;
  // `gates` are those of kRemovedGates that are on.
  Schemas(Dialect dialect, std::vector<GroupVersion> group_versions,
          std::vector<std::string_view> gates);

  // Returns a reference to the schema of `type`, which is added with all that it refers to.
  [[nodiscard]] Json Reference(const Type& type);
  // As above for one of the schemas that have no table: "io.k8s.apimachinery.pkg.version.Info" and
  // the scalar types.
  [[nodiscard]] Json Reference(std::string_view name);

  // The collected schemas by name. Call at the end.
  [[nodiscard]] Json::Object Take() { return std::move(schemas_); }

 private:
  [[nodiscard]] Json ReferenceTo(std::string_view name) const;
  void Add(const Type& type);
  [[nodiscard]] bool Tells(const Field& field) const;
  [[nodiscard]] Json Property(const Type& owner, const Field& field);
  [[nodiscard]] Json::Object Element(const Type& owner, const Field& field);
  [[nodiscard]] Json GroupVersionKinds(const Type& type) const;

  const Dialect dialect_;
  const std::vector<GroupVersion> group_versions_;
  const std::vector<std::string_view> gates_;
  std::set<std::string, std::less<>> added_;
  Json::Object schemas_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_OPENAPI_SCHEMA_H_
