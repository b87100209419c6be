// Counts the calls of operator new in a program. To be included by one source of it.
#ifndef K8SNET_APIS_TESTING_ALLOCATIONS_H_
#define K8SNET_APIS_TESTING_ALLOCATIONS_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace k8snet::testing {

inline thread_local std::int64_t allocations = 0;  // Of this thread since it began.

}  // namespace k8snet::testing

// Not inlined, so that compilers do not take new and free for a pair that does not match.
__attribute__((noinline)) void* operator new(std::size_t size) {
  ++k8snet::testing::allocations;
  void* p = std::malloc(size);
  if (p == nullptr) {
    std::abort();
  }
  return p;
}
__attribute__((noinline)) void operator delete(void* p) noexcept { std::free(p); }
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept { std::free(p); }

#endif  // K8SNET_APIS_TESTING_ALLOCATIONS_H_
