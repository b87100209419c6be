#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "src/app/server.h"

int main(int argc, char** argv) {
#ifdef __GLIBC__
  // By default glibc keeps eight heaps a core, and what one has given back, no other can use: after
  // large lists that is most of the memory.
  mallopt(M_ARENA_MAX, std::max(2, static_cast<int>(std::thread::hardware_concurrency())));
#endif
  return k8snet::server::RunProgram(std::vector<std::string>(argv + 1, argv + argc));
}
