import { describeMessage, type MessageWords } from "../../bgp/message/describe/message.ts";
import { addressFromBytes } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { CliError } from "../error.ts";
import type { Chunks } from "./chunks.ts";
import { MrtCursor } from "./mrt-cursor.ts";
import { MrtTable, type TableEntry } from "./mrt-table.ts";

/** Longest record that is believed in; a table of 65535 peers needs 1.6 MB. */
const longestRecord = 1 << 24;

/** Types of records (RFC 6396 4). */
const recordType = { tableDumpV2: 13, bgp4mp: 16, bgp4mpEt: 17 } as const;
const stateNames = ["", "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"];

/** A session went from one state to another. */
export interface StateWords {
  readonly type: "STATE";
  readonly from: string;
  readonly to: string;
}

/** A record of a kind that this program does not read. */
export interface OtherRecord {
  readonly type: "RECORD";
  readonly mrtType: number;
  readonly subtype: number;
  readonly length: number;
}

/** What a record says: a message or a state of a session, an entry of a table, or its numbers. */
export interface MrtHeard {
  readonly time: number;
  readonly peer?: string;
  readonly peerAs?: number;
  readonly local?: string;
  readonly localAs?: number;
  readonly words: MessageWords | StateWords | TableEntry | OtherRecord;
}

/** Reads an MRT file (RFC 6396, with RFC 8050's path identifiers) record by record. */
export class MrtReader {
  readonly #table = new MrtTable();
  readonly #tell: (heard: MrtHeard) => void;

  constructor(tell: (heard: MrtHeard) => void) {
    this.#tell = tell;
  }

  /** Takes whole records out of `chunks`. @throws CliError when it is damaged */
  read(chunks: Chunks): void {
    for (let head = chunks.peek(12); head; head = chunks.peek(12)) {
      const view = new DataView(head.buffer, head.byteOffset);
      const [seconds, type, subtype, length] = [
        view.getUint32(0),
        view.getUint16(4),
        view.getUint16(6),
        view.getUint32(8),
      ];
      if (length > longestRecord) throw new CliError(`mrt: a record of ${length} octets; the file is damaged`);
      const record = chunks.take(12 + length);
      if (!record) return;
      this.#record(seconds, type, subtype, new MrtCursor(record.subarray(12)));
    }
  }

  #record(seconds: number, type: number, subtype: number, body: MrtCursor): void {
    const isFine = type === recordType.bgp4mpEt;
    const time = seconds + (isFine ? body.u32() / 1e6 : 0);
    const other = { type: "RECORD", mrtType: type, subtype, length: body.left } as const;
    if (type === recordType.tableDumpV2) {
      const entries = this.#table.read(subtype, body);
      if (!entries) this.#tell({ time, words: other });
      else for (const entry of entries) this.#tell({ time, words: entry });
    } else if (type === recordType.bgp4mp || isFine) this.#session(time, subtype, body, other);
    else this.#tell({ time, words: other });
  }

  /** A message or a change of state (RFC 6396 4.4, RFC 8050 3). */
  #session(time: number, subtype: number, body: MrtCursor, other: OtherRecord): void {
    const isState = subtype === 0 || subtype === 5;
    const isWide = [4, 5, 7, 9, 11].includes(subtype);
    if (subtype > 11 || subtype === 2 || subtype === 3) {
      this.#tell({ time, words: other });
      return;
    }
    const [peerAs, localAs] = isWide ? [body.u32(), body.u32()] : [body.u16(), body.u16()];
    body.u16();
    const size = body.u16() === 2 ? 16 : 4;
    const [peer, local] = [addressText(body.take(size)), addressText(body.take(size))];
    const who = { time, peer, peerAs, local, localAs };
    this.#tell({ ...who, words: isState ? stateWords(body) : (messageWords(body, subtype, isWide, who) ?? other) });
  }
}

function stateWords(body: MrtCursor): StateWords {
  const [from, to] = [body.u16(), body.u16()].map((state) => stateNames[state] ?? String(state)) as [string, string];
  return { type: "STATE", from, to };
}

/** The message that is left, or undefined when it is cut short. */
function messageWords(
  body: MrtCursor,
  subtype: number,
  fourOctetAs: boolean,
  { peerAs, localAs }: { readonly peerAs: number; readonly localAs: number },
): MessageWords | undefined {
  const message = body.take(body.left);
  if (body.isShort || message.length < 19) return undefined;
  const ids = subtype >= 8;
  const terms = { fourOctetAs, addPath: { ipv4: ids, ipv6: ids }, isInternal: peerAs === localAs };
  return describeMessage(message, 0, message.length, terms);
}

/** An address as people write it. */
function addressText(octets: Uint8Array): string {
  const address = addressFromBytes(octets);
  return address ? formatAddress(address) : "";
}

/** Whether a file begins with a record of MRT. */
export function isMrt(head: Uint8Array): boolean {
  if (head.length < 12) return false;
  const [type, subtype] = [(head[4]! << 8) | head[5]!, (head[6]! << 8) | head[7]!];
  const length = head[8]! * 2 ** 24 + ((head[9]! << 16) | (head[10]! << 8) | head[11]!);
  return type >= 11 && type <= 17 && subtype <= 16 && length <= longestRecord;
}
