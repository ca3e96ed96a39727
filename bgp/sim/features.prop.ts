import assert from "node:assert/strict";
import type { Random } from "../../lib/random.ts";
import { parsePrefix } from "../../net/prefix.ts";
import type { PeerConfig } from "../speaker/config.ts";
import { chanceOf } from "./chance.ts";
import { liveThrough } from "./day.ts";
import type { NetworkTerms } from "./declared.ts";
import { podNetwork } from "./pod-network.ts";
import type { SimulatedNetwork } from "./simulation.ts";
import { circle, clos, hierarchy, mesh, reflectors, ring } from "./topologies.ts";

/** Whatever can be configured, at random: what every peer is, and what every router is. */
function anyTerms(seed: number, random: Random): NetworkTerms {
  const maybe = <Value>(share: number, value: Value): Value | undefined => (random() < share ? value : undefined);
  const send = random() < 0.5 ? "all" : 2;
  const family = { send, receive: true } as const;
  const peer: Partial<PeerConfig> = {
    ...(maybe(0.4, { holdTimeSeconds: random() < 0.5 ? 3 : 9 }) ?? {}),
    ...(maybe(0.4, { addPath: { ipv4: family, ipv6: family } }) ?? {}),
    ...(maybe(0.3, { longLivedStaleSeconds: 30 }) ?? {}),
    ...(maybe(0.3, { nextHopSelf: true }) ?? {}),
    ...(maybe(0.2, { extendedMessages: false }) ?? {}),
    ...(maybe(0.2, { delayOpenSeconds: 2 }) ?? {}),
    ...(maybe(0.2, { thirdPartyNextHop: true }) ?? {}),
    ...(maybe(0.2, { allowedOwnAs: 1 }) ?? {}),
  };
  const router: NonNullable<NetworkTerms["router"]> = {
    ...(maybe(0.4, { maxPaths: 4 }) ?? {}),
    ...(maybe(0.2, { gracefulRestart: undefined }) ??
      maybe(0.3, { gracefulRestart: { restartSeconds: 20, stalePathSeconds: 20 } }) ??
      {}),
  };
  const link = { delayMs: 0.5, jitterMs: random() < 0.5 ? 3 : 80, loss: random() < 0.3 ? 0.05 : 0 };
  return { seed, peer, router, link };
}

const shapes: readonly ((terms: NetworkTerms, random: Random) => SimulatedNetwork)[] = [
  (terms) => ring(terms, 5),
  (terms) => clos(terms, 2, 4),
  (terms) => mesh(terms, 5),
  (terms, random) => reflectors(terms, 4, { isOneCluster: random() < 0.5, areClients: random() < 0.5 }),
  (terms) => hierarchy(terms, 3),
  (terms) => circle(terms, 3),
  (terms) => podNetwork(terms, { tors: 2, nodes: 5 }),
];

/** What is wrong after trouble in a network of which everything is drawn from a seed; empty: nothing. */
function mismatchOf(seed: number): string {
  const random = chanceOf(seed, "features");
  const terms = anyTerms(seed, random);
  const network = shapes[Math.floor(random() * shapes.length)]!(terms, random);
  return liveThrough(network, { seed, rounds: 2, troubleSeconds: 150, everySeconds: 3, quietSeconds: 600 }).mismatch;
}

describe("with whatever features: add-path, multipath, long-lived stale routes, short hold times, losses", () => {
  it("once it is quiet, all tables are those of a fresh start", () => {
    for (let seed = 0; seed < 6; seed++) assert.equal(mismatchOf(seed), "");
  });

  it("aggregates send no packet in circles: what nothing more specific covers is dropped (RFC 4632 5.1)", () => {
    const aggregates = [{ prefix: parsePrefix("10.96.0.0/11")!, summaryOnly: true }];
    for (const seed of [107]) {
      const network = clos({ seed, router: { aggregates } }, 2, 4);
      const terms = { seed, rounds: 2, troubleSeconds: 150, everySeconds: 3, quietSeconds: 600 };
      assert.equal(liveThrough(network, terms).mismatch, "");
      assert.deepEqual(network.forwarding("leaf-0").get("10.96.0.0/11"), []);
      assert.equal(network.path("outside", "10.127.0.0/24").outcome, "no route");
    }
  });

  it("also where several equal paths of one peer differ only in what identifiers cannot tell (RFC 7911)", () => {
    const family = { send: "all", receive: true } as const;
    for (const seed of [82, 83]) {
      const network = hierarchy({ seed, peer: { addPath: { ipv4: family, ipv6: family } } }, 3);
      const terms = { seed, rounds: 2, troubleSeconds: 150, everySeconds: 3, quietSeconds: 600 };
      assert.equal(liveThrough(network, terms).mismatch, "");
    }
  });
});
