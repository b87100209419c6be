// What an Ingress means to whoever acts on it: which rule serves a request, and which controller an
// Ingress belongs to. The API server itself only stores Ingresses.
//
//   IngressRouter router(ingresses);                         // Once per change.
//   const IngressRoute* route = router.Find(host, path);     // Per request; allocates nothing.
//   if (route == nullptr) return NotFound();
//   Send(route->backend);
//
// Source: kubernetes/api networking/v1/types.go, the comments of IngressRule, HTTPIngressPath,
// PathType and IngressSpec; kubernetes/enhancements keps/sig-network/1453-ingress-api.
#ifndef K8SNET_APIS_SEMANTICS_INGRESS_H_
#define K8SNET_APIS_SEMANTICS_INGRESS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/networking/v1.h"

namespace k8snet::semantics {

// Whether `host`, as a request or a TLS handshake names it, is one that `rule_host` stands for. An
// empty rule host stands for every host, "*.s" for exactly one label before ".s", and any other for
// itself. Letters are compared without case; of `host`, a port ("foo.com:8080", "[::1]:80") and one
// trailing dot are left out.
[[nodiscard]] bool HostMatches(std::string_view rule_host, std::string_view host);

// Whether the path of a request begins with the elements of `rule_path`, or is equal to it if
// `exact`. Elements are what slashes divide, and are compared with case and byte by byte: nothing
// is decoded. Of a prefix, one trailing slash is left out; "" and "/" are prefixes of every path.
// `path` may carry a query and a fragment, which are no part of it, and "" means "/".
[[nodiscard]] bool PathMatches(bool exact, std::string_view rule_path, std::string_view path);

// What a controller takes the path type ImplementationSpecific for; an empty path is then every
// path.
enum class ImplementationSpecific : std::uint8_t {
  kPrefix,  // As Prefix, which is what most controllers do.
  kExact,   // As Exact.
  kNever,   // Such paths match nothing.
};

// What the API leaves to a controller.
struct IngressRouterOptions {
  ImplementationSpecific implementation_specific = ImplementationSpecific::kPrefix;
  // Takes what no rule and no default backend of an Ingress takes; without it, nothing does.
  std::optional<networking::v1::IngressBackend> default_backend;
};

// Why a route serves a request.
enum class IngressRouteKind : std::uint8_t {
  kExact,
  kPrefix,
  kImplementationSpecific,
  kDefaultBackend,     // The default backend of an Ingress.
  kControllerDefault,  // IngressRouterOptions::default_backend.
};

// Returns the name of `kind`, such as "Exact" or "default backend".
[[nodiscard]] std::string_view IngressRouteKindName(IngressRouteKind kind);

// One way to a backend.
struct IngressRoute {
  // In place of an index that does not apply.
  static constexpr std::uint32_t kNone = 0xffffffff;

  IngressRouteKind kind = IngressRouteKind::kControllerDefault;
  // Index of the Ingress in what the router was made of, of the rule in it, of the path in that.
  std::uint32_t ingress = kNone;
  std::uint32_t rule = kNone;
  std::uint32_t path = kNone;
  // Where the request goes; service and resource are in the namespace of the Ingress.
  networking::v1::IngressBackend backend;
};

// What became of one path of one rule, or of one default backend, for a request.
enum class IngressOutcome : std::uint8_t {
  kServes,
  kOtherHost,        // The host of the rule does not match.
  kLessPreciseHost,  // It matches, and so does a more precise one: only its rules count.
  kOtherPath,        // The path does not match.
  kOutranked,        // It matches, but Exact goes before Prefix, and longer before shorter.
  kEarlierEqual,     // Equal host, path and type stand earlier in the list.
  kNoPaths,          // The host is the chosen one, but the rule leaves it to default backends.
  kNotImplemented,   // The type is ImplementationSpecific, which the options leave out, or unknown.
  kNotNeeded,        // A default backend, and a rule or an earlier default serves the request.
};

// Returns a sentence about `outcome`, such as "the host does not match".
[[nodiscard]] std::string_view IngressOutcomeText(IngressOutcome outcome);

// One line of IngressRouter::Explain.
struct IngressExplanation {
  std::uint32_t ingress = 0;
  // IngressRoute::kNone for the default backend; `path` also for a rule without paths.
  std::uint32_t rule = IngressRoute::kNone;
  std::uint32_t path = IngressRoute::kNone;
  IngressOutcome outcome = IngressOutcome::kServes;
};

// The rules of many Ingresses, sorted for matching. Which of several matching ones serves:
//   1. Hosts: a precise one goes before a wildcard, that before none. Only the rules of the best
//      matching host count, those of every Ingress that has it together.
//   2. Paths: Exact goes before Prefix, and the longest prefix wins, by elements, then by text.
//      ImplementationSpecific has the rank of what the options take it for.
//   3. What is equal in all that: the first in the order of the Ingresses, rules and paths.
//   4. No path: the default backend of the first Ingress that has the chosen host, has one; then of
//      the first of all; then the options'; then none.
// The Ingresses need not be valid: rules that no request can match are kept and never match.
// Thread-safe: immutable once constructed.
class IngressRouter {
 public:
  // Lifetime: copies what it needs. Cost: sorts the paths; about 200 bytes a path.
  explicit IngressRouter(std::span<const networking::v1::Ingress> ingresses,
                         IngressRouterOptions options = {});
  ~IngressRouter();
  IngressRouter(IngressRouter&&) noexcept;
  IngressRouter& operator=(IngressRouter&&) noexcept;

  // Returns the route that serves a request for `path` of `host`, or null if none does. `host` may
  // carry a port, `path` a query (see HostMatches and PathMatches).
  // Lifetime: as long as the router. Cost: no allocation; a hash of the host and two binary
  // searches in the paths of that host.
  [[nodiscard]] const IngressRoute* Find(std::string_view host, std::string_view path) const;

  // Returns what became of each path, rule without paths and default backend, in list order, when
  // Find(host, path) decided. For people: it looks at everything.
  [[nodiscard]] std::vector<IngressExplanation> Explain(std::string_view host,
                                                        std::string_view path) const;

  // The number of paths that can match.
  [[nodiscard]] std::size_t size() const;

 private:
  struct Tables;
  std::unique_ptr<const Tables> tables_;
};

// The class that an Ingress asks for.
struct IngressClassNameView {
  enum class Source : std::uint8_t {
    kNone,        // The Ingress names no class.
    kAnnotation,  // By kubernetes.io/ingress.class, an opaque word of the controller's own.
    kField,       // By spec.ingressClassName, the name of an IngressClass.
  };
  Source source = Source::kNone;
  // Lifetime: the Ingress'.
  std::string_view name;
};

// Returns the class that `ingress` names. Where both are there, the annotation wins.
[[nodiscard]] IngressClassNameView IngressClassNameOf(const networking::v1::Ingress& ingress);

// Whether `ingress_class` is marked as the default by its annotation.
[[nodiscard]] bool IsDefaultIngressClass(const networking::v1::IngressClass& ingress_class);

// What decides which Ingresses a controller serves.
struct IngressClassPolicy {
  // The name that IngressClasses have in spec.controller, such as "example.com/ingress".
  std::string controller;
  // Words of the annotation that the controller answers to.
  std::vector<std::string> annotations;
  // Whether Ingresses without a class are served, even if no IngressClass of the controller's is
  // marked as the default.
  bool serve_unclassed = false;
};

// Tells which Ingresses a controller serves, given the IngressClasses there are.
// Thread-safe: immutable once constructed.
class IngressClassSelector {
 public:
  IngressClassSelector(IngressClassPolicy policy,
                       std::span<const networking::v1::IngressClass> classes);

  // Whether the controller serves `ingress`:
  //   annotation      its word is one of the policy's; the field does not count then;
  //   field           that IngressClass exists and names the controller;
  //   neither         the policy says so, or an IngressClass of the controller's is the default.
  // Cost: no allocation.
  [[nodiscard]] bool Serves(const networking::v1::Ingress& ingress) const;

 private:
  std::vector<std::string> annotations_;  // Sorted.
  std::vector<std::string> classes_;      // Names of the controller's classes, sorted.
  bool serve_unclassed_;
};

}  // namespace k8snet::semantics

#endif  // K8SNET_APIS_SEMANTICS_INGRESS_H_
