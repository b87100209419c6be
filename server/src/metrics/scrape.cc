#include <algorithm>
#include <memory>
#include <string>

#include "src/metrics/metrics.h"
#include "src/negotiate/accept.h"
#include "src/negotiate/compress.h"

namespace k8snet::server {
namespace {

// How names are to be escaped, which changes nothing for ours; told back in the type.
std::string EscapingOf(const Request& request) {
  for (const AcceptClause& clause : ParseAccept(AcceptOf(request))) {
    const std::string_view version = clause.Get("version");
    if (clause.type == "text" && clause.subtype == "plain" &&
        (version.empty() || version == "0.0.4" || version == "1.0.0")) {
      const std::string_view escaping = clause.Get("escaping");
      for (const std::string_view known : {"allow-utf-8", "dots", "values"}) {
        if (escaping == known) {
          return std::string(known);
        }
      }
      break;
    }
  }
  return "underscores";
}

}  // namespace

Response MetricsResponse(const Request& request, const Exposition& out) {
  Response response;
  response.headers.Add("Content-Type",
                       "text/plain; version=0.0.4; charset=utf-8; escaping=" + EscapingOf(request));
  response.body.push_back(std::make_shared<const std::string>(out.Text()));
  MaybeCompress(request, response, 0);
  return response;
}

}  // namespace k8snet::server
