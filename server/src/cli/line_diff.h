// The difference between two texts, line by line.
#ifndef K8SNET_SERVER_SRC_CLI_LINE_DIFF_H_
#define K8SNET_SERVER_SRC_CLI_LINE_DIFF_H_

#include <string>
#include <string_view>

#include "src/cli/report.h"

namespace k8snet::cli {

// Returns the hunks of a unified diff with three lines around each change; "" for equal texts. Each
// line of a text ends with a newline.
// Cost: lines times changes; where there are over 2,000 changes, lines between the first and the
// last are taken for changed.
// Source: E. Myers, An O(ND) Difference Algorithm and Its Variations, 1986.
[[nodiscard]] std::string UnifiedDiff(std::string_view a, std::string_view b, const Paint& paint);

}  // namespace k8snet::cli

#endif  // K8SNET_SERVER_SRC_CLI_LINE_DIFF_H_
