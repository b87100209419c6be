// `k8snet convert`: manifests in another version, with nothing else changed.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/codec/yaml.h"
#include "k8snet/conversion/converter.h"
#include "k8snet/conversion/defaults.h"
#include "src/cli/commands.h"
#include "src/cli/decode.h"
#include "src/cli/files.h"
#include "src/cli/report.h"

namespace k8snet::cli {
namespace {

struct Settings {
  std::string version;  // Empty: the hub of each kind.
  std::string format;   // Empty: as the file is.
  bool defaults = false;
  Paint paint;
  const conversion::Converter* converter = nullptr;
};

// Returns the version that `from` is to be converted to; null if its kind is not in it.
const Resource* Target(const Resource& from, const std::string& version) {
  for (const Resource& resource : AllResources()) {
    if (resource.storage_prefix == from.storage_prefix && resource.kind == from.kind &&
        (version.empty() ? resource.hub : resource.type->api_version == version)) {
      return &resource;
    }
  }
  return nullptr;
}

Object WithDefaults(const Object& object) {
  MutableObject copy(object);
  conversion::SetDefaults(copy);
  return std::move(copy).Freeze();
}

// Gives items that say a version of their own the version of their list.
void SetItemVersions(Json& list, const std::string& from, const std::string& to) {
  Json* items = list.Find("items");
  if (items == nullptr || items->AsArray() == nullptr) {
    return;
  }
  for (Json& item : *items->AsArray()) {
    Json* version = item.Find("apiVersion");
    if (version != nullptr && version->AsString() != nullptr && *version->AsString() == from) {
      *version = Json(to);
    }
  }
}

class DocumentConverter {
 public:
  DocumentConverter(const Settings& settings, const Document& document, Reporter& reporter)
      : settings_(settings), document_(document), reporter_(reporter), after_(document.value) {}

  // Converts what can be; the rest stays as it is.
  void Run(Outcome& outcome) {
    for (const ObjectAt& object : ObjectsOf(document_, Lists::kWhole)) {
      ++outcome.documents;
      if (object.resource != nullptr) {
        ++outcome.known;
        outcome.changed += One(object) ? 1 : 0;
      }
    }
  }
  [[nodiscard]] const Json& after() const { return after_; }

 private:
  // Returns whether the object became another.
  bool One(const ObjectAt& object) {
    const Resource* target = Target(*object.resource, settings_.version);
    if (target == nullptr || (target == object.resource && !settings_.defaults)) {
      return false;
    }
    const Type& type = object.is_list ? *target->list_type : *target->type;
    auto decoded = DecodeObject(document_, object, reporter_);
    if (!decoded) {
      return false;
    }
    const conversion::Converter& converter = *settings_.converter;
    const Object& plain = decoded->object;
    const Object full = WithDefaults(plain);
    const auto plain_there = converter.Convert(plain, type);
    const auto full_there = converter.Convert(full, type);
    if (!plain_there || !full_there) {
      const Error& error = !plain_there ? plain_there.error() : full_there.error();
      reporter_.Field(document_, object, "", error.message);
      return false;
    }
    if (!CheckLoss(object, full, *full_there)) {
      return false;
    }
    Json& value = ValueIn(after_, object);
    const Json before = value;
    if (settings_.defaults) {
      value = MergeChange(value, ToJson(plain), ToJson(WithDefaults(*full_there)));
    } else {
      // What a default of this version says and one of the other does not must be said.
      value = MergeChange(value, ToJson(plain), ToJson(*plain_there));
      value =
          MergeChange(value, ToJson(WithDefaults(*plain_there)), ToJson(WithDefaults(*full_there)));
    }
    if (object.is_list) {
      SetItemVersions(value, object.api_version, VersionText(*target));
    }
    if (!CheckUnknown(object, decoded->unknown, value)) {
      value = before;
      return false;
    }
    return value != before;
  }

  // Reports unknown fields; returns whether all are in `after` as they were.
  bool CheckUnknown(const ObjectAt& object, const std::vector<std::string>& fields,
                    const Json& after) {
    bool all_kept = true;
    for (const std::string& field : fields) {
      const Json* old = FindPath(*object.value, field);
      const Json* kept = FindPath(after, field);
      const bool same = old != nullptr && kept != nullptr && *old == *kept;
      all_kept = all_kept && same;
      reporter_.Field(document_, object, field,
                      same ? "unknown field: it stays as it is"
                           : "unknown field, which the conversion would lose: not converted",
                      same ? Severity::kWarning : Severity::kError, true);
    }
    return all_kept;
  }

  // Reports what the version cannot say; returns whether there is nothing.
  bool CheckLoss(const ObjectAt& object, const Object& from, const Object& to) {
    const conversion::Converter& converter = *settings_.converter;
    const Type& hub = converter.HubOf(from.type());
    const auto before = converter.Convert(from, hub);
    const auto after = converter.Convert(to, hub);
    if (before && after && *before == *after) {
      return true;
    }
    std::vector<std::string> lost;
    if (before && after) {
      Differences(ToJson(*before), ToJson(*after), "", lost);
    }
    for (const std::string& path : lost) {
      reporter_.Field(document_, object, path,
                      std::string(to.type().api_version) + " cannot say this; not converted");
    }
    return lost.empty();
  }

  const Settings& settings_;
  const Document& document_;
  Reporter& reporter_;
  Json after_;
};

// Returns `value`, a document, in a format; nothing if that is impossible, which is reported.
std::optional<std::string> Encode(const Json& value, const std::string& format,
                                  const Document& document, Reporter& reporter) {
  const std::string json = value.ToString();
  if (format == "json") {
    return IndentJson(json) + "\n";
  }
  if (format == "yaml") {
    return JsonToYaml(json);
  }
  if (format == "cbor") {
    std::string out(kCborSelfDescribed);
    AppendCborOfJson(json, out);
    return out;
  }
  Document changed = document;
  changed.value = value;
  const std::vector<ObjectAt> objects = ObjectsOf(changed, Lists::kWhole);
  if (objects.size() != 1 || !objects[0].path.empty() || objects[0].resource == nullptr) {
    reporter.At(document.begin, "", "protobuf needs an object of a known kind");
    return std::nullopt;
  }
  auto decoded = DecodeObject(changed, objects[0], reporter);
  if (!decoded) {
    return std::nullopt;
  }
  for (const std::string& field : decoded->unknown) {
    reporter.Field(document, objects[0], field, "protobuf cannot hold an unknown field");
  }
  if (!decoded->unknown.empty()) {
    return std::nullopt;
  }
  return EncodeProtobuf(decoded->object);
}

constexpr std::string_view FormatName(Format format) {
  constexpr std::string_view kNames[] = {"yaml", "json", "protobuf", "cbor"};
  return kNames[static_cast<std::size_t>(format)];
}

// Returns the file with its documents converted, all else as it stands.
std::string InPlace(const Settings& settings, const Manifest& manifest, Reporter& reporter,
                    Outcome& outcome) {
  std::string out;
  std::size_t pos = 0;
  const std::string_view text = manifest.text;
  for (const Document& document : manifest.documents) {
    if (reporter.Unreadable(document)) {
      continue;
    }
    DocumentConverter converter(settings, document, reporter);
    converter.Run(outcome);
    if (converter.after() == document.value) {
      continue;
    }
    out += text.substr(pos, document.begin - pos);
    pos = document.end;
    if (!manifest.has_places()) {
      const auto encoded =
          Encode(converter.after(), std::string(FormatName(manifest.format)), document, reporter);
      out += encoded.value_or(std::string(manifest.TextOf(document)));
      continue;
    }
    Rewritten rewritten = Rewrite(manifest.TextOf(document), manifest.syntax(),
                                  manifest.RootOf(document), document.value, converter.after());
    if (rewritten.relaid) {
      reporter.At(document.begin + manifest.RootOf(document).begin, "",
                  "the document is written anew: its layout and the comments in it are lost",
                  Severity::kWarning);
      if (document.begin > 0 && text[document.begin - 1] == '-' &&
          !rewritten.text.starts_with('\n') && !rewritten.text.starts_with(' ')) {
        out += '\n';
      }
    }
    for (const std::string& comment : rewritten.lost_comments) {
      reporter.At(document.begin + manifest.RootOf(document).begin, "",
                  "this comment is lost: " + comment, Severity::kWarning);
    }
    out += rewritten.text;
  }
  out += text.substr(pos);
  return out;
}

// Returns the file in another format; nothing if some document cannot be in it.
std::optional<std::string> Reformat(const Settings& settings, const Manifest& manifest,
                                    Reporter& reporter, Outcome& outcome) {
  std::string out;
  const bool binary = settings.format == "protobuf" || settings.format == "cbor";
  bool complete = true;
  std::size_t count = 0;
  for (const Document& document : manifest.documents) {
    if (reporter.Unreadable(document)) {
      complete = false;
      continue;
    }
    DocumentConverter converter(settings, document, reporter);
    converter.Run(outcome);
    if (++count > 1 && binary) {
      reporter.At(document.begin, "", settings.format + " holds one document a file");
      return std::nullopt;
    }
    const auto encoded = Encode(converter.after(), settings.format, document, reporter);
    if (!encoded) {
      complete = false;
      continue;
    }
    out += count > 1 && settings.format == "yaml" ? "---\n" + *encoded : *encoded;
  }
  return complete ? std::optional(std::move(out)) : std::nullopt;
}

std::string WithExtension(const std::string& path, std::string_view format) {
  const std::size_t slash = path.rfind('/');
  const std::size_t dot = path.rfind('.');
  const bool has = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  return path.substr(0, has ? dot : path.size()) + "." +
         std::string(format == "protobuf" ? "pb" : format);
}

// What becomes of a file.
enum class Sink { kStdout, kInPlace, kFolder, kList };

struct Plan {
  Sink sink = Sink::kStdout;
  std::vector<Input> inputs;
  std::vector<std::string> outputs;  // kFolder: the file for each input.
  Settings settings;
};

Outcome ConvertFile(const Plan& plan, std::size_t index, const Console& console) {
  const Input& input = plan.inputs[index];
  const Settings& settings = plan.settings;
  Outcome outcome;
  auto text = ReadInput(input, console);
  if (!text) {
    outcome.err = input.name() + ": " + text.error().message + "\n";
    outcome.found = true;
    return outcome;
  }
  const Manifest manifest = ReadManifest(input.name(), *std::move(text));
  Reporter reporter(manifest, settings.paint, outcome.err);
  std::optional<std::string> result;
  if (reporter.Unreadable()) {
    result = settings.format.empty() ? std::optional(manifest.text) : std::nullopt;
  } else if (settings.format.empty() || settings.format == FormatName(manifest.format)) {
    result = InPlace(settings, manifest, reporter, outcome);
  } else {
    result = Reformat(settings, manifest, reporter, outcome);
  }
  reporter.Finish();
  outcome.found = reporter.found();
  if (!result) {
    return outcome;
  }
  outcome.yaml =
      settings.format.empty() ? manifest.format == Format::kYaml : settings.format == "yaml";
  Status written;
  switch (plan.sink) {
    case Sink::kStdout:
      outcome.out = *std::move(result);
      break;
    case Sink::kList:
      if (*result != manifest.text) {
        outcome.out = input.name() + "\n";
        outcome.found = true;
      }
      break;
    case Sink::kInPlace:
      if (*result != manifest.text) {
        written = ReplaceFile(input.path, *result);
      }
      break;
    case Sink::kFolder:
      written = WriteNewFile(plan.outputs[index], *result);
      break;
  }
  if (!written) {
    outcome.err += input.name() + ": cannot be written: " + written.error().message + "\n";
    outcome.found = true;
  }
  return outcome;
}

std::vector<std::string> VersionChoices() {
  std::set<std::string> versions;
  for (const Resource& resource : AllResources()) {
    versions.insert(VersionText(resource));
  }
  return {versions.begin(), versions.end()};
}

std::vector<std::string> OutputChoices() { return {"cbor", "json", "protobuf", "yaml"}; }

Result<Plan> MakePlan(const Invocation& invocation, const Console& console) {
  Plan plan;
  const std::string folder = invocation.Value("output-dir");
  const int sinks = (invocation.Has("write") ? 1 : 0) + (folder.empty() ? 0 : 1) +
                    (invocation.Has("check") ? 1 : 0);
  if (sinks > 1) {
    return Error(Reason::kInvalid, "only one of --write, --output-dir and --check can be given");
  }
  plan.sink = invocation.Has("write")   ? Sink::kInPlace
              : invocation.Has("check") ? Sink::kList
              : folder.empty()          ? Sink::kStdout
                                        : Sink::kFolder;
  Settings& settings = plan.settings;
  settings.version = invocation.Value("output-version");
  settings.format = invocation.Value("output");
  settings.defaults = invocation.Has("defaults");
  settings.paint = PaintFor(invocation, console.err);
  if (!settings.format.empty() && (plan.sink == Sink::kInPlace || plan.sink == Sink::kList)) {
    return Error(Reason::kInvalid,
                 "--output cannot go with --write or --check: a file keeps its "
                 "format");
  }
  K8SNET_ASSIGN_OR_RETURN(plan.inputs, ExpandInputs(invocation.Files(), console));
  const bool binary = settings.format == "protobuf" || settings.format == "cbor";
  if (binary && plan.inputs.size() > 1 && plan.sink == Sink::kStdout) {
    return Error(Reason::kInvalid, settings.format + " of several files needs --output-dir");
  }
  std::map<std::string, std::string> taken;
  for (const Input& input : plan.inputs) {
    if (input.is_stdin() && (plan.sink == Sink::kInPlace || plan.sink == Sink::kFolder)) {
      return Error(Reason::kInvalid, "the standard input cannot be written back");
    }
    if (plan.sink == Sink::kFolder) {
      const std::string name =
          settings.format.empty() ? input.relative : WithExtension(input.relative, settings.format);
      const auto [it, made] = taken.emplace(name, input.path);
      if (!made) {
        return Error(Reason::kInvalid, it->second + " and " + input.path + " would both become " +
                                           folder + "/" + name);
      }
      plan.outputs.push_back(folder + "/" + name);
    }
  }
  return plan;
}

Exit RunConvert(const Invocation& invocation, const Console& console) {
  auto plan = MakePlan(invocation, console);
  if (!plan) {
    return Refuse("convert", plan.error().message, console);
  }
  const conversion::Converter converter(conversion::BuiltinSpokes());
  plan->settings.converter = &converter;
  Outcome sum;
  bool first = true;
  bool yaml = false;  // Whether the last output was.
  char last = '\n';
  const auto take = [&](std::size_t, const Outcome& outcome) {
    sum.found = sum.found || outcome.found;
    sum.documents += outcome.documents;
    sum.known += outcome.known;
    sum.changed += outcome.changed;
    if (outcome.out.empty()) {
      return;
    }
    const bool yaml_before = std::exchange(yaml, outcome.yaml);
    const bool part = !first && plan->sink == Sink::kStdout && (yaml || yaml_before) &&
                      !outcome.out.starts_with("---");
    console.Out(last == '\n' ? "" : "\n");
    console.Out(part ? "---\n" : "");
    console.Out(outcome.out);
    last = outcome.out.back();
    first = false;
  };
  const auto done = ForEach(
      plan->inputs.size(), invocation, console,
      [&](std::size_t index) { return ConvertFile(*plan, index, console); }, take);
  if (!done) {
    return Refuse("convert", done.error().message, console);
  }
  if (plan->sink == Sink::kInPlace || plan->sink == Sink::kFolder) {
    console.Err(Count(plan->inputs.size(), "file") + ", " + Count(sum.documents, "object") + ": " +
                std::to_string(sum.changed) + " converted, " +
                std::to_string(sum.known - sum.changed) + " as they were, " +
                std::to_string(sum.documents - sum.known) + " of other kinds\n");
  }
  return sum.found ? Exit::kFindings : Exit::kClean;
}

constexpr Option kOptions[] = {
    kFilenameOption,
    {"output-version", '\0', "VERSION",
     "The version to convert to, such as networking.k8s.io/v1; objects whose kind is not in it "
     "stay "
     "as they are. Default: the newest version of each kind.",
     VersionChoices},
    {"output", 'o', "FORMAT",
     "The format to write: yaml, json, protobuf or cbor. Default: each file keeps its own.",
     OutputChoices},
    {"write", 'w', "",
     "Writes the files back. A file is written beside itself and renamed; its mode is kept, and it "
     "is not touched if nothing changes."},
    {"output-dir", '\0', "FOLDER",
     "Writes all files into a folder, below which they keep their places."},
    {"check", '\0', "", "Only lists the files that would change; ends with 1 if there are any."},
    {"defaults", '\0', "", "Writes all defaults, too, as 'kubectl convert' did."},
    kJobsOption,
    kColorOption,
};

constexpr Example kExamples[] = {
    {"k8snet convert -w manifests/", "Bring all manifests of a folder to the newest versions"},
    {"k8snet convert --check manifests/", "Fail in CI if some manifest is in an old version"},
    {"k8snet convert --output-version=networking.k8s.io/v1 old.yaml > new.yaml",
     "Convert one file to a version"},
    {"kubectl get ingress -o yaml | k8snet convert -o json", "Turn what kubectl prints into JSON"},
};

}  // namespace

const Command kConvert = {
    .name = "convert",
    .arguments = "[FILE...]",
    .summary = "Convert manifests to another version",
    .description =
        "Converts objects to another version and prints the files with nothing else changed: "
        "comments, quotes, the order and layout of fields, and documents of other kinds stay as "
        "they are. Items of lists are converted in place.\n\n"
        "Only what the conversion needs is added: a default is written where the other version "
        "would mean something else without it, such as pathType in networking.k8s.io/v1. Fields "
        "that are not known stay, with a warning. What the other version cannot say is a finding, "
        "and the object stays as it is.",
    .options = kOptions,
    .examples = kExamples,
    .run = RunConvert,
};

}  // namespace k8snet::cli
