import assert from "node:assert/strict";
import fc from "fast-check";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import type { BgpFact } from "../fact.ts";
import { acceptAll, type Filter, rejectAll } from "../filter/filter.ts";
import { Network, type Router } from "../sim/network.ts";
import type { PeerConfig } from "../speaker/config.ts";
import { applyChange } from "./apply.ts";
import type { PlannedRoute, SpeakerWishes } from "./plan.ts";

const some: Filter = {
  name: "some",
  terms: [{ name: "one", match: { prefixes: [{ prefix: parsePrefix("10.1.0.0/16")! }] }, verdict: "accept" }],
  otherwise: "reject",
};
const filter = fc.constantFrom(acceptAll, rejectAll, some);

/** What can change of a peer so that its session still comes up. */
const more: fc.Arbitrary<Partial<PeerConfig>> = fc.record(
  {
    holdTimeSeconds: fc.constantFrom(30, 90),
    nextHopSelf: fc.boolean(),
    importFilter: filter,
    exportFilter: filter,
    maxPrefixes: fc.constantFrom(100, 200),
    gracefulShutdown: fc.boolean(),
    allowedOwnAs: fc.nat(2),
    enforceFirstAs: fc.boolean(),
    honourGracefulShutdown: fc.boolean(),
    addPath: fc.constantFrom({}, { ipv4: { send: 2 } }, { ipv4: { send: "all" as const, receive: true } }),
    extendedMessages: fc.boolean(),
    extendedNextHop: fc.boolean(),
    port: fc.constant(179),
    connectRetrySeconds: fc.constantFrom(5, 6),
    longLivedStaleSeconds: fc.constantFrom(60, 70),
  },
  { requiredKeys: [] },
);

const route: fc.Arbitrary<PlannedRoute> = fc.record({
  prefix: fc.constantFrom("10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16").map((text) => parsePrefix(text)!),
  med: fc.nat(2),
});

/** Of each of three peers whether it is there, and how. */
const file = fc.record({
  peers: fc.tuple(...[0, 1, 2].map(() => fc.option(more, { nil: undefined, freq: 5 }))),
  routes: fc.uniqueArray(route, { selector: ({ prefix }) => formatPrefix(prefix), maxLength: 3 }),
});
type File = { readonly peers: readonly (Partial<PeerConfig> | undefined)[]; readonly routes: readonly PlannedRoute[] };

interface Bench {
  readonly network: Network;
  readonly x: Router;
  readonly others: readonly Router[];
  readonly downs: Set<string>;
  readonly wishes: (file: File) => SpeakerWishes;
}

function bench(seed: number): Bench {
  const downs = new Set<string>();
  const tell = (router: string, fact: BgpFact): void => {
    if (router === "x" && fact.fact === "bgp.session-down") downs.add(fact.peer);
  };
  const network = new Network({ seed, tell });
  const x = network.router("x", 65000);
  const others = [0, 1, 2].map((i) => network.router(`y${i}`, 65001 + i));
  for (const other of others) {
    other.speaker.setPeer({ address: x.address, asn: x.asn, localAddress: other.address });
    other.speaker.announce(parsePrefix(`10.${other.asn - 65000}.0.0/16`)!);
  }
  const wishes = ({ peers, routes }: File): SpeakerWishes => ({
    speaker: {
      asn: 65000,
      routerId: x.address.a,
      families: ["ipv4", "ipv6"],
      ebgpRequiresPolicy: false,
      gracefulRestart: { restartSeconds: 120, stalePathSeconds: 300 },
      restart: { restarting: false, forwardingPreserved: [] },
    },
    peers: others.flatMap(({ address, asn }, i) => {
      const one = peers[i];
      return one ? [{ address, asn, localAddress: x.address, ...one }] : [];
    }),
    dynamicPeers: [],
    routes,
  });
  return { network, x, others, downs, wishes };
}

const nothing: File = { peers: [], routes: [] };

/** What everybody knows in the end. */
function outcome({ network, x, others }: Bench): unknown {
  return [x, ...others].map(
    (router) => [...router.speaker.bestRoutes("ipv4")].length + JSON.stringify([...network.routes(router)]),
  );
}

describe("a change of configuration", () => {
  it("resets exactly the sessions that its plan names, and ends where a fresh start with it would", () => {
    fc.assert(
      fc.property(fc.nat(), file, file, (seed, first, second) => {
        const changed = bench(seed);
        const { network, x, others, downs, wishes } = changed;
        applyChange(x.speaker, wishes(nothing), wishes(first));
        network.run(60);
        const up = new Set(others.map(({ address }) => formatAddress(address)).filter((_, i) => first.peers[i]));
        downs.clear();
        const steps = applyChange(x.speaker, wishes(first), wishes(second));
        network.run(60);
        const named = steps.filter(({ action }) => action === "reset" || action === "remove").map(({ name }) => name);
        assert.deepEqual([...downs].sort(), named.filter((name) => up.has(name)).sort());
        const fresh = bench(seed);
        applyChange(fresh.x.speaker, fresh.wishes(nothing), fresh.wishes(second));
        fresh.network.run(120);
        assert.deepEqual(outcome(changed), outcome(fresh));
      }),
      { numRuns: 40 },
    );
  });
});
