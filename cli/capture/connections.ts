import { Conversation, type Garbage, type Side } from "../../bgp/message/describe/conversation.ts";
import type { MessageWords } from "../../bgp/message/describe/message.ts";
import type { Segment } from "./segment.ts";
import { TcpStream } from "./tcp-stream.ts";

/** A message with when and between whom it was heard. */
export interface Heard {
  readonly time: number;
  readonly from: string;
  readonly to: string;
  readonly words: MessageWords | Garbage;
}

/** Connections that are followed at once; the one silent longest goes when there are more. */
const mostConnections = 4096;
const bgpPort = ":179";

interface Connection {
  readonly ends: readonly [string, string];
  readonly streams: readonly [TcpStream, TcpStream];
  readonly conversation: Conversation;
  /** When the segment came that is looked at now. */
  time: number;
}

/**
 * The BGP connections in a capture: those with port 179, and any that begins with BGP's marker. Each direction is put in order,
 * and messages are told in the order in which they were whole.
 */
export class Connections {
  readonly #open = new Map<string, Connection>();
  readonly #tell: (heard: Heard) => void;

  constructor(tell: (heard: Heard) => void) {
    this.#tell = tell;
  }

  push(segment: Segment): void {
    const { from, to, time } = segment;
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    const known = this.#open.get(key);
    // The SYN of the caller begins a connection; that of the answer, which comes second, belongs to it.
    const isAnew = segment.isStart && known !== undefined && segment.from === known.ends[0];
    if (!known && !looksLikeBgp(segment)) return;
    if (isAnew) this.#close(known);
    const connection = !known || isAnew ? this.#begin(from, to) : known;
    this.#open.delete(key);
    this.#open.set(key, connection);
    connection.time = time;
    const side = from === connection.ends[0] ? 0 : 1;
    if (segment.isStart) connection.streams[side].begin(segment.sequence);
    connection.streams[side].push(segment.sequence, segment.data, segment.length);
    if (this.#open.size > mostConnections) this.#forget(this.#open.keys().next().value!);
  }

  /** The capture is over. */
  end(): void {
    for (const key of [...this.#open.keys()]) this.#forget(key);
  }

  #begin(from: string, to: string): Connection {
    const ends = [from, to] as const;
    const conversation = new Conversation((side, words) => {
      this.#tell({ time: connection.time, from: ends[side], to: ends[side === 0 ? 1 : 0], words });
    });
    const stream = (side: Side): TcpStream =>
      new TcpStream({ onData: (octets) => conversation.push(side, octets), onGap: () => conversation.gap(side) });
    const connection: Connection = { ends, streams: [stream(0), stream(1)], conversation, time: 0 };
    return connection;
  }

  #forget(key: string): void {
    const connection = this.#open.get(key);
    this.#open.delete(key);
    if (connection) this.#close(connection);
  }

  #close({ streams, conversation }: Connection): void {
    for (const side of [0, 1] as const) {
      streams[side].end();
      conversation.flush(side);
    }
  }
}

function looksLikeBgp({ from, to, data }: Segment): boolean {
  if (from.endsWith(bgpPort) || to.endsWith(bgpPort)) return true;
  return data.length >= 19 && data.subarray(0, 16).every((octet) => octet === 0xff);
}
