// OpenAPI documents as they are kept to be served: in both formats, compressed where they are
// mostly sent so, with their hashes.
#ifndef K8SNET_SERVER_SRC_OPENAPI_PACK_H_
#define K8SNET_SERVER_SRC_OPENAPI_PACK_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/openapi/paths.h"

namespace k8snet::server {

// Bytes that a document is kept as.
struct PackedBytes {
  std::string_view bytes;
  std::size_t plain_size = 0;
  bool gzip = false;
};

// A document. Lifetime: views of whatever it was packed into.
struct PackedDocument {
  std::string_view name;  // "v2", "v3" for the index, "v3/apis/networking.k8s.io/v1"
  std::string_view hash;  // SHA-512 of the JSON, upper-case hexadecimal digits.
  PackedBytes json;
  PackedBytes protobuf;  // Empty for the index.
};

// Packed documents and what they are views of. Neither copied nor moved.
class PackedOpenApi {
 public:
  // Makes and packs all documents of `api`. `level` is of gzip, up to 12.
  // Cost: some 20 ms at level 6.
  PackedOpenApi(const DocumentedApi& api, int level);
  PackedOpenApi(const PackedOpenApi&) = delete;
  PackedOpenApi& operator=(const PackedOpenApi&) = delete;

  // By name.
  [[nodiscard]] std::span<const PackedDocument> documents() const { return documents_; }

 private:
  struct Text;

  std::vector<std::string> texts_;
  std::vector<PackedDocument> documents_;
};

// Returns the text that `packed` is kept as.
[[nodiscard]] std::string Unpack(const PackedBytes& packed);

// Returns the documents of all built-in resources, packed when the program was built, by name.
[[nodiscard]] std::span<const PackedDocument> BuiltinOpenApi();

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_OPENAPI_PACK_H_
