#include "k8snet/apis/semantics/ingress.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace k8snet::semantics {
namespace {

using networking::v1::HTTPIngressPath;
using networking::v1::Ingress;
using networking::v1::IngressClass;
using networking::v1::IngressRule;

constexpr char kClassAnnotation[] = "kubernetes.io/ingress.class";
constexpr char kDefaultClassAnnotation[] = "ingressclass.kubernetes.io/is-default-class";

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Compares without case, and hashes so, which takes the place of a lowered copy.
struct HostEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const {
    return std::ranges::equal(a, b, {}, Lower, Lower);
  }
};
struct HostHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view host) const {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a.
    for (const char c : host) {
      hash = (hash ^ static_cast<unsigned char>(Lower(c))) * 0x100000001b3;
    }
    return static_cast<std::size_t>(hash ^ (hash >> 32));
  }
};

// The host of a request without port and trailing dot.
std::string_view BareHost(std::string_view host) {
  const std::size_t end = host.starts_with('[') ? host.find(']') + 1 : host.find(':');
  host = host.substr(0, end == 0 ? host.size() : end);
  return host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
}

// What follows the first label and its dot; empty if there is no such.
std::string_view Parent(std::string_view host) {
  const std::size_t dot = host.find('.');
  return dot == 0 || dot == std::string_view::npos ? "" : host.substr(dot + 1);
}

// The suffix of a wildcard host "*.suffix", or empty.
std::string_view WildcardSuffix(std::string_view rule_host) {
  return rule_host.starts_with("*.") ? rule_host.substr(2) : "";
}

std::string_view BarePath(std::string_view path) {
  path = path.substr(0, path.find_first_of("?#"));
  return path.empty() ? "/" : path;
}

// A prefix without the trailing slash that does not count.
std::string_view PrefixKey(std::string_view rule_path) {
  return rule_path.ends_with('/') ? rule_path.substr(0, rule_path.size() - 1) : rule_path;
}

// Whether the elements of `key` are the first ones of `path`.
bool BeginsWith(std::string_view path, std::string_view key) {
  return path.starts_with(key) && (path.size() == key.size() || path[key.size()] == '/');
}

// Bytewise, but with the slash before all else: what lies between a prefix and a path below it in
// this order is below the prefix too.
bool Before(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) {
    return x == a.end() && y != b.end();
  }
  return *x == '/' ||
         (*y != '/' && static_cast<unsigned char>(*x) < static_cast<unsigned char>(*y));
}

// How one path of a rule is matched: exactly, by prefix, or not at all.
struct Way {
  bool matched = false;
  bool exact = false;
  IngressRouteKind kind = IngressRouteKind::kExact;
};

Way WayOf(const HTTPIngressPath& path, ImplementationSpecific implementation_specific) {
  const std::string_view type = path.path_type ? std::string_view(*path.path_type) : "";
  if (type == "Exact") {
    return {true, true, IngressRouteKind::kExact};
  }
  if (type == "Prefix") {
    return {true, false, IngressRouteKind::kPrefix};
  }
  if (type == "ImplementationSpecific" &&
      implementation_specific != ImplementationSpecific::kNever) {
    const bool exact =
        implementation_specific == ImplementationSpecific::kExact && !path.path.empty();
    return {true, exact, IngressRouteKind::kImplementationSpecific};
  }
  return {};
}

const std::vector<HTTPIngressPath>& PathsOf(const IngressRule& rule) {
  static const std::vector<HTTPIngressPath> none;
  const auto& http = rule.ingress_rule_value.http;
  return http && http->paths ? *http->paths : none;
}

constexpr std::uint32_t kNone = IngressRoute::kNone;

// A path of a rule as it is looked for.
struct Entry {
  std::string text;  // An exact path; a prefix without its trailing slash.
  std::size_t length = 0;
  std::uint32_t route = 0;
  std::uint32_t parent = kNone;  // Index of the longest entry that is a prefix of this one.
};

// All rules of one host.
struct Host {
  std::vector<Entry> exact;     // Sorted bytewise.
  std::vector<Entry> prefixes;  // Sorted by Before.
  std::uint32_t default_route = kNone;
};

using HostMap = std::unordered_map<std::string, Host, HostHash, HostEqual>;

// Sorts by text and leaves of equal ones the one that goes first.
template <typename Order>
void SortEntries(std::vector<Entry>& entries, Order before) {
  std::ranges::sort(entries, [&](const Entry& a, const Entry& b) {
    if (before(a.text, b.text) || before(b.text, a.text)) {
      return before(a.text, b.text);
    }
    return std::pair(b.length, a.route) < std::pair(a.length, b.route);
  });
  const auto same = [](const Entry& a, const Entry& b) { return a.text == b.text; };
  entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
  entries.shrink_to_fit();
}

void Finish(Host& host) {
  SortEntries(host.exact, std::less<std::string_view>());
  SortEntries(host.prefixes, Before);
  for (std::uint32_t i = 1; i < host.prefixes.size(); ++i) {
    std::uint32_t above = i - 1;
    while (above != kNone && !BeginsWith(host.prefixes[i].text, host.prefixes[above].text)) {
      above = host.prefixes[above].parent;
    }
    host.prefixes[i].parent = above;
  }
}

std::uint32_t FindExact(const Host& host, std::string_view path) {
  const auto found =
      std::ranges::lower_bound(host.exact, path, std::less<std::string_view>(), &Entry::text);
  return found != host.exact.end() && found->text == path ? found->route : kNone;
}

std::uint32_t FindPrefix(const Host& host, std::string_view path) {
  const auto after = std::ranges::upper_bound(host.prefixes, path, Before, &Entry::text);
  auto i =
      static_cast<std::uint32_t>(after - host.prefixes.begin()) - 1;  // kNone before the first.
  while (i != kNone && !BeginsWith(path, host.prefixes[i].text)) {
    i = host.prefixes[i].parent;
  }
  return i == kNone ? kNone : host.prefixes[i].route;
}

}  // namespace

bool HostMatches(std::string_view rule_host, std::string_view host) {
  host = BareHost(host);
  if (rule_host.empty()) {
    return true;
  }
  const std::string_view suffix = WildcardSuffix(rule_host);
  return suffix.empty() ? HostEqual()(rule_host, host) : HostEqual()(suffix, Parent(host));
}

bool PathMatches(bool exact, std::string_view rule_path, std::string_view path) {
  path = BarePath(path);
  return exact ? path == rule_path : BeginsWith(path, PrefixKey(rule_path));
}

std::string_view IngressRouteKindName(IngressRouteKind kind) {
  switch (kind) {
    case IngressRouteKind::kExact:
      return "Exact";
    case IngressRouteKind::kPrefix:
      return "Prefix";
    case IngressRouteKind::kImplementationSpecific:
      return "ImplementationSpecific";
    case IngressRouteKind::kDefaultBackend:
      return "default backend";
    case IngressRouteKind::kControllerDefault:
      return "default backend of the controller";
  }
  return "";
}

std::string_view IngressOutcomeText(IngressOutcome outcome) {
  switch (outcome) {
    case IngressOutcome::kServes:
      return "serves it";
    case IngressOutcome::kOtherHost:
      return "the host does not match";
    case IngressOutcome::kLessPreciseHost:
      return "a rule of a more precise host matches";
    case IngressOutcome::kOtherPath:
      return "the path does not match";
    case IngressOutcome::kOutranked:
      return "an exact or longer path matches";
    case IngressOutcome::kEarlierEqual:
      return "an equal path stands earlier";
    case IngressOutcome::kNoPaths:
      return "the rule has no paths and leaves it to the default backend";
    case IngressOutcome::kNotImplemented:
      return "the path type is not one that is matched";
    case IngressOutcome::kNotNeeded:
      return "a rule or an earlier default backend serves it";
  }
  return "";
}

struct IngressRouter::Tables {
  std::vector<Ingress> ingresses;  // For Explain.
  ImplementationSpecific implementation_specific;
  std::vector<IngressRoute> routes;
  HostMap precise;
  HostMap wildcards;  // By suffix.
  std::optional<Host> any;
  std::uint32_t default_route = kNone;
  std::size_t paths = 0;

  // Makes or finds the rules of a host as a rule writes it.
  Host& HostOf(const std::string& rule_host) {
    if (rule_host.empty()) {
      return any ? *any : any.emplace();
    }
    const std::string_view suffix = WildcardSuffix(rule_host);
    return suffix.empty() ? precise[rule_host] : wildcards[std::string(suffix)];
  }

  // The rules of the most precise host that matches, or null. `host` is bare.
  const Host* Choose(std::string_view host) const {
    if (const auto found = precise.find(host); found != precise.end()) {
      return &found->second;
    }
    if (const auto found = wildcards.find(Parent(host)); found != wildcards.end()) {
      return &found->second;
    }
    return any ? &*any : nullptr;
  }

  std::uint32_t AddRoute(IngressRouteKind kind, std::uint32_t ingress, std::uint32_t rule,
                         std::uint32_t path, const networking::v1::IngressBackend& backend) {
    routes.push_back({kind, ingress, rule, path, backend});
    return static_cast<std::uint32_t>(routes.size() - 1);
  }

  void Add(std::uint32_t ingress) {
    const auto& spec = ingresses[ingress].spec;
    std::uint32_t own_default = kNone;
    if (spec.default_backend) {
      own_default =
          AddRoute(IngressRouteKind::kDefaultBackend, ingress, kNone, kNone, *spec.default_backend);
      default_route = std::min(default_route, own_default);
    }
    for (std::uint32_t r = 0; r < spec.rules.size(); ++r) {
      Host& host = HostOf(spec.rules[r].host);
      host.default_route = std::min(host.default_route, own_default);
      const auto& rule_paths = PathsOf(spec.rules[r]);
      for (std::uint32_t p = 0; p < rule_paths.size(); ++p) {
        const std::string& text = rule_paths[p].path;
        const Way way = WayOf(rule_paths[p], implementation_specific);
        if (!way.matched) {
          continue;
        }
        ++paths;
        auto& entries = way.exact ? host.exact : host.prefixes;
        entries.push_back({way.exact ? text : std::string(PrefixKey(text)), text.size(),
                           AddRoute(way.kind, ingress, r, p, rule_paths[p].backend)});
      }
    }
  }
};

IngressRouter::IngressRouter(std::span<const Ingress> ingresses, IngressRouterOptions options) {
  auto tables = std::make_unique<Tables>();
  tables->ingresses.assign(ingresses.begin(), ingresses.end());
  tables->implementation_specific = options.implementation_specific;
  for (std::uint32_t i = 0; i < ingresses.size(); ++i) {
    tables->Add(i);
  }
  if (options.default_backend && tables->default_route == kNone) {
    tables->default_route = tables->AddRoute(IngressRouteKind::kControllerDefault, kNone, kNone,
                                             kNone, *options.default_backend);
  }
  for (HostMap* hosts : {&tables->precise, &tables->wildcards}) {
    for (auto& [name, host] : *hosts) {
      Finish(host);
    }
  }
  if (tables->any) {
    Finish(*tables->any);
  }
  tables_ = std::move(tables);
}

IngressRouter::~IngressRouter() = default;
IngressRouter::IngressRouter(IngressRouter&&) noexcept = default;
IngressRouter& IngressRouter::operator=(IngressRouter&&) noexcept = default;

const IngressRoute* IngressRouter::Find(std::string_view host, std::string_view path) const {
  std::uint32_t route = kNone;
  if (const Host* chosen = tables_->Choose(BareHost(host)); chosen != nullptr) {
    path = BarePath(path);
    route = FindExact(*chosen, path);
    if (route == kNone) {
      route = FindPrefix(*chosen, path);
    }
    if (route == kNone) {
      route = chosen->default_route;
    }
  }
  if (route == kNone) {
    route = tables_->default_route;
  }
  return route == kNone ? nullptr : &tables_->routes[route];
}

std::vector<IngressExplanation> IngressRouter::Explain(std::string_view host,
                                                       std::string_view path) const {
  // How precise the chosen host is: of those that match, only rules of an equal host are.
  const auto precision = [](std::string_view rule_host) {
    return rule_host.empty() ? 0 : WildcardSuffix(rule_host).empty() ? 2 : 1;
  };
  int best = 0;
  for (const Ingress& ingress : tables_->ingresses) {
    for (const IngressRule& rule : ingress.spec.rules) {
      best = HostMatches(rule.host, host) ? std::max(best, precision(rule.host)) : best;
    }
  }
  const IngressRoute* route = Find(host, path);
  const HTTPIngressPath* winner = nullptr;
  bool winner_exact = false;
  if (route != nullptr && route->path != kNone) {
    const auto& rules = tables_->ingresses[route->ingress].spec.rules;
    winner = &PathsOf(rules[route->rule])[route->path];
    winner_exact = WayOf(*winner, tables_->implementation_specific).exact;
  }
  std::vector<IngressExplanation> lines;
  for (std::uint32_t i = 0; i < tables_->ingresses.size(); ++i) {
    const auto& spec = tables_->ingresses[i].spec;
    for (std::uint32_t r = 0; r < spec.rules.size(); ++r) {
      const std::string& rule_host = spec.rules[r].host;
      const auto& rule_paths = PathsOf(spec.rules[r]);
      std::optional<IngressOutcome> of_host;
      if (!HostMatches(rule_host, host)) {
        of_host = IngressOutcome::kOtherHost;
      } else if (precision(rule_host) < best) {
        of_host = IngressOutcome::kLessPreciseHost;
      }
      if (rule_paths.empty()) {
        lines.push_back({i, r, kNone, of_host.value_or(IngressOutcome::kNoPaths)});
      }
      for (std::uint32_t p = 0; p < rule_paths.size(); ++p) {
        const HTTPIngressPath& candidate = rule_paths[p];
        const Way way = WayOf(candidate, tables_->implementation_specific);
        IngressOutcome outcome = IngressOutcome::kEarlierEqual;
        if (of_host) {
          outcome = *of_host;
        } else if (!way.matched) {
          outcome = IngressOutcome::kNotImplemented;
        } else if (!PathMatches(way.exact, candidate.path, path)) {
          outcome = IngressOutcome::kOtherPath;
        } else if (&candidate == winner) {
          outcome = IngressOutcome::kServes;
        } else if (way.exact != winner_exact || candidate.path != winner->path) {
          outcome = IngressOutcome::kOutranked;
        }
        lines.push_back({i, r, p, outcome});
      }
    }
    if (spec.default_backend) {
      const bool serves = route != nullptr && route->kind == IngressRouteKind::kDefaultBackend &&
                          route->ingress == i;
      lines.push_back(
          {i, kNone, kNone, serves ? IngressOutcome::kServes : IngressOutcome::kNotNeeded});
    }
  }
  return lines;
}

std::size_t IngressRouter::size() const { return tables_->paths; }

IngressClassNameView IngressClassNameOf(const Ingress& ingress) {
  const auto& annotations = ingress.metadata.annotations;
  if (const auto found = annotations.find(kClassAnnotation); found != annotations.end()) {
    return {IngressClassNameView::Source::kAnnotation, found->second};
  }
  if (ingress.spec.ingress_class_name) {
    return {IngressClassNameView::Source::kField, *ingress.spec.ingress_class_name};
  }
  return {};
}

bool IsDefaultIngressClass(const IngressClass& ingress_class) {
  const auto& annotations = ingress_class.metadata.annotations;
  const auto found = annotations.find(kDefaultClassAnnotation);
  return found != annotations.end() && found->second == "true";
}

IngressClassSelector::IngressClassSelector(IngressClassPolicy policy,
                                           std::span<const IngressClass> classes)
    : annotations_(std::move(policy.annotations)), serve_unclassed_(policy.serve_unclassed) {
  for (const IngressClass& ingress_class : classes) {
    if (ingress_class.spec.controller == policy.controller) {
      classes_.push_back(ingress_class.metadata.name);
      serve_unclassed_ = serve_unclassed_ || IsDefaultIngressClass(ingress_class);
    }
  }
  std::ranges::sort(annotations_);
  std::ranges::sort(classes_);
}

bool IngressClassSelector::Serves(const Ingress& ingress) const {
  const IngressClassNameView named = IngressClassNameOf(ingress);
  switch (named.source) {
    case IngressClassNameView::Source::kAnnotation:
      return std::ranges::binary_search(annotations_, named.name, std::less<std::string_view>());
    case IngressClassNameView::Source::kField:
      return std::ranges::binary_search(classes_, named.name, std::less<std::string_view>());
    case IngressClassNameView::Source::kNone:
      return serve_unclassed_;
  }
  return false;
}

}  // namespace k8snet::semantics
