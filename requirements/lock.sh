#!/bin/sh
# Resolves the dependencies of pyproject.toml for every platform and writes them with hashes. Use: make lock [UPGRADE=--upgrade]
# No index, machine path or host name may end up in a lock file: tests/unit/house holds that.
set -eu
uv=${1:?the path of uv}
unset PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL
upgrade=${2:-}
lock() {
    "$uv" pip compile --quiet $upgrade --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links "$@"
}
lock requirements/build.in -o requirements/build.txt
lock pyproject.toml -c requirements/build.txt -o requirements/runtime.txt
lock --group dev -c requirements/build.txt -c requirements/runtime.txt -o requirements/dev.txt
