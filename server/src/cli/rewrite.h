// Changes a part of a document's text and keeps the rest as it stands: comments, quotes, order and
// layout.
#ifndef K8SNET_SERVER_SRC_CLI_REWRITE_H_
#define K8SNET_SERVER_SRC_CLI_REWRITE_H_

#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/codec/source.h"
#include "src/patch/json.h"

namespace k8snet::cli {

using server::Json;

// Bounds on a document: wider than a server's, since lists of whole clusters are read, too.
inline constexpr DecodeLimits kLimits{
    .max_bytes = std::size_t{64} << 20U, .max_depth = 64, .max_items = 4'000'000};

enum class Syntax { kYaml, kJson };

// A document with new values.
struct Rewritten {
  std::string text;
  bool relaid = false;  // The text was made anew: nothing but comments above the document is kept.
  std::vector<std::string> lost_comments;
};

// Returns `text`, whose tree is `root` and which says `before`, changed so that it says `after`.
// What is equal in both keeps its bytes. A value that moves keeps its quotes and the comment behind
// it. The result was read again and says `after`; if that cannot be reached by changes in place, as
// with some uses of anchors, it is written anew.
[[nodiscard]] Rewritten Rewrite(std::string_view text, Syntax syntax, const SourceNode& root,
                                const Json& before, const Json& after);

// Returns what three-way merging makes of `value`: what differs between `from` and `to` is changed
// as there, the rest stays. Lists of one length are merged element by element, others replaced.
[[nodiscard]] Json MergeChange(const Json& value, const Json& from, const Json& to);

// Parses JSON that is known to be valid.
[[nodiscard]] Json ParseKnownJson(std::string_view json);

}  // namespace k8snet::cli

#endif  // K8SNET_SERVER_SRC_CLI_REWRITE_H_
