#!/bin/bash
# Upstream's own end-to-end cases of the kinds that are served here: those of cases.txt, unmodified.
# Building them takes some ten minutes and 5 GB the first time.
. "$(dirname "$0")/../common.sh"
have_go e2e || exit 0
need python3
build() {
  kubernetes_module
  go_build test -c -ldflags="-s -w" -o e2e.test k8s.io/kubernetes/test/e2e
  go_build build -o kubectl -ldflags="-X k8s.io/component-base/version.gitVersion=$kubernetes" k8s.io/kubernetes/cmd/kubectl
}
once . "$clients/common.sh" -- build >&2
serve
# No nodes, no controllers: neither is waited for.
status=0
"$cache/e2e.test" --kubeconfig="$KUBECONFIG" --kubectl-path="$cache/kubectl" --provider=skeleton --num-nodes=0 \
  --allowed-not-ready-nodes=-1 --minStartupPods=-1 --e2e-verify-service-account=false --dump-logs-on-failure=false \
  --ginkgo.focus="$(paste -sd'|' "$here/cases.txt")" --ginkgo.no-color --ginkgo.timeout=30m \
  --ginkgo.json-report="$work/report.json" > "$work/log" 2>&1 || status=$?
[ -s "$work/report.json" ] || tail -20 "$work/log" >&2
python3 "$here/report.py" "$work/report.json" "$here/cases.txt"
exit "$status"
