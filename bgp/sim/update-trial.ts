import { SimClock } from "../../lib/sim/clock.ts";
import { ipv4, ipv6 } from "../../net/address.ts";
import { type Family, families } from "../../net/family.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import type { ExportTerms } from "../export/export-terms.ts";
import { plainTerms } from "../export/plain-terms.ts";
import { scanUpdate } from "../message/scan-update.ts";
import type { FaultAction, UpdateFault } from "../message/update-fault.ts";
import { UpdateScan } from "../message/update-scan.ts";
import type { Negotiated } from "../session/negotiated.ts";
import type { SpeakerConfig } from "../speaker/config.ts";
import { Import } from "../speaker/import.ts";
import type { ImportPeer, ImportRules } from "../speaker/import-rules.ts";
import { connectedNextHops } from "../speaker/ports.ts";
import { Tables } from "../speaker/tables.ts";
import { work } from "../speaker/turn.ts";

/** What became of an UPDATE. */
export type TrialVerdict = "ok" | "end-of-rib" | FaultAction;

const config: SpeakerConfig = {
  asn: 65000,
  routerId: 0x0a000001,
  families,
  ebgpRequiresPolicy: false,
  gracefulRestart: undefined,
  restart: { restarting: false, forwardingPreserved: [] },
};

/**
 * The whole way of UPDATEs through a speaker's tables without its sessions: scanned, interned, imported, decided, and packed
 * for other peers. Every peer is one that sends under the terms given.
 */
export class UpdateTrial {
  readonly tables: Tables;
  readonly scan: UpdateScan = new UpdateScan();
  /** What was wrong with the message given last, found by scanning or in its attributes. */
  faults: readonly UpdateFault[] = [];
  readonly #import: Import;
  readonly #peers: readonly ImportPeer[];
  readonly #clock = new SimClock();
  #isMore = false;
  #listeners = 0;

  constructor(terms: readonly Negotiated[], rules?: ImportRules) {
    this.tables = new Tables(config, connectedNextHops, undefined, () => {
      this.#isMore = true;
    });
    this.#import = new Import(this.tables);
    this.#peers = terms.map((negotiated, i) => {
      const { isInternal, peerRouterId } = negotiated;
      const kind = { isInternal, isClient: isInternal, routerId: peerRouterId };
      const index = this.tables.peers.add({ name: `peer ${i}`, address: ipv4(0x0a000002 + i), ...kind });
      const peer = { index, negotiated, ownAddress: undefined, filter: undefined, requiresPolicy: false };
      return rules ? { ...peer, rules } : peer;
    });
  }

  /** Another peer, which is only told: `hear` gets every message it would be sent. */
  listen(differing: Partial<ExportTerms>, hear: (messages: Uint8Array) => void): void {
    const { isInternal = false, isClient = false } = differing;
    const address = ipv4(0x0a000100 + this.#listeners++);
    const peer = this.tables.peers.add({ name: "listener", address, isInternal, isClient, routerId: address.a });
    const send = (messages: Uint8Array): boolean => {
      hear(messages);
      return true;
    };
    for (const [family, { groups }] of this.tables.families) {
      groups.join({ peer, send, onRefresh() {}, onSynced() {} }, { ...exportTerms(family), ...differing });
    }
  }

  /** Takes the UPDATE that lies from `start` to `end`, as said by one of the peers. */
  take(peer: number, buf: Uint8Array, start: number, end: number): TrialVerdict {
    const from = this.#peers[peer]!;
    const { scan } = this;
    scanUpdate(buf, start, end, from.negotiated, scan);
    this.faults = scan.faults;
    if (scan.verdict === "reset" || scan.verdict === "end-of-rib") return scan.verdict;
    this.faults = [...scan.faults, ...this.#import.update(from, scan, buf)];
    if (scan.verdict === "withdraw") return "withdraw";
    return strongest(this.faults);
  }

  /** The attributes of the UPDATE given last, when its verdict was `ok` or `discard` and it announced something. */
  decoded(peer: number): ReturnType<typeof decodeAttributes>["attributes"] {
    const { block, blockStart, blockEnd } = this.scan;
    return decodeAttributes(block, blockStart, blockEnd, this.#peers[peer]!.negotiated).attributes;
  }

  /** Decides and packs until nothing is left to do. */
  settle(): void {
    do this.#isMore = false;
    while (work(this.tables, true, this.#clock) || this.#isMore);
  }

  /** The session of a peer ends. */
  leave(peer: number): void {
    for (const { rib } of this.tables.families.values()) rib.adjRibIn.condemn(this.#peers[peer]!.index, false);
  }

  /** Paths, prefixes and attribute sets held. */
  get held(): { readonly paths: number; readonly prefixes: number; readonly sets: number; readonly nextHops: number } {
    let [paths, prefixes] = [0, 0];
    for (const { rib } of this.tables.families.values()) {
      paths += rib.paths.size;
      prefixes += rib.prefixes.size;
    }
    return { paths, prefixes, sets: this.tables.attributes.size, nextHops: this.tables.nextHops.size };
  }

  /** Prefixes with a best path, since the last `settle`. */
  get routes(): number {
    let sum = 0;
    for (const { rib } of this.tables.families.values()) sum += rib.locRib.size;
    return sum;
  }

  /** Octets of memory of all tables. */
  get bytes(): number {
    const { attributes, families: both } = this.tables;
    let sum = attributes.bytes.arena + attributes.bytes.columns;
    for (const { rib, groups } of both.values()) {
      sum += rib.prefixes.bytes + rib.paths.bytes + rib.locRib.bytes + groups.bytes;
    }
    return sum;
  }
}

function strongest(faults: readonly UpdateFault[]): TrialVerdict {
  const actions = faults.map(({ action }) => action);
  return (["reset", "withdraw", "discard"] as const).find((action) => actions.includes(action)) ?? "ok";
}

function exportTerms(family: Family): ExportTerms {
  return plainTerms(family, family === "ipv4" ? ipv4(0x0a000001) : ipv6(0x20010db8, 0, 0, 0xfe), {
    clusterId: 0x0a000001,
  });
}
