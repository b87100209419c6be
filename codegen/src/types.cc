// Emits the structs of a file.
#include <set>

#include "codegen/src/emit.h"
#include "codegen/src/names.h"
#include "codegen/src/printer.h"

namespace k8snet::codegen {
namespace {

void PrintStruct(const Message& message, Printer& out) {
  out.Print("\n");
  out.Comment(message.comment, 0);
  out.Print("struct $name$ {\n", {{"name", message.name}});
  for (const Field& field : message.fields) {
    out.Comment(field.comment, 2);
    const bool number =
        field.form == Form::kValue &&
        (field.kind == "kInt32" || field.kind == "kInt64" || field.kind == "kDouble");
    const bool flag = field.form == Form::kValue && field.kind == "kBool";
    out.Print("  $type$ $member$$init$;\n", {{"type", field.CppType()},
                                             {"member", field.member},
                                             {"init", number ? " = 0"
                                                      : flag ? " = false"
                                                             : ""}});
  }
  out.Print("\n  bool operator==(const $name$&) const = default;\n};\n", {{"name", message.name}});
}

// Returns the standard headers that the members need.
std::set<std::string> StandardHeaders(const File& file) {
  std::set<std::string> headers;
  for (const Message& message : file.messages) {
    for (const Field& field : message.fields) {
      const std::string type = field.CppType();
      for (const auto& [word, header] : {std::pair{"std::int", "cstdint"},
                                         {"std::map", "map"},
                                         {"std::optional", "optional"},
                                         {"std::string", "string"},
                                         {"std::vector", "vector"}}) {
        if (type.find(word) != std::string::npos) {
          headers.insert(header);
        }
      }
    }
  }
  return headers;
}

}  // namespace

Output EmitTypes(const File& file) {
  const std::string header = "k8snet/apis/" + HeaderPath(*file.proto) + ".h";
  const std::string guard = Guard(header);
  Printer out;
  out.Print(
      "$generated$// The types of $api_version$.\n"
      "#ifndef $guard$\n#define $guard$\n\n",
      {{"generated", GeneratedBy(file.proto->name())},
       {"api_version", file.api_version()},
       {"guard", guard}});
  for (const std::string& standard : StandardHeaders(file)) {
    out.Print("#include <$header$>\n", {{"header", standard}});
  }
  out.Print("\n#include \"k8snet/apis/base/scalars.h\"\n#include \"k8snet/apis/base/type.h\"\n");
  for (const auto* import : file.imports) {
    out.Print("#include \"k8snet/apis/$path$.h\"\n", {{"path", HeaderPath(*import)}});
  }
  const std::string name_space = Namespace(*file.proto);
  out.Print("\nnamespace k8snet::$namespace$ {\n", {{"namespace", name_space}});
  for (const Message& message : file.messages) {
    PrintStruct(message, out);
  }
  out.Print("\n}  // namespace k8snet::$namespace$\n\nnamespace k8snet {\n\n",
            {{"namespace", name_space}});
  for (const Message& message : file.messages) {
    out.Print("template <>\nconst Type& TypeOf<$type$>();\n",
              {{"type", QualifiedName(*message.proto)}});
  }
  out.Print("\n}  // namespace k8snet\n\n#endif  // $guard$\n", {{"guard", guard}});
  return {"apis/gen/include/" + header, out.text()};
}

}  // namespace k8snet::codegen
