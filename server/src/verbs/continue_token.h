// The tokens that the pages of a list are asked for with.
#ifndef K8SNET_SERVER_SRC_VERBS_CONTINUE_TOKEN_H_
#define K8SNET_SERVER_SRC_VERBS_CONTINUE_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "k8snet/apis/base/result.h"

namespace k8snet::server {

// Where a list goes on. `start` is the first key that is wanted, behind the prefix of what is
// listed; it has no slash in front.
struct ContinueToken {
  std::int64_t revision = 0;  // -1: at whatever is newest.
  std::string start;
};

// Returns the token as upstream writes it: base64url of a JSON document, the key with a slash in
// front if `leading_slash`.
// Source: kubernetes/apiserver pkg/storage/continue.go, EncodeContinue.
[[nodiscard]] std::string EncodeContinueToken(const ContinueToken& token, bool leading_slash);

// Errors: kBadRequest, "invalid continue token: continue key is not valid: ..." and why.
// Source: kubernetes/apiserver pkg/storage/continue.go, DecodeContinue.
[[nodiscard]] Result<ContinueToken> DecodeContinueToken(std::string_view text);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_CONTINUE_TOKEN_H_
