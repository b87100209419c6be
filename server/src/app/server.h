// The program: from flags to a running server and to its end.
#ifndef K8SNET_SERVER_SRC_APP_SERVER_H_
#define K8SNET_SERVER_SRC_APP_SERVER_H_

#include <string>
#include <vector>

namespace k8snet::server {

// Runs the program with the arguments after its name, until a signal ends it. Returns its exit
// code: 0; 1 after a failure; 2 for a wrong flag. Failures are one line on standard error.
[[nodiscard]] int RunProgram(const std::vector<std::string>& arguments);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_APP_SERVER_H_
