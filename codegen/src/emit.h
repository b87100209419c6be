// The back end: one function for each thing that is emitted.
#ifndef K8SNET_CODEGEN_SRC_EMIT_H_
#define K8SNET_CODEGEN_SRC_EMIT_H_

#include <string>
#include <vector>

#include "codegen/src/schema.h"

namespace k8snet::codegen {

// A file to write, by its path from the root of the project.
struct Output {
  std::string path;
  std::string text;
};

// Structs: apis/gen/include/k8snet/apis/<group>/<version>.h.
[[nodiscard]] Output EmitTypes(const File& file);

// Tables of structs: apis/gen/src/<group>_<version>.cc.
[[nodiscard]] Output EmitTables(const File& file);

// In the next four, `set` names the files of a user, so that their tables do not clash with those
// of the project; it is empty for the latter.

// The table of all resources: apis/gen/src/resources.cc.
[[nodiscard]] Output EmitResources(const std::vector<File>& files, const std::string& set);

// Conversion of a spoke to its hub and back: a header and a source in conversion/gen.
// Errors: text in `error` if a field has no equal on the other side and is not marked.
[[nodiscard]] std::vector<Output> EmitConversion(const File& spoke, const File& hub,
                                                 std::string* error);

// The table of all spokes: conversion/gen/src/spokes.cc.
[[nodiscard]] Output EmitSpokes(const std::vector<File>& files, const std::string& set);

// Defaults of all files: a header and a source in conversion/gen.
[[nodiscard]] std::vector<Output> EmitDefaults(const std::vector<File>& files,
                                               const std::string& set);

// The header of a set, with what the three above define: conversion/gen/include/k8snet/<set>.h.
[[nodiscard]] Output EmitSet(const std::string& set);

// Returns the first line of a file that is generated from `sources`.
[[nodiscard]] std::string GeneratedBy(const std::string& sources);

// Returns the file of `files` that describes `package`, or null.
[[nodiscard]] const File* FindPackage(const std::vector<File>& files, const std::string& package);

}  // namespace k8snet::codegen

#endif  // K8SNET_CODEGEN_SRC_EMIT_H_
