#include <string>
#include <vector>

#include "src/app/server.h"

int main(int argc, char** argv) {
  return k8snet::server::RunProgram(std::vector<std::string>(argv + 1, argv + argc));
}
