#include <string>
#include <vector>

#include "src/cli/command.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  return static_cast<int>(k8snet::cli::Run(arguments, k8snet::cli::Console()));
}
