import type { PathSeen } from "../daemon.ts";

/** What ExaBGP's API printed, in order. */
export type Journal = readonly JournalLine[];

/** One line of it; only what we read. */
export interface JournalLine {
  readonly type: string;
  readonly neighbor?: {
    readonly address: { readonly peer: string };
    readonly state?: string;
    readonly message?: { readonly update?: JournalUpdate };
  };
}

interface JournalUpdate {
  readonly attribute?: JournalAttributes;
  /** Family, then next hop, then routes. */
  readonly announce?: Readonly<Record<string, Readonly<Record<string, readonly JournalRoute[]>>>>;
  readonly withdraw?: Readonly<Record<string, readonly JournalRoute[]>>;
}

interface JournalAttributes {
  readonly "as-path"?: readonly number[];
  readonly community?: readonly (readonly [number, number])[];
  readonly "large-community"?: readonly (readonly [number, number, number])[];
  readonly "originator-id"?: string;
  readonly "cluster-list"?: readonly string[];
}

interface JournalRoute {
  readonly nlri: string;
  readonly "path-information"?: string;
}

/** The last state that the journal tells of each neighbour: `up`, `down`, `connected`. */
export function journalStates(journal: Journal): ReadonlyMap<string, string> {
  const states = journal.filter(({ type }) => type === "state");
  return new Map(states.map(({ neighbor }) => [neighbor!.address.peer, neighbor!.state ?? ""]));
}

/** The paths of a prefix that hold at the journal's end: announced, not withdrawn, and the session still up. */
export function journalPaths(journal: Journal, prefix: string): PathSeen[] {
  const paths = new Map<string, PathSeen>();
  const key = (from: string, route: JournalRoute): string => `${from} ${route["path-information"] ?? ""}`;
  for (const { type, neighbor } of journal) {
    const from = neighbor?.address.peer ?? "";
    if (type === "state" && neighbor?.state === "down") {
      for (const [name, path] of paths) if (path.from === from) paths.delete(name);
    }
    const { attribute = {}, announce = {}, withdraw = {} } = neighbor?.message?.update ?? {};
    for (const route of Object.values(withdraw).flat()) if (route.nlri === prefix) paths.delete(key(from, route));
    for (const [nextHop, routes] of Object.values(announce).flatMap((family) => Object.entries(family))) {
      for (const route of routes)
        if (route.nlri === prefix) paths.set(key(from, route), seen(from, nextHop, attribute));
    }
  }
  return [...paths.values()];
}

function seen(from: string, nextHop: string, attribute: JournalAttributes): PathSeen {
  return {
    from,
    nextHop,
    asPath: attribute["as-path"] ?? [],
    communities: (attribute.community ?? []).map((each) => each.join(":")),
    largeCommunities: (attribute["large-community"] ?? []).map((each) => each.join(":")),
    originatorId: attribute["originator-id"] ?? "",
    clusterList: attribute["cluster-list"] ?? [],
    isStale: false,
  };
}
