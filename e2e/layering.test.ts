import assert from "node:assert/strict";
import { layering } from "./layering.ts";
import { formatFinding } from "./tidy/finding.ts";
import { readTree } from "./tidy/io/read-tree.ts";
import { source } from "./tidy/source.ts";

function sins(path: string, text: string): string[] {
  return layering(source(path, text)).map(formatFinding);
}

describe("layering", () => {
  const tree = readTree(new URL("..", import.meta.url).pathname);
  for (const room of new Set(tree.sources.map((each) => each.room))) {
    it(`holds in ${room}`, () => {
      const found = tree.sources.filter((each) => each.room === room).flatMap(layering);
      assert.deepEqual(found.map(formatFinding), []);
    });
  }
});

describe("layering finds", () => {
  it("an import upwards", () => {
    assert.deepEqual(sins("bgp/rib/x.ts", 'import type { Node } from "../../datastore/model/node.ts";'), [
      "bgp/rib/x.ts:1: imports `../../datastore/model/node.ts`; bgp may import only net, lib",
    ]);
  });

  it("an import from the tools that look from outside", () => {
    assert.equal(sins("agent/x.ts", 'import { play } from "../e2e/scenario/play.ts";').length, 1);
  });

  it("a folder that is not the one allowed", () => {
    assert.deepEqual(sins("policy/x.ts", 'import { s } from "../datastore/model/tier.ts";'), []);
    assert.equal(sins("policy/x.ts", 'import { s } from "../datastore/store.ts";').length, 1);
    assert.deepEqual(sins("cli/x.ts", 'import { s } from "../bgp/message/open.ts";'), []);
    assert.equal(sins("cli/x.ts", 'import { s } from "../bgp/session/fsm.ts";').length, 1);
  });

  it("the API's shapes importing the agent", () => {
    assert.deepEqual(sins("agent/api/x.ts", 'import type { Family } from "../../net/family.ts";'), []);
    assert.equal(sins("agent/api/x.ts", 'import type { Turn } from "../turn.ts";').length, 1);
  });

  it("a core that imports Node, its shell or a simulation", () => {
    assert.equal(sins("kernel/fib.ts", 'import { readFileSync } from "node:fs";').length, 1);
    assert.equal(sins("kernel/fib.ts", 'import { socket } from "./io/socket.ts";').length, 1);
    assert.equal(sins("kernel/fib.ts", 'const x = await import("./sim/fib.ts");').length, 1);
    assert.equal(sins("e2e/scenario/play.ts", 'import { lab } from "../lab/io/lab.ts";').length, 1);
    assert.deepEqual(sins("kernel/io/fib.ts", 'import { readFileSync } from "node:fs";'), []);
    assert.deepEqual(sins("kernel/sim/fib.ts", 'import { links } from "./links.ts";'), []);
  });

  it("a package outside its room, and one that nobody decided on", () => {
    assert.deepEqual(sins("datastore/model/x.ts", 'import { z } from "zod";'), []);
    assert.equal(sins("policy/x.ts", 'import { z } from "zod";').length, 1);
    assert.equal(sins("datastore/x.ts", 'import * as grpc from "@grpc/grpc-js";').length, 1);
    assert.equal(sins("agent/io/x.ts", 'import express from "express";').length, 1);
  });

  it("a core that imports a test", () => {
    assert.equal(sins("net/x.ts", 'import { anyPrefix } from "./prefix.prop.ts";').length, 1);
  });

  it("a room that nobody planned", () => {
    assert.equal(sins("stuff/x.ts", 'import { parsePrefix } from "../net/prefix.ts";').length, 1);
  });

  it("nothing in texts and comments, and nothing in tests", () => {
    assert.deepEqual(sins("net/x.ts", '// import x from "../bgp/x.ts"\nconst s = `from "../bgp/x.ts"`;'), []);
    assert.deepEqual(sins("net/x.test.ts", 'import { x } from "../bgp/x.ts";'), []);
  });
});
