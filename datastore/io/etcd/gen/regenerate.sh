#!/bin/sh
# Makes rpc_pb.js and rpc_pb.d.ts from ../rpc.proto; needs protoc (Debian: protobuf-compiler).
cd "$(dirname "$0")/.." && PATH="$PWD/../../../bin:$PATH" protoc --plugin=../../../node_modules/.bin/protoc-gen-es --es_out=gen --es_opt=target=js+dts rpc.proto
