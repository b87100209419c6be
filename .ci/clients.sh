#!/bin/bash
# Drives the built server with the field's own clients, each installed by its own package client.
#   bash .ci/clients.sh [NAME...]     names of folders in server/clients; all without any
# Ends with the count of checks. What is installed is kept in ~/.cache/k8snet-clients.
# K8SNET_APISERVER names the server (default: that in build, which is built if it is not there).
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/packages.sh

export K8SNET_APISERVER=${K8SNET_APISERVER:-$PWD/build/server/k8snet-apiserver}
if [ ! -x "$K8SNET_APISERVER" ]; then
  need "${build_packages[@]}"
  cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release > /dev/null
  cmake --build build --target k8snet-apiserver
fi

[ $# -gt 0 ] || set -- $(cd server/clients && ls -d */ | tr -d /)
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for name in "$@"; do
  before=$(wc -l < "$out")
  status=0
  bash "server/clients/$name/run.sh" | tee -a "$out" || status=$?
  checked=$(tail -n +$((before + 1)) "$out")
  # One that broke off, or that checked nothing, failed as well.
  if ! grep -qE '^(ok|FAIL|skip) ' <<< "$checked"; then
    echo "FAIL $name: checked nothing" | tee -a "$out"
  elif [ "$status" != 0 ] && ! grep -q '^FAIL ' <<< "$checked"; then
    echo "FAIL $name: ended with $status" | tee -a "$out"
  fi
done
failed=$(grep -c '^FAIL ' "$out" || true)
echo "$(grep -c '^ok ' "$out" || true) passed, $failed failed, $(grep -c '^skip ' "$out" || true) skipped"
[ "$failed" = 0 ]
