// Emits the defaults that the IDL declares, and calls of the hand-written ones.
#include <map>

#include "codegen/src/emit.h"
#include "codegen/src/names.h"
#include "codegen/src/printer.h"

namespace k8snet::codegen {
namespace {

using google::protobuf::Descriptor;

// The messages that have a default in them, by descriptor.
class Needs {
 public:
  explicit Needs(const std::vector<File>& files) {
    for (const File& file : files) {
      for (const Message& message : file.messages) {
        messages_[message.proto] = &message;
      }
    }
  }

  bool operator()(const Descriptor* proto) {
    const auto found = messages_.find(proto);
    if (found == messages_.end()) {
      return false;
    }
    if (const auto known = known_.find(proto); known != known_.end()) {
      return known->second;
    }
    bool needs = found->second->type.default_hook();
    for (const Field& field : found->second->fields) {
      needs = needs || field.options.has_default_() || (*this)(field.message);
    }
    return known_[proto] = needs;
  }

 private:
  std::map<const Descriptor*, const Message*> messages_;
  std::map<const Descriptor*, bool> known_;
};

void PrintField(const Field& field, bool nested, Printer& out) {
  const std::vector<std::pair<std::string_view, std::string>> values = {
      {"member", field.member}, {"value", field.options.default_()}};
  if (field.options.has_default_()) {
    const bool text = field.kind == "kString";
    out.Print(field.form == Form::kOptional ? "  if (!value.$member$) {\n"
              : text                        ? "  if (value.$member$.empty()) {\n"
                                            : "  if (value.$member$ == 0) {\n",
              values);
    out.Print("    value.$member$ = $value$;\n  }\n", values);
  }
  if (!nested) {
    return;
  }
  switch (field.form) {
    case Form::kValue:
      out.Print("  SetDefaults(value.$member$);\n", values);
      return;
    case Form::kOptional:
      out.Print("  if (value.$member$) {\n    SetDefaults(*value.$member$);\n  }\n", values);
      return;
    case Form::kList:
      out.Print("  for (auto& element : value.$member$) {\n    SetDefaults(element);\n  }\n",
                values);
      return;
    case Form::kNullableList:
      out.Print(
          "  if (value.$member$) {\n    for (auto& element : *value.$member$) {\n"
          "      SetDefaults(element);\n    }\n  }\n",
          values);
      return;
    case Form::kMap:
      out.Print("  for (auto& [key, element] : value.$member$) {\n    SetDefaults(element);\n  }\n",
                values);
      return;
  }
}

}  // namespace

std::vector<Output> EmitDefaults(const std::vector<File>& files, const std::string& set) {
  const std::string header_path =
      "k8snet/conversion/" + (set.empty() ? "typed_defaults.h" : set + "_defaults.h");
  Needs needs(files);
  Printer header;
  Printer source;
  Printer table;
  header.Print(
      "$generated$// Defaults of each type that has any, in its own version.\n"
      "#ifndef $guard$\n#define $guard$\n\n",
      {{"generated", GeneratedBy("the IDL")}, {"guard", Guard(header_path)}});
  for (const File& file : files) {
    header.Print("#include \"k8snet/apis/$path$.h\"\n", {{"path", HeaderPath(*file.proto)}});
  }
  header.Print("\nnamespace k8snet::conversion {\n\n");
  source.Print(
      "$generated$#include \"k8snet/conversion/defaults.h\"\n"
      "#include \"$header$\"\n",
      {{"generated", GeneratedBy("the IDL")}, {"header", header_path}});
  if (!set.empty()) {
    source.Print("#include \"k8snet/$set$.h\"\n", {{"set", set}});
  }
  source.Print("\nnamespace k8snet::conversion {\n");
  for (const File& file : files) {
    for (const Message& message : file.messages) {
      if (!needs(message.proto)) {
        continue;
      }
      const std::vector<std::pair<std::string_view, std::string>> values = {
          {"type", QualifiedName(*message.proto)}};
      header.Print("void SetDefaults($type$& value);\n", values);
      if (message.type.default_hook()) {
        header.Print("void DefaultHook($type$& value);  // Hand-written, in conversion/src.\n",
                     values);
      }
      source.Print("\nvoid SetDefaults($type$& value) {\n", values);
      for (const Field& field : message.fields) {
        PrintField(field, needs(field.message), source);
      }
      if (message.type.default_hook()) {
        source.Print("  DefaultHook(value);\n");
      }
      source.Print("}\n");
      if (message.is_kind()) {
        table.Print(
            "  if (auto* value = object.As<$type$>()) {\n    conversion::SetDefaults(*value);\n"
            "    return;\n  }\n",
            values);
      }
    }
  }
  header.Print("\n}  // namespace k8snet::conversion\n\n#endif  // $guard$\n",
               {{"guard", Guard(header_path)}});
  if (!set.empty()) {
    source.Print("\n}  // namespace k8snet::conversion\n\nnamespace k8snet::$set$ {\n",
                 {{"set", set}});
  }
  // `object` is not looked at if no kind has defaults.
  source.Print("\nvoid SetDefaults([[maybe_unused]] MutableObject& object) {\n$table$}\n\n",
               {{"table", table.text()}});
  source.Print("}  // namespace k8snet::$space$\n", {{"space", set.empty() ? "conversion" : set}});
  return {{"conversion/gen/include/" + header_path, header.text()},
          {"conversion/gen/src/defaults.cc", source.text()}};
}

}  // namespace k8snet::codegen
