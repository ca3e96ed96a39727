import { type Random, seededRandom } from "../../lib/random.ts";
import { ipv4 } from "../../net/address.ts";
import { type Prefix, prefixOf } from "../../net/prefix.ts";
import type { AsPath } from "../attribute/as-path.ts";
import { type PathAttributes, pathAttributes } from "../attribute/path-attributes.ts";

/** The AS that decides. */
export const decidingAsn = 65000;

/** Router id of whoever decides; nobody else's. */
export const decidingRouterId = 0x0a6300fa;

/** Somebody who announces. */
export interface CasePeer {
  readonly name: string;
  /** Last octet of its address. */
  readonly host: number;
  readonly asn: number;
  readonly routerId: number;
}

/** Three neighbours of two AS, and three routers of our own; identifiers are in another order than addresses, two equal. */
export const casePeers: readonly CasePeer[] = [
  { name: "p11", host: 11, asn: 65101, routerId: 9 },
  { name: "p12", host: 12, asn: 65102, routerId: 4 },
  { name: "p13", host: 13, asn: 65101, routerId: 7 },
  { name: "p14", host: 14, asn: decidingAsn, routerId: 5 },
  { name: "p15", host: 15, asn: decidingAsn, routerId: 8 },
  { name: "p16", host: 16, asn: decidingAsn, routerId: 3 },
];

/** What one peer says of one prefix; without attributes it has no route there any more. */
export interface CaseRoute {
  readonly peer: number;
  readonly prefix: Prefix;
  readonly attributes: PathAttributes | undefined;
}

/** Next hops 10.50.METRIC.x are reached at that cost, 10.51.x.x not at all. */
export const reachableHops = 0x0a320000;
const unreachableHops = 0x0a330000;

const pick = <T>(random: Random, ...from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

/**
 * Random candidates for `count` prefixes in two rounds: first everybody announces most of them, then half of that changes
 * or goes. Values come from small ranges, so that most decisions are close. Every route of iBGP has a LOCAL_PREF: without,
 * RFC 7606 3 d makes it a withdrawal, while BIRD takes it for 100.
 */
export function decisionCases(seed: number, count: number): readonly (readonly CaseRoute[])[] {
  const random = seededRandom(seed);
  const rounds: CaseRoute[][] = [[], []];
  for (let i = 0; i < count; i++) {
    const prefix = prefixOf(ipv4(0x14000000 + i * 256), 24);
    const isClose = random() < 0.4;
    for (let peer = 0; peer < casePeers.length; peer++) {
      const said = (): PathAttributes => attributesOf(random, casePeers[peer]!, isClose);
      const isThere = random() < (isClose && casePeers[peer]!.asn !== decidingAsn ? 0.1 : 0.6);
      if (isThere) rounds[0]!.push({ peer, prefix, attributes: said() });
      const dice = random();
      if (isThere && dice < 0.25) rounds[1]!.push({ peer, prefix, attributes: undefined });
      else if (dice < 0.5) rounds[1]!.push({ peer, prefix, attributes: said() });
    }
  }
  return rounds.map((round) => shuffled(random, round));
}

/** Attributes of a close decision differ in what only tie-breaks look at. */
function attributesOf(random: Random, peer: CasePeer, isClose: boolean): PathAttributes {
  const isInternal = peer.asn === decidingAsn;
  const isReflected = isInternal && random() < (isClose ? 0.8 : 0.5);
  if (isClose) {
    return pathAttributes({
      asPath: [{ kind: "sequence", asns: [isInternal ? 65101 : peer.asn, 65201] }],
      nextHop: ipv4(reachableHops + peer.host),
      localPref: isInternal ? 100 : undefined,
      ...(isReflected && reflection(random)),
    });
  }
  const hop = random() < 0.05 ? unreachableHops : reachableHops + pick(random, 0, 0, 0, 1, 2) * 256;
  return pathAttributes({
    origin: pick(random, "igp", "igp", "igp", "egp", "incomplete"),
    asPath: pathOf(random, isInternal ? undefined : peer.asn),
    nextHop: ipv4(hop + peer.host),
    med: pick(random, undefined, 0, 1, 1, 2),
    localPref: isInternal ? pick(random, 100, 100, 100, 101) : undefined,
    ...(isReflected && reflection(random)),
  });
}

function reflection(random: Random): Pick<PathAttributes, "originatorId" | "clusterList"> {
  const clusterList = Array.from({ length: pick(random, 1, 1, 2) }, () => pick(random, 21, 22));
  return { originatorId: pick(random, 2, 2, 5, 6, 11, decidingRouterId), clusterList };
}

/** Mostly two hops; sometimes with a set, seldom with the deciding AS in it: a loop. */
function pathOf(random: Random, first: number | undefined): AsPath {
  const lead = first === undefined ? (random() < 0.9 ? [pick(random, 65101, 65102)] : []) : [first];
  const more = random() < 0.9 ? [pick(random, 65201, 65202)] : pick(random, [], [65201, 65202]);
  const asns = [...lead, ...more, ...(random() < 0.02 ? [decidingAsn] : [])];
  const path: AsPath = asns.length > 0 ? [{ kind: "sequence", asns }] : [];
  return random() < 0.1 ? [...path, { kind: "set", asns: [65301, 65302] }] : path;
}

/** In an order of its own: what comes first must not matter. */
function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
