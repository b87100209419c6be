# Sourced by the run.sh of each client. Gives it a server of its own, which goes when it ends:
#   $here, its folder; $cache, where to install into, kept from run to run; $work, for this run alone
#   KUBECONFIG, an administrator's; K8SNET_RESTART, the command that kills the server hard and starts
#   it on the same store and port
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
clients=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/k8snet-clients/$(basename "$here")
work=$(mktemp -d)
. "$clients/../../.ci/packages.sh"
mkdir -p "$cache"

finish() {
  local status=$?
  end_server || status=1
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT

serve() {  # flags of the server...
  bash "$clients/serve.sh" start "$work/server" "$@"
  export KUBECONFIG=$work/server/kubeconfig
  export K8SNET_RESTART="bash $clients/serve.sh restart $work/server"
}

end_server() {
  local log=$work/server/server.log
  if grep -q '^E' "$log" 2> /dev/null; then
    echo "The server logged errors:" >&2
    grep '^E' "$log" | tail -5 >&2
  fi
  [ ! -f "$work/server/pid" ] || bash "$clients/serve.sh" stop "$work/server"
  rm -rf "$work/server"
}

# once DIR FILE... -- COMMAND...: runs the command in $cache/DIR if the files changed since it last
# succeeded there.
once() {
  local dir=$cache/$1 files=() sum
  shift
  while [ "$1" != -- ]; do files+=("$1"); shift; done
  shift
  sum=$( (sha256sum "${files[@]}"; echo "$*") | sha256sum)
  [ "$(cat "$dir/.done" 2> /dev/null)" != "$sum" ] || return 0
  mkdir -p "$dir"
  (cd "$dir" && "$@")
  echo "$sum" > "$dir/.done"
}

# Whether there is a Go that can fetch the one that today's modules ask for. Debian 12's cannot.
have_go() {  # what is skipped without it
  local minor
  minor=$(go version 2> /dev/null | sed -n 's/.* go1\.\([0-9]*\).*/\1/p')
  [ "${minor:-0}" -ge 21 ] && return
  echo "skip $1: no Go of 1.21 or newer"
  return 1
}

kubernetes=v1.37.2

# Writes a go.mod into the current folder by which the packages of the release $kubernetes build: its
# own module, and those that it carries in its tree at the version that was published beside it.
kubernetes_module() {
  local source module
  printf 'module upstream\n\ngo 1.26.0\n\nrequire k8s.io/kubernetes %s\n' "$kubernetes" > go.mod
  go mod download "k8s.io/kubernetes@$kubernetes"
  source=$(go env GOMODCACHE)/k8s.io/kubernetes@$kubernetes
  grep -oE 'k8s\.io/[a-z-]+ v0\.0\.0$' "$source/go.mod" | cut -d' ' -f1 | sort -u |
    while read -r module; do echo "replace $module => $module v0.${kubernetes#v1.}"; done >> go.mod
  install -m 644 "$source/go.sum" go.sum
}

# go, one package at a time and behind whatever else the machine does.
go_build() { GOFLAGS="-mod=mod -buildvcs=false" nice -n 15 go "$1" -p 1 "${@:2}"; }
