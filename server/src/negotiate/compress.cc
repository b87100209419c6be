#include "src/negotiate/compress.h"

#include <libdeflate.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace k8snet::server {
namespace {

constexpr int kLevel = 1;

bool AcceptsGzip(const Request& request) {
  const std::string* header = request.headers.Find("Accept-Encoding");
  std::string_view rest = header == nullptr ? std::string_view() : std::string_view(*header);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string_view token = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t first = token.find_first_not_of(" \t");
    if (first != std::string_view::npos &&
        token.substr(first, token.find_last_not_of(" \t") - first + 1) == "gzip") {
      return true;
    }
  }
  return false;
}

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const {
    libdeflate_free_compressor(compressor);
  }
};

}  // namespace

void MaybeCompress(const Request& request, Response& response, std::size_t threshold_bytes) {
  std::size_t size = 0;
  for (const Bytes& part : response.body) {
    size += part->size();
  }
  if (size <= threshold_bytes || !AcceptsGzip(request)) {
    return;
  }
  std::string plain;
  plain.reserve(size);
  for (const Bytes& part : response.body) {
    plain += *part;
  }
  const std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(
      libdeflate_alloc_compressor(kLevel));
  std::string packed(libdeflate_gzip_compress_bound(compressor.get(), plain.size()), '\0');
  packed.resize(libdeflate_gzip_compress(compressor.get(), plain.data(), plain.size(),
                                         packed.data(), packed.size()));
  response.body.clear();
  response.body.push_back(std::make_shared<const std::string>(std::move(packed)));
  response.headers.Add("Content-Encoding", "gzip");
  response.headers.Add("Vary", "Accept-Encoding");
}

}  // namespace k8snet::server
