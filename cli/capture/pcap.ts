import { CliError } from "../error.ts";
import type { Chunks } from "./chunks.ts";
import { ipOffset, isKnownLink, type Packet } from "./link.ts";

/** Longest frame that is believed in. */
const longestFrame = 1 << 20;

/** Reads a pcap file (libpcap's `savefile` format) bit by bit. */
export class PcapReader {
  #view: { readonly isLittle: boolean; readonly fraction: number; readonly link: number } | undefined;
  readonly #tell: (packet: Packet) => void;

  constructor(tell: (packet: Packet) => void) {
    this.#tell = tell;
  }

  /** Takes whole records out of `chunks`. @throws CliError when it is no pcap */
  read(chunks: Chunks): void {
    if (!this.#view) this.#header(chunks);
    if (!this.#view) return;
    const { isLittle, fraction, link } = this.#view;
    for (let head = chunks.peek(16); head; head = chunks.peek(16)) {
      const u32 = (at: number): number => new DataView(head!.buffer, head!.byteOffset).getUint32(at, isLittle);
      const length = u32(8);
      if (length > longestFrame) throw new CliError(`pcap: a frame of ${length} octets; the file is damaged`);
      const time = u32(0) + u32(4) / fraction;
      const record = chunks.take(16 + length);
      if (!record) return;
      const frame = record.subarray(16);
      const at = ipOffset(link, frame);
      if (at >= 0) this.#tell({ time, octets: frame.subarray(at) });
    }
  }

  #header(chunks: Chunks): void {
    const head = chunks.take(24);
    if (!head) return;
    const view = new DataView(head.buffer, head.byteOffset);
    const isLittle = head[0] !== 0xa1;
    const magic = view.getUint32(0, isLittle);
    const link = view.getUint32(20, isLittle) & 0xffff;
    if (!isKnownLink(link))
      throw new CliError(`pcap: link type ${link} is not supported; capture with -i any or on Ethernet`);
    this.#view = { isLittle, fraction: magic === 0xa1b23c4d ? 1e9 : 1e6, link };
  }
}

/** Whether a file begins as a pcap does, of either byte order and of micro- or nanoseconds. */
export function isPcap(head: Uint8Array): boolean {
  const magic = [...head.subarray(0, 4)].map((octet) => octet.toString(16).padStart(2, "0")).join("");
  return ["a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1"].includes(magic);
}
