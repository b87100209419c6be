#!/bin/bash
# fabric8's Java client.
. "$(dirname "$0")/../common.sh"
command -v java > /dev/null || need default-jdk-headless
command -v mvn > /dev/null || need maven
install() {
  cp "$here/pom.xml" .
  mvn -q -B dependency:build-classpath -Dmdep.outputFile=classpath
}
once . "$here/pom.xml" -- install >&2
serve
java -cp "$(cat "$cache/classpath")" "$here/Check.java" 2> "$work/log" || { status=$?; tail -30 "$work/log" >&2; exit "$status"; }
