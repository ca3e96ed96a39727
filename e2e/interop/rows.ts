import type { Feature } from "./daemon.ts";

/** One row of the matrix: what is tried, and what a daemon needs to have for it. */
export interface Row {
  readonly title: string;
  readonly needs: readonly Feature[];
}

/** The rows of the matrix, in their order. */
export const rows = {
  ipv4: { title: "IPv4", needs: [] },
  ipv6: { title: "IPv6", needs: [] },
  both: { title: "both families in one session", needs: [] },
  md5Right: { title: "MD5, same password", needs: [] },
  md5Wrong: { title: "MD5, other password: never up", needs: [] },
  ttlBoth: { title: "TTL security on both sides", needs: [] },
  ttlOne: { title: "TTL security only here: never up", needs: [] },
  largeCommunities: { title: "large communities, both ways", needs: [] },
  shutdownHeard: { title: "its shutdown text, heard here", needs: ["shutdown text: sent"] },
  shutdownTold: { title: "our shutdown text, shown there", needs: ["shutdown text: shown"] },
  reflect: { title: "we reflect to it", needs: [] },
  reflected: { title: "it reflects to us", needs: ["route reflection"] },
  addPathSent: { title: "add-path, sent by us", needs: ["add-path"] },
  addPathReceived: { title: "add-path, sent by it", needs: ["add-path", "rib"] },
  extendedMessages: { title: "extended messages, both ways", needs: ["extended messages"] },
  weRestart: { title: "graceful restart of ours", needs: ["graceful restart: helping"] },
  theyRestart: { title: "graceful restart of its", needs: ["graceful restart: restarting"] },
  extendedNextHop: { title: "IPv4 over IPv6 next hops", needs: ["extended next hop"] },
  bfd: { title: "BFD ends the session", needs: ["BFD"] },
  collisions: { title: "20 calls that cross", needs: ["collisions"] },
  longLivedOfIts: { title: "long-lived stale routes of its", needs: ["long-lived restart"] },
  longLivedOfOurs: { title: "long-lived stale routes of ours", needs: ["long-lived restart"] },
  roles: { title: "roles: a pair is up, nobody else", needs: ["roles"] },
  otc: { title: "OTC is set; leaks are refused, here and there", needs: ["roles"] },
  policy: { title: "our aggregate, prepending and communities", needs: [] },
  refresh: { title: "it asks for our routes again", needs: ["route refresh"] },
  enhancedRefresh: { title: "the answer has a beginning and an end", needs: ["enhanced route refresh"] },
  shutdownDrained: { title: "graceful shutdown of ours", needs: [] },
  shutdownHonoured: { title: "graceful shutdown of its", needs: [] },
  ourLimit: { title: "more prefixes than we allow", needs: [] },
  theirLimit: { title: "more prefixes than it allows", needs: ["maximum of prefixes"] },
  manySent: { title: "hold time 3 s through 100,000 routes of ours", needs: ["many routes: received"] },
  manyReceived: { title: "hold time 3 s through 100,000 routes of its", needs: ["many routes: sent"] },
  unnumbered: { title: "peers known by their interface", needs: ["router advertisements"] },
} as const satisfies Readonly<Record<string, Row>>;

/** The key of a row. */
export type RowKey = keyof typeof rows;
