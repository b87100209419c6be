#include "src/openapi/document.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <string_view>
#include <utility>

#include "k8snet/apis/base/version.h"

namespace k8snet::server {
namespace {

std::vector<GroupVersion> GroupVersionsOf(const std::vector<DocumentedResource>& resources) {
  std::set<GroupVersion> all;
  for (const DocumentedResource& documented : resources) {
    all.insert(
        {std::string(documented.resource->group), std::string(documented.resource->version)});
  }
  // The core version is known to every server.
  all.insert({"", "v1"});
  return {all.begin(), all.end()};
}

Json Info() {
  return Json(Json::Object{{"title", JsonString("Kubernetes")}, {"version", JsonString("1.37")}});
}

Json BearerToken() {
  return Json(Json::Object{
      {"BearerToken", Json(Json::Object{{"type", JsonString("apiKey")},
                                        {"name", JsonString("authorization")},
                                        {"in", JsonString("header")},
                                        {"description", JsonString("A bearer token.")}})}});
}

// Eight characters that stand for a text. Source: pkg/builder/parameters.go, base64Hash: the first
// six bytes of FNV-1 as base64 for URLs.
std::string ShortHash(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) {
    hash *= 1099511628211U;
    hash ^= static_cast<std::uint8_t>(c);
  }
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  for (int i = 0; i < 8; ++i) {
    out += kDigits[(hash >> (58 - 6 * i)) & 63U];
  }
  return out;
}

// Calls `visit` with each list of parameters below `paths`.
void VisitParameters(Json::Object& paths, const std::function<void(Json::Array&)>& visit) {
  for (auto& [path, item] : paths) {
    for (auto& [name, member] : *item.AsObject()) {
      Json* parameters = name == "parameters" ? &member : member.Find("parameters");
      if (parameters != nullptr) {
        visit(*parameters->AsArray());
      }
    }
  }
}

// Whether a parameter is told once for all. Older clients of kubectl look for dryRun and
// fieldValidation in place; name and the bodies of kinds are one kind's own.
bool IsShared(const Json& parameter) {
  const std::string& name = *parameter.Find("name")->AsString();
  if (name == "body") {
    return parameter.Find("schema")->Find("$ref")->AsString()->starts_with(
        "#/definitions/io.k8s.apimachinery");
  }
  return name != "name" && name != "dryRun" && name != "fieldValidation";
}

// Moves what parameters have in common out of `paths`. Returns them by their new names.
Json::Object ShareParameters(Json::Object& paths) {
  Json::Object shared;
  VisitParameters(paths, [&](Json::Array& parameters) {
    for (Json& parameter : parameters) {
      if (!IsShared(parameter)) {
        continue;
      }
      const std::string name =
          *parameter.Find("name")->AsString() + "-" + ShortHash(parameter.ToString());
      shared.emplace(name, parameter);
      parameter = Json(Json::Object{{"$ref", JsonString("#/parameters/" + name)}});
    }
  });
  return shared;
}

}  // namespace

Json BuildOpenApiV2(const DocumentedApi& api) {
  Schemas schemas(Dialect::kV2, GroupVersionsOf(api.resources), api.gates);
  PathWriter writer(Dialect::kV2, schemas);
  Json::Object paths;
  for (const DocumentedResource& documented : api.resources) {
    const Resource& resource = *documented.resource;
    writer.AddResource(documented, paths);
    writer.AddVersionRoot(resource.group, resource.version, paths);
    if (resource.group.empty()) {
      writer.AddCoreRoot(paths);
    } else {
      writer.AddGroupRoot(resource.group, paths);
    }
  }
  writer.AddGroupList(paths);
  writer.AddServerVersion(paths);
  Json::Object parameters = ShareParameters(paths);
  Json::Array security;
  security.emplace_back(Json::Object{{"BearerToken", Json(Json::Array{})}});
  return Json(Json::Object{{"swagger", JsonString("2.0")},
                           {"info", Info()},
                           {"paths", Json(std::move(paths))},
                           {"definitions", Json(schemas.Take())},
                           {"parameters", Json(std::move(parameters))},
                           {"securityDefinitions", BearerToken()},
                           {"security", Json(std::move(security))}});
}

std::map<std::string, Json> BuildOpenApiV3(const DocumentedApi& api) {
  std::map<std::string, Json> documents;
  const auto add = [&](std::string name, const std::vector<GroupVersion>& versions,
                       const std::function<void(PathWriter&, Json::Object&)>& write) {
    if (documents.contains(name)) {
      return;
    }
    Schemas schemas(Dialect::kV3, versions, api.gates);
    PathWriter writer(Dialect::kV3, schemas);
    Json::Object paths;
    write(writer, paths);
    Json::Object components{{"schemas", Json(schemas.Take())}, {"securitySchemes", BearerToken()}};
    documents.emplace(std::move(name),
                      Json(Json::Object{{"openapi", JsonString("3.0.0")},
                                        {"info", Info()},
                                        {"paths", Json(std::move(paths))},
                                        {"components", Json(std::move(components))}}));
  };
  for (const DocumentedResource& documented : api.resources) {
    const Resource& first = *documented.resource;
    std::vector<DocumentedResource> beside;
    std::copy_if(api.resources.begin(), api.resources.end(), std::back_inserter(beside),
                 [&](const DocumentedResource& other) {
                   return other.resource->group == first.group &&
                          other.resource->version == first.version;
                 });
    add(VersionPath(first.group, first.version).substr(1), GroupVersionsOf(beside),
        [&](PathWriter& writer, Json::Object& paths) {
          writer.AddVersionRoot(first.group, first.version, paths);
          for (const DocumentedResource& one : beside) {
            writer.AddResource(one, paths);
          }
        });
    add(first.group.empty() ? "api" : "apis/" + std::string(first.group), {},
        [&](PathWriter& writer, Json::Object& paths) {
          if (first.group.empty()) {
            writer.AddCoreRoot(paths);
          } else {
            writer.AddGroupRoot(first.group, paths);
          }
        });
  }
  add("apis", {}, [](PathWriter& writer, Json::Object& paths) { writer.AddGroupList(paths); });
  add("version", {},
      [](PathWriter& writer, Json::Object& paths) { writer.AddServerVersion(paths); });
  return documents;
}

}  // namespace k8snet::server
