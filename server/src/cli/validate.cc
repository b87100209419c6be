// `k8snet validate`: what the API server would say to the objects of manifests, if it were asked to
// create them.
#include "k8snet/validation/validate.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "k8snet/apis/meta.h"
#include "k8snet/conversion/converter.h"
#include "k8snet/conversion/defaults.h"
#include "k8snet/conversion/plurals.h"
#include "src/cli/commands.h"
#include "src/cli/decode.h"
#include "src/cli/files.h"
#include "src/cli/report.h"
#include "src/cli/service.h"

namespace k8snet::cli {
namespace {

struct Settings {
  int release = 0;  // The minor of 1.N; 0: any.
  bool warnings_count = false;
  Paint paint;
  ReportStyle style = ReportStyle::kText;
  const conversion::Converter* converter = nullptr;
};

// Returns the N of "1.N", or "v1.N.P", or 0.
int MinorOf(std::string_view release) {
  release.remove_prefix(release.starts_with('v') ? 1 : 0);
  int minor = 0;
  if (release.starts_with("1.")) {
    std::from_chars(release.data() + 2, release.data() + release.size(), minor);
  }
  return minor;
}

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

// Makes `object` what the server makes of it before it looks at the rules of a create, without what
// only a cluster knows.
// Source: kubernetes/apiserver pkg/registry/rest/create.go, BeforeCreate.
void PrepareForCreate(const Resource& resource, MutableObject& object) {
  meta::v1::ObjectMeta& meta = MetaOf(object);
  if (meta.name.empty() && !meta.generate_name.empty()) {
    // As long as a suffix of five characters makes it.
    constexpr std::size_t kMaxBase = 58;
    meta.name = meta.generate_name.substr(0, kMaxBase) + "xxxxx";
  }
  if (!resource.namespaced) {
    meta.namespace_.clear();
  } else if (meta.namespace_.empty()) {
    meta.namespace_ = "default";
  }
  meta.managed_fields.clear();
  meta.deletion_timestamp.reset();
  meta.deletion_grace_period_seconds.reset();
  if (const Field* status = object.type().Find("status"); status != nullptr) {
    status->ops->reset(status->In(object.data()));
  }
  conversion::NormalizePlurals(nullptr, object);
  FillFromCluster(object);
}

class ObjectValidator {
 public:
  ObjectValidator(const Settings& settings, const Document& document, const ObjectAt& object,
                  Reporter& reporter)
      : settings_(settings), document_(document), object_(object), reporter_(reporter) {}

  void Run() {
    if (object_.resource == nullptr) {
      Misplaced();
      return;
    }
    const Resource& resource = *object_.resource;
    CheckRelease(resource);
    ReportDuplicates(document_, object_, reporter_);
    auto decoded = DecodeObject(document_, object_, reporter_);
    if (!decoded || object_.is_list) {
      return;  // A list without items has been reported.
    }
    for (const std::string& field : decoded->unknown) {
      reporter_.Field(document_, object_, field, "unknown field", Severity::kError, true);
    }
    MutableObject object(decoded->object);
    conversion::SetDefaults(object);
    const Object defaulted = std::move(object).Freeze();
    const auto converted =
        settings_.converter->Convert(defaulted, settings_.converter->HubOf(defaulted.type()));
    if (!converted) {
      reporter_.Field(document_, object_, "", converted.error().message);
      return;
    }
    MutableObject prepared(*converted);
    if (!resource.namespaced && !MetaOf(prepared).namespace_.empty()) {
      reporter_.Field(document_, object_, "metadata.namespace",
                      std::string(resource.kind) + " is of the whole cluster; this is ignored",
                      Severity::kWarning, true);
    }
    PrepareForCreate(resource, prepared);
    const Object hub = std::move(prepared).Freeze();
    if (!validation::HasRules(hub.type())) {
      return;
    }
    const validation::Context context{.request_version = resource.version};
    const field::ErrorList errors = validation::Validate(hub, context);
    for (const field::Error& error : errors) {
      const std::string place = PlaceOf(error);
      reporter_.FieldAt(document_, object_, error.path, place.empty() ? error.path : place,
                        error.Body(), Severity::kError, !place.empty());
    }
    if (errors.empty()) {
      for (const std::string& warning : validation::Warnings(hub, nullptr, context)) {
        Warn(warning);
      }
    }
  }

 private:
  // Reports an object that was meant to be of a known kind.
  void Misplaced() {
    const GroupVersion version = GroupVersion::Parse(object_.api_version);
    std::string versions;  // That have the kind.
    std::string_view meant;
    bool known_group = false;
    bool known_version = false;
    for (const Resource& resource : AllResources()) {
      known_group = known_group || resource.group == version.group;
      const bool same_version = resource.type->api_version == object_.api_version;
      known_version = known_version || same_version;
      if (resource.kind == object_.kind) {
        versions += (versions.empty() ? "" : ", ") + VersionText(resource);
      } else if (same_version && EqualIgnoringCase(resource.kind, object_.kind)) {
        meant = resource.kind;
      }
    }
    if (!meant.empty()) {
      reporter_.Field(document_, object_, "kind",
                      "there is no " + object_.kind + ", but " + std::string(meant));
    } else if (versions.empty()) {
      // Of these groups all kinds are known.
      const bool whole =
          version.group == "networking.k8s.io" || version.group == "discovery.k8s.io";
      if (whole && known_version && !object_.kind.empty()) {
        reporter_.Field(document_, object_, "kind",
                        "there is no " + object_.kind + " in " + object_.api_version);
      }
    } else if (object_.api_version.empty()) {
      if (object_.value->Find("metadata") != nullptr) {
        reporter_.Field(document_, object_, "apiVersion", "Required value");
      }
    } else if (known_group) {
      // Alpha versions came and went.
      const bool alpha = version.version.find("alpha") != std::string::npos;
      reporter_.Field(
          document_, object_, "apiVersion",
          "there is no " + object_.kind + " in " + object_.api_version + ", but in " + versions,
          alpha ? Severity::kWarning : Severity::kError);
    }
  }

  void CheckRelease(const Resource& resource) {
    if (settings_.release == 0) {
      if (!resource.deprecation.empty()) {
        reporter_.Field(document_, object_, "apiVersion", resource.deprecation, Severity::kWarning);
      }
      return;
    }
    const int since = MinorOf(resource.since_release);
    const int removed = MinorOf(resource.removed_release);
    const std::string release = "Kubernetes 1." + std::to_string(settings_.release);
    const std::string kind = VersionText(resource) + " " + std::string(resource.kind);
    if (removed != 0 && settings_.release >= removed) {
      reporter_.Field(document_, object_, "apiVersion",
                      release + " has no " + kind + ": it was removed in " +
                          std::string(resource.removed_release));
    } else if (settings_.release < since) {
      reporter_.Field(
          document_, object_, "apiVersion",
          release + " has no " + kind + ": it came with " + std::string(resource.since_release));
    }
  }

  // Returns the path of the entry of a map that the error about the map means, or nothing.
  std::string PlaceOf(const field::Error& error) const {
    const Json* map = FindPath(*object_.value, error.path);
    if (map == nullptr || map->AsObject() == nullptr || error.bad_value.empty()) {
      return "";
    }
    for (const auto& [key, value] : *map->AsObject()) {
      if (field::Quote(key) == error.bad_value ||
          (value.AsString() != nullptr && field::Quote(*value.AsString()) == error.bad_value)) {
        return error.path + "[" + key + "]";
      }
    }
    return "";
  }

  // Reports a warning, at the field or annotation that it names.
  void Warn(std::string_view text) {
    const std::size_t colon = text.find(": ");
    const std::string_view path = text.substr(0, colon == std::string_view::npos ? 0 : colon);
    if (!path.empty() && FindPath(*object_.value, path) != nullptr) {
      reporter_.Field(document_, object_, path, text.substr(colon + 2), Severity::kWarning);
      return;
    }
    std::string field;
    if (const std::size_t quote = text.find('"'); quote != std::string_view::npos) {
      const std::size_t end = std::min(text.find('"', quote + 1), text.size());
      field = "metadata.annotations[";
      field.append(text.substr(quote + 1, end - quote - 1)).append("]");
    }
    const bool there = !field.empty() && FindPath(*object_.value, field) != nullptr;
    reporter_.Field(document_, object_, there ? field : "", text, Severity::kWarning, true);
  }

  const Settings& settings_;
  const Document& document_;
  const ObjectAt& object_;
  Reporter& reporter_;
};

Outcome ValidateFile(const Settings& settings, const Input& input, const Console& console) {
  Outcome outcome;
  auto text = ReadInput(input, console);
  if (!text) {
    Manifest unreadable{.name = input.name(), .format = Format::kProtobuf};
    Reporter reporter(unreadable, settings.paint, outcome.out, settings.style);
    reporter.At(0, "", text.error().message);
    reporter.Finish();
    outcome.found = true;
    return outcome;
  }
  const Manifest manifest = ReadManifest(input.name(), *std::move(text));
  Reporter reporter(manifest, settings.paint, outcome.out, settings.style);
  reporter.Unreadable();
  std::set<std::string> seen;  // Version, kind, namespace and name.
  for (const Document& document : manifest.documents) {
    if (reporter.Unreadable(document)) {
      continue;
    }
    for (const ObjectAt& object : ObjectsOf(document, Lists::kItems)) {
      const std::size_t before = reporter.errors();
      ObjectValidator(settings, document, object, reporter).Run();
      const Json* name = FindPath(*object.value, "metadata.name");
      if (name != nullptr && name->AsString() != nullptr &&
          !seen.insert(object.api_version + " " + object.Name()).second) {
        reporter.Field(document, object, "metadata.name",
                       object.Name() + " stands in this file already", Severity::kWarning);
      }
      ++outcome.documents;
      const bool wrong = reporter.errors() > before;
      outcome.known += object.resource != nullptr || wrong ? 1 : 0;
      outcome.changed += wrong ? 1 : 0;
    }
  }
  reporter.Finish();
  outcome.found = reporter.found() || (settings.warnings_count && reporter.warnings() > 0);
  return outcome;
}

Exit RunValidate(const Invocation& invocation, const Console& console) {
  Settings settings;
  settings.warnings_count = invocation.Has("fail-on-warnings");
  settings.paint = PaintFor(invocation, console.out);
  const std::string style = invocation.Value("output", "text");
  settings.style = style == "json"     ? ReportStyle::kJson
                   : style == "github" ? ReportStyle::kGithub
                                       : ReportStyle::kText;
  if (const std::string release = invocation.Value("kubernetes-version"); !release.empty()) {
    settings.release = MinorOf(release);
    if (settings.release == 0) {
      return Refuse("validate", "--kubernetes-version must be like 1.32, not " + release, console);
    }
  }
  const conversion::Converter converter(conversion::BuiltinSpokes());
  settings.converter = &converter;
  return CheckFiles("validate", "valid", "errors", invocation, console,
                    [&](const Input& input) { return ValidateFile(settings, input, console); });
}

std::vector<std::string> StyleChoices() { return {"github", "json", "text"}; }

constexpr Option kOptions[] = {
    kFilenameOption,
    {"output", 'o', "FORMAT",
     "How to print findings: text, which is the default, json, an object a line, or github, as "
     "annotations of a workflow.",
     StyleChoices},
    {"kubernetes-version", '\0', "1.N",
     "The release that the manifests are for: versions of kinds that it does not serve are "
     "errors."},
    {"fail-on-warnings", '\0', "", "Ends with 1 for warnings, too."},
    kJobsOption,
    kColorOption,
};

constexpr Example kExamples[] = {
    {"k8snet validate manifests/", "Check all manifests of a folder"},
    {"k8snet validate --kubernetes-version=1.22 manifests/",
     "Check also that Kubernetes 1.22 serves their versions"},
    {"helm template chart/ | k8snet validate", "Check what a chart renders"},
};

}  // namespace

const Command kValidate = {
    .name = "validate",
    .arguments = "[FILE...]",
    .summary = "Check manifests as the API server would",
    .description =
        "Checks objects as the API server does when they are created, without a cluster: syntax, "
        "duplicate and unknown fields, types, and the rules of each kind after defaulting. Prints "
        "all findings as file:line:column: path: message, with the line, in the server's words.\n\n"
        "A missing namespace is taken for default. What only a cluster can know, such as whether "
        "an "
        "address is taken, is not checked. Warnings do not count as findings.",
    .options = kOptions,
    .examples = kExamples,
    .run = RunValidate,
};

}  // namespace k8snet::cli
