// `k8snet roundtrip`: what of an object is lost on the way through other versions and formats.
#include <set>
#include <utility>

#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/codec/yaml.h"
#include "k8snet/conversion/converter.h"
#include "src/cli/commands.h"
#include "src/cli/decode.h"
#include "src/cli/files.h"
#include "src/cli/report.h"

namespace k8snet::cli {
namespace {

// A format with its way there and back.
struct Codec {
  std::string_view name;
  std::string (*encode)(const Object& object);
  Result<Decoded> (*decode)(const Type& type, std::string_view bytes, const DecodeOptions& options);
};

constexpr Codec kCodecs[] = {
    {"JSON", [](const Object& object) { return EncodeJson(object); }, DecodeJson},
    {"YAML", EncodeYaml, DecodeYaml},
    {"protobuf", EncodeProtobuf, DecodeProtobuf},
    {"CBOR", EncodeCbor, DecodeCbor},
};

class ObjectTrip {
 public:
  ObjectTrip(const conversion::Converter& converter, const Document& document,
             const ObjectAt& object, Reporter& reporter)
      : converter_(converter), document_(document), object_(object), reporter_(reporter) {}

  void Run() {
    auto decoded = DecodeObject(document_, object_, reporter_);
    if (!decoded || object_.is_list) {
      return;  // A list without items has been reported.
    }
    for (const std::string& field : decoded->unknown) {
      reporter_.Field(document_, object_, field, "unknown field: lost when the object is read",
                      Severity::kError, true);
    }
    const Object& start = decoded->object;
    for (const Resource& resource : AllResources()) {
      if (resource.kind != object_.resource->kind ||
          resource.storage_prefix != object_.resource->storage_prefix) {
        continue;
      }
      const auto there = converter_.Convert(start, *resource.type);
      if (!there) {
        reporter_.Field(document_, object_, "", there.error().message);
        continue;
      }
      const auto back = converter_.Convert(*there, start.type());
      if (!back) {
        reporter_.Field(document_, object_, "", back.error().message);
        continue;
      }
      Compare(start, *back, VersionText(resource));
      for (const Codec& codec : kCodecs) {
        const std::string way = VersionText(resource) + " in " + std::string(codec.name);
        const auto read = codec.decode(*resource.type, codec.encode(*there), {.limits = kLimits});
        if (!read) {
          reporter_.Field(document_, object_, "",
                          way + " cannot be read back: " + read.error().message);
          continue;
        }
        Compare(*there, MutableObjectCopy(read->object), way);
      }
    }
  }

 private:
  static Object MutableObjectCopy(const MutableObject& object) {
    return Object(&object.type(), object.type().ops->copy(object.data()));
  }

  // Reports where `after` is not `before`, each path once.
  void Compare(const Object& before, const Object& after, const std::string& way) {
    if (before == after) {
      return;
    }
    std::vector<std::string> paths;
    Differences(ToJson(before), ToJson(after), "", paths);
    if (paths.empty()) {
      paths.emplace_back();
    }
    for (const std::string& path : paths) {
      if (seen_.insert(path).second) {
        reporter_.Field(document_, object_, path, "lost or changed by way of " + way);
      }
    }
  }

  const conversion::Converter& converter_;
  const Document& document_;
  const ObjectAt& object_;
  Reporter& reporter_;
  std::set<std::string> seen_;
};

Outcome TripFile(const conversion::Converter& converter, Paint paint, const Input& input,
                 const Console& console) {
  Outcome outcome;
  auto text = ReadInput(input, console);
  if (!text) {
    outcome.out = input.name() + ": " + text.error().message + "\n";
    outcome.found = true;
    return outcome;
  }
  const Manifest manifest = ReadManifest(input.name(), *std::move(text));
  Reporter reporter(manifest, paint, outcome.out);
  reporter.Unreadable();
  for (const Document& document : manifest.documents) {
    if (reporter.Unreadable(document)) {
      continue;
    }
    for (const ObjectAt& object : ObjectsOf(document, Lists::kItems)) {
      ++outcome.documents;
      if (object.resource != nullptr) {
        ++outcome.known;
        const std::size_t before = reporter.errors();
        ObjectTrip(converter, document, object, reporter).Run();
        outcome.changed += reporter.errors() > before ? 1 : 0;
      }
    }
  }
  reporter.Finish();
  outcome.found = reporter.found();
  return outcome;
}

Exit RunRoundtrip(const Invocation& invocation, const Console& console) {
  const conversion::Converter converter(conversion::BuiltinSpokes());
  const Paint paint = PaintFor(invocation, console.out);
  return CheckFiles("roundtrip", "whole", "losses", invocation, console,
                    [&](const Input& input) { return TripFile(converter, paint, input, console); });
}

constexpr Option kOptions[] = {kFilenameOption, kJobsOption, kColorOption};

constexpr Example kExamples[] = {
    {"k8snet roundtrip manifests/", "Would something be lost in some version?"}};

}  // namespace

const Command kRoundtrip = {
    .name = "roundtrip",
    .arguments = "[FILE...]",
    .summary = "Find what other versions and formats lose",
    .description =
        "Takes each object to every version that its kind has, and in each version to JSON, YAML, "
        "protobuf and CBOR, and back. Reports what is not as it was, by path.",
    .options = kOptions,
    .examples = kExamples,
    .run = RunRoundtrip,
};

}  // namespace k8snet::cli
