#!/bin/bash
# The client-go of Kubernetes 1.17.
. "$(dirname "$0")/../common.sh"
have_go client-go-old || exit 0
build() {
  cp "$here/main.go" "$here/go.mod" .
  go_build build -o client-go-old .
}
once . "$here/main.go" "$here/go.mod" -- build >&2
serve
"$cache/client-go-old" 2> "$work/log" || { status=$?; tail -5 "$work/log" >&2; exit "$status"; }
