#include "src/patch/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "k8snet/apis/codec/json.h"

namespace k8snet::server {
namespace {

constexpr std::size_t kMaxDuplicates = 100;

// Builds a document from the reader's events.
class Builder {
 public:
  bool Null() { return Put(Json()); }
  bool Bool(bool value) { return Put(Json(value)); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return Put(Json(Json::Number{std::string(text, size)}));
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return Put(Json(std::string(text, size)));
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    levels_.back().key.assign(text, size);
    return true;
  }
  bool StartObject() { return Open(Json(Json::Object())); }
  bool StartArray() { return Open(Json(Json::Array())); }
  bool EndObject(rapidjson::SizeType) { return Close(); }
  bool EndArray(rapidjson::SizeType) { return Close(); }
  // Numbers arrive as text only.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  [[nodiscard]] bool too_deep() const { return too_deep_; }
  ParsedJson Take() && { return {std::move(root_), std::move(duplicates_)}; }

 private:
  struct Level {
    Json value;
    std::string key;
  };

  bool Open(Json value) {
    if (levels_.size() >= kMaxJsonDepth) {
      too_deep_ = true;
      return false;
    }
    levels_.emplace_back().value = std::move(value);
    return true;
  }

  bool Close() {
    Json value = std::move(levels_.back().value);
    levels_.pop_back();
    return Put(std::move(value));
  }

  bool Put(Json value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Level& level = levels_.back();
    if (Json::Array* array = level.value.AsArray(); array != nullptr) {
      array->push_back(std::move(value));
      return true;
    }
    Json::Object& object = *level.value.AsObject();
    if (const auto it = object.find(level.key); it != object.end()) {
      NoteDuplicate();
      it->second = std::move(value);
    } else {
      object.emplace_hint(object.end(), std::move(level.key), std::move(value));
    }
    return true;
  }

  void NoteDuplicate() {
    if (duplicates_.size() >= kMaxDuplicates) {
      return;
    }
    std::string path;
    for (const Level& level : levels_) {
      if (const Json::Array* array = level.value.AsArray(); array != nullptr) {
        path += "[" + std::to_string(array->size()) + "]";
      } else {
        path += (path.empty() ? "" : ".") + level.key;
      }
    }
    if (std::find(duplicates_.begin(), duplicates_.end(), path) == duplicates_.end()) {
      duplicates_.push_back(std::move(path));
    }
  }

  std::vector<Level> levels_;
  Json root_;
  std::vector<std::string> duplicates_;
  bool too_deep_ = false;
};

void AppendGoNumber(std::string_view text, std::string& out) {
  if (IsInt64(text)) {
    out += text;
    return;
  }
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  char buffer[40];
  const double size = std::fabs(value);
  const bool exponent = size != 0 && (size < 1e-4 || size >= 1e21);
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), value,
                    exponent ? std::chars_format::scientific : std::chars_format::fixed);
  out.append(buffer, end.ptr);
}

}  // namespace

const Json* Json::Find(std::string_view name) const {
  const Object* object = AsObject();
  if (object == nullptr) {
    return nullptr;
  }
  const auto it = object->find(name);
  return it == object->end() ? nullptr : &it->second;
}

Json* Json::Find(std::string_view name) {
  return const_cast<Json*>(static_cast<const Json*>(this)->Find(name));
}

std::string_view Json::KindName() const {
  static constexpr std::string_view kNames[] = {"null",   "bool",  "number",
                                                "string", "array", "object"};
  return kNames[kind()];
}

void Json::AppendTo(std::string& out) const {
  if (const bool* flag = AsBool(); flag != nullptr) {
    out += *flag ? "true" : "false";
  } else if (const Number* number = AsNumber(); number != nullptr) {
    out += number->text;
  } else if (const std::string* text = AsString(); text != nullptr) {
    AppendJsonString(*text, out);
  } else if (const Array* array = AsArray(); array != nullptr) {
    char separator = '[';
    for (const Json& item : *array) {
      out += separator;
      separator = ',';
      item.AppendTo(out);
    }
    out += array->empty() ? "[]" : "]";
  } else if (const Object* object = AsObject(); object != nullptr) {
    char separator = '{';
    for (const auto& [name, value] : *object) {
      out += separator;
      separator = ',';
      AppendJsonString(name, out);
      out += ':';
      value.AppendTo(out);
    }
    out += object->empty() ? "{}" : "}";
  } else {
    out += "null";
  }
}

std::string Json::ToString() const {
  std::string out;
  AppendTo(out);
  return out;
}

void Json::AppendGo(std::string& out) const {
  if (const Number* number = AsNumber(); number != nullptr) {
    AppendGoNumber(number->text, out);
  } else if (const std::string* text = AsString(); text != nullptr) {
    out += *text;
  } else if (const Array* array = AsArray(); array != nullptr) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      out += i == 0 ? "" : " ";
      (*array)[i].AppendGo(out);
    }
    out += ']';
  } else if (const Object* object = AsObject(); object != nullptr) {
    out += "map[";
    const char* separator = "";
    for (const auto& [name, value] : *object) {
      out += separator;
      separator = " ";
      out += name;
      out += ':';
      value.AppendGo(out);
    }
    out += ']';
  } else if (IsNull()) {
    out += "<nil>";
  } else {
    AppendTo(out);
  }
}

bool IsInt64(std::string_view text) {
  std::int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() && end.ptr == text.data() + text.size();
}

Result<ParsedJson> ParseJson(std::string_view text) {
  rapidjson::MemoryStream memory(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(memory);
  rapidjson::Reader reader;
  Builder builder;
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                              rapidjson::kParseNumbersAsStringsFlag |
                              rapidjson::kParseValidateEncodingFlag;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
  if (result.IsError()) {
    return Error(Reason::kBadRequest, builder.too_deep()
                                          ? "json: exceeded max depth"
                                          : rapidjson::GetParseError_En(result.Code()));
  }
  return std::move(builder).Take();
}

Json ZeroOf(Kind kind) {
  switch (kind) {
    case Kind::kBool:
      return Json(false);
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kDouble:
      return Json(Json::Number{"0"});
    default:
      return Json(std::string());
  }
}

std::size_t Depth(const Json& value, std::size_t& visited) {
  ++visited;
  std::size_t below = 0;
  if (const Json::Array* array = value.AsArray(); array != nullptr) {
    for (const Json& item : *array) {
      below = std::max(below, Depth(item, visited));
    }
  } else if (const Json::Object* object = value.AsObject(); object != nullptr) {
    for (const auto& [name, item] : *object) {
      below = std::max(below, Depth(item, visited));
    }
  }
  return below + 1;
}

}  // namespace k8snet::server
