#include "codegen/src/names.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace k8snet::codegen {
namespace {

constexpr std::array<std::string_view, 70> kKeywords = {
    "alignas",  "alignof", "and",     "asm",       "auto",   "bool",      "break",    "case",
    "catch",    "char",    "class",   "concept",   "const",  "constexpr", "continue", "decltype",
    "default",  "delete",  "do",      "double",    "else",   "enum",      "explicit", "export",
    "extern",   "false",   "float",   "for",       "friend", "goto",      "if",       "inline",
    "int",      "long",    "mutable", "namespace", "new",    "noexcept",  "not",      "nullptr",
    "operator", "or",      "private", "protected", "public", "register",  "requires", "return",
    "short",    "signed",  "sizeof",  "static",    "struct", "switch",    "template", "this",
    "throw",    "true",    "try",     "typedef",   "typeid", "typename",  "union",    "unsigned",
    "using",    "virtual", "void",    "volatile",  "while",  "xor"};

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
char Lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::string Replace(std::string text, char from, std::string_view to) {
  std::string out;
  for (const char c : text) {
    c == from ? out.append(to) : out.append(1, c);
  }
  return out;
}

}  // namespace

std::string MemberName(std::string_view json_name) {
  std::string out;
  for (std::size_t i = 0; i < json_name.size(); ++i) {
    const char c = json_name[i];
    if (IsUpper(c) && i > 0) {
      const bool after_lower = !IsUpper(json_name[i - 1]);
      // The last capital of a run begins the next word, unless only a plural s follows it.
      const bool next_lower = i + 1 < json_name.size() && !IsUpper(json_name[i + 1]);
      const bool plural = next_lower && json_name[i + 1] == 's' &&
                          (i + 2 == json_name.size() || IsUpper(json_name[i + 2]));
      if (after_lower || (next_lower && !plural)) {
        out += '_';
      }
    }
    out += c == '-' ? '_' : Lower(c);
  }
  if (std::find(kKeywords.begin(), kKeywords.end(), out) != kKeywords.end()) {
    out += '_';
  }
  return out;
}

std::string Namespace(const google::protobuf::FileDescriptor& file) {
  std::string package = file.package();
  if (package.rfind("k8snet.", 0) == 0) {
    package.erase(0, 7);
  }
  return Replace(package, '.', "::");
}

std::string QualifiedName(const google::protobuf::Descriptor& message) {
  return Namespace(*message.file()) + "::" + message.name();
}

std::string FileStem(const google::protobuf::FileDescriptor& file) {
  return Replace(HeaderPath(file), '/', "_");
}

std::string HeaderPath(const google::protobuf::FileDescriptor& file) {
  std::string package = file.package();
  if (package.rfind("k8snet.", 0) == 0) {
    package.erase(0, 7);
  }
  return Replace(package, '.', "/");
}

std::string Literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out + '"';
}

std::string Guard(std::string_view header) {
  std::string out;
  for (const char c : header) {
    out += std::isalnum(static_cast<unsigned char>(c)) != 0
               ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
               : '_';
  }
  return out + "_";
}

}  // namespace k8snet::codegen
