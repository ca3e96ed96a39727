import { execFileSync } from "node:child_process";
import { ipv4 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix, type Prefix, parsePrefix, prefixOf } from "../../net/prefix.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import {
  type CasePeer,
  type CaseRoute,
  casePeers,
  decidingAsn,
  decidingRouterId,
  decisionCases,
  reachableHops,
} from "../sim/decision-cases.ts";
import type { NextHops } from "../speaker/ports.ts";
import type { Speaker } from "../speaker/speaker.ts";
import { CasePeerSessions } from "./case-peer.ts";
import { openSpeaker } from "./speaker.ts";

/** What came of a duel. */
export interface DuelOutcome {
  /** How many candidate sets both decided. */
  readonly decided: number;
  /** Where they disagreed, in words. */
  readonly differences: readonly string[];
  /** Prefixes of which BIRD chose another path once it had heard the same routes afresh, and then the one chosen here. */
  readonly revised: readonly string[];
}

const ours = ipv4(0x0a630001);
const theirs = ipv4(0x0a630002);
const patienceMs = 60_000;

/** The configuration of a BIRD 2 at 10.99.0.2 that decides among the case peers; costs of next hops as they say. */
export function duelBirdConfig(): string {
  const costs = [0, 1, 2].map((metric) => `  route 10.50.${metric}.0/24 via 10.99.0.11 { igp_metric = ${metric}; };`);
  const peers = casePeers.map(
    ({ name, host, asn }) => `protocol bgp ${name} {
  local 10.99.0.2 as ${decidingAsn};
  neighbor 10.99.0.${host} as ${asn};
  passive;
  deterministic med on;
  ipv4 { import all; export none; gateway recursive; };
}`,
  );
  return `router id ${formatAddress(ipv4(decidingRouterId))};
protocol device {}
protocol direct { ipv4; interface "eth0"; }
protocol static { ipv4;
${costs.join("\n")}
}
${peers.join("\n")}
`;
}

/** As the configuration of BIRD has it. */
const costs: NextHops = {
  resolve: ({ address }) => {
    const isThere = address === undefined || address.a >>> 16 === reachableHops >>> 16 || address.a >>> 8 === 0x0a6300;
    return { reachable: isThere, metric: address && isThere ? (address.a >>> 8) & 3 : 0 };
  },
  watch: () => () => {},
};

/**
 * Everybody announces random routes to a speaker of ours and to BIRD, and after each round both say which path of each
 * prefix is the best one. Where they disagree, all paths of the prefix are withdrawn and announced again, so that nothing
 * but the routes can matter: BIRD's suppression of paths (`deterministic med`) depends on how they came. To be run where
 * 10.99.0.1 and the case peers' addresses are; `socket` is BIRD's.
 */
export async function duel(seed: number, count: number, socket: string): Promise<DuelOutcome> {
  const troubles: string[] = [];
  const speaker = openDecider();
  const peers = casePeers.map((peer) => new CasePeerSessions(peer, [ours, theirs], (why) => troubles.push(why)));
  const arena: Arena = { speaker, peers, socket, steps: 0 };
  const held = new Map<string, CaseRoute>();
  const differences: string[] = [];
  const revised: string[] = [];
  let decided = 0;
  try {
    for (const peer of peers) peer.start();
    const isUp = (): boolean => peers.every((peer) => peer.isEstablished);
    await until(isUp, () => peers.map(({ why }) => why).join("\n"));
    for (const routes of decisionCases(seed, count)) {
      for (const route of routes) held.set(`${formatPrefix(route.prefix)} ${route.peer}`, route);
      await announce(arena, routes);
      const first = compare(arena);
      decided += first.decided;
      if (first.differences.size === 0) continue;
      const again = [...held.values()].filter(({ prefix }) => first.differences.has(formatPrefix(prefix)));
      await announce(
        arena,
        again.map((route) => ({ ...route, attributes: undefined })),
      );
      await announce(
        arena,
        again.filter(({ attributes }) => attributes),
      );
      const second = compare(arena);
      differences.push(...second.differences.values());
      for (const [prefix, choice] of first.choices) {
        if (second.choices.get(prefix) !== choice) differences.push(`${prefix} depends on history here`);
        else if (first.differences.has(prefix)) revised.push(prefix);
      }
    }
    differences.push(...troubles);
  } finally {
    for (const peer of peers) peer.stop();
    speaker.close({ kind: "silent" });
  }
  return { decided, differences, revised };
}

interface Arena {
  readonly speaker: Speaker;
  readonly peers: readonly CasePeerSessions[];
  readonly socket: string;
  /** How often everybody has announced something. */
  steps: number;
}

function openDecider(): Speaker {
  const config = {
    asn: decidingAsn,
    routerId: decidingRouterId,
    families: ["ipv4" as const],
    listen: { address: ours, port: 179 },
    ebgpRequiresPolicy: false,
    gracefulRestart: undefined,
    restart: { restarting: false, forwardingPreserved: [] },
  };
  const speaker = openSpeaker(config, { tell: () => {}, nextHops: costs });
  for (const { host, asn } of casePeers) {
    speaker.setPeer({ address: ipv4(0x0a630000 + host), asn, passive: true, localAddress: ours });
  }
  speaker.start();
  return speaker;
}

/** Everybody announces its part, and behind it a route that nobody else has: when both have that, they have the others. */
async function announce(arena: Arena, routes: readonly CaseRoute[]): Promise<void> {
  const { speaker, peers, socket } = arena;
  const block = 0xc6336400 + arena.steps++ * 256;
  for (const [index, sessions] of peers.entries()) {
    const peer = casePeers[index]!;
    const marker = { prefix: prefixOf(ipv4(block + peer.host), 32), attributes: markOf(peer) };
    sessions.send([...routes.filter((route) => route.peer === index), marker], peer.asn === decidingAsn);
  }
  const isMark = (prefix: Prefix): boolean => prefix.a >>> 8 === block >>> 8;
  const here = (): number => [...speaker.routes("ipv4")].filter(({ prefix }) => isMark(prefix)).length;
  await until(
    () => here() === peers.length,
    () => `${here()} marks of step ${arena.steps} here`,
  );
  const there = (): string => birdc(socket, `show route where net ~ [${formatAddress(ipv4(block))}/24+]`);
  await until(() => there().split("* (").length - 1 === peers.length, there);
}

function markOf({ asn, host }: CasePeer): CaseRoute["attributes"] {
  const asPath = asn === decidingAsn ? [] : [{ kind: "sequence" as const, asns: [asn] }];
  return pathAttributes({
    asPath,
    nextHop: ipv4(reachableHops + host),
    localPref: asn === decidingAsn ? 100 : undefined,
  });
}

interface Comparison {
  readonly decided: number;
  /** Ours, by prefix. */
  readonly choices: ReadonlyMap<string, string>;
  /** In words, by prefix. */
  readonly differences: ReadonlyMap<string, string>;
}

function compare({ speaker, socket }: Arena): Comparison {
  const nameOf = new Map(casePeers.map(({ name, host }) => [`10.99.0.${host}`, name]));
  const choices = new Map<string, string>();
  for (const { prefix, from } of speaker.routes("ipv4")) {
    if (prefix.length === 24) choices.set(formatPrefix(prefix), nameOf.get(from)!);
  }
  const bird = new Map<string, string>();
  // BIRD keeps a route that leads nowhere as primary when there is no other; it is of no use to anybody.
  const primary = birdc(socket, "show route primary");
  for (const [, prefix, name] of primary.matchAll(/^(20\.\S+)\s+unicast \[(p\d+) /gm)) bird.set(prefix!, name!);
  const differences = new Map<string, string>();
  const prefixes = new Set([...choices.keys(), ...bird.keys()]);
  for (const prefix of prefixes) {
    if (choices.get(prefix) === bird.get(prefix)) continue;
    const why = speaker.explain(parsePrefix(prefix)!)?.candidates ?? [];
    const words = why.map(({ peer, step, attributes }) => `${nameOf.get(peer)} [${step}] ${attributes}`);
    differences.set(prefix, `${prefix} ${choices.get(prefix)} here, ${bird.get(prefix)} there: ${words.join(" | ")}`);
  }
  return { decided: prefixes.size, choices, differences };
}

function birdc(socket: string, command: string): string {
  return execFileSync("birdc", ["-r", "-s", socket, command], { encoding: "utf8", maxBuffer: 64 << 20 });
}

async function until(holds: () => boolean, what: () => string): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not in time: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
