import { CliError } from "../error.ts";
import type { Chunks } from "./chunks.ts";
import { ipOffset, type Packet } from "./link.ts";

/** Longest block that is believed in. */
const longestBlock = 1 << 24;
const blockType = { section: 0x0a0d0d0a, interface: 1, simple: 3, enhanced: 6 } as const;
/** Option of an interface that says how fine its clock is; without it microseconds. */
const resolutionOption = 9;

interface Interface {
  readonly link: number;
  /** Ticks of its clock in a second. */
  readonly ticks: number;
}

/** Reads a pcapng file (draft-ietf-opsawg-pcapng) block by block; blocks of other kinds are skipped. */
export class PcapngReader {
  #isLittle = true;
  #interfaces: Interface[] = [];
  readonly #tell: (packet: Packet) => void;

  constructor(tell: (packet: Packet) => void) {
    this.#tell = tell;
  }

  /** Takes whole blocks out of `chunks`. @throws CliError when it is damaged */
  read(chunks: Chunks): void {
    for (let head = chunks.peek(12); head; head = chunks.peek(12)) {
      const first = new DataView(head.buffer, head.byteOffset);
      if (first.getUint32(0) === blockType.section) this.#isLittle = first.getUint32(8, true) === 0x1a2b3c4d;
      const length = first.getUint32(4, this.#isLittle);
      if (length < 12 || length > longestBlock || length % 4 !== 0)
        throw new CliError(`pcapng: a block of ${length} octets; the file is damaged`);
      const block = chunks.take(length);
      if (!block) return;
      this.#block(block);
    }
  }

  #block(block: Uint8Array): void {
    const view = new DataView(block.buffer, block.byteOffset, block.length);
    const type = view.getUint32(0, this.#isLittle);
    if (type === blockType.section) this.#interfaces = [];
    else if (type === blockType.interface && block.length >= 20) this.#interface(view);
    else if (type === blockType.enhanced && block.length >= 32) this.#packet(view, block);
    else if (type === blockType.simple && block.length >= 16)
      this.#frame(this.#interfaces[0], 0, block.subarray(12, -4));
  }

  #interface(view: DataView): void {
    const isLittle = this.#isLittle;
    let ticks = 1e6;
    for (let at = 16; at + 8 <= view.byteLength - 4; ) {
      const code = view.getUint16(at, isLittle);
      const length = view.getUint16(at + 2, isLittle);
      if (code === 0) break;
      if (code === resolutionOption && length >= 1) {
        const said = view.getUint8(at + 4);
        ticks = said & 0x80 ? 2 ** (said & 0x7f) : 10 ** said;
      }
      at += 4 + Math.ceil(length / 4) * 4;
    }
    this.#interfaces.push({ link: view.getUint16(8, isLittle), ticks });
  }

  #packet(view: DataView, block: Uint8Array): void {
    const u32 = (at: number): number => view.getUint32(at, this.#isLittle);
    const from = this.#interfaces[u32(8)];
    const time = (u32(12) * 2 ** 32 + u32(16)) / (from?.ticks ?? 1e6);
    this.#frame(from, time, block.subarray(28, Math.min(28 + u32(20), block.length - 4)));
  }

  #frame(from: Interface | undefined, time: number, frame: Uint8Array): void {
    const at = from ? ipOffset(from.link, frame) : -1;
    if (at >= 0) this.#tell({ time, octets: frame.subarray(at) });
  }
}
