#!/bin/bash
# A server for a client to talk to.
#   serve.sh start DIR [flags...]    on a free port, with an SQLite store in DIR; DIR/kubeconfig is an administrator's
#   serve.sh restart DIR             kills it hard and starts it on the same store and port
#   serve.sh stop DIR                ends it as an operator does
# K8SNET_APISERVER is the program (default: build/server/k8snet-apiserver).
set -euo pipefail
program=${K8SNET_APISERVER:-$(dirname "$0")/../../build/server/k8snet-apiserver}
verb=${1:-} dir=${2:-}
[ -n "$dir" ] || { sed -n '2,6p' "$0"; exit 2; }
shift 2

launch() {  # port
  rm -f "$dir/kubeconfig"
  mapfile -t flags < "$dir/flags"
  nohup "$program" --bind-address=127.0.0.1 --secure-port="$1" --cert-dir="$dir/certs" \
    --write-kubeconfig="$dir/kubeconfig" "${flags[@]}" >> "$dir/server.log" 2>&1 < /dev/null &
  local pid=$!
  echo "$pid" > "$dir/pid"
  for _ in $(seq 1000); do
    [ -s "$dir/kubeconfig" ] && return
    kill -0 "$pid" 2> /dev/null || break
    sleep 0.01
  done
  echo "The server did not start:" >&2
  tail -5 "$dir/server.log" >&2
  exit 1
}

end() {  # signal
  local pid
  pid=$(cat "$dir/pid")
  kill "-$1" "$pid" 2> /dev/null || return 0
  for _ in $(seq 1000); do
    kill -0 "$pid" 2> /dev/null || return 0
    sleep 0.01
  done
  echo "The server did not end" >&2
  kill -KILL "$pid"
  exit 1
}

case $verb in
  start)
    mkdir -p "$dir"
    printf '%s\n' "--storage=sqlite:$dir/store.db" "$@" > "$dir/flags"
    launch 0
    ;;
  restart)
    port=$(sed -n 's/^ *server: .*:\([0-9]*\)"\{0,1\}$/\1/p' "$dir/kubeconfig")
    end KILL
    launch "$port"
    ;;
  stop) end TERM ;;
  *) sed -n '2,6p' "$0"; exit 2 ;;
esac
