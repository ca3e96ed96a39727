import { Conversation } from "../../bgp/message/describe/conversation.ts";
import { formatTimestamp } from "../../datastore/timestamp.ts";
import { CliError } from "../error.ts";
import { Chunks } from "./chunks.ts";
import { Connections } from "./connections.ts";
import { hexLine } from "./hex-text.ts";
import type { Packet } from "./link.ts";
import { isMrt, MrtReader } from "./mrt.ts";
import { isPcap, PcapReader } from "./pcap.ts";
import { PcapngReader } from "./pcapng.ts";
import { segmentOf } from "./segment.ts";

/** What the input is. */
export type InputKind = "hex" | "pcap" | "pcapng" | "mrt";

/** Octets from which the kind of the input is told. */
const headLength = 12;
/** Longest line of hexadecimal text: a message of 65535 octets with spaces. */
const longestLine = 400_000;

/** The kind of input that begins so. */
export function inputKind(head: Uint8Array): InputKind {
  if (isPcap(head)) return "pcap";
  if ([0x0a, 0x0d, 0x0d, 0x0a].every((octet, i) => head[i] === octet)) return "pcapng";
  return isMrt(head) ? "mrt" : "hex";
}

/** Microseconds since 1970 as RFC 3339. */
function timeText(seconds: number): string {
  const micros = Math.round(seconds * 1e6);
  const whole = Math.floor(micros / 1e6);
  return `${formatTimestamp(whole * 1000).slice(0, -1)}.${String(micros - whole * 1e6).padStart(6, "0")}Z`;
}

interface Format {
  read(chunks: Chunks): void;
  end(): void;
}

/** Turns a capture, a dump or hexadecimal text, told bit by bit, into objects, one a message. */
export class Decoder {
  readonly #chunks = new Chunks();
  readonly #tell: (object: object) => void;
  #format: Format | undefined;

  constructor(tell: (object: object) => void) {
    this.#tell = tell;
  }

  /** More of the input. @throws CliError when it is damaged */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    const head = this.#chunks.peek(headLength);
    if (!this.#format && !head) return;
    this.#format ??= this.#open(inputKind(head!));
    this.#format.read(this.#chunks);
  }

  /** The input is over. @throws CliError when it is cut short */
  end(): void {
    const left = this.#chunks.length;
    this.#format ??= this.#open("hex");
    if (left > 0) this.#format.read(this.#chunks);
    this.#format.end();
  }

  #open(kind: InputKind): Format {
    if (kind === "hex") return new HexFormat(this.#tell);
    if (kind === "mrt") {
      const mrt = new MrtReader(({ time, words, ...who }) => this.#tell({ time: timeText(time), ...who, ...words }));
      return { read: (chunks) => mrt.read(chunks), end: () => this.#complain(kind) };
    }
    const connections = new Connections(({ time, from, to, words }) => {
      this.#tell({ time: timeText(time), from, to, ...words });
    });
    const packet = ({ time, octets }: Packet): void => {
      const segment = segmentOf(time, octets);
      if (segment) connections.push(segment);
    };
    const reader = kind === "pcap" ? new PcapReader(packet) : new PcapngReader(packet);
    return {
      read: (chunks) => reader.read(chunks),
      end: () => {
        connections.end();
        this.#complain(kind);
      },
    };
  }

  /** A file that ends within a record was cut short; what came before was told. */
  #complain(kind: InputKind): void {
    if (this.#chunks.length === 0) return;
    throw new CliError(`${kind}: the input ends within a record, ${this.#chunks.length} octets are left`);
  }
}

/** Hexadecimal text: its lines together are one stream of messages. */
class HexFormat implements Format {
  readonly #conversation: Conversation;
  readonly #text = new TextDecoder();
  #rest = "";
  #line = 0;

  constructor(tell: (object: object) => void) {
    this.#conversation = new Conversation((_, words) => tell(words));
  }

  read(chunks: Chunks): void {
    this.#rest += this.#text.decode(chunks.take(chunks.length), { stream: true });
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.#take(line);
    if (this.#rest.length > longestLine) throw new CliError("neither hexadecimal text, pcap, pcapng nor MRT");
  }

  end(): void {
    this.#take(this.#rest);
    this.#conversation.flush(0);
  }

  #take(line: string): void {
    this.#line++;
    const octets = hexLine(line);
    if (!octets)
      throw new CliError(
        `line ${this.#line} is no hexadecimal text: '${line
          .trim()
          .slice(0, 60)
          .replace(/[^ -~]/g, ".")}'`,
      );
    if (octets.length > 0) this.#conversation.push(0, octets);
  }
}
