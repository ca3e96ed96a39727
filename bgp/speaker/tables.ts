import { type Family, families } from "../../net/family.ts";
import { Aggregates } from "../aggregate/aggregates.ts";
import { UpdateGroups } from "../export/update-groups.ts";
import { AttributeIntake } from "../rib/attribute-intake.ts";
import { AttributeStore } from "../rib/attribute-store.ts";
import { NextHopTable } from "../rib/next-hop-table.ts";
import { localPeer, PeerTable, type RibPeer } from "../rib/peer-table.ts";
import { Rib } from "../rib/rib.ts";
import { peerName, type SpeakerConfig } from "./config.ts";
import { type Forwarding, forwarding } from "./forwarding.ts";
import type { NextHops, RouteNextHop, RouteSink } from "./ports.ts";
import { Reimports } from "./reimports.ts";
import { RouteFeed } from "./route-feed.ts";

/** Everything of one family. */
export interface FamilyTables {
  readonly rib: Rib;
  readonly groups: UpdateGroups;
  /** Absent when the family has none. */
  readonly aggregates: Aggregates | undefined;
  /** Absent when nobody forwards by our routes. */
  readonly feed: RouteFeed | undefined;
  readonly reimports: Reimports;
  /** Where packets for a prefix go, by id. */
  readonly forwarding: (prefix: number) => Forwarding;
}

/** The memory of a speaker: what both families share, and each family's tables. */
export class Tables {
  readonly nextHops: NextHopTable;
  readonly attributes: AttributeStore;
  readonly intake: AttributeIntake;
  readonly peers: PeerTable;
  readonly families: ReadonlyMap<Family, FamilyTables>;
  readonly #ways: NextHops;
  readonly #config: SpeakerConfig;

  /** `onRoom`: the sink takes more. */
  constructor(config: SpeakerConfig, ways: NextHops, sink: RouteSink | undefined, onRoom: () => void) {
    const { asn, routerId, clusterId = routerId } = config;
    this.#ways = ways;
    this.#config = config;
    this.nextHops = new NextHopTable((hop) => ways.resolve(hop));
    this.attributes = new AttributeStore({ asn, routerId, clusterId }, this.nextHops);
    this.intake = new AttributeIntake(this.attributes);
    this.peers = new PeerTable(routerId);
    const both = families.filter((family) => config.families.includes(family));
    this.families = new Map(both.map((family) => [family, this.#tables(family, sink, onRoom)]));
  }

  /** The tables of a family that this speaker carries. */
  of(family: Family): FamilyTables | undefined {
    return this.families.get(family);
  }

  /** What is known of a peer changed: its routes are decided and sent anew. O(paths) if it has any. */
  replacePeer(index: number, peer: RibPeer): void {
    const { isInternal, isClient, routerId } = this.peers.peer(index);
    this.peers.replace(index, peer);
    if (isInternal === peer.isInternal && isClient === peer.isClient && routerId === peer.routerId) return;
    for (const { rib, groups } of this.families.values()) {
      const { limit, prefix, peer: sources, count } = rib.paths;
      if (!count[index]) continue;
      groups.forgetSource(index);
      for (let path = 1; path < limit; path++) {
        if (prefix[path] !== 0 && sources[path] === index) rib.locRib.touch(prefix[path]!, path);
      }
    }
  }

  /** Asks anew for every next hop, and touches the routes of those for which the answer changed. O(paths) if any. */
  resolveAgain(): void {
    const changed = new Set<number>();
    for (const [id, hop] of this.nextHops.entries()) {
      const { reachable, metric } = this.#ways.resolve(hop);
      if (this.nextHops.learn(id, reachable, metric)) changed.add(id);
    }
    if (changed.size === 0) return;
    for (const { rib } of this.families.values()) {
      const { limit, prefix, attributes } = rib.paths;
      for (let path = 1; path < limit; path++) {
        if (prefix[path] === 0) continue;
        if (changed.has(this.attributes.columns.nextHop[attributes[path]!]!)) rib.locRib.touch(prefix[path]!, path);
      }
    }
  }

  #tables(family: Family, sink: RouteSink | undefined, onRoom: () => void): FamilyTables {
    const { maxPaths = 1, decision } = this.#config;
    const hear = (prefix: number, isBestNews: boolean): void => {
      if (aggregates !== undefined) aggregates.touch(prefix);
      groups.touch(prefix, isBestNews);
      if (isBestNews || maxPaths > 1) feed?.touch(prefix, isBestNews);
    };
    const rib = new Rib(family, this.attributes, this.peers, hear, decision);
    const aggregates = this.#aggregates(rib);
    const suppressed = aggregates?.suppresses
      ? (prefix: number): boolean => aggregates.isSuppressed(prefix)
      : undefined;
    const groups = new UpdateGroups(rib, this.attributes, this.peers, suppressed);
    const nextHopOf = (path: number): RouteNextHop | undefined => this.#nextHopOf(rib, path);
    const ahead = (prefix: number): Forwarding => forwarding(rib, prefix, maxPaths, nextHopOf);
    const feed = sink && new RouteFeed(rib, sink, ahead, onRoom);
    return { rib, groups, aggregates, feed, reimports: new Reimports(rib), forwarding: ahead };
  }

  #aggregates(rib: Rib): Aggregates | undefined {
    const own = (this.#config.aggregates ?? []).filter(({ prefix }) => prefix.family === rib.family);
    return own.length > 0 ? new Aggregates(own, rib, this.attributes, this.intake, this.#config) : undefined;
  }

  /** Gives memory back after most routes have left; does nothing while something waits anywhere. */
  trim(): void {
    for (const { groups, reimports } of this.families.values()) if (!groups.isQuiet || reimports.isBusy) return;
    const isShorter = this.attributes.trim();
    for (const { rib, groups, feed } of this.families.values()) {
      if (!rib.trim() && !isShorter) continue;
      groups.trim();
      feed?.trim(rib.prefixes.limit);
    }
  }

  /** A link-local next hop lies on the interface of the session it came over. */
  #nextHopOf(rib: Rib, path: number): RouteNextHop | undefined {
    const peer = rib.paths.peer[path]!;
    const { address, linkLocal } = this.nextHops.hop(this.attributes.columns.nextHop[rib.paths.attributes[path]!]!);
    if (peer === localPeer || address === undefined) return undefined;
    const via = this.peers.peer(peer);
    const zone = via.name.slice(peerName(via.address).length + 1);
    return linkLocal !== undefined && zone !== "" ? { address: linkLocal, zone } : { address, zone: "" };
  }
}
