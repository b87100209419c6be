#include "k8snet/apis/base/field.h"

#include <iterator>
#include <utility>

#include "k8snet/apis/codec/json.h"

namespace k8snet::field {
namespace {

// The name of `type` at the begin of a message.
std::string_view Title(ErrorType type) {
  switch (type) {
    case ErrorType::kRequired:
      return "Required value";
    case ErrorType::kInvalid:
    case ErrorType::kTypeInvalid:
      return "Invalid value";
    case ErrorType::kNotSupported:
      return "Unsupported value";
    case ErrorType::kForbidden:
      return "Forbidden";
    case ErrorType::kDuplicate:
      return "Duplicate value";
    case ErrorType::kNotFound:
      return "Not found";
    case ErrorType::kTooLong:
      return "Too long";
    case ErrorType::kTooMany:
      return "Too many";
    case ErrorType::kTooShort:
      return "Too short";
    case ErrorType::kTooFew:
      return "Too few";
    case ErrorType::kInternal:
      return "Internal error";
  }
  return "";
}

// Returns "`count` `unit`", with an s unless `count` is one.
std::string Count(std::size_t count, std::string_view unit) {
  return std::to_string(count) + " " + std::string(unit) + (count == 1 ? "" : "s");
}

Error Make(ErrorType type, const Path& path, std::string_view detail) {
  Error error;
  error.type = type;
  error.path = path.ToString();
  error.detail = detail;
  return error;
}

Error Make(ErrorType type, const Path& path, const BadValue& value, std::string_view detail) {
  Error error = Make(type, path, detail);
  error.bad_value = value.text();
  return error;
}

}  // namespace

void Path::AppendTo(std::string& out) const {
  if (parent_ != nullptr) {
    parent_->AppendTo(out);
  }
  switch (form_) {
    case Form::kRoot:
      break;
    case Form::kName:
      if (!out.empty()) {
        out.push_back('.');
      }
      out.append(name_);
      break;
    case Form::kIndex:
      out.push_back('[');
      out.append(std::to_string(index_));
      out.push_back(']');
      break;
    case Form::kKey:
      out.push_back('[');
      out.append(name_);
      out.push_back(']');
      break;
  }
}

std::string Path::ToString() const {
  std::string out;
  AppendTo(out);
  return out;
}

std::string_view ErrorTypeName(ErrorType type) {
  switch (type) {
    case ErrorType::kRequired:
      return "FieldValueRequired";
    case ErrorType::kInvalid:
      return "FieldValueInvalid";
    case ErrorType::kTypeInvalid:
      return "FieldValueTypeInvalid";
    case ErrorType::kNotSupported:
      return "FieldValueNotSupported";
    case ErrorType::kForbidden:
      return "FieldValueForbidden";
    case ErrorType::kDuplicate:
      return "FieldValueDuplicate";
    case ErrorType::kNotFound:
      return "FieldValueNotFound";
    case ErrorType::kTooLong:
      return "FieldValueTooLong";
    case ErrorType::kTooMany:
      return "FieldValueTooMany";
    case ErrorType::kTooShort:
      return "FieldValueTooShort";
    case ErrorType::kTooFew:
      return "FieldValueTooFew";
    case ErrorType::kInternal:
      return "InternalError";
  }
  return "";
}

BadValue::BadValue(std::string_view text) : text_(Quote(text)) {}
BadValue::BadValue(const std::string& text) : text_(Quote(text)) {}
BadValue::BadValue(const char* text) : text_(Quote(text)) {}
BadValue::BadValue(std::int64_t number) : text_(std::to_string(number)) {}
BadValue::BadValue(std::int32_t number) : text_(std::to_string(number)) {}
BadValue::BadValue(std::size_t number) : text_(std::to_string(number)) {}
BadValue::BadValue(bool flag) : text_(flag ? "true" : "false") {}

BadValue BadValue::Null() { return Json("null"); }

BadValue BadValue::Json(std::string json) {
  BadValue value;
  value.text_ = std::move(json);
  return value;
}

BadValue BadValue::List(const std::vector<std::string>& values) {
  BadValue list;
  list.text_.push_back('[');
  for (const std::string& value : values) {
    if (list.text_.size() > 1) {
      list.text_.push_back(',');
    }
    AppendJsonString(value, list.text_);
  }
  list.text_.push_back(']');
  return list;
}

std::string Error::Body() const {
  std::string out(Title(type));
  switch (type) {
    case ErrorType::kRequired:
    case ErrorType::kForbidden:
    case ErrorType::kTooLong:
    case ErrorType::kTooShort:
    case ErrorType::kInternal:
      break;
    default:
      out.append(": ").append(bad_value);
      break;
  }
  if (!detail.empty()) {
    out.append(": ").append(detail);
  }
  return out;
}

std::string Error::ToString() const { return path.empty() ? Body() : path + ": " + Body(); }

Error Error::WithOrigin(std::string_view rule) && {
  origin = rule;
  return std::move(*this);
}

Error Required(const Path& path, std::string_view detail) {
  return Make(ErrorType::kRequired, path, detail);
}

Error Invalid(const Path& path, const BadValue& value, std::string_view detail) {
  return Make(ErrorType::kInvalid, path, value, detail);
}

Error TypeInvalid(const Path& path, const BadValue& value, std::string_view detail) {
  return Make(ErrorType::kTypeInvalid, path, value, detail);
}

Error NotSupported(const Path& path, const BadValue& value,
                   const std::vector<std::string_view>& supported) {
  std::string detail;
  for (const std::string_view one : supported) {
    detail.append(detail.empty() ? "supported values: " : ", ").append(Quote(one));
  }
  return Make(ErrorType::kNotSupported, path, value, detail);
}

Error Forbidden(const Path& path, std::string_view detail) {
  return Make(ErrorType::kForbidden, path, detail);
}

Error Duplicate(const Path& path, const BadValue& value) {
  return Make(ErrorType::kDuplicate, path, value, "");
}

Error NotFound(const Path& path, const BadValue& value) {
  return Make(ErrorType::kNotFound, path, value, "");
}

Error TooLong(const Path& path, int max) {
  return Make(ErrorType::kTooLong, path,
              max < 0 ? "value is too long"
                      : "may not be more than " + Count(static_cast<std::size_t>(max), "byte"));
}

Error TooMany(const Path& path, std::size_t actual, std::size_t max) {
  return Make(ErrorType::kTooMany, path, actual, "must have at most " + Count(max, "item"));
}

Error Internal(const Path& path, std::string_view detail) {
  return Make(ErrorType::kInternal, path, detail);
}

void Append(ErrorList& errors, ErrorList more) {
  errors.insert(errors.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
}

}  // namespace k8snet::field
