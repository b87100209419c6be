#include "src/openapi/paths.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <tuple>
#include <utility>

#include "k8snet/apis/meta/v1.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kJsonType = "application/json";

const std::vector<std::string_view>& ObjectTypes() {
  static const std::vector<std::string_view> types = {kJsonType, "application/yaml",
                                                      "application/vnd.kubernetes.protobuf"};
  return types;
}

const std::vector<std::string_view>& StreamTypes() {
  static const std::vector<std::string_view> types = {
      kJsonType, "application/yaml", "application/vnd.kubernetes.protobuf",
      "application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"};
  return types;
}

const std::vector<std::string_view>& PatchTypes() {
  static const std::vector<std::string_view> types = {
      "application/json-patch+json", "application/merge-patch+json",
      "application/strategic-merge-patch+json", "application/apply-patch+yaml"};
  return types;
}

std::string Title(std::string_view word) {
  std::string out(word);
  if (!out.empty()) {
    out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  }
  return out;
}

// "Networking", "RbacAuthorization", "StableExampleCom", "Core".
std::string GroupName(std::string_view group) {
  if (group.empty()) {
    return "Core";
  }
  constexpr std::string_view kOwn = ".k8s.io";
  if (group.ends_with(kOwn)) {
    group.remove_suffix(kOwn.size());
  }
  std::string name;
  while (!group.empty()) {
    const std::size_t end = std::min(group.find('.'), group.size());
    name += Title(group.substr(0, end));
    group.remove_prefix(std::min(end + 1, group.size()));
  }
  return name;
}

// As GroupName, but beginning in lower case.
std::string GroupTag(std::string_view group) {
  std::string tag = GroupName(group);
  tag[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(tag[0])));
  return tag;
}

std::string_view StatusText(std::string_view code) {
  if (code == "200") {
    return "OK";
  }
  if (code == "201") {
    return "Created";
  }
  return code == "202" ? "Accepted" : "Unauthorized";
}

}  // namespace

struct PathWriter::Parameter {
  std::string name;
  std::string_view in = "query";
  std::string_view type = "string";
  std::string doc;
  bool required = false;

  bool operator<(const Parameter& other) const { return name < other.name; }
};

struct PathWriter::Operation {
  std::string_view method;  // "get"
  std::string id;
  std::string tag;
  std::string doc;
  std::string_view action;  // Empty for what is no resource.
  Json kind;
  std::vector<Parameter> parameters;
  Json body;  // A reference, or null.
  bool body_required = false;
  std::vector<std::string_view> consumes = {"*/*"};
  std::vector<std::string_view> produces = ObjectTypes();
  std::vector<std::pair<std::string_view, Json>> responses;  // References by code.
};

// One path: what stands in it goes to the path where all of its operations have it.
class PathWriter::Item {
 public:
  Item(std::string path, std::vector<Parameter> parameters)
      : path_(std::move(path)), parameters_(std::move(parameters)) {
    parameters_.push_back(
        {.name = "pretty",
         .doc = "With true, JSON is indented; without the parameter it is for browsers, curl and "
                "wget."});
  }

  void Add(Operation operation) { operations_.push_back(std::move(operation)); }

  void WriteTo(const PathWriter& writer, Json::Object& paths) {
    std::map<std::string, std::size_t> count;
    for (const Operation& operation : operations_) {
      for (const Parameter& parameter : operation.parameters) {
        ++count[parameter.name];
      }
    }
    const auto common = [&](const Parameter& parameter) {
      return count[parameter.name] == operations_.size();
    };
    std::copy_if(operations_.front().parameters.begin(), operations_.front().parameters.end(),
                 std::back_inserter(parameters_), common);
    Json::Object item;
    for (const Operation& operation : operations_) {
      std::vector<Parameter> own;
      std::copy_if(operation.parameters.begin(), operation.parameters.end(),
                   std::back_inserter(own), [&](const Parameter& p) { return !common(p); });
      std::sort(own.begin(), own.end());
      item.emplace(operation.method, writer.Write(operation, own));
    }
    std::sort(parameters_.begin(), parameters_.end());
    Json::Array parameters;
    for (const Parameter& parameter : parameters_) {
      parameters.push_back(writer.Write(parameter));
    }
    item.emplace("parameters", Json(std::move(parameters)));
    paths.emplace(path_, Json(std::move(item)));
  }

  // Adds to `parameters` what an options type offers, without `except`.
  static void AddOptions(const Type& options, std::vector<Parameter>& parameters,
                         std::initializer_list<std::string_view> except = {}) {
    for (const Field& field : options.fields) {
      const bool known = std::any_of(parameters.begin(), parameters.end(),
                                     [&](const Parameter& p) { return p.name == field.json_name; });
      if (known || field.kind == Kind::kMessage ||
          std::find(except.begin(), except.end(), field.json_name) != except.end()) {
        continue;
      }
      Parameter parameter;
      parameter.name = field.json_name;
      parameter.doc = field.doc;
      if (field.kind == Kind::kBool) {
        parameter.type = "boolean";
      } else if (field.kind == Kind::kInt32 || field.kind == Kind::kInt64) {
        parameter.type = "integer";
      }
      parameters.push_back(std::move(parameter));
    }
  }

  template <typename... Options>
  static std::vector<Parameter> OptionsOf() {
    std::vector<Parameter> parameters;
    (AddOptions(TypeOf<Options>(), parameters), ...);
    return parameters;
  }

 private:
  const std::string path_;
  std::vector<Parameter> parameters_;
  std::vector<Operation> operations_;
};

Json PathWriter::Write(const Parameter& parameter) const {
  Json::Object type{{"type", JsonString(parameter.type)}, {"uniqueItems", Json(true)}};
  Json::Object out{{"name", JsonString(parameter.name)},
                   {"in", JsonString(parameter.in)},
                   {"description", JsonString(parameter.doc)}};
  if (parameter.required) {
    out.emplace("required", Json(true));
  }
  if (dialect_ == Dialect::kV3) {
    out.emplace("schema", Json(std::move(type)));
  } else {
    out.merge(type);
  }
  return Json(std::move(out));
}

Json PathWriter::Write(const Operation& operation, const std::vector<Parameter>& own) const {
  Json::Object out{{"operationId", JsonString(operation.id)},
                   {"description", JsonString(operation.doc)},
                   {"tags", JsonStrings({operation.tag})}};
  const auto content = [](const std::vector<std::string_view>& types, const Json& reference) {
    Json::Object media;
    for (const std::string_view type : types) {
      media.emplace(type, Json(Json::Object{{"schema", reference}}));
    }
    return Json(std::move(media));
  };
  Json::Array parameters;
  if (!operation.body.IsNull()) {
    Json::Object body;
    if (operation.body_required) {
      body.emplace("required", Json(true));
    }
    if (dialect_ == Dialect::kV3) {
      body.emplace("content", content(operation.consumes, operation.body));
      out.emplace("requestBody", Json(std::move(body)));
    } else {
      body.insert(
          {{"name", JsonString("body")}, {"in", JsonString("body")}, {"schema", operation.body}});
      parameters.emplace_back(std::move(body));
    }
  }
  for (const Parameter& parameter : own) {
    parameters.push_back(Write(parameter));
  }
  if (!parameters.empty()) {
    out.emplace("parameters", Json(std::move(parameters)));
  }
  Json::Object responses;
  for (const auto& [code, reference] : operation.responses) {
    Json::Object response{{"description", JsonString(StatusText(code))}};
    if (!reference.IsNull()) {
      if (dialect_ == Dialect::kV3) {
        response.emplace("content", content(operation.produces, reference));
      } else {
        response.emplace("schema", reference);
      }
    }
    responses.emplace(code, Json(std::move(response)));
  }
  responses.emplace("401", Json(Json::Object{{"description", JsonString(StatusText("401"))}}));
  out.emplace("responses", Json(std::move(responses)));
  if (dialect_ == Dialect::kV2) {
    out.emplace("consumes", JsonStrings(operation.consumes));
    out.emplace("produces", JsonStrings(operation.produces));
    out.emplace("schemes", JsonStrings({"https"}));
  }
  if (!operation.action.empty()) {
    out.emplace("x-kubernetes-action", JsonString(operation.action));
    out.emplace("x-kubernetes-group-version-kind", operation.kind);
  }
  return Json(std::move(out));
}

void PathWriter::AddResource(const DocumentedResource& documented, Json::Object& paths) {
  const Resource& resource = *documented.resource;
  const std::string kind(resource.kind);
  const std::string root = VersionPath(resource.group, resource.version);
  const std::string plural(resource.plural);
  const std::string scope = resource.namespaced ? "Namespaced" : "";
  const std::string group_version = GroupName(resource.group) + Title(resource.version);
  const std::string in_scope = resource.namespaced ? "/namespaces/{namespace}/" : "/";

  const Json object = schemas_.Reference(*resource.type);
  const Json list = schemas_.Reference(*resource.list_type);
  const Json status = schemas_.Reference(TypeOf<meta::v1::Status>());
  const Json event = schemas_.Reference(TypeOf<meta::v1::WatchEvent>());
  const Json patch = schemas_.Reference("io.k8s.apimachinery.pkg.apis.meta.v1.Patch");
  const Json delete_options = schemas_.Reference(TypeOf<meta::v1::DeleteOptions>());

  std::vector<Parameter> of_scope;
  if (resource.namespaced) {
    of_scope.push_back(
        {.name = "namespace", .in = "path", .doc = "Name of the namespace.", .required = true});
  }
  std::vector<Parameter> of_name = of_scope;
  of_name.push_back(
      {.name = "name", .in = "path", .doc = "Name of the " + kind + ".", .required = true});

  const auto operation = [&](std::string_view method, std::string_view action, std::string id,
                             std::string doc) {
    Operation out;
    out.method = method;
    out.action = action;
    out.id = std::move(id);
    out.doc = std::move(doc);
    out.tag = GroupTag(resource.group) + "_" + std::string(resource.version);
    out.kind = Json(Json::Object{{"group", JsonString(resource.group)},
                                 {"version", JsonString(resource.version)},
                                 {"kind", JsonString(kind)}});
    return out;
  };
  const auto read = [&](const std::string& part, const std::string& of) {
    Operation out = operation("get", "get", "read" + group_version + scope + kind + part,
                              "Reads " + of + " of this name.");
    out.responses = {{"200", object}};
    return out;
  };
  const auto replace = [&](const std::string& part, const std::string& of) {
    Operation out = operation("put", "put", "replace" + group_version + scope + kind + part,
                              "Replaces " + of + " of this name.");
    out.parameters = Item::OptionsOf<meta::v1::UpdateOptions>();
    out.body = object;
    out.body_required = true;
    out.responses = {{"200", object}, {"201", object}};
    return out;
  };
  const auto change = [&](const std::string& part, const std::string& of) {
    Operation out = operation("patch", "patch", "patch" + group_version + scope + kind + part,
                              "Changes parts of " + of + " of this name.");
    out.parameters = Item::OptionsOf<meta::v1::PatchOptions>();
    out.body = patch;
    out.body_required = true;
    out.consumes = PatchTypes();
    out.responses = {{"200", object}, {"201", object}};
    return out;
  };
  const auto lists = [&](const std::string& suffix) {
    Operation out = operation("get", "list", "list" + group_version + suffix,
                              "Lists objects of kind " + kind + ", or watches them.");
    out.parameters = Item::OptionsOf<meta::v1::ListOptions>();
    out.produces = StreamTypes();
    out.responses = {{"200", list}};
    return out;
  };
  const auto watches = [&](std::string_view action, const std::string& suffix,
                           const std::string& what) {
    Operation out = operation("get", action, "watch" + group_version + suffix,
                              "Watches " + what + ". Deprecated: a list with watch=true does so.");
    out.parameters = Item::OptionsOf<meta::v1::ListOptions>();
    out.produces = StreamTypes();
    out.responses = {{"200", event}};
    return out;
  };

  if (resource.namespaced) {
    Item all(root + "/" + plural, {});
    all.Add(lists(kind + "ForAllNamespaces"));
    all.WriteTo(*this, paths);
    Item watch(root + "/watch/" + plural, {});
    watch.Add(watches("watchlist", kind + "ListForAllNamespaces",
                      "the objects of kind " + kind + " in all namespaces"));
    watch.WriteTo(*this, paths);
  }

  Item collection(root + in_scope + plural, of_scope);
  collection.Add(lists(scope + kind));
  Operation create = operation("post", "post", "create" + group_version + scope + kind,
                               "Creates an object of kind " + kind + ".");
  create.parameters = Item::OptionsOf<meta::v1::CreateOptions>();
  create.body = object;
  create.body_required = true;
  create.responses = {{"200", object}, {"201", object}, {"202", object}};
  collection.Add(std::move(create));
  if (!resource.no_delete_collection) {
    Operation remove = operation("delete", "deletecollection",
                                 "delete" + group_version + "Collection" + scope + kind,
                                 "Deletes the objects of kind " + kind + " that match.");
    remove.parameters = Item::OptionsOf<meta::v1::DeleteOptions>();
    Item::AddOptions(TypeOf<meta::v1::ListOptions>(), remove.parameters,
                     {"watch", "allowWatchBookmarks"});
    remove.body = delete_options;
    remove.responses = {{"200", status}};
    collection.Add(std::move(remove));
  }
  collection.WriteTo(*this, paths);

  const std::string path = root + in_scope + plural + "/{name}";
  Item one(path, of_name);
  one.Add(read("", "the " + kind));
  one.Add(replace("", "the " + kind));
  one.Add(change("", "the " + kind));
  Operation remove = operation("delete", "delete", "delete" + group_version + scope + kind,
                               "Deletes the " + kind + " of this name.");
  remove.parameters = Item::OptionsOf<meta::v1::DeleteOptions>();
  remove.body = delete_options;
  const Json& removed = resource.returns_deleted ? object : status;
  remove.responses = {{"200", removed}, {"202", removed}};
  one.Add(std::move(remove));
  one.WriteTo(*this, paths);

  if (resource.status_subresource) {
    Item item(path + "/status", of_name);
    item.Add(read("Status", "the status of the " + kind));
    item.Add(replace("Status", "the status of the " + kind));
    item.Add(change("Status", "the status of the " + kind));
    item.WriteTo(*this, paths);
  }
  for (const std::string& subresource : documented.subresources) {
    Item item(path + "/" + subresource, of_name);
    item.Add(replace(Title(subresource), "the part " + subresource + " of the " + kind));
    item.WriteTo(*this, paths);
  }

  Item watch_list(root + "/watch" + in_scope + plural, of_scope);
  watch_list.Add(watches("watchlist", scope + kind + "List", "the objects of kind " + kind));
  watch_list.WriteTo(*this, paths);
  Item watch_one(root + "/watch" + in_scope + plural + "/{name}", of_name);
  watch_one.Add(watches("watch", scope + kind, "the " + kind + " of this name"));
  watch_one.WriteTo(*this, paths);
}

void PathWriter::AddDiscovery(std::string_view path, std::string_view doc, std::string_view tag,
                              std::string_view id, Json reference, bool json_only,
                              Json::Object& paths) {
  Operation get;
  get.method = "get";
  get.id = id;
  get.tag = tag;
  get.doc = doc;
  if (json_only) {
    get.produces = {kJsonType};
  }
  get.consumes = get.produces;
  get.responses = {{"200", std::move(reference)}};
  paths.emplace(path, Json(Json::Object{{"get", Write(get, {})}}));
}

void PathWriter::AddVersionRoot(std::string_view group, std::string_view version,
                                Json::Object& paths) {
  AddDiscovery(VersionPath(group, version) + "/", "Tells the resources of the version.",
               GroupTag(group) + "_" + std::string(version),
               "get" + GroupName(group) + Title(version) + "APIResources",
               schemas_.Reference(TypeOf<meta::v1::APIResourceList>()), false, paths);
}

void PathWriter::AddGroupRoot(std::string_view group, Json::Object& paths) {
  AddDiscovery("/apis/" + std::string(group) + "/", "Tells the versions of the group.",
               GroupTag(group), "get" + GroupName(group) + "APIGroup",
               schemas_.Reference(TypeOf<meta::v1::APIGroup>()), false, paths);
}

void PathWriter::AddCoreRoot(Json::Object& paths) {
  AddDiscovery("/api/", "Tells the versions of the core group.", "core", "getCoreAPIVersions",
               schemas_.Reference(TypeOf<meta::v1::APIVersions>()), false, paths);
}

void PathWriter::AddGroupList(Json::Object& paths) {
  AddDiscovery("/apis/", "Tells the groups.", "apis", "getAPIVersions",
               schemas_.Reference(TypeOf<meta::v1::APIGroupList>()), false, paths);
}

void PathWriter::AddServerVersion(Json::Object& paths) {
  AddDiscovery("/version/", "Tells the version of the server.", "version", "getCodeVersion",
               schemas_.Reference("io.k8s.apimachinery.pkg.version.Info"), true, paths);
}

std::string VersionPath(std::string_view group, std::string_view version) {
  std::string path = group.empty() ? "/api/" : "/apis/" + std::string(group) + "/";
  path += version;
  return path;
}

}  // namespace k8snet::server
