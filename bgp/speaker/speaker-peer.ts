import type { Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import type { Address } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import type { BfdState } from "../bfd/port.ts";
import type { ExportTerms } from "../export/export-terms.ts";
import type { GroupMember } from "../export/update-group.ts";
import type { BgpFact } from "../fact.ts";
import { errorCode } from "../iana.ts";
import { maxPrefixCease } from "../message/max-prefix.ts";
import type { Notification } from "../message/notification.ts";
import type { UpdateFault } from "../message/update-fault.ts";
import type { UpdateScan } from "../message/update-scan.ts";
import { type PeerChange, peerChange } from "../plan/peer-change.ts";
import type { Negotiated } from "../session/negotiated.ts";
import type { Session } from "../session/session.ts";
import type { DownReason, SessionListener } from "../session/session-listener.ts";
import type { State } from "../session/state.ts";
import type { Connection } from "../wire.ts";
import type { BfdWatch } from "./bfd-watch.ts";
import { BGP_PORT, type PeerConfig, peerName, type SpeakerConfig } from "./config.ts";
import { HoldDown } from "./hold-down.ts";
import type { Import } from "./import.ts";
import type { ImportPeer } from "./import-rules.ts";
import { peerMember } from "./peer-member.ts";
import { peerTerms } from "./peer-terms.ts";
import { PrefixLimits } from "./prefix-limit.ts";
import { RefreshWatch, refreshSeconds } from "./refresh-watch.ts";
import type { Tables } from "./tables.ts";

/** Octets a peer may send within one turn before its reading pauses until the next. */
const octetsATurn = 512 << 10;

/** What a peer tells the speaker. */
export interface PeerOwner {
  /** There is work for a turn. */
  wake(): void;
  established(peer: SpeakerPeer, negotiated: Negotiated): void;
  endOfRib(peer: SpeakerPeer, family: Family): void;
  down(peer: SpeakerPeer, reason: DownReason): void;
  /** Nothing of an earlier session is kept any more. */
  swept(peer: SpeakerPeer): void;
  changed(peer: SpeakerPeer, state: State): void;
  faults(peer: SpeakerPeer, faults: readonly UpdateFault[], update: Uint8Array): void;
}

/** One peer: what its session says goes into the tables, and what its update groups have goes to its session. */
export class SpeakerPeer implements SessionListener {
  readonly name: string;
  /** Index in the RIB, as long as the peer is configured. */
  readonly index: number;
  /** It came from a range and goes when its session does. */
  readonly isDynamic: boolean;
  config: PeerConfig;
  session!: Session;
  /** Wall-clock milliseconds of the last change of state. */
  since: number;
  /** The watch over the way to it; set by the speaker at once. */
  bfdWatch!: BfdWatch;
  /** Families for which the peer has said End-of-RIB in this session. */
  readonly told = new Set<Family>();
  /** Keeps the session down after too many prefixes. */
  readonly hold: HoldDown;
  /** Families of which routes outlived the last session, and are still kept. */
  #kept: readonly Family[] = [];
  #negotiated: Negotiated | undefined;
  #import: ImportPeer | undefined;
  #octets = 0;
  #isPaused = false;
  #isDraining = false;
  #limits: PrefixLimits | undefined;
  #ownAddress: Address | undefined;
  readonly #speaker: SpeakerConfig;
  readonly #tables: Tables;
  readonly #intake: Import;
  readonly #owner: PeerOwner;
  readonly #refresh: RefreshWatch;
  readonly #tell: Tell<BgpFact>;

  constructor(
    config: PeerConfig,
    isDynamic: boolean,
    now: number,
    context: {
      readonly speaker: SpeakerConfig;
      readonly tables: Tables;
      readonly intake: Import;
      readonly owner: PeerOwner;
      readonly clock: Clock;
      readonly tell: Tell<BgpFact>;
    },
  ) {
    this.name = peerName(config.address, config.zone);
    this.config = config;
    this.isDynamic = isDynamic;
    this.since = now;
    this.#speaker = context.speaker;
    this.#tables = context.tables;
    this.#intake = context.intake;
    this.#owner = context.owner;
    this.#tell = context.tell;
    this.hold = new HoldDown(context.clock, () => this.session);
    this.#refresh = new RefreshWatch(context.clock, (family) => {
      this.#tell({ fact: "bgp.refresh-overdue", peer: this.name, family, afterSeconds: refreshSeconds });
      this.#endRefresh(family);
    });
    this.index = this.#tables.peers.add(this.#ribPeer(undefined));
  }

  get negotiated(): Negotiated | undefined {
    return this.#negotiated;
  }

  /** What BFD says of the way to the peer; undefined when nobody asks it. */
  get bfd(): BfdState | undefined {
    return this.bfdWatch.state;
  }

  /** How many paths of a family this peer has sent. */
  received(family: Family): number {
    return this.#tables.of(family)?.rib.paths.count[this.index] ?? 0;
  }

  onEstablished(negotiated: Negotiated): void {
    this.#negotiated = negotiated;
    this.told.clear();
    this.#octets = 0;
    this.#isPaused = false;
    this.#tables.replacePeer(this.index, this.#ribPeer(negotiated));
    this.#ownAddress = this.session.local?.address;
    this.#prepare(negotiated);
    this.#owner.established(this, negotiated);
    for (const family of negotiated.families) {
      this.#tables.of(family)?.groups.join(this.#member(family, negotiated), this.#terms(family, negotiated));
    }
    this.#owner.wake();
  }

  onUpdate(scan: UpdateScan, buf: Uint8Array): Notification | undefined {
    const { verdict } = scan;
    const faults = this.#intake.update(this.#import!, scan, buf);
    this.#octets += buf.length === 0 ? 0 : scan.blockEnd - scan.blockStart + (scan.reachable + scan.unreachable) * 4;
    if (this.#octets > octetsATurn && !this.#isPaused) {
      this.#isPaused = true;
      this.session.pauseReading();
    }
    this.#owner.wake();
    if (faults.length > 0 && verdict === "ok") {
      this.session.noteFaults(faults);
      this.#owner.faults(this, faults, scan.block.slice(scan.blockStart, scan.blockEnd));
      const reset = faults.find(({ action }) => action === "reset");
      if (reset) return { code: errorCode.update, subcode: reset.subcode, data: reset.data };
    }
    return this.config.maxPrefixes === undefined ? undefined : this.#tooMany();
  }

  onEndOfRib(family: Family): void {
    this.told.add(family);
    this.#tables.of(family)?.rib.adjRibIn.condemn(this.index, true);
    this.#owner.endOfRib(this, family);
    this.#owner.wake();
  }

  onRouteRefresh(family: Family, subtype: number): void {
    if (subtype === 0) this.#tables.of(family)?.groups.refresh(this.index);
    else if (this.#negotiated?.enhancedRouteRefresh) this.#demarcation(family, subtype);
    this.#owner.wake();
  }

  /** RFC 7313 4: everything that lies between BoRR and EoRR replaces all that came before. */
  #demarcation(family: Family, subtype: number): void {
    if (subtype === 2) {
      if (this.#refresh.end(family)) this.#endRefresh(family);
      return;
    }
    if (subtype !== 1) return;
    if (this.#negotiated?.gracefulRestart && !this.told.has(family)) {
      const why = "BoRR before End-of-RIB (RFC 7313 4)";
      this.#tell({ fact: "bgp.message-ignored", peer: this.name, type: "route-refresh", why });
      return;
    }
    this.#refresh.begin(family);
    this.#tables.of(family)?.rib.adjRibIn.beginRefresh(this.index);
  }

  #endRefresh(family: Family): void {
    this.#tables.of(family)?.rib.adjRibIn.endRefresh(this.index);
    this.#owner.wake();
  }

  onDrain(): void {
    for (const { groups } of this.#tables.families.values()) groups.drained(this.index);
    this.#owner.wake();
  }

  onDown(reason: DownReason): void {
    this.#negotiated = undefined;
    this.#import = undefined;
    this.#refresh.stop();
    for (const [family, { rib, groups, reimports }] of this.#tables.families) {
      groups.leave(this.index);
      reimports.cancel(this.index);
      if (reason.retains.includes(family)) rib.adjRibIn.markStale(this.index);
      else rib.adjRibIn.condemn(this.index, false);
    }
    this.#kept = reason.retains;
    this.#owner.down(this, reason);
    this.#owner.wake();
  }

  onSweepStale(family: Family): void {
    this.#tables.of(family)?.rib.adjRibIn.condemn(this.index, true);
    this.#kept = this.#kept.filter((one) => one !== family);
    if (this.#kept.length === 0) this.#owner.swept(this);
    this.#owner.wake();
  }

  onLongLivedStale(family: Family): void {
    this.#tables.of(family)?.rib.adjRibIn.markLongLived(this.index);
    this.#owner.wake();
  }

  onStateChange(state: State): void {
    this.#owner.changed(this, state);
  }

  /** A turn is over: reading goes on. */
  resume(): void {
    this.#octets = 0;
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.session.resumeReading();
  }

  /** The same session under other rules: filters, reflection, next hop. What it has sent is judged anew where need be. */
  reconfigure(config: PeerConfig, change: PeerChange = peerChange(this.#speaker, this.config, config)): void {
    this.config = config;
    this.session.callAt(config.port ?? BGP_PORT);
    if (change.fields.length > 0) this.hold.release();
    if (!this.#negotiated) return;
    this.#tables.replacePeer(this.index, this.#ribPeer(this.#negotiated));
    this.#prepare(this.#negotiated);
    for (const family of this.#negotiated.families) {
      this.#tables.of(family)?.groups.rejoin(this.index, this.#terms(family, this.#negotiated));
      if (change.imports) this.#tables.of(family)?.reimports.begin(this.#import!, this.#intake);
    }
    this.#owner.wake();
  }

  /** From now on everything it is sent carries GRACEFUL_SHUTDOWN, whatever the configuration says; or no longer. */
  setDraining(isDraining: boolean): void {
    if (this.#isDraining === isDraining) return;
    this.#isDraining = isDraining;
    if (!this.#negotiated) return;
    for (const family of this.#negotiated.families) {
      this.#tables.of(family)?.groups.rejoin(this.index, this.#terms(family, this.#negotiated));
    }
    this.#owner.wake();
  }

  accept(connection: Connection): void {
    this.session.accept(connection);
  }

  #prepare(negotiated: Negotiated): void {
    this.#limits = new PrefixLimits(this.config.maxPrefixes, negotiated.families);
    this.#import = {
      index: this.index,
      negotiated,
      ownAddress: this.#ownAddress,
      filter: this.config.importFilter,
      requiresPolicy: this.#speaker.ebgpRequiresPolicy && !negotiated.isInternal,
      rules: {
        name: this.name,
        asn: this.#speaker.asn,
        allowedOwnAs: this.config.allowedOwnAs ?? 0,
        enforceFirstAs: this.config.enforceFirstAs ?? true,
        honourGracefulShutdown: this.config.honourGracefulShutdown ?? true,
        rejectAsSets: this.#speaker.rejectAsSets ?? false,
      },
    };
  }

  #ribPeer(negotiated: Negotiated | undefined): Parameters<Tables["peers"]["add"]>[0] {
    return {
      name: this.name,
      address: this.config.address,
      isInternal: negotiated?.isInternal ?? false,
      isClient: (negotiated?.isInternal ?? false) && (this.config.routeReflectorClient ?? false),
      routerId: negotiated?.peerRouterId ?? 0,
    };
  }

  #member(family: Family, negotiated: Negotiated): GroupMember {
    return peerMember(this.index, family, negotiated.enhancedRouteRefresh, (bytes) => this.session.sendBulk(bytes));
  }

  #terms(family: Family, negotiated: Negotiated): ExportTerms {
    const config = this.#isDraining ? { ...this.config, gracefulShutdown: true } : this.config;
    return peerTerms(this.#speaker, config, negotiated, this.#ownAddress, family);
  }

  #tooMany(): Notification | undefined {
    let said: Notification | undefined;
    this.#limits?.check(
      (family) => this.received(family),
      (family, { most: limit, action, restartSeconds }, news) => {
        const about = { peer: this.name, family, limit };
        if (news === "near") {
          this.#tell({ fact: "bgp.max-prefixes-near", ...about, count: this.received(family) });
          return;
        }
        this.#tell({ fact: "bgp.max-prefixes", ...about, action });
        if (action === "warn") return;
        // Who came from a range is forgotten when its session ends, so nobody is left to be held.
        const isHeld = !this.isDynamic && (action === "stay-down" || restartSeconds !== undefined);
        if (isHeld) this.hold.begin(action === "stay-down" ? undefined : restartSeconds);
        said = maxPrefixCease(family, limit);
      },
    );
    return said;
  }
}
