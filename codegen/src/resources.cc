// Emits the table of all resources.
#include <algorithm>
#include <cctype>
#include <tuple>

#include "codegen/src/emit.h"
#include "codegen/src/names.h"
#include "codegen/src/printer.h"

namespace k8snet::codegen {
namespace {

struct Entry {
  const File* file;
  const Message* message;
  ResourceOptions options;  // With what is inherited from the hub.
  bool hub;
};

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Orders versions as clients prefer them: v2 before v1 before v1beta2 before v1beta1 before
// v1alpha1.
std::tuple<int, int, int> Preference(const std::string& version) {
  const auto digits = [&](std::size_t at) { return std::atoi(version.c_str() + at); };
  for (const auto& [word, stage] : {std::pair{"beta", 1}, {"alpha", 2}}) {
    if (const auto at = version.find(word); at != std::string::npos) {
      return {stage, -digits(1), -digits(at + std::string(word).size())};
    }
  }
  return {0, -digits(1), 0};
}

std::string List(const google::protobuf::RepeatedPtrField<std::string>& values) {
  std::string out;
  for (const std::string& value : values) {
    out += (out.empty() ? "" : ", ") + Literal(value);
  }
  return out;
}

std::vector<Entry> Collect(const std::vector<File>& files) {
  std::vector<Entry> entries;
  for (const File& file : files) {
    for (const Message& message : file.messages) {
      if (!message.has_resource) {
        continue;
      }
      const File* hub = file.api.hub().empty() ? nullptr : FindPackage(files, file.api.hub());
      const Message* of_hub = hub == nullptr ? nullptr : hub->Find(message.name);
      ResourceOptions options = of_hub == nullptr ? ResourceOptions() : of_hub->resource;
      options.clear_deprecation();
      options.clear_removed_release();
      options.clear_since_release();
      options.MergeFrom(message.resource);
      entries.push_back({&file, &message, options, of_hub == nullptr});
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tuple(a.file->api.group(), a.options.plural(), Preference(a.file->version())) <
           std::tuple(b.file->api.group(), b.options.plural(), Preference(b.file->version()));
  });
  return entries;
}

constexpr const char* kGenerationNames[] = {"kNone", "kSpec", "kAllButMetadata"};

void Print(const Entry& entry, std::size_t index, Printer& out) {
  const ResourceOptions& o = entry.options;
  const std::string& name = entry.message->name;
  const std::string qualified = Namespace(*entry.file->proto) + "::internal::k" + name;
  out.Print(
      "    {.group = $group$,\n     .version = $version$,\n     .kind = $kind$,\n"
      "     .plural = $plural$,\n     .singular = $singular$,\n",
      {{"group", Literal(entry.file->api.group())},
       {"version", Literal(entry.file->version())},
       {"kind", Literal(name)},
       {"plural", Literal(o.plural())},
       {"singular", Literal(o.has_singular() ? o.singular() : LowerCase(name))}});
  for (const auto& [values, member, constant] :
       {std::tuple{&o.short_names(), "short_names", "ShortNames"},
        {&o.categories(), "categories", "Categories"},
        {&o.selectable_fields(), "selectable_fields", "SelectableFields"}}) {
    if (!values->empty()) {
      out.Print("     .$member$ = k$constant$$index$,\n",
                {{"member", member}, {"constant", constant}, {"index", std::to_string(index)}});
    }
  }
  out.Print("     .storage_prefix = $prefix$,\n", {{"prefix", Literal(o.storage_prefix())}});
  if (o.cluster_scoped()) {
    out.Print("     .namespaced = false,\n");
  }
  for (const auto& [flag, member] : {std::pair{entry.hub, "hub"},
                                     {o.status_subresource(), "status_subresource"},
                                     {o.create_on_update(), "create_on_update"},
                                     {o.returns_deleted(), "returns_deleted"},
                                     {o.no_delete_collection(), "no_delete_collection"}}) {
    if (flag) {
      out.Print("     .$member$ = true,\n", {{"member", member}});
    }
  }
  out.Print("     .generation = Generation::$generation$,\n",
            {{"generation", kGenerationNames[o.generation()]}});
  for (const auto& [text, member] : {std::pair{o.deprecation(), "deprecation"},
                                     {o.removed_release(), "removed_release"},
                                     {o.since_release(), "since_release"}}) {
    if (!text.empty()) {
      out.Print("     .$member$ = $text$,\n", {{"member", member}, {"text", Literal(text)}});
    }
  }
  out.Print("     .type = &$type$Type,\n     .list_type = &$type$ListType},\n",
            {{"type", qualified}});
}

}  // namespace

Output EmitResources(const std::vector<File>& files, const std::string& set) {
  const std::vector<Entry> entries = Collect(files);
  Printer out;
  out.Print("$generated$#include \"k8snet/apis/base/resource.h\"\n\n#include <array>\n",
            {{"generated", GeneratedBy("the IDL")}});
  for (const Entry& entry : entries) {
    out.Print(
        "\nnamespace k8snet::$namespace$::internal {\nextern const Type k$name$Type;\n"
        "extern const Type k$name$ListType;\n}  // namespace k8snet::$namespace$::internal\n",
        {{"namespace", Namespace(*entry.file->proto)}, {"name", entry.message->name}});
  }
  const std::string name_space = set.empty() ? "k8snet" : "k8snet::" + set;
  out.Print("\nnamespace $namespace$ {\nnamespace {\n\n", {{"namespace", name_space}});
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const ResourceOptions& o = entries[i].options;
    for (const auto& [values, constant] : {std::pair{&o.short_names(), "ShortNames"},
                                           {&o.categories(), "Categories"},
                                           {&o.selectable_fields(), "SelectableFields"}}) {
      if (!values->empty()) {
        out.Print(
            "constexpr std::string_view k$constant$$index$[] = {$values$};\n",
            {{"constant", constant}, {"index", std::to_string(i)}, {"values", List(*values)}});
      }
    }
  }
  out.Print("\nconstexpr std::array<Resource, $size$> kResources = {{\n",
            {{"size", std::to_string(entries.size())}});
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Print(entries[i], i, out);
  }
  out.Print(
      "}};\n\n}  // namespace\n\n"
      "std::span<const Resource> AllResources() { return kResources; }\n\n"
      "}  // namespace $namespace$\n",
      {{"namespace", name_space}});
  return {"apis/gen/src/resources.cc", out.text()};
}

Output EmitSet(const std::string& set) {
  const std::string header = "k8snet/" + set + ".h";
  Printer out;
  out.Print(
      "$generated$// What goes over all kinds of the set $set$.\n"
      "#ifndef $guard$\n#define $guard$\n\n#include <span>\n#include <vector>\n\n"
      "#include \"k8snet/apis/base/object.h\"\n#include \"k8snet/apis/base/resource.h\"\n"
      "#include \"k8snet/conversion/converter.h\"\n\nnamespace k8snet::$set$ {\n\n"
      "// As k8snet::AllResources.\n"
      "[[nodiscard]] std::span<const Resource> AllResources();\n\n"
      "// As k8snet::conversion::BuiltinSpokes.\n"
      "[[nodiscard]] std::vector<conversion::Spoke> Spokes();\n\n"
      "// As k8snet::conversion::SetDefaults.\n"
      "void SetDefaults(MutableObject& object);\n\n"
      "}  // namespace k8snet::$set$\n\n#endif  // $guard$\n",
      {{"generated", GeneratedBy("the IDL of " + set)}, {"set", set}, {"guard", Guard(header)}});
  return {"conversion/gen/include/" + header, out.text()};
}

}  // namespace k8snet::codegen
