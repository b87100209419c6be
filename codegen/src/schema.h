// What the generator knows of a .proto file, checked: the model that every emitter reads.
#ifndef K8SNET_CODEGEN_SRC_SCHEMA_H_
#define K8SNET_CODEGEN_SRC_SCHEMA_H_

#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>

#include "k8snet/options.pb.h"

namespace k8snet::codegen {

// How often a member occurs. The names are those of k8snet::Form.
enum class Form { kValue, kOptional, kList, kNullableList, kMap };

struct Message;

struct Field {
  const google::protobuf::FieldDescriptor* proto = nullptr;
  std::string json_name;
  std::string member;        // In C++.
  std::string kind;          // Enumerator of k8snet::Kind, such as "kString".
  std::string element_type;  // C++ type of one element, from within the file's namespace.
  Form form = Form::kValue;
  FieldOptions options;
  const google::protobuf::Descriptor* message = nullptr;  // Of kMessage.
  std::string comment;

  // Returns the C++ type of the member.
  [[nodiscard]] std::string CppType() const;
};

struct Message {
  const google::protobuf::Descriptor* proto = nullptr;
  std::string name;
  TypeOptions type;
  ResourceOptions resource;
  bool has_resource = false;
  std::vector<Field> fields;  // In the order of the file.
  std::string comment;

  [[nodiscard]] bool is_kind() const { return type.kind() || type.list(); }
  [[nodiscard]] const Field* Find(const std::string& json_name) const;
};

struct File {
  const google::protobuf::FileDescriptor* proto = nullptr;
  ApiOptions api;
  std::vector<Message> messages;  // Each after those that it has by value.
  std::vector<const google::protobuf::FileDescriptor*> imports;  // With types, by name.

  // The version in apiVersion: the last part of the package.
  [[nodiscard]] std::string version() const;
  [[nodiscard]] std::string api_version() const;
  [[nodiscard]] const Message* Find(const std::string& name) const;
};

// Reads all `files` that describe types.
// Errors: text "file:line:column: what is wrong" in `error`, and an empty result.
[[nodiscard]] std::vector<File> ReadSchema(
    const std::vector<const google::protobuf::FileDescriptor*>& files, std::string* error);

// Returns "file:line:column: " of where `proto` stands.
template <typename Descriptor>
[[nodiscard]] std::string Where(const Descriptor& proto) {
  google::protobuf::SourceLocation location;
  std::string where = proto.file()->name();
  if (proto.GetSourceLocation(&location)) {
    where += ':' + std::to_string(location.start_line + 1) + ':' +
             std::to_string(location.start_column + 1);
  }
  return where + ": ";
}

}  // namespace k8snet::codegen

#endif  // K8SNET_CODEGEN_SRC_SCHEMA_H_
