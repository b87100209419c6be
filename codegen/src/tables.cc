// Emits the tables that describe the structs of a file.
#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "codegen/src/emit.h"
#include "codegen/src/names.h"
#include "codegen/src/printer.h"

namespace k8snet::codegen {
namespace {

using google::protobuf::Descriptor;

constexpr const char* kFormNames[] = {"kValue", "kOptional", "kList", "kNullableList", "kMap"};
constexpr const char* kOmitNames[] = {"kEmpty", "kNever", "kZero"};
constexpr const char* kListNames[] = {"kAtomic", "kSet", "kMap"};

// The name of the table of a message, from any namespace below k8snet.
std::string TypeTable(const Descriptor& message, const google::protobuf::FileDescriptor& from) {
  const std::string local = "internal::k" + message.name() + "Type";
  return message.file() == &from ? local : Namespace(*message.file()) + "::" + local;
}

// Returns the words of `text` with one space between them.
std::string OneLine(const std::string& text) {
  std::istringstream words(text);
  std::string out;
  for (std::string word; words >> word;) {
    out += (out.empty() ? "" : " ") + word;
  }
  return out;
}

// Returns `parts` with a comma between each two.
std::string Join(const google::protobuf::RepeatedPtrField<std::string>& parts) {
  std::string out;
  for (int i = 0; i < parts.size(); ++i) {
    out += (i == 0 ? "" : ",") + parts[i];
  }
  return out;
}

// Prints the designated initialisers of `field`, a member of `owner` at `offset` bytes.
void PrintField(const File& file, const Message& owner, const Field& field,
                const std::string& offset, Printer& out) {
  const FieldOptions& o = field.options;
  out.Print("    {.json_name = $name$,\n     .json_key = $key$,\n     .number = $number$,\n",
            {{"name", Literal(field.json_name)},
             {"key", Literal("\"" + field.json_name + "\":")},
             {"number", std::to_string(field.proto->number())}});
  out.Print("     .offset = $offset$,\n     .kind = Kind::$kind$,\n     .form = Form::$form$,\n",
            {{"offset", offset},
             {"kind", field.kind},
             {"form", kFormNames[static_cast<int>(field.form)]}});
  if (o.omit() != FieldOptions::EMPTY) {
    out.Print("     .omit = Omit::$omit$,\n", {{"omit", kOmitNames[o.omit()]}});
  }
  if (o.list() != FieldOptions::ATOMIC) {
    out.Print("     .list_type = ListType::$list$,\n", {{"list", kListNames[o.list()]}});
  }
  // Of what is in an atomic list, nobody asks.
  const bool is_list = field.form == Form::kList || field.form == Form::kNullableList;
  const bool atomic =
      o.atomic() || (field.message != nullptr && (!is_list || o.list() == FieldOptions::MAP) &&
                     field.message->options().GetExtension(k8s_type).atomic());
  for (const auto& [flag, name] : {std::pair{o.has_list(), "list_type_declared"},
                                   {atomic, "atomic"},
                                   {o.patch_merge() || o.has_merge_key(), "patch_merge"},
                                   {o.immutable(), "immutable"},
                                   {o.required(), "required"},
                                   {o.schema_default(), "schema_default"}}) {
    if (flag) {
      out.Print("     .$name$ = true,\n", {{"name", name}});
    }
  }
  for (const auto& [text, name] : {std::pair{o.merge_key(), "patch_merge_key"},
                                   {Join(o.map_keys()), "list_map_keys"},
                                   {o.default_(), "default_json"},
                                   {Join(o.values()), "values"},
                                   {o.feature_gate(), "feature_gate"},
                                   {o.plural_of(), "plural_of"}}) {
    if (!text.empty()) {
      out.Print("     .$name$ = $text$,\n", {{"name", name}, {"text", Literal(text)}});
    }
  }
  out.Print("     .doc = $doc$,\n", {{"doc", Literal(OneLine(field.comment))}});
  if (field.message != nullptr) {
    out.Print("     .type = &$type$,\n", {{"type", TypeTable(*field.message, *file.proto)}});
  }
  out.Print("     .ops = &k8snet::internal::kFieldOps<decltype($owner$::$member$)>},\n",
            {{"owner", owner.name}, {"member", field.member}});
}

std::string OffsetOf(const Message& owner, const Field& field) {
  return "offsetof(" + owner.name + ", " + field.member + ")";
}

// Prints the members in JSON order; those of an inlined struct stand in its place.
std::size_t PrintJsonFields(const File& file, const Message& message, const std::string& base,
                            Printer& out) {
  std::size_t count = 0;
  for (const Field& field : message.fields) {
    const std::string offset =
        base.empty() ? OffsetOf(message, field) : base + " + " + OffsetOf(message, field);
    if (field.options.inlined()) {
      const Message* inner = file.Find(field.message->name());
      count += PrintJsonFields(file, *inner, offset, out);
      continue;
    }
    PrintField(file, message, field, offset, out);
    ++count;
  }
  return count;
}

std::size_t CountJsonFields(const File& file, const Message& message) {
  std::size_t count = 0;
  for (const Field& field : message.fields) {
    count += field.options.inlined() ? CountJsonFields(file, *file.Find(field.message->name())) : 1;
  }
  return count;
}

std::size_t SlotCount(std::size_t fields) {
  std::size_t slots = 2;
  while (slots < 2 * fields) {
    slots *= 2;
  }
  return slots;
}

void PrintType(const File& file, const Message& message, Printer& out) {
  const std::size_t count = CountJsonFields(file, message);
  const std::vector<std::pair<std::string_view, std::string>> values = {
      {"name", message.name},
      {"fields", std::to_string(count)},
      {"wires", std::to_string(message.fields.size())},
      {"slots", std::to_string(SlotCount(count))}};
  if (count > 0) {
    out.Print("\nconstexpr std::array<Field, $fields$> k$name$Fields = {{\n", values);
    PrintJsonFields(file, message, "", out);
    out.Print("}};\nconstexpr std::array<Field, $wires$> k$name$Wire = {{\n", values);
    std::vector<const Field*> wire;
    for (const Field& field : message.fields) {
      wire.push_back(&field);
    }
    std::sort(wire.begin(), wire.end(), [](const Field* a, const Field* b) {
      return a->proto->number() < b->proto->number();
    });
    const bool inlined =
        std::any_of(wire.begin(), wire.end(), [](const Field* f) { return f->options.inlined(); });
    for (const Field* field : wire) {
      if (inlined) {
        PrintField(file, message, *field, OffsetOf(message, *field), out);
      } else {
        out.Print(
            "    k$name$Fields[$index$],\n",
            {{"name", message.name}, {"index", std::to_string(field - message.fields.data())}});
      }
    }
    out.Print(
        "}};\nconstexpr auto k$name$Slots =\n"
        "    k8snet::internal::MakeSlots<$slots$>(k$name$Fields);\n",
        values);
  }
}

void PrintTypeTable(const File& file, const Message& message, Printer& out) {
  std::string metadata = "nullptr";
  if (const Field* field = message.Find("metadata"); field != nullptr && message.is_kind()) {
    metadata =
        "&k" + message.name + "Fields[" + std::to_string(field - message.fields.data()) + "]";
  }
  const std::string api_version =
      message.type.has_api_version() ? message.type.api_version() : file.api_version();
  out.Print(
      "\nconstinit const Type k$name$Type = {\n"
      "    .name = $quoted$,\n    .group = $group$,\n    .version = $version$,\n"
      "    .api_version = $api_version$,\n    .openapi_name = $openapi$,\n",
      {{"name", message.name},
       {"quoted", Literal(message.name)},
       {"group", Literal(file.api.group())},
       {"version", Literal(file.version())},
       {"api_version", Literal(api_version)},
       {"openapi", Literal(file.api.openapi_package() + "." + message.name)}});
  out.Print("    .doc = $doc$,\n", {{"doc", Literal(OneLine(message.comment))}});
  if (message.type.atomic()) {
    out.Print("    .atomic = true,\n");
  }
  if (message.is_kind()) {
    out.Print("    .is_kind = true,\n");
  }
  if (message.type.list()) {
    out.Print("    .is_list = true,\n");
  }
  if (!message.fields.empty()) {
    out.Print(
        "    .fields = k$name$Fields,\n    .wire = k$name$Wire,\n"
        "    .slots = k$name$Slots.slots,\n    .slot_seed = k$name$Slots.seed,\n",
        {{"name", message.name}});
  }
  out.Print("    .ops = &k8snet::internal::kTypeOps<$name$>,\n    .metadata = $metadata$};\n",
            {{"name", message.name}, {"metadata", metadata}});
}

// Declares the tables of messages of other files that this one refers to.
void DeclareImports(const File& file, Printer& out) {
  std::map<std::string, std::set<std::string>> by_namespace;
  for (const Message& message : file.messages) {
    for (const Field& field : message.fields) {
      if (field.message != nullptr && field.message->file() != file.proto) {
        by_namespace[Namespace(*field.message->file())].insert(field.message->name());
      }
    }
  }
  for (const auto& [name_space, names] : by_namespace) {
    out.Print("\nnamespace k8snet::$namespace$::internal {\n\n", {{"namespace", name_space}});
    for (const std::string& name : names) {
      out.Print("extern const Type k$name$Type;\n", {{"name", name}});
    }
    out.Print("\n}  // namespace k8snet::$namespace$::internal\n", {{"namespace", name_space}});
  }
}

}  // namespace

Output EmitTables(const File& file) {
  const std::string name_space = Namespace(*file.proto);
  Printer out;
  out.Print(
      "$generated$#include \"k8snet/apis/$path$.h\"\n\n#include <array>\n#include <cstddef>\n\n"
      "// The structs are no standard-layout types by the letter; both compilers lay them out so.\n"
      "#pragma GCC diagnostic ignored \"-Winvalid-offsetof\"\n",
      {{"generated", GeneratedBy(file.proto->name())}, {"path", HeaderPath(*file.proto)}});
  DeclareImports(file, out);
  out.Print("\nnamespace k8snet::$namespace$ {\nnamespace internal {\n\n",
            {{"namespace", name_space}});
  for (const Message& message : file.messages) {
    out.Print("extern const Type k$name$Type;\n", {{"name", message.name}});
  }
  out.Print("\n}  // namespace internal\n\nnamespace {\n");
  for (const Message& message : file.messages) {
    PrintType(file, message, out);
  }
  out.Print("\n}  // namespace\n\nnamespace internal {\n");
  for (const Message& message : file.messages) {
    PrintTypeTable(file, message, out);
  }
  out.Print(
      "\n}  // namespace internal\n}  // namespace k8snet::$namespace$\n\nnamespace k8snet {\n",
      {{"namespace", name_space}});
  for (const Message& message : file.messages) {
    out.Print(
        "\ntemplate <>\nconst Type& TypeOf<$type$>() {\n"
        "  return $namespace$::internal::k$name$Type;\n}\n",
        {{"type", QualifiedName(*message.proto)},
         {"namespace", name_space},
         {"name", message.name}});
  }
  out.Print("\n}  // namespace k8snet\n");
  return {"apis/gen/src/" + FileStem(*file.proto) + ".cc", out.text()};
}

}  // namespace k8snet::codegen
