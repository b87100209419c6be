// Writes the OpenAPI documents of the built-in resources as C++: run when the server is built.
//   k8snet_pack_openapi FILE
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/resource.h"
#include "src/openapi/pack.h"

namespace k8snet::server {
namespace {

// The best that there is: time does not matter here.
constexpr int kLevel = 12;

// Appends `bytes` as string literals of one line each.
void AppendLiteral(std::string& out, std::string_view bytes) {
  constexpr std::size_t kLineBytes = 4000;
  std::size_t line = 0;
  out += "\"";
  for (const char c : bytes) {
    if (++line % kLineBytes == 0) {
      out += "\"\n\"";
    }
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (code >= ' ' && code < 0x7f && c != '?') {
      out += c;
    } else {
      out += '\\';
      for (int shift = 6; shift >= 0; shift -= 3) {
        out += static_cast<char>('0' + ((code >> shift) & 7));
      }
    }
  }
  out += "\"";
}

void AppendPacked(std::string& out, const PackedBytes& packed) {
  out += "{{";
  AppendLiteral(out, packed.bytes);
  out += ", " + std::to_string(packed.bytes.size()) + "}, " + std::to_string(packed.plain_size) +
         (packed.gzip ? ", true}" : ", false}");
}

std::string Source() {
  DocumentedApi api;
  for (const Resource& resource : AllResources()) {
    DocumentedResource& documented = api.resources.emplace_back();
    documented.resource = &resource;
    // What the strategy of namespaces has beside status; a test compares.
    if (resource.group.empty() && resource.plural == "namespaces") {
      documented.subresources = {"finalize"};
    }
  }
  const PackedOpenApi packed(api, kLevel);
  std::string out =
      "// Made by k8snet_pack_openapi; DO NOT EDIT.\n#include \"src/openapi/pack.h\"\n\n"
      "namespace k8snet::server {\nnamespace {\n\nconstexpr PackedDocument kDocuments[] = {\n";
  for (const PackedDocument& document : packed.documents()) {
    out += "{";
    AppendLiteral(out, document.name);
    out += ", ";
    AppendLiteral(out, document.hash);
    out += ",\n";
    AppendPacked(out, document.json);
    out += ",\n";
    AppendPacked(out, document.protobuf);
    out += "},\n";
  }
  return out +
         "};\n\n}  // namespace\n\n"
         "std::span<const PackedDocument> BuiltinOpenApi() { return kDocuments; }\n\n"
         "}  // namespace k8snet::server\n";
}

}  // namespace
}  // namespace k8snet::server

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: k8snet_pack_openapi FILE\n";
    return 2;
  }
  std::ofstream file(argv[1], std::ios::binary);
  file << k8snet::server::Source();
  file.close();
  if (!file) {
    std::cerr << "cannot write " << argv[1] << "\n";
    return 1;
  }
  return 0;
}
