#include "codegen/src/schema.h"

#include <algorithm>
#include <map>
#include <set>

#include "codegen/src/names.h"

namespace k8snet::codegen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

template <typename T>
std::string CommentOf(const T& proto) {
  google::protobuf::SourceLocation location;
  return proto.GetSourceLocation(&location) ? location.leading_comments : "";
}

bool IsScalarMessage(const Descriptor& message) {
  return message.file()->options().GetExtension(k8s_api).scalars();
}

// Reads files one after the other and stops at the first error.
class Reader {
 public:
  bool Read(const FileDescriptor& proto, File& out) {
    out.proto = &proto;
    out.api = proto.options().GetExtension(k8s_api);
    std::set<std::string> imports;
    for (int i = 0; i < proto.message_type_count(); ++i) {
      Message message;
      if (!Read(*proto.message_type(i), message)) {
        return false;
      }
      for (const Field& field : message.fields) {
        if (field.message != nullptr && field.message->file() != &proto &&
            imports.insert(field.message->file()->name()).second) {
          out.imports.push_back(field.message->file());
        }
      }
      out.messages.push_back(std::move(message));
    }
    std::sort(out.imports.begin(), out.imports.end(),
              [](const auto* a, const auto* b) { return a->name() < b->name(); });
    return Sort(out);
  }

  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  template <typename T>
  bool Fail(const T& proto, const std::string& what) {
    error_ = Where(proto) + what;
    return false;
  }

  bool Read(const Descriptor& proto, Message& out) {
    out.proto = &proto;
    out.name = proto.name();
    out.type = proto.options().GetExtension(k8s_type);
    out.has_resource = proto.options().HasExtension(k8s_resource);
    out.resource = proto.options().GetExtension(k8s_resource);
    out.comment = CommentOf(proto);
    if (out.comment.empty()) {
      return Fail(proto, "message \"" + proto.name() + "\" has no comment");
    }
    if (out.has_resource && !out.type.kind()) {
      return Fail(proto, "message \"" + proto.name() + "\" is a resource but no kind");
    }
    for (int i = 0; i < proto.field_count(); ++i) {
      Field field;
      if (!Read(*proto.field(i), field)) {
        return false;
      }
      out.fields.push_back(std::move(field));
    }
    if (out.is_kind() && out.type.list() && out.Find("items") == nullptr) {
      return Fail(proto, "list kind \"" + proto.name() + "\" has no field \"items\"");
    }
    return true;
  }

  bool Read(const FieldDescriptor& proto, Field& out) {
    out.proto = &proto;
    out.json_name = proto.name();
    out.member = MemberName(out.json_name);
    out.options = proto.options().GetExtension(k8s);
    out.comment = CommentOf(proto);
    if (out.comment.empty()) {
      return Fail(proto, "field \"" + proto.name() + "\" has no comment");
    }
    const FieldDescriptor* value = &proto;
    if (proto.is_map()) {
      out.form = Form::kMap;
      value = proto.message_type()->FindFieldByNumber(2);
      if (proto.message_type()->FindFieldByNumber(1)->type() != FieldDescriptor::TYPE_STRING) {
        return Fail(proto, "the keys of map \"" + proto.name() + "\" are not strings");
      }
    } else if (proto.is_repeated()) {
      // The items of a list kind are never null.
      const bool items = proto.name() == "items" &&
                         proto.containing_type()->options().GetExtension(k8s_type).list();
      const bool null =
          out.options.omit() == FieldOptions::NEVER && !out.options.never_null() && !items;
      out.form = null ? Form::kNullableList : Form::kList;
    } else if (proto.has_optional_keyword()) {
      out.form = Form::kOptional;
    }
    if (!ReadElement(*value, out)) {
      return false;
    }
    if (out.options.inlined() && (out.kind != "kMessage" || out.form != Form::kValue)) {
      return Fail(proto, "only a plain message can be inlined: \"" + proto.name() + "\"");
    }
    if (out.kind == "kBool" && (out.form == Form::kList || out.form == Form::kNullableList)) {
      return Fail(proto, "lists of bool are not supported: \"" + proto.name() + "\"");
    }
    return true;
  }

  bool ReadElement(const FieldDescriptor& value, Field& out) {
    switch (value.type()) {
      case FieldDescriptor::TYPE_BOOL:
        return Set(out, "kBool", "bool");
      case FieldDescriptor::TYPE_INT32:
        return Set(out, "kInt32", "std::int32_t");
      case FieldDescriptor::TYPE_INT64:
        return Set(out, "kInt64", "std::int64_t");
      case FieldDescriptor::TYPE_DOUBLE:
        return Set(out, "kDouble", "double");
      case FieldDescriptor::TYPE_STRING:
        return Set(out, "kString", "std::string");
      case FieldDescriptor::TYPE_BYTES:
        return Set(out, "kBytes", "std::string");
      case FieldDescriptor::TYPE_MESSAGE: {
        const Descriptor& message = *value.message_type();
        if (IsScalarMessage(message)) {
          return Set(out, "k" + message.name(), message.name());
        }
        out.message = &message;
        return Set(out, "kMessage",
                   message.file() == out.proto->file() ? message.name() : QualifiedName(message));
      }
      default:
        return Fail(*out.proto, "type \"" + std::string(value.type_name()) +
                                    "\" has no form in Kubernetes: \"" + out.proto->name() + "\"");
    }
  }

  static bool Set(Field& out, std::string kind, std::string type) {
    out.kind = std::move(kind);
    out.element_type = std::move(type);
    return true;
  }

  // Puts each message after those that it contains by value; lists may refer forward in the file
  // but not to themselves.
  bool Sort(File& file) {
    std::map<const Descriptor*, Message*> by_proto;
    for (Message& message : file.messages) {
      by_proto[message.proto] = &message;
    }
    std::vector<Message> sorted;
    std::set<const Descriptor*> done;
    std::vector<const Descriptor*> path;
    for (Message& message : file.messages) {
      if (!Visit(message, by_proto, done, path, sorted)) {
        return false;
      }
    }
    file.messages = std::move(sorted);
    return true;
  }

  bool Visit(Message& message, const std::map<const Descriptor*, Message*>& by_proto,
             std::set<const Descriptor*>& done, std::vector<const Descriptor*>& path,
             std::vector<Message>& sorted) {
    if (done.count(message.proto) != 0) {
      return true;
    }
    path.push_back(message.proto);
    for (const Field& field : message.fields) {
      const auto next = by_proto.find(field.message);
      if (next == by_proto.end()) {
        continue;
      }
      if (std::find(path.begin(), path.end(), field.message) != path.end()) {
        return Fail(*field.proto, "field \"" + field.json_name + "\" makes \"" +
                                      field.message->name() + "\" contain itself");
      }
      if (!Visit(*next->second, by_proto, done, path, sorted)) {
        return false;
      }
    }
    path.pop_back();
    done.insert(message.proto);
    sorted.push_back(message);
    return true;
  }

  std::string error_;
};

}  // namespace

std::string Field::CppType() const {
  switch (form) {
    case Form::kValue:
      return element_type;
    case Form::kOptional:
      return "std::optional<" + element_type + ">";
    case Form::kList:
      return "std::vector<" + element_type + ">";
    case Form::kNullableList:
      return "std::optional<std::vector<" + element_type + ">>";
    case Form::kMap:
      return "std::map<std::string, " + element_type + ">";
  }
  return {};
}

const Field* Message::Find(const std::string& json_name) const {
  const auto it = std::find_if(fields.begin(), fields.end(),
                               [&](const Field& field) { return field.json_name == json_name; });
  return it == fields.end() ? nullptr : &*it;
}

std::string File::version() const {
  const std::string& package = proto->package();
  return package.substr(package.rfind('.') + 1);
}

std::string File::api_version() const {
  return api.group().empty() ? version() : api.group() + "/" + version();
}

const Message* File::Find(const std::string& name) const {
  const auto it = std::find_if(messages.begin(), messages.end(),
                               [&](const Message& message) { return message.name == name; });
  return it == messages.end() ? nullptr : &*it;
}

std::vector<File> ReadSchema(const std::vector<const FileDescriptor*>& files, std::string* error) {
  std::vector<File> out;
  Reader reader;
  for (const FileDescriptor* proto : files) {
    if (!proto->options().HasExtension(k8s_api) ||
        proto->options().GetExtension(k8s_api).scalars()) {
      continue;
    }
    File file;
    if (!reader.Read(*proto, file)) {
      *error = reader.error();
      return {};
    }
    out.push_back(std::move(file));
  }
  std::sort(out.begin(), out.end(),
            [](const File& a, const File& b) { return a.proto->name() < b.proto->name(); });
  return out;
}

}  // namespace k8snet::codegen
