#!/bin/bash
# Installs what is missing, builds everything and runs the tests. Ends with the count of tests.
#   bash .ci/test.sh [ctest arguments...]     BUILD_DIR=DIR to build elsewhere than in build
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/packages.sh
need "${build_packages[@]}" "${test_packages[@]}"
command -v kubectl > /dev/null || need kubernetes-client ||
  echo "No kubectl: the tests that drive one are skipped" >&2

build=${BUILD_DIR:-build}
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DK8SNET_WERROR=ON > /dev/null
cmake --build "$build"
ctest --test-dir "$build" --output-on-failure -j "$(nproc)" "$@"
