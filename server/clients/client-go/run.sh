#!/bin/bash
# client-go: typed, dynamic and metadata clients, informers, a controller.
. "$(dirname "$0")/../common.sh"
have_go client-go || exit 0
build() {
  cp "$here"/*.go "$here/go.mod" .
  go_build build -o client-go .
}
once . "$here"/*.go "$here/go.mod" -- build >&2
run() {  # how checks are called, and what else is in the environment...
  env KUBE_FEATURE_WatchListClient=true "${@:2}" "$cache/client-go" "$1" 2> "$work/log" ||
    { failed=$?; tail -5 "$work/log" >&2; }
}
serve
run client-go
end_server
# The clients that know no types speak CBOR then, and refuse what else they get.
serve --feature-gates=CBORServingAndStorage=true
run "client-go in CBOR" KUBE_FEATURE_ClientsAllowCBOR=true KUBE_FEATURE_ClientsPreferCBOR=true
exit "${failed:-0}"
