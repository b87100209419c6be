// `k8snet match`: which rule of the Ingresses in manifests serves a URL, and why the others do not.
#include <optional>
#include <utility>
#include <vector>

#include "k8snet/apis/networking/v1.h"
#include "k8snet/apis/semantics/ingress.h"
#include "k8snet/conversion/converter.h"
#include "k8snet/conversion/defaults.h"
#include "src/cli/commands.h"
#include "src/cli/decode.h"
#include "src/cli/files.h"
#include "src/cli/report.h"

namespace k8snet::cli {
namespace {

using networking::v1::Ingress;
using networking::v1::IngressBackend;
using semantics::IngressExplanation;
using semantics::IngressOutcome;
using semantics::IngressRoute;

// The Ingresses of all files, in the order of the files.
struct Found {
  std::vector<Ingress> ingresses;
  std::vector<std::string> files;
  bool failed = false;  // Some file or object could not be read.
};

struct Url {
  std::string host, path;
};

// Returns what a URL asks of a server: "http://foo.com/a", or without scheme "foo.com/a".
Url SplitUrl(std::string_view text) {
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    text.remove_prefix(scheme + 3);
  }
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  std::string_view host = text.substr(0, end);
  host.remove_prefix(host.find('@') == std::string_view::npos ? 0 : host.find('@') + 1);
  std::string path(text.substr(end));
  return {std::string(host), path.starts_with('/') ? path : "/" + path};
}

void ReadFile(const Input& input, const conversion::Converter& converter, const Paint& paint,
              const Console& console, Found& found) {
  auto text = ReadInput(input, console);
  if (!text) {
    console.Err(input.name() + ": " + text.error().message + "\n");
    found.failed = true;
    return;
  }
  const Manifest manifest = ReadManifest(input.name(), *std::move(text));
  std::string report;
  Reporter reporter(manifest, paint, report);
  reporter.Unreadable();
  for (const Document& document : manifest.documents) {
    if (reporter.Unreadable(document)) {
      continue;
    }
    for (const ObjectAt& object : ObjectsOf(document, Lists::kItems)) {
      if (object.resource == nullptr || object.kind != "Ingress") {
        continue;
      }
      const auto decoded = DecodeObject(document, object, reporter);
      if (!decoded) {
        continue;
      }
      MutableObject defaulted(decoded->object);
      conversion::SetDefaults(defaulted);
      const auto converted = converter.Convert(std::move(defaulted).Freeze(), TypeOf<Ingress>());
      if (!converted) {
        reporter.Field(document, object, "", converted.error().message);
        continue;
      }
      found.ingresses.push_back(converted->Get<Ingress>());
      found.files.push_back(input.name());
    }
  }
  reporter.Finish();
  found.failed = found.failed || reporter.found();
  console.Err(report);
}

std::string NameOf(const Ingress& ingress) {
  const auto& meta = ingress.metadata;
  return (meta.namespace_.empty() ? "default" : meta.namespace_) + "/" + meta.name;
}

std::string BackendText(const IngressBackend& backend) {
  if (backend.service) {
    const auto& port = backend.service->port;
    return "service " + backend.service->name + ":" +
           (port.name.empty() ? std::to_string(port.number) : port.name);
  }
  if (backend.resource) {
    const std::string group = backend.resource->api_group.value_or("");
    return backend.resource->kind + (group.empty() ? "" : "." + group) + " " +
           backend.resource->name;
  }
  return "no backend";
}

// One path, rule without paths, or default backend, as a line shows it.
std::string PlaceText(const Found& found, std::uint32_t ingress, std::uint32_t rule,
                      std::uint32_t path) {
  const Ingress& object = found.ingresses[ingress];
  std::string text = found.files[ingress] + ": Ingress " + NameOf(object) + ": ";
  if (rule == IngressRoute::kNone) {
    return text + "default backend, " + BackendText(*object.spec.default_backend);
  }
  const auto& of_rule = object.spec.rules[rule];
  text += "rules[" + std::to_string(rule) + "]";
  const std::string host = of_rule.host.empty() ? "any host" : "host " + of_rule.host;
  if (path == IngressRoute::kNone) {
    return text + ": " + host;
  }
  const auto& of_path = (*of_rule.ingress_rule_value.http->paths)[path];
  return text + ".paths[" + std::to_string(path) + "]: " + host + ", " +
         of_path.path_type.value_or("no type") + " " +
         (of_path.path.empty() ? "any path" : of_path.path) + ", " + BackendText(of_path.backend);
}

std::vector<std::string> SpecificChoices() { return {"exact", "never", "prefix"}; }

Exit RunMatch(const Invocation& invocation, const Console& console) {
  if (!invocation.Has("url") && invocation.Value("url").empty()) {
    return Refuse("match", "--url is needed, such as --url=https://foo.com/path", console);
  }
  const auto inputs = ExpandInputs(invocation.arguments, console);
  if (!inputs) {
    return Refuse("match", inputs.error().message, console);
  }
  const conversion::Converter converter(conversion::BuiltinSpokes());
  const Paint paint = PaintFor(invocation, console.out);
  Found found;
  for (const Input& input : *inputs) {
    ReadFile(input, converter, PaintFor(invocation, console.err), console, found);
  }
  semantics::IngressRouterOptions options;
  const std::string specific = invocation.Value("implementation-specific", "prefix");
  options.implementation_specific = specific == "exact" ? semantics::ImplementationSpecific::kExact
                                    : specific == "never"
                                        ? semantics::ImplementationSpecific::kNever
                                        : semantics::ImplementationSpecific::kPrefix;
  const semantics::IngressRouter router(found.ingresses, options);
  const Url url = SplitUrl(invocation.Value("url"));
  std::string out;
  const IngressRoute* route = router.Find(url.host, url.path);
  if (route == nullptr) {
    out += paint.Red("nothing serves it") + "\n";
  } else {
    out +=
        paint.Green(Printable(PlaceText(found, route->ingress, route->rule, route->path))) + "\n";
  }
  if (!invocation.Has("quiet")) {
    for (const IngressExplanation& line : router.Explain(url.host, url.path)) {
      if (line.outcome != IngressOutcome::kServes) {
        out += "  not " + Printable(PlaceText(found, line.ingress, line.rule, line.path)) + ": " +
               paint.Yellow(semantics::IngressOutcomeText(line.outcome)) + "\n";
      }
    }
  }
  console.Out(out);
  return route != nullptr && !found.failed ? Exit::kClean : Exit::kFindings;
}

constexpr Option kOptions[] = {
    {"url", 'u', "URL", "The URL, or host and path: https://foo.com/path, foo.com/path, /path."},
    {"implementation-specific", '\0', "HOW",
     "What paths of the type ImplementationSpecific are taken for: prefix, which is the default, "
     "exact, or never, where they match nothing.",
     SpecificChoices},
    {"quiet", 'q', "", "Prints only what serves the URL."},
    kColorOption,
};

constexpr Example kExamples[] = {
    {"k8snet match --url=https://foo.com/api manifests/", "Tell what serves a URL"},
    {"kubectl get ingress -A -o yaml | k8snet match -q --url=foo.com/", "The same of a cluster"},
};

}  // namespace

const Command kMatch = {
    .name = "match",
    .arguments = "--url=URL [FILE...]",
    .summary = "Tell which Ingress rule serves a URL",
    .description =
        "Reads the Ingresses of manifests, in any version, and tells which rule, path and backend "
        "serves a URL; then of each other path why it does not.\n\n"
        "A precise host goes before a wildcard, that before no host; an exact path before a "
        "prefix, a longer prefix before a shorter; what is equal, by the order of the files. If no "
        "path matches, the default backends are asked. Ends with 1 if nothing serves the URL.",
    .options = kOptions,
    .examples = kExamples,
    .run = RunMatch,
};

}  // namespace k8snet::cli
