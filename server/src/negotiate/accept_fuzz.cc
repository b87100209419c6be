// Accept and Content-Type headers. The first byte says what offers and which kind of endpoint.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "k8snet/apis/base/check.h"
#include "src/negotiate/accept.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace k8snet;          // NOLINT(google-build-using-namespace)
  using namespace k8snet::server;  // NOLINT(google-build-using-namespace)
  if (size == 0) {
    return 0;
  }
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Offers offers = (data[0] & 1U) != 0 ? Offers::kCbor : Offers::kDefault;
  const Endpoint endpoint = (data[0] & 2U) != 0 ? Endpoint::kPlain : Endpoint::kObjects;
  Request request;
  request.headers.Add("Accept", text);
  request.headers.Add("Content-Type", text);
  const Query query;

  double q = std::numeric_limits<double>::infinity();
  for (const AcceptClause& clause : ParseAccept(text)) {
    K8SNET_CHECK(!clause.type.empty() && !clause.subtype.empty());
    K8SNET_CHECK(!(clause.q > q));
    q = clause.q;
  }
  const auto output = NegotiateOutput(request, query, endpoint, offers);
  K8SNET_CHECK(output || output.error().reason == Reason::kNotAcceptable);
  K8SNET_CHECK(!output || endpoint == Endpoint::kObjects || output->transform == Transform::kNone);
  const auto stream = NegotiateStream(request, query, offers);
  K8SNET_CHECK(!stream || stream->format != Format::kYaml);
  const auto routable = CheckRoutable(text, true, offers);
  K8SNET_CHECK(routable || routable.error().reason == Reason::kNotAcceptable);
  const auto input = NegotiateInput(request, offers);
  K8SNET_CHECK(input || input.error().reason == Reason::kUnsupportedMediaType);
  return 0;
}
