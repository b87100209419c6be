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
    for (const Field& field : out.fields) {
      if (!Check(out, field)) {
        return false;
      }
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

  // Checks what the options of `field` say against its type and against the fields beside it.
  bool Check(const Message& owner, const Field& field) {
    const FieldDescriptor& proto = *field.proto;
    const FieldOptions& o = field.options;
    const std::string name = '"' + field.json_name + '"';
    const bool list = field.form == Form::kList || field.form == Form::kNullableList;
    if (!list && (o.has_list() || o.map_keys_size() > 0)) {
      return Fail(proto, "field " + name + " has a list type but is no list");
    }
    if (!list && (o.patch_merge() || o.has_merge_key())) {
      return Fail(proto, "field " + name + " is merged by patches but is no list");
    }
    if ((o.list() == FieldOptions::MAP) != (o.map_keys_size() > 0)) {
      return Fail(proto, "list " + name + " needs both the type MAP and its keys, or neither");
    }
    for (const std::string& key : o.map_keys()) {
      if (!HasField(field.message, key)) {
        return Fail(proto, "key \"" + key + "\" is no field of the elements of " + name);
      }
    }
    if (o.has_merge_key() && !HasField(field.message, o.merge_key())) {
      return Fail(proto, "key \"" + o.merge_key() + "\" is no field of the elements of " + name);
    }
    if (o.values_size() > 0 && !AreValues(field, o.values())) {
      return Fail(proto, "the values of field " + name + " are no sorted strings without commas");
    }
    if (o.has_default_() && !IsDefault(field, o.default_())) {
      return Fail(proto, "default " + o.default_() + " is no value of field " + name);
    }
    if (o.has_plural_of()) {
      const Field* singular = owner.Find(o.plural_of());
      const bool texts = field.kind == "kString" || IsOneString(field.message);
      if (!texts || field.form != Form::kList || singular == nullptr ||
          singular->kind != "kString" || singular->form != Form::kValue) {
        return Fail(proto, "plural " + name +
                               " is no list of strings, or of structs of one, beside a string \"" +
                               o.plural_of() + "\"");
      }
    }
    return true;
  }

  // Whether all that `message` has is a string.
  static bool IsOneString(const Descriptor* message) {
    return message != nullptr && message->field_count() == 1 &&
           message->field(0)->type() == google::protobuf::FieldDescriptor::TYPE_STRING &&
           !message->field(0)->is_repeated() && !message->field(0)->has_presence();
  }

  static bool HasField(const Descriptor* message, const std::string& name) {
    return message != nullptr && message->FindFieldByName(name) != nullptr;
  }

  // Whether `values` can be those of an enum.
  static bool AreValues(const Field& field,
                        const google::protobuf::RepeatedPtrField<std::string>& values) {
    return field.kind == "kString" && std::is_sorted(values.begin(), values.end()) &&
           std::none_of(values.begin(), values.end(), [](const std::string& value) {
             return value.find(',') != std::string::npos;
           });
  }

  // Whether `json` is a value for a scalar field.
  static bool IsDefault(const Field& field, const std::string& json) {
    if (field.form != Form::kValue && field.form != Form::kOptional) {
      return false;
    }
    if (field.kind == "kString") {
      return json.size() >= 2 && json.front() == '"' && json.back() == '"';
    }
    if (field.kind == "kBool") {
      // A plain false cannot be told from one that was left out.
      return field.form == Form::kOptional && (json == "true" || json == "false");
    }
    const bool number = field.kind == "kInt32" || field.kind == "kInt64";
    const std::size_t digits = !json.empty() && json[0] == '-' ? 1 : 0;
    return number && json.size() > digits && json.size() < digits + 10 &&
           json.find_first_not_of("0123456789", digits) == std::string::npos;
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
