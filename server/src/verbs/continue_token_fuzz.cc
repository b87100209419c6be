// Continue tokens: what is taken never leads out of the list, and is written as it is read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "k8snet/apis/base/check.h"
#include "src/verbs/continue_token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace k8snet::server;  // NOLINT(google-build-using-namespace)
  const auto token = DecodeContinueToken({reinterpret_cast<const char*>(data), size});
  if (!token) {
    K8SNET_CHECK(token.error().reason == k8snet::Reason::kBadRequest);
    return 0;
  }
  K8SNET_CHECK(token->revision != 0 && !token->start.starts_with('/'));
  K8SNET_CHECK(("/" + token->start + "/").find("/../") == std::string::npos);
  const auto again = DecodeContinueToken(EncodeContinueToken(*token, true));
  K8SNET_CHECK(again && again->revision == token->revision && again->start == token->start);
  return 0;
}
