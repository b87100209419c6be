#!/bin/bash
# controller-runtime: its client, its cache, a controller.
. "$(dirname "$0")/../common.sh"
have_go controller-runtime || exit 0
build() {
  cp "$here/main.go" "$here/go.mod" .
  go_build build -o controller-runtime .
}
once . "$here/main.go" "$here/go.mod" -- build >&2
serve
"$cache/controller-runtime" 2> "$work/log" || { status=$?; tail -5 "$work/log" >&2; exit "$status"; }
