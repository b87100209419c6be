#!/bin/bash
# Debian's kubectl, of 1.20, and the newest, built as a Go module.
. "$(dirname "$0")/../common.sh"
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
