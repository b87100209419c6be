#include "src/openapi/pack.h"

#include <libdeflate.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/codec/json.h"
#include "src/openapi/digest.h"
#include "src/openapi/document.h"
#include "src/openapi/gnostic.h"

namespace k8snet::server {
namespace {

std::string Compress(std::string_view text, int level) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(level), libdeflate_free_compressor);
  K8SNET_CHECK(compressor != nullptr);
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), text.size()), '\0');
  out.resize(
      libdeflate_gzip_compress(compressor.get(), text.data(), text.size(), out.data(), out.size()));
  return out;
}

}  // namespace

// A document before it is packed.
struct PackedOpenApi::Text {
  std::string json;
  std::string protobuf;
  bool gzip_json = false;  // Version 2 goes out compressed, version 3 never does.
};

PackedOpenApi::PackedOpenApi(const DocumentedApi& api, int level) {
  std::map<std::string, Text> texts;
  {
    const Json v2 = BuildOpenApiV2(api);
    texts["v2"] = {v2.ToString(), EncodeOpenApi(Dialect::kV2, v2), true};
  }
  std::string index = "{\"paths\":{";
  for (const auto& [name, document] : BuildOpenApiV3(api)) {
    Text text{document.ToString(), EncodeOpenApi(Dialect::kV3, document)};
    if (!index.ends_with('{')) {
      index += ',';
    }
    AppendJsonString(name, index);
    index +=
        ":{\"serverRelativeURL\":\"/openapi/v3/" + name + "?hash=" + UpperSha512(text.json) + "\"}";
    texts["v3/" + name] = std::move(text);
  }
  texts["v3"] = {index + "}}", ""};

  texts_.reserve(4 * texts.size());
  const auto keep = [&](std::string text) -> std::string_view {
    return texts_.emplace_back(std::move(text));
  };
  const auto pack = [&](std::string text, bool gzip) {
    PackedBytes packed{.plain_size = text.size(), .gzip = gzip};
    packed.bytes = keep(gzip ? Compress(text, level) : std::move(text));
    return packed;
  };
  for (auto& [name, text] : texts) {
    PackedDocument& document = documents_.emplace_back();
    document.name = keep(name);
    document.hash = keep(UpperSha512(text.json));
    document.json = pack(std::move(text.json), text.gzip_json);
    document.protobuf = pack(std::move(text.protobuf), true);
  }
}

std::string Unpack(const PackedBytes& packed) {
  if (!packed.gzip) {
    return std::string(packed.bytes);
  }
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)>
      decompressor(libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  K8SNET_CHECK(decompressor != nullptr);
  std::string out(packed.plain_size, '\0');
  const libdeflate_result result =
      libdeflate_gzip_decompress(decompressor.get(), packed.bytes.data(), packed.bytes.size(),
                                 out.data(), out.size(), nullptr);
  K8SNET_CHECK(result == LIBDEFLATE_SUCCESS);
  return out;
}

}  // namespace k8snet::server
