#include "src/discovery/resource_lists.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include <openssl/evp.h>

#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "src/registry/wire_scan.h"

namespace k8snet::server {
namespace {

using meta::v1::APIResource;

constexpr std::array<std::string_view, 8> kVerbs = {
    "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
constexpr std::array<std::string_view, 3> kStatusVerbs = {"get", "patch", "update"};

// Priorities of groups; what is not named comes last.
// Source: kubernetes/kubernetes pkg/controlplane/apiserver/apis.go,
// DefaultGenericAPIServicePriorities.
constexpr std::array<std::pair<std::string_view, int>, 3> kPriorities = {{
    {"networking.k8s.io", 17200},
    {"extensions", 17150},
    {"discovery.k8s.io", 16200},
}};

int PriorityOf(std::string_view group) {
  for (const auto& [name, priority] : kPriorities) {
    if (name == group) {
      return priority;
    }
  }
  return 0;
}

// Order of versions: v2, v1, v2beta1, v1beta2, v1beta1, v1alpha1, then anything else by name.
// Source: kubernetes/apimachinery pkg/version/helpers.go, CompareKubeAwareVersionStrings.
std::tuple<int, int, int> VersionRank(std::string_view version) {
  const auto number = [&](std::size_t& at) {
    int value = 0;
    while (at < version.size() && version[at] >= '0' && version[at] <= '9' && value < 100000) {
      value = value * 10 + (version[at++] - '0');
    }
    return value;
  };
  std::size_t at = 1;
  const int major = version.starts_with('v') ? number(at) : 0;
  if (major == 0) {
    return {0, 0, 0};
  }
  if (at == version.size()) {
    return {3, major, 0};
  }
  const std::string_view rest = version.substr(at);
  const int stage = rest.starts_with("beta") ? 2 : rest.starts_with("alpha") ? 1 : 0;
  at += stage == 2 ? 4 : 5;
  return stage == 0 ? std::tuple(0, 0, 0) : std::tuple(stage, major, number(at));
}

// Returns the hash by which clients see in which version objects are stored.
std::string StorageVersionHash(const Resource& hub) {
  const std::string text =
      std::string(hub.group) + "/" + std::string(hub.version) + "/" + std::string(hub.kind);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::array<unsigned char, 13> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), 8);
  return {encoded.begin(), encoded.begin() + length};
}

std::vector<std::string> VerbsOf(const Resource& resource) {
  std::vector<std::string> verbs;
  for (const std::string_view verb : kVerbs) {
    if (verb != "deletecollection" || !resource.no_delete_collection) {
      verbs.emplace_back(verb);
    }
  }
  return verbs;
}

std::vector<const ServedResource*> Served(const Catalog& catalog, std::string_view group,
                                          std::string_view version) {
  std::vector<const ServedResource*> found;
  for (std::size_t i = 0; i < catalog.resources().size(); ++i) {
    const Resource& resource = catalog.resources()[i];
    if (resource.group == group && resource.version == version) {
      found.push_back(&catalog.served(i));
    }
  }
  std::sort(found.begin(), found.end(),
            [](const auto* a, const auto* b) { return a->resource->plural < b->resource->plural; });
  return found;
}

// Subresources of a resource with their verbs, by name.
std::vector<std::pair<std::string, std::vector<std::string>>> SubresourcesOf(
    const ServedResource& served) {
  std::vector<std::pair<std::string, std::vector<std::string>>> found;
  if (served.resource->status_subresource) {
    found.emplace_back("status",
                       std::vector<std::string>(kStatusVerbs.begin(), kStatusVerbs.end()));
  }
  for (const std::string& name : served.kind->strategy->Subresources()) {
    found.emplace_back(name, std::vector<std::string>{"update"});
  }
  std::sort(found.begin(), found.end());
  return found;
}

void AppendStrings(std::string_view key, std::span<const std::string> texts, std::string& json) {
  AppendJsonString(key, json);
  json += ":[";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    json += i == 0 ? "" : ",";
    AppendJsonString(texts[i], json);
  }
  json += ']';
}

std::vector<std::string> Copies(std::span<const std::string_view> texts) {
  return {texts.begin(), texts.end()};
}

// Appends a length-delimited field.
void Put(std::uint32_t number, std::string_view bytes, std::string& out) {
  AppendVarint((number << 3U) | 2U, out);
  AppendVarint(bytes.size(), out);
  out += bytes;
}

void PutAll(std::uint32_t number, std::span<const std::string> texts, std::string& out) {
  for (const std::string& text : texts) {
    Put(number, text, out);
  }
}

std::string ResponseKindJson(std::string_view kind) {
  return R"("responseKind":{"group":"","version":"","kind":")" + std::string(kind) + "\"}";
}

std::string ResponseKindMessage(std::string_view kind) {
  std::string out;
  Put(1, "", out);
  Put(2, "", out);
  Put(3, kind, out);
  return out;
}

void AppendResource(const ServedResource& served, std::string& json, std::string& message) {
  const Resource& resource = *served.resource;
  const std::string_view scope = resource.namespaced ? "Namespaced" : "Cluster";
  const std::vector<std::string> verbs = VerbsOf(resource);
  const std::vector<std::string> short_names = Copies(resource.short_names);
  const std::vector<std::string> categories = Copies(resource.categories);
  json += "{\"resource\":";
  AppendJsonString(resource.plural, json);
  json += ',' + ResponseKindJson(resource.kind) + ",\"scope\":";
  AppendJsonString(scope, json);
  json += ",\"singularResource\":";
  AppendJsonString(resource.singular, json);
  json += ',';
  AppendStrings("verbs", verbs, json);
  if (!short_names.empty()) {
    json += ',';
    AppendStrings("shortNames", short_names, json);
  }
  if (!categories.empty()) {
    json += ',';
    AppendStrings("categories", categories, json);
  }
  Put(1, resource.plural, message);
  Put(2, ResponseKindMessage(resource.kind), message);
  Put(3, scope, message);
  Put(4, resource.singular, message);
  PutAll(5, verbs, message);
  PutAll(6, short_names, message);
  PutAll(7, categories, message);
  bool first = true;
  for (const auto& [name, sub_verbs] : SubresourcesOf(served)) {
    json += first ? ",\"subresources\":[" : ",";
    first = false;
    json += "{\"subresource\":";
    AppendJsonString(name, json);
    json += ',' + ResponseKindJson(resource.kind) + ',';
    AppendStrings("verbs", sub_verbs, json);
    json += '}';
    std::string sub;
    Put(1, name, sub);
    Put(2, ResponseKindMessage(resource.kind), sub);
    PutAll(4, sub_verbs, sub);
    Put(8, sub, message);
  }
  json += first ? "}" : "]}";
}

void AppendVersion(const Catalog& catalog, std::string_view group, std::string_view version,
                   std::string& json, std::string& message) {
  json += "{\"version\":";
  AppendJsonString(version, json);
  json += ",\"resources\":[";
  Put(1, version, message);
  bool first = true;
  for (const ServedResource* served : Served(catalog, group, version)) {
    json += first ? "" : ",";
    first = false;
    std::string resource;
    AppendResource(*served, json, resource);
    Put(2, resource, message);
  }
  json += R"(],"freshness":"Current"})";
  Put(3, "Current", message);
}

}  // namespace

std::vector<std::string_view> GroupsOf(const Catalog& catalog) {
  std::vector<std::string_view> groups;
  for (const Resource& resource : catalog.resources()) {
    if (!resource.group.empty() &&
        std::find(groups.begin(), groups.end(), resource.group) == groups.end()) {
      groups.push_back(resource.group);
    }
  }
  std::sort(groups.begin(), groups.end(), [](std::string_view a, std::string_view b) {
    return std::pair(-PriorityOf(a), a) < std::pair(-PriorityOf(b), b);
  });
  return groups;
}

std::vector<std::string_view> VersionsOf(const Catalog& catalog, std::string_view group) {
  std::vector<std::string_view> versions;
  for (const Resource& resource : catalog.resources()) {
    if (resource.group == group &&
        std::find(versions.begin(), versions.end(), resource.version) == versions.end()) {
      versions.push_back(resource.version);
    }
  }
  std::sort(versions.begin(), versions.end(), [](std::string_view a, std::string_view b) {
    const auto rank_a = VersionRank(a);
    const auto rank_b = VersionRank(b);
    return rank_a != rank_b ? rank_a > rank_b : a < b;
  });
  return versions;
}

std::vector<APIResource> ApiResources(const Catalog& catalog, std::string_view group,
                                      std::string_view version) {
  std::vector<APIResource> entries;
  for (const ServedResource* served : Served(catalog, group, version)) {
    const Resource& resource = *served->resource;
    APIResource entry;
    entry.name = resource.plural;
    entry.singular_name = resource.singular;
    entry.namespaced = resource.namespaced;
    entry.kind = resource.kind;
    entry.verb_list.verbs = VerbsOf(resource);
    entry.short_names = Copies(resource.short_names);
    entry.categories = Copies(resource.categories);
    entry.storage_version_hash = StorageVersionHash(*served->kind->hub);
    entries.push_back(std::move(entry));
    for (const auto& [name, verbs] : SubresourcesOf(*served)) {
      APIResource sub;
      sub.name = std::string(resource.plural) + "/" + name;
      sub.namespaced = resource.namespaced;
      sub.kind = resource.kind;
      sub.verb_list.verbs = verbs;
      entries.push_back(std::move(sub));
    }
  }
  return entries;
}

AggregatedItems AggregateGroups(const Catalog& catalog,
                                const std::vector<std::string_view>& groups) {
  AggregatedItems items;
  items.json = R"({"metadata":{},"items":[)";
  std::string list_meta;
  Put(1, "", list_meta);
  Put(2, "", list_meta);
  Put(3, "", list_meta);
  Put(1, list_meta, items.protobuf);
  bool first = true;
  for (const std::string_view group : groups) {
    items.json += first ? "" : ",";
    first = false;
    std::string message;
    meta::v1::ObjectMeta meta;
    meta.name = group;
    std::string meta_message;
    AppendProtobuf(TypeOf<meta::v1::ObjectMeta>(), &meta, meta_message);
    Put(1, meta_message, message);
    items.json += "{\"metadata\":{";
    if (!group.empty()) {
      items.json += "\"name\":";
      AppendJsonString(group, items.json);
    }
    items.json += "},\"versions\":[";
    bool first_version = true;
    for (const std::string_view version : VersionsOf(catalog, group)) {
      items.json += first_version ? "" : ",";
      first_version = false;
      std::string version_message;
      AppendVersion(catalog, group, version, items.json, version_message);
      Put(2, version_message, message);
    }
    items.json += "]}";
    Put(2, message, items.protobuf);
  }
  items.json += "]}";
  return items;
}

}  // namespace k8snet::server
