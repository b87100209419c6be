#include "src/discovery/api_discovery.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/meta/v1.h"
#include "src/discovery/resource_lists.h"
#include "src/errors.h"
#include "src/negotiate/accept.h"
#include "src/negotiate/document.h"
#include "src/openapi/digest.h"
#include "src/status.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kAggregatedGroup = "apidiscovery.k8s.io";
constexpr std::string_view kAggregatedKind = "APIGroupDiscoveryList";
constexpr std::string_view kAggregatedVersion = "v2";

template <typename T>
std::pair<std::string, std::string> Encode(std::string_view api_version, std::string_view kind,
                                           const T& value) {
  Output json;
  Output protobuf;
  protobuf.format = Format::kProtobuf;
  std::string text = EncodeDocument(json, api_version, kind, TypeOf<T>(), &value);
  text.pop_back();
  if (api_version.empty()) {
    const std::string_view empty = "\"apiVersion\":\"\",";
    text.erase(text.find(empty), empty.size());
  }
  return {std::move(text), EncodeDocument(protobuf, api_version, kind, TypeOf<T>(), &value)};
}

meta::v1::APIGroup ApiGroup(const Catalog& catalog, std::string_view group) {
  meta::v1::APIGroup value;
  value.name = group;
  value.versions.emplace();
  for (const std::string_view version : VersionsOf(catalog, group)) {
    value.versions->push_back(
        {std::string(group) + "/" + std::string(version), std::string(version)});
  }
  value.preferred_version = value.versions->front();
  return value;
}

std::string_view WithoutSlash(std::string_view path) {
  if (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  return path;
}

}  // namespace

ApiDiscovery::ApiDiscovery(const Catalog& catalog, std::string server_address) {
  const std::vector<std::string_view> groups = GroupsOf(catalog);
  for (const std::string_view group : groups) {
    AddGroup(group, catalog);
  }
  AddRoots(groups, catalog, server_address);
}

void ApiDiscovery::AddGroup(std::string_view group, const Catalog& catalog) {
  const std::string root = "/apis/" + std::string(group);
  auto [json, protobuf] = Encode("v1", "APIGroup", ApiGroup(catalog, group));
  documents_[root] = {std::move(json), std::move(protobuf), "", true};
  for (const std::string_view version : VersionsOf(catalog, group)) {
    meta::v1::APIResourceList list;
    list.group_version = std::string(group) + "/" + std::string(version);
    list.resources = ApiResources(catalog, group, version);
    auto [list_json, list_protobuf] = Encode("v1", "APIResourceList", list);
    documents_[root + "/" + std::string(version)] = {std::move(list_json), std::move(list_protobuf),
                                                     "", false};
  }
}

void ApiDiscovery::AddRoots(const std::vector<std::string_view>& groups, const Catalog& catalog,
                            const std::string& server_address) {
  const auto aggregate = [&](const std::string& path, const std::vector<std::string_view>& of) {
    const AggregatedItems items = AggregateGroups(catalog, of);
    const std::string api_version =
        std::string(kAggregatedGroup) + "/" + std::string(kAggregatedVersion);
    Document& document = aggregated_[path];
    document.json = "{\"kind\":\"" + std::string(kAggregatedKind) + "\",\"apiVersion\":\"" +
                    api_version + "\"," + items.json.substr(1);
    AppendProtobufEnvelope(api_version, kAggregatedKind, items.protobuf, document.protobuf);
    document.etag = "\"" + UpperSha512(items.json) + "\"";
  };
  meta::v1::APIGroupList list;
  list.groups.emplace();
  for (const std::string_view group : groups) {
    list.groups->push_back(ApiGroup(catalog, group));
  }
  auto [json, protobuf] = Encode("v1", "APIGroupList", list);
  documents_["/apis"] = {std::move(json), std::move(protobuf), "", true};
  aggregate("/apis", groups);

  const std::vector<std::string_view> core_versions = VersionsOf(catalog, "");
  if (core_versions.empty()) {
    return;
  }
  meta::v1::APIVersions versions;
  versions.versions.emplace(core_versions.begin(), core_versions.end());
  versions.server_address_by_client_cidrs.emplace();
  versions.server_address_by_client_cidrs->push_back({"0.0.0.0/0", server_address});
  auto [versions_json, versions_protobuf] = Encode("", "APIVersions", versions);
  documents_["/api"] = {std::move(versions_json), std::move(versions_protobuf), "", false};
  aggregate("/api", {std::string_view()});
  for (const std::string_view version : core_versions) {
    meta::v1::APIResourceList resources;
    resources.group_version = version;
    resources.resources = ApiResources(catalog, "", version);
    auto [list_json, list_protobuf] = Encode("", "APIResourceList", resources);
    documents_["/api/" + std::string(version)] = {std::move(list_json), std::move(list_protobuf),
                                                  "", false};
  }
}

std::vector<std::string> ApiDiscovery::paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, document] : documents_) {
    paths.push_back(path);
    if (path.starts_with("/apis")) {
      paths.push_back(path + "/");
    }
  }
  return paths;
}

std::optional<Response> ApiDiscovery::Handle(const RequestContext& context,
                                             const Request& request) const {
  const std::string_view path = context.info.path;
  const auto found = documents_.find(WithoutSlash(path));
  if (found == documents_.end()) {
    return std::nullopt;
  }
  const Document& document = found->second;
  if (request.method != "GET" && !document.any_method) {
    return NegotiatedError(request, context.query, MethodNotAllowed(), context.offers);
  }
  // Of the roots, /apis/ alone knows no aggregated form.
  const auto aggregated = aggregated_.find(path == "/api/" ? WithoutSlash(path) : path);
  if (aggregated != aggregated_.end()) {
    if (auto response = AnswerAggregated(context, request, aggregated->second)) {
      return response;
    }
  }
  return Answer(context, request, document);
}

Response ApiDiscovery::Answer(const RequestContext& context, const Request& request,
                              const Document& document) const {
  if (!document.any_method) {
    if (const Status routable = CheckRoutable(AcceptOf(request), false, context.offers);
        !routable) {
      return NegotiatedError(request, context.query, routable.error(), context.offers);
    }
  }
  const auto output = NegotiateOutput(request, context.query, Endpoint::kPlain, context.offers);
  if (!output) {
    return NegotiatedError(request, context.query, output.error(), context.offers);
  }
  return BodyResponse(
      request, 200, *output,
      output->format == Format::kProtobuf ? document.protobuf : LayOutJson(*output, document.json));
}

std::optional<Response> ApiDiscovery::AnswerAggregated(const RequestContext& context,
                                                       const Request& request,
                                                       const Document& document) const {
  for (const AcceptClause& clause : ParseAccept(AcceptOf(request))) {
    const std::optional<Format> format = OfferedFormat(clause, context.offers);
    if (!format || clause.Get("g") != kAggregatedGroup || clause.Get("v") != kAggregatedVersion ||
        clause.Get("as") != kAggregatedKind) {
      continue;
    }
    Response response;
    const std::string* known = request.headers.Find("If-None-Match");
    if (known != nullptr && *known == document.etag) {
      response.status = 304;
    } else {
      Output output;
      output.format = *format;
      output.pretty = clause.Get("pretty") == "1" || WantsPretty(request, context.query);
      response = BodyResponse(
          request, 200, output,
          *format == Format::kProtobuf ? document.protobuf : LayOutJson(output, document.json));
      response.headers.Set("Content-Type",
                           std::string(MediaType(*format)) +
                               ";g=apidiscovery.k8s.io;v=v2;as=" + std::string(kAggregatedKind));
    }
    response.headers.Set("Etag", document.etag);
    response.headers.Add("Vary", "Accept");
    response.headers.Set("Cache-Control", "public");
    return response;
  }
  return std::nullopt;
}

}  // namespace k8snet::server
