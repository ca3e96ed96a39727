#!/bin/sh
# Emits js and d.ts of the rooms that make the BGP speaker a library (net, lib, bgp) to build/.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
rm -rf build
node_modules/.bin/tsc -p deploy/tsconfig.build.json
echo "built net, lib and bgp in build/: $(find build -name '*.js' | wc -l) modules"
