#include "src/verbs/render.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/meta.h"
#include "k8snet/apis/meta/v1.h"
#include "src/errors.h"
#include "src/negotiate/compress.h"
#include "src/negotiate/document.h"
#include "src/printers/printer.h"
#include "src/registry/wire_scan.h"

namespace k8snet::server {
namespace {

// Bytes that live as long as the server: no reference is counted, so threads do not meet there.
Bytes Unowned(const std::string& text) { return {Bytes(), &text}; }

Bytes Owned(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

std::string MetaVersion(const Output& output) {
  return "meta.k8s.io/" + std::string(output.transform_version);
}

// Returns the members of a list's metadata as JSON, without braces.
std::string ListMetaJson(std::string_view revision, std::string_view continue_token,
                         std::optional<std::size_t> remaining) {
  std::string json;
  if (!revision.empty()) {
    json += "\"resourceVersion\":\"" + std::string(revision) + "\"";
  }
  if (!continue_token.empty()) {
    json += ",\"continue\":\"" + std::string(continue_token) + "\"";
  }
  if (remaining) {
    json += ",\"remainingItemCount\":" + std::to_string(*remaining);
  }
  return json;
}

std::string ListMetaJson(const ListPage& page) {
  return ListMetaJson(std::to_string(page.revision), page.continue_token, page.remaining);
}

meta::v1::ListMeta ListMetaOf(const ListPage& page) {
  meta::v1::ListMeta meta;
  meta.resource_version = std::to_string(page.revision);
  meta.continue_ = page.continue_token;
  if (page.remaining) {
    meta.remaining_item_count = static_cast<std::int64_t>(*page.remaining);
  }
  return meta;
}

meta::v1::PartialObjectMetadata PartialOf(const Object& object) {
  meta::v1::PartialObjectMetadata partial;
  partial.metadata = MetaOf(object);
  return partial;
}

std::string PartialDocument(const Output& output, const Object& object) {
  const meta::v1::PartialObjectMetadata partial = PartialOf(object);
  return EncodeDocument(output, MetaVersion(output), "PartialObjectMetadata",
                        TypeOf<meta::v1::PartialObjectMetadata>(), &partial);
}

// As PartialDocument, in JSON and without a newline.
std::string PartialJson(const Output& output, const Object& object) {
  Output json;
  json.transform_version = output.transform_version;
  std::string text = PartialDocument(json, object);
  text.pop_back();
  return text;
}

std::string JsonOf(const Object& object) {
  std::string json;
  AppendJson(object.type(), object.data(), true, json);
  return json;
}

void AppendColumns(std::span<const Column> columns, std::string& json) {
  json += '[';
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    json += i == 0 ? "{\"name\":" : ",{\"name\":";
    AppendJsonString(column.name, json);
    json += ",\"type\":";
    AppendJsonString(column.type, json);
    json += ",\"format\":";
    AppendJsonString(column.format, json);
    json += ",\"description\":";
    AppendJsonString(column.description, json);
    json += ",\"priority\":" + std::to_string(column.priority) + "}";
  }
  json += ']';
}

// What stands before a row of a table as it is kept: where the age belongs, and since when it
// counts.
struct KeptRowHead {
  std::uint64_t age_at;  // At the row's end or beyond, if it has no age.
  std::int64_t created;  // Seconds since 1970.
};

// Returns which cell is the age, or a number over that of cells. Upstream forgot its column for
// some.
std::size_t AgeCell(std::span<const Column> columns, std::size_t cells) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == "Age") {
      return i;
    }
  }
  return cells > columns.size() ? columns.size() : cells;
}

// Returns the row of `hub` with its metadata, but for the age, behind its head.
std::string KeptRow(const ServedResource& served, const Object& hub) {
  const Printer& printer = PrinterOf(*served.kind->hub);
  const std::vector<std::string> cells = printer.Cells(hub, {});
  const std::size_t age = AgeCell(printer.columns(), cells.size());
  KeptRowHead head{~std::uint64_t{0}, MetaOf(hub).creation_timestamp.seconds};
  std::string row = "{\"cells\":[";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    row += i == 0 ? "" : ",";
    if (i == age) {
      head.age_at = row.size();
    } else {
      AppendJsonString(cells[i], row);
    }
  }
  row += "],\"object\":" + PartialJson({}, hub) + "}";
  return std::string(reinterpret_cast<const char*>(&head), sizeof head) + row;
}

std::string KeptMetadata(const ServedResource&, const Object& hub) { return PartialJson({}, hub); }

// The 406 of a form that is for single objects on a list, or the reverse.
Error WrongForm(const ServedResource& served, bool list) {
  const Resource& resource = *served.resource;
  const std::string_view group = resource.group.empty()
                                     ? std::string_view("core")
                                     : resource.group.substr(0, resource.group.find('.'));
  const std::string type = "(*" + std::string(group) + "." + std::string(resource.kind);
  return {Reason::kNotAcceptable,
          list
              ? "you requested PartialObjectMetadata, but the requested object is a list " + type +
                    "List)"
              : "you requested PartialObjectMetadataList, but the requested object is not a list " +
                    type + ")"};
}

}  // namespace

Result<IncludeObject> Renderer::ParseIncludeObject(const Query& query) {
  const std::string_view value = query.Get("includeObject");
  if (value.empty() || value == "Metadata") {
    return IncludeObject::kMetadata;
  }
  if (value == "None") {
    return IncludeObject::kNone;
  }
  if (value == "Object") {
    return IncludeObject::kObject;
  }
  return BadRequest("Unable to convert to Table as requested: includeObject: Invalid value: " +
                    field::Quote(value) + ": must be 'Metadata', 'Object', 'None', or empty");
}

Result<Response> Renderer::RenderObject(const Call& call, const Output& output, int status,
                                        const Object& hub) const {
  if (output.transform == Transform::kMetadataList) {
    return PlainError(WrongForm(call.target, false));
  }
  if (output.transform == Transform::kTable) {
    return RenderTable(call, output, status, hub);
  }
  K8SNET_ASSIGN_OR_RETURN(const Object object, codec_.FromHub(call.target, hub));
  if (output.transform == Transform::kMetadata) {
    return BodyResponse(call.request, status, output, PartialDocument(output, object));
  }
  std::string body = output.format == Format::kProtobuf ? EncodeProtobuf(object)
                     : output.format == Format::kCbor   ? EncodeCbor(object)
                                                        : LayOutJson(output, JsonOf(object));
  return BodyResponse(call.request, status, output, std::move(body));
}

Result<Response> Renderer::RenderEntry(const Call& call, const Output& output,
                                       const Entry& entry) const {
  const bool kept =
      output.transform == Transform::kNone &&
      (output.format == Format::kProtobuf || (output.format == Format::kJson && !output.pretty));
  if (!kept) {
    K8SNET_ASSIGN_OR_RETURN(const Object hub,
                            codec_.DecodeStored(*call.target.kind, entry, entry.revision()));
    return RenderObject(call, output, 200, hub);
  }
  Response response;
  response.headers.Add("Content-Type", std::string(MediaType(output.format)));
  if (output.format == Format::kProtobuf) {
    K8SNET_ASSIGN_OR_RETURN(Bytes bytes,
                            codec_.Encoded(call.target, EncodedForm::kProtobufObject, entry));
    response.body.push_back(std::move(bytes));
  } else {
    K8SNET_ASSIGN_OR_RETURN(Bytes bytes,
                            codec_.Encoded(call.target, EncodedForm::kJsonTail, entry));
    response.body.push_back(Unowned(call.target.object_head));
    response.body.push_back(std::move(bytes));
    response.body.push_back(Unowned(newline_));
  }
  MaybeCompress(call.request, response);
  return response;
}

Result<Response> Renderer::RenderList(const Call& call, const Output& output,
                                      const ListPage& page) const {
  if (output.transform == Transform::kMetadata) {
    return PlainError(WrongForm(call.target, true));
  }
  if (output.transform == Transform::kTable) {
    return RenderTableList(call, output, page);
  }
  if (output.transform == Transform::kMetadataList) {
    return RenderMetadataList(call, output, page);
  }
  if (output.format == Format::kProtobuf) {
    return RenderProtobufList(call, page);
  }
  if (output.format == Format::kCbor) {
    return RenderCborList(call, page);
  }
  Response response;
  response.headers.Add("Content-Type", std::string(MediaType(output.format)));
  response.body.reserve(2 * page.entries.size() + 2);
  response.body.push_back(Owned(call.target.list_head + ListMetaJson(page) + "},\"items\":["));
  bool first = true;
  for (const Entry* entry : page.entries) {
    response.body.push_back(Unowned(first ? first_item_ : next_item_));
    K8SNET_ASSIGN_OR_RETURN(Bytes tail,
                            codec_.Encoded(call.target, EncodedForm::kJsonTail, *entry));
    response.body.push_back(std::move(tail));
    first = false;
  }
  response.body.push_back(Unowned(list_end_));
  if (output.pretty || output.format == Format::kYaml) {
    std::string json;
    for (const Bytes& part : response.body) {
      json += *part;
    }
    json.pop_back();
    return BodyResponse(call.request, 200, output, LayOutJson(output, std::move(json)));
  }
  MaybeCompress(call.request, response);
  return response;
}

Result<Response> Renderer::RenderProtobufList(const Call& call, const ListPage& page) const {
  constexpr char kMetadataTag = 0x0A;
  constexpr char kTypeMetaTag = 0x0A;
  constexpr char kRawTag = 0x12;
  std::vector<Bytes> items;
  items.reserve(page.entries.size());
  std::size_t size = 0;
  for (const Entry* entry : page.entries) {
    K8SNET_ASSIGN_OR_RETURN(Bytes item,
                            codec_.Encoded(call.target, EncodedForm::kProtobufItem, *entry));
    size += item->size();
    items.push_back(std::move(item));
  }
  const meta::v1::ListMeta list_meta = ListMetaOf(page);
  std::string meta_bytes;
  AppendProtobuf(TypeOf<meta::v1::ListMeta>(), &list_meta, meta_bytes);
  std::string raw_head(1, kMetadataTag);
  AppendVarint(meta_bytes.size(), raw_head);
  raw_head += meta_bytes;

  std::string type_meta(1, kTypeMetaTag);  // apiVersion 1, kind 2.
  AppendVarint(call.target.api_version.size(), type_meta);
  type_meta += call.target.api_version;
  type_meta += kRawTag;
  AppendVarint(call.target.list_kind.size(), type_meta);
  type_meta += call.target.list_kind;

  std::string head("k8s\0", 4);
  head += kTypeMetaTag;
  AppendVarint(type_meta.size(), head);
  head += type_meta;
  head += kRawTag;
  AppendVarint(raw_head.size() + size, head);
  head += raw_head;

  Response response;
  response.headers.Add("Content-Type", std::string(MediaType(Format::kProtobuf)));
  response.body.reserve(items.size() + 2);
  response.body.push_back(Owned(std::move(head)));
  for (Bytes& item : items) {
    response.body.push_back(std::move(item));
  }
  // Empty contentEncoding and contentType.
  response.body.push_back(Owned(std::string("\x1A\0\x22\0", 4)));
  MaybeCompress(call.request, response);
  return response;
}

// The members of a list stand in the order of CBOR's names: kind, items, metadata, apiVersion.
Result<Response> Renderer::RenderCborList(const Call& call, const ListPage& page) const {
  std::string head(kCborSelfDescribed);
  AppendCborMapHead(4, head);
  AppendCborString("kind", head);
  AppendCborString(call.target.list_kind, head);
  AppendCborString("items", head);
  AppendCborArrayHead(page.entries.size(), head);
  const meta::v1::ListMeta list_meta = ListMetaOf(page);
  std::string tail;
  AppendCborString("metadata", tail);
  AppendCbor(TypeOf<meta::v1::ListMeta>(), &list_meta, false, tail);
  AppendCborString("apiVersion", tail);
  AppendCborString(call.target.api_version, tail);

  Response response;
  response.headers.Add("Content-Type", std::string(MediaType(Format::kCbor)));
  response.body.reserve(page.entries.size() + 2);
  response.body.push_back(Owned(std::move(head)));
  for (const Entry* entry : page.entries) {
    K8SNET_ASSIGN_OR_RETURN(Bytes item,
                            codec_.Encoded(call.target, EncodedForm::kCborItem, *entry));
    response.body.push_back(std::move(item));
  }
  response.body.push_back(Owned(std::move(tail)));
  MaybeCompress(call.request, response);
  return response;
}

Result<std::string> Renderer::TableRow(const ServedResource& served, const Output& output,
                                       IncludeObject include, const Object& hub) const {
  std::string json = "{\"cells\":[";
  bool first = true;
  for (const std::string& cell : PrinterOf(*served.kind->hub).Cells(hub, clock_.Now())) {
    json += first ? "" : ",";
    AppendJsonString(cell, json);
    first = false;
  }
  json += "],\"object\":";
  if (include == IncludeObject::kNone) {
    json += "null";
  } else {
    K8SNET_ASSIGN_OR_RETURN(const Object object, codec_.FromHub(served, hub));
    json += include == IncludeObject::kObject ? JsonOf(object) : PartialJson(output, object);
  }
  json += '}';
  return json;
}

std::string Renderer::TableHead(const ServedResource& served, const Output& output,
                                const std::string& list_meta) {
  std::string json = "{\"kind\":\"Table\",\"apiVersion\":\"" + MetaVersion(output) +
                     "\",\"metadata\":{" + list_meta + "},\"columnDefinitions\":";
  AppendColumns(PrinterOf(*served.kind->hub).columns(), json);
  return json + ",\"rows\":[";
}

Result<Response> Renderer::RenderTable(const Call& call, const Output& output, int status,
                                       const Object& hub) const {
  const auto include = ParseIncludeObject(call.query());
  if (!include) {
    return PlainError(include.error());
  }
  std::string json =
      TableHead(call.target, output, ListMetaJson(MetaOf(hub).resource_version, "", {}));
  K8SNET_ASSIGN_OR_RETURN(const std::string row, TableRow(call.target, output, *include, hub));
  json += row + "]}";
  return BodyResponse(call.request, status, output, LayOutJson(output, std::move(json)));
}

Result<Response> Renderer::RenderTableList(const Call& call, const Output& output,
                                           const ListPage& page) const {
  const auto include = ParseIncludeObject(call.query());
  if (!include) {
    return PlainError(include.error());
  }
  const bool kept = *include == IncludeObject::kMetadata && output.transform_version == "v1";
  std::string json = TableHead(call.target, output, ListMetaJson(page));
  std::string_view separator;
  for (const Entry* entry : page.entries) {
    json += separator;
    separator = ",";
    if (kept) {
      K8SNET_RETURN_IF_ERROR(AppendKeptRow(call.target, *entry, json));
      continue;
    }
    K8SNET_ASSIGN_OR_RETURN(const Object hub,
                            codec_.DecodeStored(*call.target.kind, *entry, entry->revision()));
    K8SNET_ASSIGN_OR_RETURN(const std::string row, TableRow(call.target, output, *include, hub));
    json += row;
  }
  json += "]}";
  return BodyResponse(call.request, 200, output, LayOutJson(output, std::move(json)));
}

Result<Bytes> Renderer::Kept(const ServedResource& served, EncodedForm form, const Entry& entry,
                             std::string (*make)(const ServedResource&, const Object&)) const {
  std::optional<Error> error;
  Bytes bytes = entry.Encoding(ObjectCodec::KeyOf(served, form), [&]() -> Bytes {
    const auto hub = codec_.DecodeStored(*served.kind, entry, entry.revision());
    if (!hub) {
      error = hub.error();
      return nullptr;
    }
    return Owned(make(served, *hub));
  });
  if (error) {
    return *std::move(error);
  }
  return bytes;
}

Status Renderer::AppendKeptRow(const ServedResource& served, const Entry& entry,
                               std::string& json) const {
  K8SNET_ASSIGN_OR_RETURN(const Bytes bytes, Kept(served, EncodedForm::kTableRow, entry, KeptRow));
  KeptRowHead head;
  std::memcpy(&head, bytes->data(), sizeof head);
  const std::string_view row = std::string_view(*bytes).substr(sizeof head);
  json += row.substr(0, head.age_at);
  if (head.age_at < row.size()) {
    AppendJsonString(AgeText(Time{head.created}, clock_.Now()), json);
    json += row.substr(head.age_at);
  }
  return {};
}

Result<Response> Renderer::RenderMetadataList(const Call& call, const Output& output,
                                              const ListPage& page) const {
  constexpr std::string_view kKind = "PartialObjectMetadataList";
  if (output.format == Format::kProtobuf) {
    meta::v1::PartialObjectMetadataList list;
    list.metadata = ListMetaOf(page);
    for (const Entry* entry : page.entries) {
      K8SNET_ASSIGN_OR_RETURN(const Object hub,
                              codec_.DecodeStored(*call.target.kind, *entry, entry->revision()));
      list.items.push_back(PartialOf(hub));
    }
    return BodyResponse(call.request, 200, output,
                        EncodeDocument(output, MetaVersion(output), kKind,
                                       TypeOf<meta::v1::PartialObjectMetadataList>(), &list));
  }
  std::string json = "{\"kind\":\"" + std::string(kKind) + "\",\"apiVersion\":\"" +
                     MetaVersion(output) + "\",\"metadata\":{" + ListMetaJson(page) +
                     "},\"items\":[";
  std::string_view separator;
  for (const Entry* entry : page.entries) {
    json += separator;
    separator = ",";
    if (output.transform_version == "v1") {
      K8SNET_ASSIGN_OR_RETURN(const Bytes item,
                              Kept(call.target, EncodedForm::kMetadata, *entry, KeptMetadata));
      json += *item;
      continue;
    }
    K8SNET_ASSIGN_OR_RETURN(const Object hub,
                            codec_.DecodeStored(*call.target.kind, *entry, entry->revision()));
    json += PartialJson(output, hub);
  }
  json += "]}";
  if (page.entries.empty()) {
    // Upstream's list is a null slice then.
    json.replace(json.size() - 3, 3, "null}");
  }
  return BodyResponse(call.request, 200, output, LayOutJson(output, std::move(json)));
}

Result<std::string> Renderer::RenderEventObject(const ServedResource& served, const Output& output,
                                                IncludeObject include, const Object& hub,
                                                bool with_columns) const {
  const bool cbor = output.format == Format::kCbor;
  if (output.transform == Transform::kTable) {
    std::string json = "{\"kind\":\"Table\",\"apiVersion\":\"" + MetaVersion(output) +
                       "\",\"metadata\":{" + ListMetaJson(MetaOf(hub).resource_version, "", {}) +
                       "},\"columnDefinitions\":";
    if (with_columns) {
      AppendColumns(PrinterOf(*served.kind->hub).columns(), json);
    } else {
      json += "null";
    }
    K8SNET_ASSIGN_OR_RETURN(const std::string row, TableRow(served, output, include, hub));
    return json + ",\"rows\":[" + row + "]}";
  }
  if (output.transform == Transform::kMetadata) {
    return output.format == Format::kProtobuf || cbor ? PartialDocument(output, hub)
                                                      : PartialJson(output, hub);
  }
  K8SNET_ASSIGN_OR_RETURN(const Object object, codec_.FromHub(served, hub));
  return output.format == Format::kProtobuf ? EncodeProtobuf(object)
         : cbor                             ? EncodeCbor(object)
                                            : JsonOf(object);
}

}  // namespace k8snet::server
