import { type BlockWords, describeBlock } from "../../bgp/message/describe/block.ts";
import { addressFromBytes, ipv4 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { MrtCursor } from "./mrt-cursor.ts";

/** Who told a collector of routes. */
export interface PeersEntry {
  readonly type: "PEERS";
  readonly collector: string;
  readonly view: string;
  readonly peers: readonly { readonly routerId: string; readonly address: string; readonly asn: number }[];
}

/** A route in a table. */
export interface RouteEntry extends BlockWords {
  readonly type: "ROUTE";
  readonly prefix: string;
  readonly sequence: number;
  readonly peer: string;
  readonly peerAs: number;
  /** Seconds since 1970 at which the collector had it. */
  readonly originated: number;
  readonly pathId?: number;
}

/** A line of a table. */
export type TableEntry = PeersEntry | RouteEntry;

/** Subtypes of TABLE_DUMP_V2 that are read: family, and whether there are path identifiers (RFC 6396 4.3, RFC 8050 4). */
const tables: Readonly<Record<number, readonly [octets: 4 | 16, hasIds: boolean]>> = {
  2: [4, false],
  3: [4, false],
  4: [16, false],
  5: [16, false],
  8: [4, true],
  9: [4, true],
  10: [16, true],
  11: [16, true],
};
const peerIndexTable = 1;

/** The tables of a collector; the peers that one record lists are who the later ones speak of. */
export class MrtTable {
  #peers: PeersEntry["peers"] = [];

  /** What a record says, or undefined when it is of a kind that is not read, or cut short. */
  read(subtype: number, body: MrtCursor): readonly TableEntry[] | undefined {
    if (subtype === peerIndexTable) return this.#index(body);
    const table = tables[subtype];
    return table && this.#routes(body, ...table);
  }

  #index(body: MrtCursor): readonly TableEntry[] | undefined {
    const collector = formatAddress(ipv4(body.u32()));
    const view = new TextDecoder().decode(body.take(body.u16()));
    const count = body.u16();
    const peers: { routerId: string; address: string; asn: number }[] = [];
    for (let i = 0; i < count && !body.isShort; i++) {
      const kind = body.u8();
      const routerId = formatAddress(ipv4(body.u32()));
      const address = addressFromBytes(body.take(kind & 1 ? 16 : 4));
      const asn = kind & 2 ? body.u32() : body.u16();
      peers.push({ routerId, address: address ? formatAddress(address) : "", asn });
    }
    if (body.isShort) return undefined;
    this.#peers = peers;
    return [{ type: "PEERS", collector, view, peers }];
  }

  #routes(body: MrtCursor, octets: 4 | 16, hasIds: boolean): readonly TableEntry[] | undefined {
    const sequence = body.u32();
    const length = body.u8();
    if (length > octets * 8) return undefined;
    const whole = new Uint8Array(octets);
    whole.set(body.take((length + 7) >>> 3));
    const prefix = `${formatAddress(addressFromBytes(whole)!)}/${length}`;
    const count = body.u16();
    const entries: TableEntry[] = [];
    for (let i = 0; i < count; i++) {
      const peer = this.#peers[body.u16()];
      const originated = body.u32();
      const pathId = hasIds ? { pathId: body.u32() } : {};
      const block = body.take(body.u16());
      if (body.isShort) break;
      const head = { prefix, sequence, peer: peer?.address ?? "", peerAs: peer?.asn ?? 0, originated, ...pathId };
      entries.push({ type: "ROUTE", ...head, ...describeBlock(block, 0, block.length) });
    }
    return body.isShort ? undefined : entries;
  }
}
