import { invariant } from "../../lib/error.ts";
import { KernelError, refused } from "../error.ts";
import { Exchange } from "./exchange.ts";
import {
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_OVERRUN,
} from "./header.ts";
import { type Message, MessageReader, readDone, readError } from "./message-reader.ts";
import { MessageWriter } from "./message-writer.ts";
import type { NetlinkListener, NetlinkOptions, NetlinkSocket, OpenNetlink } from "./socket.ts";

/** One request of a batch that the kernel refused. */
export interface Refusal {
  /** Its place in the batch, from 0. */
  readonly index: number;
  readonly error: KernelError;
}

/** A dump that was disturbed this often in a row is given up (`kernel/interrupted`). */
const dumpAttempts = 20;

/** Writes the body of one request: everything behind the message header. */
export type WriteBody = (w: MessageWriter) => void;

/**
 * Requests and answers over one netlink socket, matched by sequence number. Batches are pipelined: any number may be
 * under way. Dumps wait for one another, since a socket has room for one (the kernel answers EBUSY to a second).
 */
export class NetlinkClient {
  readonly #socket: NetlinkSocket;
  readonly #writer = new MessageWriter(65536);
  /** By first sequence number, in the order sent. */
  readonly #exchanges = new Map<number, Exchange>();
  #sequence = 1;
  #batching = false;
  #lastDump: Promise<unknown> = Promise.resolve();
  #broken: KernelError | undefined;

  /** @throws KernelError when the socket cannot be opened */
  constructor(open: OpenNetlink, options: NetlinkOptions) {
    const listener: NetlinkListener = {
      received: (octets) => this.#received(octets),
      overrun: () => this.#failAll(overrun()),
      failed: (error) => this.#break(error),
    };
    this.#socket = open(options, listener);
  }

  /** The socket's netlink address. */
  get port(): number {
    return this.#socket.port;
  }

  /**
   * Starts a batch; it is filled and sent before another is started. With `acknowledge` "last" only the last request is
   * acknowledged, which is all that a row of independent requests needs: refusals are told for every one anyway.
   */
  batch(acknowledge: "last" | "each" = "last"): Batch {
    invariant(!this.#batching, "a netlink batch was started before the last one was sent");
    this.#batching = true;
    this.#writer.reset();
    return new Batch(this.#writer, this.#sequence, acknowledge, (count, name) => this.#send(count, name));
  }

  /**
   * One request that works or throws. `operation` names it in errors.
   * @throws KernelError (as a rejection)
   */
  async request(type: number, flags: number, body: WriteBody, operation: string): Promise<void> {
    const batch = this.batch();
    body(batch.request(type, flags));
    const [refusal] = await batch.send(() => operation);
    if (refusal) throw refusal.error;
  }

  /** One request that is answered by objects, each decoded at once; undefined ones are left out. */
  async get<T>(type: number, body: WriteBody, decode: (m: Message) => T | undefined, operation: string): Promise<T[]> {
    return (await this.#collect(type, NLM_F_REQUEST | NLM_F_ACK, body, decode, operation)).answers;
  }

  /**
   * Everything of a kind. A dump that changed while it ran is asked again from the start, so what is answered is one
   * state. @throws KernelError (as a rejection) `kernel/interrupted` when it never held still
   */
  dump<T>(type: number, body: WriteBody, decode: (m: Message) => T | undefined, operation: string): Promise<T[]> {
    const result = this.#lastDump.then(() => this.#dump(type, body, decode, operation));
    this.#lastDump = result.catch(() => {});
    return result;
  }

  /** Closes the socket; what is under way rejects with `kernel/closed`. */
  close(): void {
    this.#break(new KernelError("kernel/closed", "the netlink client was closed", { operation: "close", errno: 0 }));
  }

  async #dump<T>(
    type: number,
    body: WriteBody,
    decode: (m: Message) => T | undefined,
    operation: string,
  ): Promise<T[]> {
    for (let attempt = 0; attempt < dumpAttempts; attempt++) {
      const { answers, disturbed } = await this.#collect(type, NLM_F_REQUEST | NLM_F_DUMP, body, decode, operation);
      if (!disturbed) return answers;
    }
    throw new KernelError("kernel/interrupted", `${operation} changed under each of ${dumpAttempts} dumps`, {
      operation,
      errno: 0,
    });
  }

  async #collect<T>(
    type: number,
    flags: number,
    body: WriteBody,
    decode: (m: Message) => T | undefined,
    operation: string,
  ): Promise<{ answers: T[]; disturbed: boolean }> {
    const answers: T[] = [];
    const answered = (message: Message): void => {
      const value = decode(message);
      if (value !== undefined) answers.push(value);
    };
    this.#writer.reset().begin(type, flags, this.#sequence);
    body(this.#writer);
    const exchange = this.#post(1, answered);
    const failures = await exchange.done;
    for (const verdict of failures.values()) throw refused(operation, verdict.errno, verdict.detail);
    return { answers, disturbed: exchange.disturbed };
  }

  async #send(count: number, name: (index: number) => string): Promise<readonly Refusal[]> {
    this.#batching = false;
    if (count === 0) return [];
    const failures = await this.#post(count).done;
    return [...failures].map(([index, { errno, detail }]) => ({ index, error: refused(name(index), errno, detail) }));
  }

  /** Hands the writer's messages to the socket and awaits the answer to the last of them. */
  #post(count: number, answered?: (message: Message) => void): Exchange {
    if (this.#broken) throw this.#broken;
    const first = this.#sequence;
    this.#sequence = first + count > 0xfffffff0 ? 1 : first + count;
    const exchange = new Exchange(first, count, answered);
    this.#exchanges.set(first, exchange);
    try {
      this.#socket.send(this.#writer.view());
    } catch (error) {
      this.#exchanges.delete(first);
      throw error;
    }
    return exchange;
  }

  #received(octets: Uint8Array): void {
    try {
      const reader = new MessageReader(octets);
      while (reader.next()) this.#dispatch(reader);
    } catch (error) {
      // What does not parse may have held anybody's answer.
      if (!(error instanceof KernelError)) throw error;
      this.#failAll(error);
    }
  }

  #dispatch(message: Message): void {
    if (message.type === NLMSG_OVERRUN) this.#failAll(overrun());
    const exchange = this.#exchangeOf(message.sequence);
    if (!exchange) return;
    if ((message.flags & NLM_F_DUMP_INTR) !== 0) exchange.disturbed = true;
    if (message.type === NLMSG_ERROR) exchange.verdict(message.sequence, readError(message));
    else if (message.type === NLMSG_DONE) exchange.verdict(message.sequence, readDone(message));
    else exchange.answered(message);
    if (exchange.settled) this.#exchanges.delete(exchange.first);
  }

  #exchangeOf(sequence: number): Exchange | undefined {
    // Nearly always the oldest one: the kernel works in the order in which we sent.
    for (const exchange of this.#exchanges.values()) {
      if (sequence >= exchange.first && sequence < exchange.first + exchange.count) return exchange;
    }
    return undefined;
  }

  #failAll(error: KernelError): void {
    const failed = [...this.#exchanges.values()];
    this.#exchanges.clear();
    for (const exchange of failed) exchange.fail(error);
  }

  #break(error: KernelError): void {
    if (this.#broken) return;
    this.#broken = error;
    this.#socket.close();
    this.#failAll(error);
  }
}

/** Requests that leave in one datagram. */
export class Batch {
  readonly #writer: MessageWriter;
  readonly #first: number;
  readonly #flags: number;
  readonly #send: (count: number, name: (index: number) => string) => Promise<readonly Refusal[]>;
  #count = 0;

  constructor(
    writer: MessageWriter,
    first: number,
    acknowledge: "last" | "each",
    send: (count: number, name: (index: number) => string) => Promise<readonly Refusal[]>,
  ) {
    this.#writer = writer;
    this.#first = first;
    this.#flags = acknowledge === "each" ? NLM_F_REQUEST | NLM_F_ACK : NLM_F_REQUEST;
    this.#send = send;
  }

  /** Requests so far. */
  get count(): number {
    return this.#count;
  }

  /** Begins the next request; its body is written to the writer answered here. */
  request(type: number, flags: number): MessageWriter {
    return this.#writer.begin(type, this.#flags | flags, this.#first + this.#count++);
  }

  /**
   * Sends all of it. Answers those that were refused, lowest index first; `name` words a request for its error.
   * @throws KernelError (as a rejection) `kernel/overrun` when answers were lost: then look how things stand
   */
  send(name: (index: number) => string): Promise<readonly Refusal[]> {
    if (this.#count > 0) this.#writer.addFlags(NLM_F_ACK);
    return this.#send(this.#count, name);
  }
}

function overrun(): KernelError {
  return new KernelError("kernel/overrun", "the kernel dropped netlink messages for want of room (ENOBUFS)", {
    operation: "receive from netlink",
    errno: 0,
  });
}
