import type { AffinityOwner } from "../datastore/ipam-key.ts";
import type { Store } from "../datastore/store.ts";
import { Allocator } from "../ipam/allocator.ts";
import type { Selects } from "../ipam/request.ts";
import { untold } from "../lib/fact.ts";
import { matches } from "../policy/selector/evaluate.ts";
import { parseSelector } from "../policy/selector/parse.ts";
import type { Shell } from "./shell.ts";

/** Calico's selectors, for the room that may not import them; a broken one selects nothing. */
export const selects: Selects = (selector, labels) => {
  const parsed = parseSelector(selector);
  return "selector" in parsed && matches(parsed.selector, labels);
};

/** The books of one node, of something virtual, or with an empty name those of nobody: enough to release addresses. */
export function allocatorFor(shell: Shell, store: Store, node: string, owner: AffinityOwner = "host"): Allocator {
  return new Allocator({ node, owner, store, clock: shell.clock, random: shell.random, selects, tell: untold });
}
