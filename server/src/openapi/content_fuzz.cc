// Feeds conditions, ranges and encodings to ServeContent: a name of a header, a colon and its value
// a line.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "k8snet/apis/base/check.h"
#include "src/openapi/content.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kText = "0123456789";

void Run(std::string_view input) {
  Request request;
  request.method = "GET";
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      request.headers.Add(std::string(line.substr(0, colon)), std::string(line.substr(colon + 1)));
    }
  }
  Content content;
  content.etag = "\"T\"";
  content.modified = std::chrono::sys_seconds(std::chrono::seconds(784111777));
  content.size = kText.size();
  content.load = [] { return std::make_shared<const std::string>(kText); };
  content.load_gzip = [] { return std::make_shared<const std::string>("packed"); };
  const Response response = ServeContent(request, Headers(), content);
  switch (response.status) {
    case 200:
      K8SNET_CHECK(*response.body.front() == kText || *response.body.front() == "packed");
      break;
    case 206:
      K8SNET_CHECK(kText.find(*response.body.front()) != std::string_view::npos);
      break;
    case 304:
    case 412:
      K8SNET_CHECK(response.body.empty());
      break;
    default:
      K8SNET_CHECK(response.status == 416);
  }
  if (const std::string* since = request.headers.Find("If-Modified-Since")) {
    if (const auto time = ParseHttpDate(*since)) {
      // All but the day of the week, which is not looked at.
      K8SNET_CHECK(HttpDate(*time, "GMT").substr(3) == since->substr(3));
    }
  }
}

}  // namespace
}  // namespace k8snet::server

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  k8snet::server::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
