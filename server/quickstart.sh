#!/bin/bash
# From a clean clone to a server that reads a v1beta1 Ingress as v1:
#   bash server/quickstart.sh           installs, builds, starts, shows, stops
#   bash server/quickstart.sh --keep    leaves the server running and says how to stop it
#
# K8SNET_HOME (default: ~/.k8snet) holds the store, the certificates and the kubeconfig.
# K8SNET_PORT (default: 0, any free port) is where it listens, on loopback only.
set -euo pipefail
cd "$(dirname "$0")/.."
keep=false
case ${1:-} in
  "") ;;
  --keep) keep=true ;;
  *) sed -n '2,7p' "$0"; exit 2 ;;
esac

. .ci/packages.sh
need "${build_packages[@]}"
if ! command -v kubectl > /dev/null && ! need kubernetes-client; then
  need curl ca-certificates
fi

echo "Building k8snet-apiserver"
cmake -S . -B build/quickstart -G Ninja -DCMAKE_BUILD_TYPE=Release -DK8SNET_TESTS=OFF > /dev/null
cmake --build build/quickstart --target k8snet-apiserver

home=${K8SNET_HOME:-$HOME/.k8snet}
mkdir -p "$home"
rm -f "$home/kubeconfig"
nohup build/quickstart/server/k8snet-apiserver --bind-address=127.0.0.1 --secure-port="${K8SNET_PORT:-0}" \
  --storage="sqlite:$home/store.db" --cert-dir="$home/certs" --write-kubeconfig="$home/kubeconfig" \
  > "$home/server.log" 2>&1 &
server=$!
stop() { kill "$server" 2> /dev/null && wait "$server" 2> /dev/null || true; }
trap stop EXIT

for _ in $(seq 100); do
  [ -s "$home/kubeconfig" ] && break
  kill -0 "$server" 2> /dev/null || { cat "$home/server.log" >&2; trap - EXIT; exit 1; }
  sleep 0.05
done
[ -s "$home/kubeconfig" ] || { echo "The server did not start:" >&2; cat "$home/server.log" >&2; exit 1; }
url=$(sed -n 's/^ *server: *//p' "$home/kubeconfig" | tr -d '"')
echo "Serving on $url, store in $home/store.db"

ingress='apiVersion: extensions/v1beta1
kind: Ingress
metadata:
  name: hello
  namespace: default
spec:
  backend:
    serviceName: web
    servicePort: 80
'
v1=/apis/networking.k8s.io/v1/namespaces/default/ingresses
beta=/apis/extensions/v1beta1/namespaces/default/ingresses
echo; echo "Applying an extensions/v1beta1 Ingress:"; echo "$ingress"
if command -v kubectl > /dev/null; then
  export KUBECONFIG=$home/kubeconfig
  printf '%s' "$ingress" | kubectl apply -f -
  echo; echo "The same object as networking.k8s.io/v1:"
  answer=$(kubectl get --raw "$v1/hello")
else
  certificate() { sed -n "s/^ *$1: *//p" "$home/kubeconfig" | tr -d '"' | base64 -d > "$home/certs/$2"; }
  certificate certificate-authority-data quickstart-ca.crt
  certificate client-certificate-data quickstart.crt
  (umask 077; certificate client-key-data quickstart.key)
  call() {
    curl -sS --fail-with-body --cacert "$home/certs/quickstart-ca.crt" \
      --cert "$home/certs/quickstart.crt" --key "$home/certs/quickstart.key" "$@"
  }
  call -o /dev/null "$url$beta/hello" ||
    printf '%s' "$ingress" | call -o /dev/null -H 'Content-Type: application/yaml' --data-binary @- "$url$beta"
  echo "The same object as networking.k8s.io/v1:"
  answer=$(call "$url$v1/hello")
fi
echo "$answer"
case $answer in
  *'"networking.k8s.io/v1"'*'"defaultBackend"'*'"number"'*) ;;
  *) echo "That is not the object as v1." >&2; exit 1 ;;
esac

echo
if $keep; then
  trap - EXIT
  disown "$server"
  cat <<END
The server goes on running. Use it:
  export KUBECONFIG=$home/kubeconfig
  kubectl get ingresses -A
Stop it (what it holds stays in $home):
  kill $server
END
else
  echo "Stopping the server. To leave it running: bash server/quickstart.sh --keep"
fi
