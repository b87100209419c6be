#!/bin/bash
# The unit tests and fuzzers' inputs once more, with another compiler and each sanitizer. Not part of
# the gate: it builds everything twice.
#   bash .ci/sanitizers.sh [address|thread]
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/packages.sh
need "${build_packages[@]}" "${test_packages[@]}"

variant() {  # name cmake-arguments...
  echo "== $1"
  local build=build-$1
  shift
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O1 \
    -DK8SNET_WERROR=ON "$@" > /dev/null
  cmake --build "$build"
  ctest --test-dir "$build" --output-on-failure -j "$(nproc)" -L 'unit|fuzz'
}
case ${1:-both} in address | both)
  variant clang-address -DCMAKE_CXX_COMPILER=clang++-14 -DCMAKE_C_COMPILER=clang-14 \
    -DK8SNET_SANITIZE=address,undefined ;;
esac
case ${1:-both} in thread | both) variant gcc-thread -DK8SNET_SANITIZE=thread ;; esac
