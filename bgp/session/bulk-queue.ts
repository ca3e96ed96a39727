import type { Connection } from "../wire.ts";

/** Most octets of bulk that wait in the socket, so that a KEEPALIVE never has more in front of it. */
export const SOCKET_BULK = 256 * 1024;

/**
 * Bulk on its way to a connection: chunks of whole messages, of which only so many are handed on that what is urgent can
 * still overtake the rest.
 */
export class BulkQueue {
  readonly #connection: Connection;
  #chunks: Uint8Array[] = [];
  #head = 0;
  #waitingBytes = 0;
  #isBlocked = false;
  #passedBytes = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Octets that the kernel has not taken, here and in the socket. */
  get queuedBytes(): number {
    return this.#waitingBytes + this.#connection.queuedBytes;
  }

  /** Octets handed to the socket so far. */
  get passedBytes(): number {
    return this.#passedBytes;
  }

  /** Whether the socket was full and `drained` is still to come. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Adds a chunk; false when there is more than enough under way, and `drained` will come. */
  push(chunk: Uint8Array): boolean {
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#pump();
    return !this.#isBlocked || this.queuedBytes < SOCKET_BULK;
  }

  /** The socket has room again; true when there is room for more than what waits here. */
  drained(): boolean {
    this.#isBlocked = false;
    this.#pump();
    return !this.#isBlocked || this.queuedBytes < SOCKET_BULK;
  }

  #pump(): void {
    while (this.#head < this.#chunks.length && this.#connection.queuedBytes < SOCKET_BULK) {
      const chunk = this.#chunks[this.#head++]!;
      this.#waitingBytes -= chunk.length;
      this.#passedBytes += chunk.length;
      if (!this.#connection.write(chunk)) this.#isBlocked = true;
    }
    if (this.#head === this.#chunks.length) {
      this.#chunks = [];
      this.#head = 0;
    }
  }
}
