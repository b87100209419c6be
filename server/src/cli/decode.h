// Objects of known kinds out of what a manifest says.
#ifndef K8SNET_SERVER_SRC_CLI_DECODE_H_
#define K8SNET_SERVER_SRC_CLI_DECODE_H_

#include <optional>
#include <string>
#include <vector>

#include "k8snet/apis/base/object.h"
#include "src/cli/manifest.h"
#include "src/cli/report.h"

namespace k8snet::cli {

struct DecodedObject {
  Object object;
  std::vector<std::string> unknown;  // Paths of fields that the kind does not have.
};

// Returns the struct that `object`, whose resource is known, says. If that is impossible, reports
// each field that is to blame and returns nothing.
[[nodiscard]] std::optional<DecodedObject> DecodeObject(const Document& document,
                                                        const ObjectAt& object, Reporter& reporter);

// Reports keys that stand twice in one map of `object`; returns whether there were any.
bool ReportDuplicates(const Document& document, const ObjectAt& object, Reporter& reporter);

// Returns `object` as JSON for comparing.
[[nodiscard]] Json ToJson(const Object& object);

// Appends the paths at which `a` and `b` differ, the deepest ones.
void Differences(const Json& a, const Json& b, const std::string& path,
                 std::vector<std::string>& paths);

}  // namespace k8snet::cli

#endif  // K8SNET_SERVER_SRC_CLI_DECODE_H_
