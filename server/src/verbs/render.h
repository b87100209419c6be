// Answers with objects and lists, in the form that the request asks for.
// Source: kubernetes/apiserver pkg/endpoints/handlers/response.go, transformResponseObject.
#ifndef K8SNET_SERVER_SRC_VERBS_RENDER_H_
#define K8SNET_SERVER_SRC_VERBS_RENDER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/http.h"
#include "src/negotiate/accept.h"
#include "src/registry/object_codec.h"
#include "src/storage/cache.h"
#include "src/verbs/call.h"

namespace k8snet::server {

// What is shown of an object beside a table's cells.
enum class IncludeObject : std::uint8_t { kNone, kMetadata, kObject };

// One page of a list.
struct ListPage {
  Snapshot snapshot;                  // Keeps the entries alive.
  std::vector<const Entry*> entries;  // In order of keys.
  std::uint64_t revision = 0;
  std::string continue_token;
  std::optional<std::size_t> remaining;
};

// Makes answers. Thread-safe: immutable once constructed.
class Renderer {
 public:
  // Both outlive this.
  Renderer(const ObjectCodec& codec, const Clock& clock) : codec_(codec), clock_(clock) {}

  // Answers with `hub`, an object in the hub version.
  [[nodiscard]] Result<Response> RenderObject(const Call& call, const Output& output, int status,
                                              const Object& hub) const;
  // Answers with the object of an entry, from the bytes kept with it where possible.
  [[nodiscard]] Result<Response> RenderEntry(const Call& call, const Output& output,
                                             const Entry& entry) const;
  // Answers with a list; its body is made of the bytes kept with the entries.
  [[nodiscard]] Result<Response> RenderList(const Call& call, const Output& output,
                                            const ListPage& page) const;

  // Returns the object of a watch event, without the event around it and without what LayOutJson
  // adds. `with_columns` says whether a table has its columns.
  [[nodiscard]] Result<std::string> RenderEventObject(const ServedResource& served,
                                                      const Output& output, IncludeObject include,
                                                      const Object& hub, bool with_columns) const;

  // Returns what the query says of the objects in tables.
  // Errors: kBadRequest.
  [[nodiscard]] static Result<IncludeObject> ParseIncludeObject(const Query& query);

 private:
  [[nodiscard]] Result<std::string> TableRow(const ServedResource& served, const Output& output,
                                             IncludeObject include, const Object& hub) const;
  // Returns a table up to its rows.
  [[nodiscard]] static std::string TableHead(const ServedResource& served, const Output& output,
                                             const std::string& list_meta);
  [[nodiscard]] Result<Response> RenderTable(const Call& call, const Output& output, int status,
                                             const Object& hub) const;
  [[nodiscard]] Result<Response> RenderTableList(const Call& call, const Output& output,
                                                 const ListPage& page) const;
  [[nodiscard]] Result<Response> RenderMetadataList(const Call& call, const Output& output,
                                                    const ListPage& page) const;
  // Returns what `make` makes of the entry's object, made once and kept with it.
  [[nodiscard]] Result<Bytes> Kept(const ServedResource& served, EncodedForm form,
                                   const Entry& entry,
                                   std::string (*make)(const ServedResource&, const Object&)) const;
  // Appends the row of an entry, with its metadata as of v1.
  [[nodiscard]] Status AppendKeptRow(const ServedResource& served, const Entry& entry,
                                     std::string& json) const;
  [[nodiscard]] Result<Response> RenderProtobufList(const Call& call, const ListPage& page) const;
  [[nodiscard]] Result<Response> RenderCborList(const Call& call, const ListPage& page) const;

  const ObjectCodec& codec_;
  const Clock& clock_;
  // Constant parts of JSON bodies, which point at them.
  const std::string first_item_ = "{";
  const std::string next_item_ = ",{";
  const std::string list_end_ = "]}\n";
  const std::string newline_ = "\n";
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_RENDER_H_
