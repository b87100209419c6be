// Targets of requests: the path as a route, the query as the options of every verb.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "k8snet/apis/base/check.h"
#include "src/filters/request_info.h"
#include "src/negotiate/accept.h"
#include "src/verbs/delete_options.h"
#include "src/verbs/options.h"

namespace k8snet::server {
namespace {

template <typename T>
void Check(const Result<T>& result) {
  K8SNET_CHECK(result || result.error().reason == Reason::kBadRequest ||
               result.error().reason == Reason::kInvalid);
}

}  // namespace
}  // namespace k8snet::server

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace k8snet;          // NOLINT(google-build-using-namespace)
  using namespace k8snet::server;  // NOLINT(google-build-using-namespace)
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto target = ParseTarget(text);
  if (!target) {
    return 0;
  }
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "BOGUS"}) {
    const auto info = ParseRequestInfo(method, *target);
    K8SNET_CHECK(!info || info->is_resource || !info->verb.empty());
  }
  Request request;
  request.headers.Add("User-Agent", text);
  for (const bool watch : {false, true}) {
    const auto options = ParseListOptions(target->query, watch);
    Check(options);
    K8SNET_CHECK(!options || options->limit >= 0);
  }
  for (const WriteKind kind :
       {WriteKind::kCreate, WriteKind::kUpdate, WriteKind::kPatch, WriteKind::kApply}) {
    const auto options = ParseWriteOptions(kind, request, target->query);
    Check(options);
    K8SNET_CHECK(!options ||
                 (!options->field_manager.empty() && options->field_manager.size() <= 128));
  }
  Check(ParseDeleteRequest(request, target->query, Offers::kDefault));
  return 0;
}
