#!/bin/bash
# kube-openapi and gnostic: reads every OpenAPI document in both formats.
. "$(dirname "$0")/../common.sh"
have_go openapi || exit 0
build() {
  cp "$here/main.go" "$here/go.mod" .
  go_build build -o openapi .
}
once . "$here/main.go" "$here/go.mod" -- build >&2
serve
"$cache/openapi"
