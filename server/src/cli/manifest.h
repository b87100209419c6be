// A file cut into its documents, and the objects in them.
#ifndef K8SNET_SERVER_SRC_CLI_MANIFEST_H_
#define K8SNET_SERVER_SRC_CLI_MANIFEST_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/apis/codec/source.h"
#include "src/cli/rewrite.h"

namespace k8snet::cli {

enum class Format { kYaml, kJson, kProtobuf, kCbor };

// One document of a file.
struct Document {
  std::size_t begin = 0;
  std::size_t end = 0;
  Json value;                // Null after an error.
  bool duplicates = false;   // Whether some key stands twice in a map.
  std::string error;         // Why it cannot be read; empty: it can.
  std::size_t error_at = 0;  // From `begin`.
  // See Manifest::RootOf.
  mutable std::shared_ptr<const SourceNode> root;
};

// A file. Not thread-safe.
struct Manifest {
  std::string name;  // As messages show it.
  std::string text;
  Format format = Format::kYaml;
  std::vector<Document> documents;
  // Why the file as a whole cannot be read; empty: it can.
  std::string error;
  std::size_t error_at = 0;

  // Whether documents are text; binary formats have no places.
  [[nodiscard]] bool has_places() const {
    return format == Format::kYaml || format == Format::kJson;
  }
  // Returns the tree of a document, with places from its beginning. Made when it is asked for
  // first, since most documents never need it.
  [[nodiscard]] const SourceNode& RootOf(const Document& document) const;
  [[nodiscard]] std::string_view TextOf(const Document& document) const {
    return std::string_view(text).substr(document.begin, document.end - document.begin);
  }
  [[nodiscard]] Syntax syntax() const {
    return format == Format::kJson ? Syntax::kJson : Syntax::kYaml;
  }
};

// Returns what is in `text`: Kubernetes' protobuf and CBOR by their first bytes, JSON values one
// after the other, or a stream of YAML. Documents without content are none.
[[nodiscard]] Manifest ReadManifest(std::string name, std::string text);

// An object inside a document: the document itself or an item of a list.
struct ObjectAt {
  std::string path;  // Of the object in the document, such as "items[0]"; empty: all of it.
  std::vector<std::size_t> items;  // The same as indices of items, from the outermost list.
  const Json* value = nullptr;
  std::string api_version;  // Of an item without, that of its list.
  std::string kind;
  const Resource* resource = nullptr;  // Null: the kind or its version is not known.
  bool is_list = false;                // The resource's list kind.

  [[nodiscard]] const Type& type() const {
    return is_list ? *resource->list_type : *resource->type;
  }
  // Returns "Ingress web/front", or what there is of that.
  [[nodiscard]] std::string Name() const;
  // Returns the path of a field of the object in the document.
  [[nodiscard]] std::string PathOf(std::string_view field) const;
};

enum class Lists {
  kWhole,  // An IngressList is one object.
  kItems,  // Its items are objects, and it is none.
};

// Returns the objects of `document`, with those that are not known. The items of a List are objects
// either way.
[[nodiscard]] std::vector<ObjectAt> ObjectsOf(const Document& document, Lists lists);

// Returns the resource with this version and kind, or null.
[[nodiscard]] const Resource* FindResource(std::string_view api_version, std::string_view kind);
[[nodiscard]] std::string VersionText(const Resource& resource);

// Returns the object's value in `document`, a copy of the value it was found in.
[[nodiscard]] Json& ValueIn(Json& document, const ObjectAt& object);

// Returns the value at `path`, as field::Path prints it, or null.
[[nodiscard]] const Json* FindPath(const Json& value, std::string_view path);

// A place in a document: of a value, and of its key.
struct Place {
  std::size_t value = 0;
  std::size_t key = 0;
  bool exact = false;  // All of the path is there; else the deepest part of it.
  const SourceNode* node = nullptr;
};

// Returns where `path`, as field::Path prints it, is in `root`.
[[nodiscard]] Place Locate(const SourceNode& root, std::string_view path);

}  // namespace k8snet::cli

#endif  // K8SNET_SERVER_SRC_CLI_MANIFEST_H_
