// Raw HTTP/1.1 bytes, cut at places that the input chooses: however they are cut, the same requests
// and the same refusal come out, within the limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "k8snet/apis/base/check.h"
#include "src/http/http1.h"

namespace k8snet::server::http1 {
namespace {

constexpr ReaderLimits kLimits{.max_header_bytes = 512, .max_body_bytes = 64};

// Reads `bytes` in pieces of `step` and returns all that came of it as text.
std::string Transcript(std::string_view bytes, std::size_t step) {
  RequestReader reader(kLimits);
  std::string transcript;
  while (true) {
    switch (reader.Advance()) {
      case RequestReader::State::kRefused:
        return transcript + FormatRefusal(reader.refusal());
      case RequestReader::State::kRequest: {
        const bool unread = reader.has_unread_body();
        const Request request = reader.TakeRequest();
        K8SNET_CHECK(request.body.size() <= kLimits.max_body_bytes);
        K8SNET_CHECK(request.target.starts_with('/'));
        transcript += request.method + ' ' + request.target + '\n';
        for (const auto& [name, value] : request.headers.items()) {
          K8SNET_CHECK(value.find_first_of("\r\n") == std::string::npos);
          transcript += name + ": " + value + '\n';
        }
        transcript += request.body + '\n';
        if (unread) {
          return transcript + "too large";
        }
        reader.Finish();
        continue;
      }
      default:
        break;
    }
    if (bytes.empty()) {
      return transcript;
    }
    reader.Append(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
  }
}

}  // namespace
}  // namespace k8snet::server::http1

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = k8snet::server::http1::Transcript(bytes, bytes.size() + 1);
  K8SNET_CHECK(k8snet::server::http1::Transcript(bytes, 1) == whole);
  K8SNET_CHECK(k8snet::server::http1::Transcript(bytes, std::size_t{data[0]} + 1) == whole);
  return 0;
}
