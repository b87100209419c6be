#include "src/cli/commands.h"

namespace k8snet::cli {

std::span<const Command* const> Commands() {
  static constexpr const Command* kAll[] = {&kConvert, &kValidate, &kDiff,      &kRoundtrip,
                                            &kMatch,   &kVersions, &kCompletion};
  return kAll;
}

}  // namespace k8snet::cli
