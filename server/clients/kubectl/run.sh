#!/bin/bash
# Debian's kubectl, of 1.20, and the newest, built as a Go module. With the argument `installed`, the
# one on the path alone, and nothing is installed.
. "$(dirname "$0")/../common.sh"
if [ "${1:-}" = installed ]; then
  KUBECTL=$(command -v kubectl) || { echo "skip kubectl: not installed"; exit 77; }
  export KUBECTL
  serve
  python3 "$here/check.py"
  exit
fi
need curl python3
debian() {
  apt-get update -qq
  apt-get download -qq -o APT::Sandbox::User=root kubernetes-client
  dpkg-deb -x kubernetes-client_*.deb .
}
newest() {
  kubernetes_module
  go_build build -o kubectl -ldflags="-X k8s.io/component-base/version.gitVersion=$kubernetes" k8s.io/kubernetes/cmd/kubectl
}
once debian -- debian >&2
kubectls=(debian/usr/bin/kubectl)
if have_go "the newest kubectl"; then
  once newest "$clients/common.sh" -- newest >&2
  kubectls+=(newest/kubectl)
fi
for kubectl in "${kubectls[@]}"; do
  serve
  KUBECTL=$cache/$kubectl python3 "$here/check.py" || failed=1
  end_server
done
exit "${failed:-0}"
