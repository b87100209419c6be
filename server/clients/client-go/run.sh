#!/bin/bash
# client-go: typed, dynamic and metadata clients, informers, a controller.
. "$(dirname "$0")/../common.sh"
have_go client-go || exit 0
build() {
  cp "$here"/*.go "$here/go.mod" .
  go_build build -o client-go .
}
once . "$here"/*.go "$here/go.mod" -- build >&2
serve
KUBE_FEATURE_WatchListClient=true "$cache/client-go" 2> "$work/log" || { status=$?; tail -5 "$work/log" >&2; exit "$status"; }
