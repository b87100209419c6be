// The subcommands, each defined in a file named after it.
#ifndef K8SNET_SERVER_SRC_CLI_COMMANDS_H_
#define K8SNET_SERVER_SRC_CLI_COMMANDS_H_

#include "src/cli/command.h"

namespace k8snet::cli {

extern const Command kCompletion;
extern const Command kConvert;
extern const Command kDiff;
extern const Command kMatch;
extern const Command kRoundtrip;
extern const Command kValidate;
extern const Command kVersions;

}  // namespace k8snet::cli

#endif  // K8SNET_SERVER_SRC_CLI_COMMANDS_H_
