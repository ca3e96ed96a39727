import type { Socket } from "node:net";
import { invariant } from "../../lib/error.ts";
import type { Connection, ConnectionListener, Endpoint } from "../wire.ts";
import type { ReadBudget } from "./read-budget.ts";
import { endpointOf } from "./socket-endpoint.ts";

/** How long `close` may take to get rid of what is queued. */
export const CLOSE_WITHIN_MS = 2000;

/** A connection over a connected node:net socket, whoever made it: `node:net` itself, or a kernel socket with options. */
export class SocketConnection implements Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #socket: Socket;
  readonly #budget: ReadBudget;
  #listener: ConnectionListener | undefined;
  #isOver = false;
  #failure = "";
  #isPaused = false;
  #waiting: (() => void)[] = [];

  constructor(socket: Socket, budget: ReadBudget) {
    this.#socket = socket;
    this.#budget = budget;
    this.local = endpointOf(socket.localAddress, socket.localPort);
    this.remote = endpointOf(socket.remoteAddress, socket.remotePort);
    socket.setNoDelay(true);
    socket.on("error", (error) => {
      this.#failure = error.message;
    });
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  listen(listener: ConnectionListener): void {
    invariant(!this.#listener, "a connection has one listener");
    this.#listener = listener;
    const socket = this.#socket;
    socket.on("data", (chunk: Uint8Array) => this.#onData(chunk));
    socket.on("drain", () => this.#listener?.onDrain());
    socket.on("end", () => this.#closed("ended", "the peer closed the connection"));
    socket.on("close", () => this.#closed("failed", this.#failure || "the connection was lost"));
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes);
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#socket.resume();
    for (const then of this.#waiting.splice(0)) this.afterArrived(then);
  }

  afterArrived(then: () => void): void {
    if (this.#isPaused) {
      this.#waiting.push(then);
      return;
    }
    // Twice, so that the loop has polled the sockets in between, wherever in its round it stands now.
    setImmediate(() => setImmediate(() => this.#listener && then()));
  }

  close(): void {
    if (this.#isOver) return;
    const socket = this.#socket;
    // Reading on, so that octets of the peer not yet read do not turn our FIN into a reset.
    socket.removeAllListeners("data");
    socket.resume();
    socket.end();
    const timer = setTimeout(() => socket.destroy(), CLOSE_WITHIN_MS);
    socket.on("close", () => clearTimeout(timer));
    this.#closeLocally();
  }

  reset(): void {
    if (this.#isOver) return;
    this.#socket.resetAndDestroy();
    this.#closeLocally();
  }

  #closeLocally(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#isOver = true;
    setImmediate(() => listener?.onClose("local", "closed by us"));
  }

  #onData(chunk: Uint8Array): void {
    // Node's Buffer is another class to the engine than the Uint8Array that everything else here is: one of both is faster.
    const octets = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#listener?.onData(octets, 0, octets.length);
    if (this.#isPaused || !this.#listener || !this.#budget.isSpent()) return;
    this.#socket.pause();
    setImmediate(() => !this.#isPaused && this.#socket.resume());
  }

  #closed(cause: "ended" | "failed", why: string): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#isOver = true;
    this.#socket.destroySoon();
    listener?.onClose(cause, why);
  }
}
