#!/bin/sh
# Compiles the addon beside its sources. Runs at `npm ci`, and again whenever one of them is newer than the binary.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
[ -f "$here/manx.c" ] || exit 0
out=$here/manx.node
[ -f "$out" ] && [ -z "$(find "$here" -name '*.[ch]' -newer "$out")" ] && exit 0
cc=${CC:-$(command -v cc || command -v gcc || command -v clang || true)}
if [ -z "$cc" ]; then
  echo "manx: no C compiler found, and the kernel addon has to be compiled once. Install one: apt-get install gcc libc6-dev" >&2
  exit 1
fi
include=$here/../../node_modules/node-api-headers/include
# Symbols of Node-API and libuv come from the host process, so the same binary loads under glibc and musl.
"$cc" -std=gnu11 -O2 -Wall -Wextra -Werror -fPIC -fvisibility=hidden -shared -nostdlib -I "$include" -o "$out.tmp" "$here"/*.c
mv "$out.tmp" "$out"
