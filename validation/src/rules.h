// What the rules of all kinds are written with.
#ifndef K8SNET_VALIDATION_SRC_RULES_H_
#define K8SNET_VALIDATION_SRC_RULES_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/scalars.h"
#include "k8snet/validation/formats.h"
#include "k8snet/validation/ip.h"
#include "k8snet/validation/validate.h"

namespace k8snet::validation {

// Names of rules, as upstream marks its findings with them; most of its rules have none.
// Source: WithOrigin in kubernetes/apimachinery pkg/api/validation and pkg/apis/meta/v1/validation,
// kubernetes/kubernetes pkg/apis/{core,networking,discovery}/validation.
inline constexpr std::string_view kShortName = "format=k8s-short-name";
inline constexpr std::string_view kLongName = "format=k8s-long-name";
inline constexpr std::string_view kQualifiedName = "format=qualified-name";
inline constexpr std::string_view kLabelKey = "format=k8s-label-key";
inline constexpr std::string_view kLabelValue = "format=k8s-label-value";
inline constexpr std::string_view kImmutable = "immutable";

// Appends one Invalid for each message, marked with `origin`.
void AppendMessages(const field::Path& path, const field::BadValue& value, const Messages& messages,
                    field::ErrorList& errors, std::string_view origin);
// The same; the value is put into words only if there is a message.
template <typename Value>
void AppendInvalid(const field::Path& path, const Value& value, const Messages& messages,
                   field::ErrorList& errors, std::string_view origin = {}) {
  if (!messages.empty()) {
    AppendMessages(path, value, messages, errors, origin);
  }
}

// A value of a named string type, which is printed as JSON.
[[nodiscard]] field::BadValue Named(std::string_view text);

// Appends Required if `value` is empty, NotSupported if it is not one of `supported`.
void ValidateEnum(std::string_view value, std::initializer_list<std::string_view> supported,
                  const field::Path& path, field::ErrorList& errors);
// As above for what need not be given.
void ValidateOptionalEnum(const std::optional<std::string>& value,
                          std::initializer_list<std::string_view> supported,
                          const field::Path& path, field::ErrorList& errors);

// Appends what is wrong with a port that may be a number or a name.
void ValidatePort(const IntOrString& port, const field::Path& path, field::ErrorList& errors);

// Appends what is wrong with a kind or name that another object is referred to by; to `missing`,
// that there is none.
void ValidateSegment(const std::string& value, const field::Path& path, field::ErrorList& errors,
                     field::ErrorList& missing);

// Appends what is wrong with the host name of a load balancer, if it has one.
void ValidateStatusHostname(const std::string& hostname, const field::Path& path,
                            field::ErrorList& errors);

// The addresses of the load balancers of an Ingress or a Service.
template <typename Points>
[[nodiscard]] std::vector<std::string> IpsOf(const Points& points) {
  std::vector<std::string> ips;
  for (const auto& point : points) {
    ips.push_back(point.ip);
  }
  return ips;
}
template <typename Points>
void WarnOfStatusIps(const Points& points, std::vector<std::string>& warnings) {
  const field::Path list("status.loadBalancer.ingress");
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!points[i].ip.empty()) {
      WarnOfIp(points[i].ip, list.Index(i), warnings);
    }
  }
}

// Returns `json` of a struct as hub structs print: `type`'s JSON is close enough only for meta
// types.
[[nodiscard]] std::string JsonText(std::string_view text);

// The elements of a list that may be null.
template <typename T>
[[nodiscard]] const std::vector<T>& Items(const std::optional<std::vector<T>>& list) {
  static const std::vector<T> kNone;
  return list ? *list : kNone;
}

// The rules of one kind; each function takes objects of the kind's hub type.
struct KindRules {
  const Type* type;
  void (*create)(const Object& object, const Context& context, field::ErrorList& errors);
  void (*update)(const Object& object, const Object& old, const Context& context,
                 field::ErrorList& errors);
  void (*status)(const Object& object, const Object& old, field::ErrorList& errors);  // Or null.
  void (*warn)(const Object& object, const Object* old, std::vector<std::string>& warnings);
  void (*warn_of_status)(const Object& object, std::vector<std::string>& warnings);
};

[[nodiscard]] KindRules IngressRules();
[[nodiscard]] KindRules IngressClassRules();
[[nodiscard]] KindRules NetworkPolicyRules();
[[nodiscard]] KindRules IpAddressRules();
[[nodiscard]] KindRules ServiceCidrRules();
[[nodiscard]] KindRules EndpointSliceRules();
[[nodiscard]] KindRules ServiceRules();
[[nodiscard]] KindRules EndpointsRules();
[[nodiscard]] KindRules NamespaceRules();

}  // namespace k8snet::validation

#endif  // K8SNET_VALIDATION_SRC_RULES_H_
