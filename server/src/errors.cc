#include "src/errors.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace k8snet::server {
namespace {

ErrorDetails ResourceDetails(const Resource& resource, std::string_view name) {
  ErrorDetails details;
  details.name = name;
  details.group = resource.group;
  details.kind = resource.plural;
  return details;
}

std::string ResourceAndName(const Resource& resource, std::string_view name) {
  return Qualified(resource.plural, resource.group) + " " + field::Quote(name);
}

}  // namespace

std::string Qualified(std::string_view name, std::string_view group) {
  std::string text(name);
  if (!group.empty()) {
    text += '.';
    text += group;
  }
  return text;
}

Error BadRequest(std::string message) { return {Reason::kBadRequest, std::move(message)}; }

Error NotFound(const Resource& resource, std::string_view name) {
  return {Reason::kNotFound, ResourceAndName(resource, name) + " not found",
          ResourceDetails(resource, name)};
}

Error NamespaceNotFound(std::string_view name) {
  ErrorDetails details;
  details.name = name;
  details.kind = "namespaces";
  return {Reason::kNotFound, "namespaces " + field::Quote(name) + " not found", std::move(details)};
}

Error AlreadyExists(const Resource& resource, std::string_view name) {
  return {Reason::kAlreadyExists, ResourceAndName(resource, name) + " already exists",
          ResourceDetails(resource, name)};
}

Error Conflict(const Resource& resource, std::string_view name, std::string_view why) {
  return {Reason::kConflict,
          "Operation cannot be fulfilled on " + ResourceAndName(resource, name) + ": " +
              std::string(why),
          ResourceDetails(resource, name)};
}

Error KindConflict(const Resource& resource, std::string_view name, std::string_view why) {
  ErrorDetails details = ResourceDetails(resource, name);
  details.kind = resource.kind;
  return {Reason::kConflict,
          "Operation cannot be fulfilled on " + Qualified(resource.kind, resource.group) + " " +
              field::Quote(name) + ": " + std::string(why),
          std::move(details)};
}

Error ModifiedConflict(const Resource& resource, std::string_view name) {
  return Conflict(resource, name,
                  "the object has been modified; please apply your changes to the latest version "
                  "and try again");
}

Error Forbidden(const Resource& resource, std::string_view name, std::string_view why) {
  const std::string subject =
      name.empty() ? Qualified(resource.plural, resource.group) : ResourceAndName(resource, name);
  return {Reason::kForbidden, subject + " is forbidden: " + std::string(why),
          ResourceDetails(resource, name)};
}

Error Invalid(std::string_view kind, std::string_view group, std::string_view name,
              const field::ErrorList& errors) {
  ErrorDetails details;
  details.name = name;
  details.group = group;
  details.kind = kind;
  std::vector<std::string> texts;
  for (const field::Error& error : errors) {
    details.causes.push_back(
        {std::string(field::ErrorTypeName(error.type)), error.Body(), error.path});
    std::string text = error.ToString();
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) {
      texts.push_back(std::move(text));
    }
  }
  std::string message = Qualified(kind, group) + " " + field::Quote(name) + " is invalid: ";
  if (texts.size() == 1) {
    message += texts.front();
  } else {
    message += '[';
    for (std::size_t i = 0; i < texts.size(); ++i) {
      message += i == 0 ? "" : ", ";
      message += texts[i];
    }
    message += ']';
  }
  return {Reason::kInvalid, std::move(message), std::move(details)};
}

Error Unclassified(std::string message) { return {Reason::kUnknown, std::move(message)}; }

Error InternalError(std::string_view why) {
  ErrorDetails details;
  details.causes.push_back({"", std::string(why), ""});
  return {Reason::kInternalError, "Internal error occurred: " + std::string(why),
          std::move(details)};
}

Error NotSupported(const Resource& resource, std::string_view verb) {
  ErrorDetails details;
  details.group = resource.group;
  details.kind = resource.plural;
  return {Reason::kMethodNotAllowed,
          std::string(verb) + " is not supported on resources of kind " +
              field::Quote(Qualified(resource.plural, resource.group)),
          std::move(details)};
}

Error NotAcceptable(std::string_view types) {
  return {Reason::kNotAcceptable,
          "only the following media types are accepted: " + std::string(types)};
}

Error Expired(std::string message) { return {Reason::kExpired, std::move(message)}; }

Error BodyTooLarge(std::size_t limit) {
  return {Reason::kRequestEntityTooLarge,
          "Request entity too large: limit is " + std::to_string(limit)};
}

Error UnsupportedMediaType(std::string_view accepted) {
  return {Reason::kUnsupportedMediaType,
          "the body of the request was in an unknown format - accepted media types include: " +
              std::string(accepted)};
}

Error TimedOut(std::string_view why) {
  return {Reason::kTimeout, "Timeout: " + std::string(why), ErrorDetails{}};
}

}  // namespace k8snet::server
