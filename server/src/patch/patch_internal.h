// What the three patch forms share.
#ifndef K8SNET_SERVER_SRC_PATCH_PATCH_INTERNAL_H_
#define K8SNET_SERVER_SRC_PATCH_PATCH_INTERNAL_H_

#include <string>
#include <string_view>
#include <vector>

#include "src/patch/json.h"

namespace k8snet::server::internal {

// Parses the body of a patch. Errors: kBadRequest `invalid JSON patch`.
[[nodiscard]] Result<ParsedJson> ParsePatch(std::string_view patch);

// Returns `json: cannot unmarshal <kind of value> into Go value of type <go_type>`.
[[nodiscard]] std::string WrongShape(const Json& value, std::string_view go_type);

// Returns `duplicate field "<path>"` for each path.
[[nodiscard]] std::vector<std::string> DuplicateFindings(const std::vector<std::string>& paths);

// Returns the 422 without details that clients get for a patch which cannot be carried out.
[[nodiscard]] Error Rejected();

}  // namespace k8snet::server::internal

#endif  // K8SNET_SERVER_SRC_PATCH_PATCH_INTERNAL_H_
