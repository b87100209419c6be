// `k8snet diff`: what two sets of manifests mean differently.
#include <algorithm>
#include <map>
#include <utility>

#include "k8snet/apis/codec/yaml.h"
#include "k8snet/conversion/converter.h"
#include "k8snet/conversion/defaults.h"
#include "k8snet/conversion/plurals.h"
#include "src/cli/commands.h"
#include "src/cli/decode.h"
#include "src/cli/files.h"
#include "src/cli/line_diff.h"
#include "src/cli/report.h"

namespace k8snet::cli {
namespace {

struct Settings {
  bool defaults = true;
  bool server_fields = false;
  Paint error_paint;
  const conversion::Converter* converter = nullptr;
};

// An object as it is compared.
struct Entry {
  std::string identity;
  std::string name;   // "Ingress web/front"
  std::string file;   // Below the folder that was named.
  std::string place;  // "a.yaml:12"
  std::string yaml;
};

// Takes away what the server sets.
void DropServerFields(Json& value) {
  Json::Object* object = value.AsObject();
  if (object == nullptr) {
    return;
  }
  object->erase("status");
  Json* metadata = value.Find("metadata");
  if (metadata == nullptr || metadata->AsObject() == nullptr) {
    return;
  }
  for (const char* name :
       {"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"}) {
    metadata->AsObject()->erase(name);
  }
  Json* annotations = metadata->Find("annotations");
  if (annotations != nullptr && annotations->AsObject() != nullptr) {
    annotations->AsObject()->erase("kubectl.kubernetes.io/last-applied-configuration");
    if (annotations->AsObject()->empty()) {
      metadata->AsObject()->erase("annotations");
    }
  }
}

// Returns what `object` means: its hub version with defaults, or the value as it is for kinds that
// are not known. Nothing after an error, which is reported.
std::optional<Json> Meaning(const Settings& settings, const Document& document,
                            const ObjectAt& object, Reporter& reporter) {
  if (object.resource == nullptr) {
    return *object.value;
  }
  auto decoded = DecodeObject(document, object, reporter);
  if (!decoded) {
    return std::nullopt;
  }
  MutableObject filled(decoded->object);
  if (settings.defaults) {
    conversion::SetDefaults(filled);
  }
  const Object full = std::move(filled).Freeze();
  const auto hub = settings.converter->Convert(full, settings.converter->HubOf(full.type()));
  if (!hub) {
    reporter.Field(document, object, "", hub.error().message);
    return std::nullopt;
  }
  MutableObject normal(*hub);
  if (settings.defaults) {
    conversion::NormalizePlurals(nullptr, normal);
  }
  Json meaning = ToJson(std::move(normal).Freeze());
  Json* metadata = meaning.Find("metadata");
  if (settings.defaults && object.resource->namespaced && metadata != nullptr &&
      metadata->AsObject() != nullptr) {
    metadata->AsObject()->emplace("namespace", Json(std::string("default")));
  }
  Json::Object unknown;
  for (const std::string& path : decoded->unknown) {
    const Json* value = FindPath(*object.value, path);
    unknown.emplace(path, value == nullptr ? Json() : *value);
  }
  if (!unknown.empty()) {
    meaning.AsObject()->emplace("unknown fields", Json(std::move(unknown)));
  }
  return meaning;
}

std::string TextAt(const Json& value, std::string_view path) {
  const Json* found = FindPath(value, path);
  const std::string* text = found == nullptr ? nullptr : found->AsString();
  return text == nullptr ? "" : *text;
}

// Returns what tells an object from others: kind, namespace and name. Objects without a name are
// told by their number.
std::string Identity(const ObjectAt& object, const Json& meaning, std::size_t number) {
  const std::string kind = object.resource != nullptr
                               ? std::string(object.resource->storage_prefix)
                               : GroupVersion::Parse(object.api_version).group + " " + object.kind;
  const std::string name = TextAt(meaning, "metadata.name");
  std::string identity = kind + "\n" + TextAt(meaning, "metadata.namespace") + "\n" + name;
  return name.empty() ? identity + "\n" + std::to_string(number) : identity;
}

// Returns where the first line with more than a comment begins.
std::size_t FirstContent(std::string_view text) {
  std::size_t pos = 0;
  while (pos < text.size()) {
    const std::size_t first = std::min(text.find_first_not_of(" \t\r\n", pos), text.size());
    if (first == text.size() || text[first] != '#') {
      return first;
    }
    pos = std::min(text.find('\n', first), text.size());
  }
  return 0;
}

Outcome Load(const Settings& settings, const Input& input, const Console& console,
             std::vector<Entry>& entries) {
  Outcome outcome;
  auto text = ReadInput(input, console);
  if (!text) {
    outcome.err = input.name() + ": " + text.error().message + "\n";
    outcome.found = true;
    return outcome;
  }
  const Manifest manifest = ReadManifest(input.name(), *std::move(text));
  Reporter reporter(manifest, settings.error_paint, outcome.err);
  reporter.Unreadable();
  std::ptrdiff_t line = 1;
  std::size_t counted = 0;
  for (const Document& document : manifest.documents) {
    if (reporter.Unreadable(document)) {
      continue;
    }
    for (const ObjectAt& object : ObjectsOf(document, Lists::kItems)) {
      auto meaning = Meaning(settings, document, object, reporter);
      if (!meaning) {
        continue;
      }
      Entry entry;
      entry.identity = Identity(object, *meaning, entries.size());
      entry.name = ObjectAt{.value = &*meaning, .kind = object.kind}.Name();
      std::size_t at = document.begin;
      if (manifest.has_places()) {
        // The tree is made for items of lists alone.
        at += object.path.empty() ? FirstContent(manifest.TextOf(document))
                                  : Locate(manifest.RootOf(document), object.path).value;
      }
      // Counted on from the last object.
      at = std::max(at, counted);
      line += std::count(manifest.text.begin() + static_cast<std::ptrdiff_t>(counted),
                         manifest.text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
      counted = at;
      entry.place = manifest.name + ":" + std::to_string(line);
      if (!settings.server_fields) {
        DropServerFields(*meaning);
      }
      entry.yaml = JsonToYaml(meaning->ToString());
      entries.push_back(std::move(entry));
    }
  }
  reporter.Finish();
  outcome.found = reporter.found();
  return outcome;
}

// The objects of one side, in order.
struct Side {
  std::vector<Entry> entries;
  bool found = false;  // Whether something could not be read.
};

Result<Side> LoadSide(const Settings& settings, const std::string& argument,
                      const Invocation& invocation, const Console& console) {
  K8SNET_ASSIGN_OR_RETURN(const std::vector<Input> inputs, ExpandInputs({argument}, console));
  Side side;
  std::vector<std::vector<Entry>> loaded(inputs.size());
  K8SNET_RETURN_IF_ERROR(ForEach(
      inputs.size(), invocation, console,
      [&](std::size_t index) { return Load(settings, inputs[index], console, loaded[index]); },
      [&](std::size_t, const Outcome& outcome) { side.found = side.found || outcome.found; }));
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    for (Entry& entry : loaded[i]) {
      entry.file = inputs[i].relative;
      side.entries.push_back(std::move(entry));
    }
  }
  return side;
}

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Returns the object of `b` that each object of `a` is to be compared with, or kNone: the one with
// the same identity, in the file of the same name if there is one. Of several the first is taken
// first.
std::vector<std::size_t> Match(const std::vector<Entry>& a, const std::vector<Entry>& b) {
  std::vector<std::size_t> partner(a.size(), kNone);
  std::vector<bool> taken(b.size(), false);
  for (const bool same_file : {true, false}) {
    const auto key = [&](const Entry& entry) {
      return (same_file ? entry.file + "\n" : "") + entry.identity;
    };
    std::map<std::string, std::vector<std::size_t>> left;  // Last one first.
    for (std::size_t i = b.size(); i > 0; --i) {
      if (!taken[i - 1]) {
        left[key(b[i - 1])].push_back(i - 1);
      }
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
      const auto found = left.find(key(a[i]));
      if (partner[i] == kNone && found != left.end() && !found->second.empty()) {
        partner[i] = found->second.back();
        taken[partner[i]] = true;
        found->second.pop_back();
      }
    }
  }
  return partner;
}

class Printer {
 public:
  Printer(bool brief, Paint paint, const Console& console)
      : brief_(brief), paint_(paint), console_(console) {}

  // Prints how two objects differ; one of them may be null.
  void Pair(const Entry* a, const Entry* b) {
    const std::string hunks =
        UnifiedDiff(a == nullptr ? "" : a->yaml, b == nullptr ? "" : b->yaml, paint_);
    if (hunks.empty()) {
      return;
    }
    ++differences_;
    if (brief_) {
      console_.Out(std::string(a == nullptr   ? "only in the second: "
                               : b == nullptr ? "only in the first: "
                                              : "differs: ") +
                   Printable((a == nullptr ? b : a)->name) + "\n");
      return;
    }
    console_.Out(paint_.Bold("--- " + Header(a)) + "\n" + paint_.Bold("+++ " + Header(b)) + "\n" +
                 hunks);
  }
  [[nodiscard]] std::size_t differences() const { return differences_; }

 private:
  static std::string Header(const Entry* entry) {
    return entry == nullptr ? "/dev/null" : Printable(entry->place + " " + entry->name);
  }

  const bool brief_;
  const Paint paint_;
  const Console& console_;
  std::size_t differences_ = 0;
};

Exit RunDiff(const Invocation& invocation, const Console& console) {
  if (invocation.arguments.size() != 2) {
    return Refuse("diff", "give two files or folders", console);
  }
  const conversion::Converter converter(conversion::BuiltinSpokes());
  const Settings settings{.defaults = !invocation.Has("no-defaults"),
                          .server_fields = invocation.Has("server-fields"),
                          .error_paint = PaintFor(invocation, console.err),
                          .converter = &converter};
  const auto a = LoadSide(settings, invocation.arguments[0], invocation, console);
  if (!a) {
    return Refuse("diff", a.error().message, console);
  }
  const auto b = LoadSide(settings, invocation.arguments[1], invocation, console);
  if (!b) {
    return Refuse("diff", b.error().message, console);
  }
  Printer printer(invocation.Has("brief"), PaintFor(invocation, console.out), console);
  const std::vector<std::size_t> partner = Match(a->entries, b->entries);
  std::vector<bool> taken(b->entries.size(), false);
  for (std::size_t i = 0; i < partner.size(); ++i) {
    const bool found = partner[i] != kNone;
    printer.Pair(&a->entries[i], found ? &b->entries[partner[i]] : nullptr);
    if (found) {
      taken[partner[i]] = true;
    }
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (!taken[i]) {
      printer.Pair(nullptr, &b->entries[i]);
    }
  }
  return printer.differences() > 0 || a->found || b->found ? Exit::kFindings : Exit::kClean;
}

constexpr Option kOptions[] = {
    {"no-defaults", '\0', "",
     "Compares what is written, without defaults: leaving a field out and writing its default "
     "differ."},
    {"server-fields", '\0', "",
     "Compares also what the server sets: status, uid, resourceVersion, managedFields and the "
     "like."},
    {"brief", 'q', "", "Only names the objects that differ."},
    kJobsOption,
    kColorOption,
};

constexpr Example kExamples[] = {
    {"k8snet diff old/ new/", "What a change of a folder means"},
    {"kubectl get ingress -A -o yaml | k8snet diff - manifests/",
     "How a cluster differs from its manifests"},
};

}  // namespace

const Command kDiff = {
    .name = "diff",
    .arguments = "A B",
    .summary = "Compare what manifests mean",
    .description =
        "Compares the objects of two files or folders by kind, namespace and name, wherever they "
        "stand. Objects in different versions are compared in the newest, with defaults filled in, "
        "so that only what means something else is shown. Order and comments do not count.\n\n"
        "Objects of other kinds are compared as they are written.",
    .options = kOptions,
    .examples = kExamples,
    .run = RunDiff,
};

}  // namespace k8snet::cli
