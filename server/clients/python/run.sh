#!/bin/bash
# The official Python client.
. "$(dirname "$0")/../common.sh"
need python3-venv
install() {
  python3 -m venv venv
  venv/bin/pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
}
once . "$here/requirements.txt" -- install >&2
serve
"$cache/venv/bin/python" "$here/check.py"
