// Emits the conversion of a spoke to its hub and back, by equal names.
#include <algorithm>
#include <set>

#include "codegen/src/emit.h"
#include "codegen/src/names.h"
#include "codegen/src/printer.h"

namespace k8snet::codegen {
namespace {

// A message of the spoke and the message of the hub that it converts to.
struct Pair {
  const Message* spoke;
  const Message* hub;
  bool custom = false;  // Some members are converted by hand.
};

std::string HubName(const Field& field) {
  return field.options.has_hub_name() ? field.options.hub_name() : field.json_name;
}

template <typename List>
bool Contains(const List& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// Returns what is wrong with the pair, or "".
std::string Check(const Pair& pair, const File& spoke_file, const File& hub_file) {
  for (const auto* names : {&pair.spoke->type.hub_custom(), &pair.spoke->type.hub_dropped()}) {
    for (const std::string& name : *names) {
      if (pair.hub->Find(name) == nullptr) {
        return Where(*pair.spoke->proto) + "\"" + name + "\" is no field of the hub's \"" +
               pair.hub->name + "\"";
      }
    }
  }
  std::set<std::string> covered;
  for (const Field& field : pair.spoke->fields) {
    if (field.options.custom() || field.options.dropped()) {
      continue;
    }
    const Field* other = pair.hub->Find(HubName(field));
    if (other == nullptr) {
      return Where(*field.proto) + "field \"" + field.json_name + "\" of \"" + pair.spoke->name +
             "\" has no equal in the hub; mark it hub_name, custom or dropped";
    }
    const bool same_messages =
        (field.message == nullptr && other->message == nullptr) ||
        field.message == other->message ||
        (field.message != nullptr && other->message != nullptr &&
         field.message->file() == spoke_file.proto && other->message->file() == hub_file.proto &&
         field.message->name() == other->message->name());
    if (field.kind != other->kind || field.form != other->form || !same_messages) {
      return Where(*field.proto) + "field \"" + field.json_name + "\" of \"" + pair.spoke->name +
             "\" is of another type in the hub; mark it custom or dropped";
    }
    covered.insert(other->json_name);
  }
  for (const Field& field : pair.hub->fields) {
    if (covered.count(field.json_name) == 0 &&
        !Contains(pair.spoke->type.hub_custom(), field.json_name) &&
        !Contains(pair.spoke->type.hub_dropped(), field.json_name)) {
      return Where(*pair.spoke->proto) + "field \"" + field.json_name +
             "\" of the hub has no equal in \"" + pair.spoke->name +
             "\"; mark it hub_custom or hub_dropped";
    }
  }
  return {};
}

std::vector<Pair> Pairs(const File& spoke, const File& hub) {
  std::vector<Pair> pairs;
  for (const Message& message : spoke.messages) {
    const Message* other = hub.Find(message.name);
    if (other == nullptr) {
      continue;  // A kind without a hub is an error, see EmitConversion.
    }
    const bool custom = !message.type.hub_custom().empty() ||
                        std::any_of(message.fields.begin(), message.fields.end(),
                                    [](const Field& f) { return f.options.custom(); });
    pairs.push_back({&message, other, custom});
  }
  return pairs;
}

// Prints the statement that converts `from` of `in` to `to` of `out` with `function`.
void PrintField(const Field& from, const Field& to, const std::string& function, Printer& out) {
  const std::vector<std::pair<std::string_view, std::string>> values = {
      {"from", from.member}, {"to", to.member}, {"function", function}};
  if (from.message == to.message) {
    out.Print("  out.$to$ = in.$from$;\n", values);
    return;
  }
  switch (from.form) {
    case Form::kValue:
      out.Print("  $function$(in.$from$, out.$to$);\n", values);
      return;
    case Form::kOptional:
      out.Print("  if (in.$from$) {\n    $function$(*in.$from$, out.$to$.emplace());\n  }\n",
                values);
      return;
    case Form::kList:
      out.Print(
          "  out.$to$.reserve(in.$from$.size());\n  for (const auto& element : in.$from$) {\n"
          "    $function$(element, out.$to$.emplace_back());\n  }\n",
          values);
      return;
    case Form::kNullableList:
      out.Print(
          "  if (in.$from$) {\n    auto& list = out.$to$.emplace();\n"
          "    list.reserve(in.$from$->size());\n    for (const auto& element : *in.$from$) {\n"
          "      $function$(element, list.emplace_back());\n    }\n  }\n",
          values);
      return;
    case Form::kMap:
      out.Print(
          "  for (const auto& [key, value] : in.$from$) {\n"
          "    $function$(value, out.$to$[key]);\n  }\n",
          values);
      return;
  }
}

void PrintFunction(const Pair& pair, bool to_hub, Printer& out) {
  const Message& from = to_hub ? *pair.spoke : *pair.hub;
  const Message& to = to_hub ? *pair.hub : *pair.spoke;
  const std::string function = to_hub ? "ToHub" : "FromHub";
  out.Print("\nvoid $function$(const $from$& in, $to$& out) {\n",
            {{"function", function},
             {"from", QualifiedName(*from.proto)},
             {"to", QualifiedName(*to.proto)}});
  for (const Field& field : pair.spoke->fields) {
    if (field.options.custom() || field.options.dropped()) {
      continue;
    }
    const Field& other = *pair.hub->Find(HubName(field));
    to_hub ? PrintField(field, other, function, out) : PrintField(other, field, function, out);
  }
  if (pair.custom) {
    out.Print("  Custom$function$(in, out);\n", {{"function", function}});
  }
  out.Print("}\n");
}

}  // namespace

std::vector<Output> EmitConversion(const File& spoke, const File& hub, std::string* error) {
  for (const Message& message : spoke.messages) {
    if (message.is_kind() && hub.Find(message.name) == nullptr) {
      *error = Where(*message.proto) + "kind \"" + message.name + "\" has no equal in the hub";
      return {};
    }
  }
  const std::vector<Pair> pairs = Pairs(spoke, hub);
  for (const Pair& pair : pairs) {
    *error = Check(pair, spoke, hub);
    if (!error->empty()) {
      return {};
    }
  }
  const std::string stem = FileStem(*spoke.proto);
  const std::string header_path = "k8snet/conversion/" + stem + ".h";
  const std::string guard = Guard(header_path);
  Printer header;
  header.Print(
      "$generated$// Conversion of $spoke$ and back. `out` is default-made before.\n"
      "// The hub is $hub$.\n"
      "#ifndef $guard$\n#define $guard$\n\n#include \"k8snet/apis/$spoke_path$.h\"\n"
      "#include \"k8snet/apis/$hub_path$.h\"\n\nnamespace k8snet::conversion {\n\n",
      {{"generated", GeneratedBy(spoke.proto->name())},
       {"spoke", spoke.api_version()},
       {"hub", hub.api_version()},
       {"guard", guard},
       {"spoke_path", HeaderPath(*spoke.proto)},
       {"hub_path", HeaderPath(*hub.proto)}});
  Printer source;
  source.Print("$generated$#include \"$header$\"\n\nnamespace k8snet::conversion {\n",
               {{"generated", GeneratedBy(spoke.proto->name())}, {"header", header_path}});
  for (const bool custom : {false, true}) {
    if (custom && std::any_of(pairs.begin(), pairs.end(), [](const Pair& p) { return p.custom; })) {
      header.Print("\n// Of what has no equal by name. Hand-written: conversion/src/$stem$.cc.\n",
                   {{"stem", stem}});
    }
    for (const Pair& pair : pairs) {
      if (custom && !pair.custom) {
        continue;
      }
      header.Print(
          "void $custom$ToHub(const $spoke$& in, $hub$& out);\n"
          "void $custom$FromHub(const $hub$& in, $spoke$& out);\n",
          {{"custom", custom ? "Custom" : ""},
           {"spoke", QualifiedName(*pair.spoke->proto)},
           {"hub", QualifiedName(*pair.hub->proto)}});
    }
  }
  for (const Pair& pair : pairs) {
    PrintFunction(pair, true, source);
    PrintFunction(pair, false, source);
  }
  header.Print("\n}  // namespace k8snet::conversion\n\n#endif  // $guard$\n", {{"guard", guard}});
  source.Print("\n}  // namespace k8snet::conversion\n");
  return {{"conversion/gen/include/" + header_path, header.text()},
          {"conversion/gen/src/" + stem + ".cc", source.text()}};
}

Output EmitSpokes(const std::vector<File>& files, const std::string& set) {
  Printer out;
  out.Print("$generated$#include <vector>\n\n#include \"k8snet/conversion/converter.h\"\n",
            {{"generated", GeneratedBy("the IDL")}});
  for (const File& file : files) {
    if (!file.api.hub().empty()) {
      out.Print("#include \"k8snet/conversion/$stem$.h\"\n", {{"stem", FileStem(*file.proto)}});
    }
  }
  out.Print(
      "\nnamespace k8snet::conversion {\nnamespace {\n\n"
      "template <typename Spoke, typename Hub>\nResult<Object> ToHubEdge(const Object& in) {\n"
      "  MutableObject out(TypeOf<Hub>());\n  ToHub(in.Get<Spoke>(), out.Get<Hub>());\n"
      "  return std::move(out).Freeze();\n}\n\n"
      "template <typename Spoke, typename Hub>\nResult<Object> FromHubEdge(const Object& in) {\n"
      "  MutableObject out(TypeOf<Spoke>());\n  FromHub(in.Get<Hub>(), out.Get<Spoke>());\n"
      "  return std::move(out).Freeze();\n}\n\n"
      "template <typename In, typename Hub>\nSpoke Make() {\n"
      "  return {&TypeOf<In>(), &TypeOf<Hub>(), ToHubEdge<In, Hub>, FromHubEdge<In, Hub>};\n}\n\n"
      "}  // namespace\n");
  if (set.empty()) {
    out.Print("\nstd::vector<Spoke> BuiltinSpokes() {\n  return {\n");
  } else {
    out.Print(
        "\n}  // namespace k8snet::conversion\n\nnamespace k8snet::$set$ {\n\n"
        "using conversion::Make;\n\nstd::vector<conversion::Spoke> Spokes() {\n  return {\n",
        {{"set", set}});
  }
  for (const File& file : files) {
    const File* hub = file.api.hub().empty() ? nullptr : FindPackage(files, file.api.hub());
    if (hub == nullptr) {
      continue;
    }
    for (const Message& message : file.messages) {
      if (const Message* other = hub->Find(message.name); other != nullptr && message.is_kind()) {
        out.Print("      Make<$spoke$, $hub$>(),\n", {{"spoke", QualifiedName(*message.proto)},
                                                      {"hub", QualifiedName(*other->proto)}});
      }
    }
  }
  out.Print("  };\n}\n\n}  // namespace k8snet::$set$\n",
            {{"set", set.empty() ? "conversion" : set}});
  return {"conversion/gen/src/spokes.cc", out.text()};
}

}  // namespace k8snet::codegen
