import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import type { Random } from "../../lib/random.ts";
import { seconds } from "../../lib/unit.ts";
import type { Family } from "../../net/family.ts";
import { covers, hostPrefix, type Prefix } from "../../net/prefix.ts";
import type { Bfd } from "../bfd/port.ts";
import type { BgpFact } from "../fact.ts";
import { ceaseCode } from "../iana.ts";
import { cease } from "../message/notification.ts";
import type { UpdateFault } from "../message/update-fault.ts";
import { UpdateScan } from "../message/update-scan.ts";
import { peerChange } from "../plan/peer-change.ts";
import type { Negotiated } from "../session/negotiated.ts";
import { PeerSession } from "../session/peer-session.ts";
import type { StopMode } from "../session/session.ts";
import type { DownReason } from "../session/session-listener.ts";
import type { Connection, ListenPlace, Wire } from "../wire.ts";
import { type BestRoute, bestRoutes } from "./best-routes.ts";
import { BfdWatch } from "./bfd-watch.ts";
import { type DynamicPeers, type PeerConfig, peerName, type SpeakerConfig, sessionConfig } from "./config.ts";
import { Doorman } from "./doorman.ts";
import { Import } from "./import.ts";
import { listRoutes } from "./list-routes.ts";
import { type LocalRoute, LocalRoutes } from "./local-routes.ts";
import { explainPrefix, observe } from "./observe.ts";
import { type PeerDetail, peerDetail } from "./peer-detail.ts";
import { connectedNextHops, type NextHops, type RouteSink, type Turns } from "./ports.ts";
import { RestartGate } from "./restart-gate.ts";
import type { RoutePage, RouteQuery } from "./route-query.ts";
import { type PeerOwner, SpeakerPeer } from "./speaker-peer.ts";
import type { Explanation, SpeakerStatus } from "./status.ts";
import { SyncWatch } from "./sync-watch.ts";
import { Tables } from "./tables.ts";
import { work } from "./turn.ts";

/** The world as a speaker needs it. */
export interface SpeakerPorts {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly random: Random;
  readonly turns: Turns;
  readonly tell: Tell<BgpFact>;
  /** Who forwards by what we learn; absent: nobody. */
  readonly sink?: RouteSink;
  /** Who knows the way to next hops; absent: all are connected. */
  readonly nextHops?: NextHops;
  /** Who watches peers by BFD; absent: a peer that asks for it is told of as unwatched. */
  readonly bfd?: Bfd;
}

/**
 * A BGP speaker: peers, routes of its own, and everything between them. All calls say what should be and return at once;
 * the same call again does nothing. Peers may be added, changed and removed while it runs; a session only bounces when
 * a field changed that `plan/field-effects.ts` says cannot change otherwise.
 */
export class Speaker {
  readonly #config: SpeakerConfig;
  readonly #ports: SpeakerPorts;
  readonly #tables: Tables;
  readonly #intake: Import;
  readonly #local: LocalRoutes;
  readonly #gate: RestartGate;
  readonly #sync: SyncWatch;
  readonly #doorman: Doorman;
  readonly #scan = new UpdateScan();
  readonly #peers = new Map<string, SpeakerPeer>();
  readonly #leaving = new Set<SpeakerPeer>();
  #dynamic: readonly DynamicPeers[] = [];
  #awaited: readonly Family[] = [];
  #isAwake = false;
  #isRunning = false;
  #isDraining = false;
  #unwatch: Cancel = () => {};
  readonly #owner: PeerOwner = {
    wake: () => this.#wake(),
    established: (peer, negotiated) => this.#established(peer, negotiated),
    endOfRib: (peer, family) => {
      this.#gate.endOfRib(peer.index, family);
      this.#checkSync(family);
    },
    down: (peer, reason) => this.#down(peer, reason),
    swept: (peer) => peer.session.state === "Established" || this.#forgetCaller(peer),
    changed: (peer) => {
      peer.since = this.#ports.clock.wall();
    },
    faults: (peer, faults, update) => this.#tellFaults(peer, faults, update),
  };

  constructor(config: SpeakerConfig, ports: SpeakerPorts) {
    this.#config = config;
    this.#ports = ports;
    const { nextHops = connectedNextHops, sink, clock, tell } = ports;
    this.#tables = new Tables(config, nextHops, sink, () => this.#wake());
    this.#intake = new Import(this.#tables);
    this.#local = new LocalRoutes(this.#tables);
    this.#gate = new RestartGate(config.restart.restarting, clock, (why) => {
      tell({ fact: "bgp.gate-open", why });
      this.#wake();
    });
    this.#sync = new SyncWatch(config, clock, (family, why) => {
      tell({ fact: "bgp.in-sync", family, why });
      this.#tables.of(family)?.feed?.inSync();
      if (this.#sync.isOver) this.#gate.allKnown(why);
      this.#wake();
    });
    this.#doorman = new Doorman(config.listen ? [config.listen] : [], ports, (connection) => this.#accept(connection));
  }

  /** Opens the door and calls every peer. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#unwatch = (this.#ports.nextHops ?? connectedNextHops).watch(() => {
      this.#tables.resolveAgain();
      this.#wake();
    });
    this.#doorman.open();
    this.#sync.start();
    for (const peer of this.#peers.values()) this.#startPeer(peer);
    for (const family of this.#config.families) this.#checkSync(family);
  }

  /** Ends every session and closes the door. Silent: peers with graceful restart keep our routes (RFC 4724 4.1). */
  close(how: StopMode): void {
    this.#isRunning = false;
    this.#unwatch();
    this.#doorman.close();
    this.#sync.stop();
    for (const peer of this.#peers.values()) {
      peer.hold.cancel();
      peer.session.stop(how);
      peer.bfdWatch.follow(undefined);
    }
  }

  /**
   * Goes without a loss (RFC 8326): everything sent carries GRACEFUL_SHUTDOWN, so that peers turn to other ways while ours
   * still works; after `waitSeconds` every session ends with Cease/2 and `text` for its operator (RFC 9003), and `done` is
   * called. The answer takes it back, as long as it is not done.
   */
  drain(how: { readonly waitSeconds: number; readonly text?: string }, done: () => void): Cancel {
    const setDraining = (isDraining: boolean): void => {
      this.#isDraining = isDraining;
      for (const peer of this.#peers.values()) peer.setDraining(isDraining);
    };
    setDraining(true);
    const cancel = this.#ports.clock.after(seconds(how.waitSeconds), () => {
      this.close({
        kind: "cease",
        subcode: ceaseCode.adminShutdown,
        ...(how.text !== undefined && { text: how.text }),
      });
      done();
    });
    return () => {
      cancel();
      if (this.#isRunning) setDraining(false);
    };
  }

  /** Peers are to be waited for at these places instead of those before; sessions stay. */
  setListen(places: readonly ListenPlace[]): void {
    this.#doorman.setPlaces(places);
  }

  /** This peer is to be spoken with so; replaces what was said of the same address before. */
  setPeer(config: PeerConfig): void {
    const name = peerName(config.address, config.zone);
    const known = this.#peers.get(name);
    const change = known && !known.isDynamic ? peerChange(this.#config, known.config, config) : undefined;
    if (known && change && !change.resets) {
      known.reconfigure(config, change);
      if (this.#isRunning) known.bfdWatch.follow(config);
      return;
    }
    if (known) this.#remove(known, ceaseCode.configChange);
    this.#add(config, false);
    this.#doorman.protect(
      [...this.#peers.values()].map((peer) => peer.config),
      this.#dynamic,
    );
  }

  /** This peer is to be spoken with no more; it hears that it was deconfigured, or what `how` says (RFC 9003). */
  removePeer(address: PeerConfig["address"], zone = "", how?: StopMode): void {
    const known = this.#peers.get(peerName(address, zone));
    if (known) this.#remove(known, ceaseCode.deconfigured, how);
    for (const family of this.#config.families) this.#checkSync(family);
  }

  /** Who may call without being known by address; those who no longer may are hung up on. */
  setDynamicPeers(ranges: readonly DynamicPeers[]): void {
    this.#dynamic = [...ranges].sort((x, y) => y.range.length - x.range.length);
    this.#doorman.protect(
      [...this.#peers.values()].map((peer) => peer.config),
      this.#dynamic,
    );
    for (const peer of this.#peers.values()) {
      if (!peer.isDynamic) continue;
      const range = this.#rangeOf(peer.config.address);
      if (!range) this.#remove(peer, ceaseCode.deconfigured);
      else this.#setDynamicPeer(peer, range);
    }
  }

  /** Families that peers will carry whose address is not known yet: what is known is not everything until those have come. */
  setAwaited(families: readonly Family[]): void {
    this.#awaited = families;
    for (const family of this.#config.families) this.#checkSync(family);
  }

  /** This prefix is ours and is to be announced so. False: its family is not carried. */
  announce(prefix: Prefix, route: LocalRoute = {}): boolean {
    this.#wake();
    return this.#local.announce(prefix, route);
  }

  /** This prefix is not ours any more. */
  withdraw(prefix: Prefix): void {
    this.#local.withdraw(prefix);
    this.#wake();
  }

  /** Who we are. */
  get identity(): Pick<SpeakerConfig, "asn" | "routerId"> {
    return this.#config;
  }

  status(): SpeakerStatus {
    return observe(this.#tables, this.#sorted(), this.#gate.isOpen);
  }

  /** Why things are as they are with one prefix, or the most specific one that covers it; undefined when none is known. */
  explain(prefix: Prefix, longest = false): Explanation | undefined {
    return explainPrefix(this.#tables, this.#sorted(), prefix, longest);
  }

  /** What is known of the peer of this name, or undefined. */
  peer(name: string): PeerDetail | undefined {
    const peer = this.#peers.get(name);
    return peer && peerDetail(peer, this.#config.asn);
  }

  /** A page of routes; see `RouteQuery`. */
  listRoutes(query: RouteQuery): RoutePage {
    return listRoutes(this.#tables, this.#sorted(), query);
  }

  /** The best routes of a family, in no order: each prefix with the name of the peer it came from (`local`: ours). */
  *routes(family: Family): Generator<{ readonly prefix: Prefix; readonly from: string }> {
    const rib = this.#tables.of(family)?.rib;
    if (!rib) return;
    for (let id = 1; id < rib.prefixes.limit; id++) {
      const path = rib.prefixes.holds(id) > 0 ? rib.locRib.best(id) : 0;
      if (path === 0) continue;
      yield { prefix: rib.prefixes.prefix(id), from: this.#tables.peers.peer(rib.paths.peer[path]!).name };
    }
  }

  /** The best routes of a family, in no order, with everything that was said of them. */
  bestRoutes(family: Family): Iterable<BestRoute> {
    return bestRoutes(this.#tables, family);
  }

  #setDynamicPeer(peer: SpeakerPeer, { range: _range, ...template }: DynamicPeers): void {
    const config = { ...template, address: peer.config.address, zone: peer.config.zone ?? "", passive: true };
    const change = peerChange(this.#config, peer.config, config);
    if (!change.resets) {
      peer.reconfigure(config, change);
      peer.bfdWatch.follow(config);
    } else this.#remove(peer, ceaseCode.configChange);
  }

  #sorted(): SpeakerPeer[] {
    return [...this.#peers.values()].sort((x, y) => (x.name < y.name ? -1 : 1));
  }

  #add(config: PeerConfig, isDynamic: boolean): SpeakerPeer {
    const { clock, wire, random, tell, bfd } = this.#ports;
    const own = { speaker: this.#config, tables: this.#tables, intake: this.#intake, owner: this.#owner };
    const context = { ...own, clock, tell };
    const peer = new SpeakerPeer(config, isDynamic, clock.wall(), context);
    const localRestart = (): SpeakerConfig["restart"] => ({
      restarting: !this.#gate.isOpen,
      forwardingPreserved: this.#config.restart.forwardingPreserved,
    });
    const session = sessionConfig(this.#config, config);
    peer.session = new PeerSession(
      { config: session, wire, clock, random, tell, scan: this.#scan, localRestart },
      peer,
    );
    this.#peers.set(peer.name, peer);
    peer.setDraining(this.#isDraining);
    peer.bfdWatch = new BfdWatch({
      peer: peer.name,
      bfd,
      tell,
      fell: (reason) => peer.session.fail(cease(ceaseCode.bfdDown), `BFD: ${reason}`),
    });
    if (this.#isRunning) this.#startPeer(peer);
    return peer;
  }

  #startPeer(peer: SpeakerPeer): void {
    peer.session.start();
    peer.bfdWatch.follow(peer.config);
  }

  #remove(peer: SpeakerPeer, subcode: number, how: StopMode = { kind: "cease", subcode }): void {
    this.#peers.delete(peer.name);
    peer.hold.cancel();
    peer.session.stop(how);
    peer.bfdWatch.follow(undefined);
    for (const { rib } of this.#tables.families.values()) rib.adjRibIn.condemn(peer.index, false);
    this.#leaving.add(peer);
    this.#wake();
  }

  #accept(connection: Connection): void {
    const { address, zone } = connection.remote;
    const known = this.#peers.get(peerName(address, zone));
    const range = known ? undefined : this.#rangeOf(address);
    if (known) known.accept(connection);
    else if (range) {
      const { range: _range, ...template } = range;
      this.#add({ ...template, address, zone, passive: true }, true).accept(connection);
    } else {
      const why = "no peer is configured at this address";
      this.#ports.tell({ fact: "bgp.stranger", peer: peerName(address, zone), why });
      connection.reset();
    }
  }

  #rangeOf(address: PeerConfig["address"]): DynamicPeers | undefined {
    return this.#dynamic.find(({ range }) => covers(range, hostPrefix(address)));
  }

  #established(peer: SpeakerPeer, negotiated: Negotiated): void {
    const graceful = negotiated.gracefulRestart;
    const waits = graceful && !graceful.peerRestarting ? negotiated.families : [];
    this.#gate.established(peer.index, waits);
    for (const family of negotiated.families) this.#checkSync(family);
  }

  /** A caller from a range is known as long as its session or its routes are. */
  #down(peer: SpeakerPeer, { cause, retains }: DownReason): void {
    this.#gate.down(peer.index);
    if (retains.length === 0 && cause !== "replaced") this.#forgetCaller(peer);
  }

  #forgetCaller(peer: SpeakerPeer): void {
    if (peer.isDynamic && this.#peers.get(peer.name) === peer) this.#remove(peer, ceaseCode.deconfigured);
  }

  #checkSync(family: Family): void {
    if (this.#awaited.includes(family)) return;
    const asked = [...this.#peers.values()].filter(({ isDynamic, config }) => {
      return !isDynamic && (config.families ?? this.#config.families).includes(family);
    });
    this.#sync.check(family, asked.length > 0 && asked.every((peer) => peer.told.has(family)));
  }

  #tellFaults(peer: SpeakerPeer, faults: readonly UpdateFault[], update: Uint8Array): void {
    for (const { action, attribute, why } of faults) {
      const hex = Array.from(update.subarray(0, 4096), (octet) => octet.toString(16).padStart(2, "0")).join("");
      this.#ports.tell({ fact: "bgp.update-malformed", peer: peer.name, action, attribute, why, update: hex });
    }
  }

  #wake(): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    this.#ports.turns.soon(() => this.#turn());
  }

  #turn(): void {
    this.#isAwake = false;
    const isMore = work(this.#tables, this.#gate.isOpen, this.#ports.clock);
    for (const peer of this.#peers.values()) peer.resume();
    if (isMore) this.#wake();
    else this.#forgetPeers();
  }

  /** Indexes of peers that left are free once nothing anywhere names them. */
  #forgetPeers(): void {
    if (this.#leaving.size === 0 || !this.#gate.isOpen) return;
    for (const { rib, groups } of this.#tables.families.values()) {
      if (!groups.isQuiet) return;
      for (const peer of this.#leaving) if ((rib.paths.count[peer.index] ?? 0) > 0) return;
    }
    for (const peer of this.#leaving) this.#tables.peers.remove(peer.index);
    this.#leaving.clear();
  }
}
